"""A small collection with a motif in three works, whose entries are hostile, long and foreign; for tests of exports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generated import SMALL, detail, ground, planted, save, write_csv

from explorer.collection.kept_motifs import KeptInstance
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.motifs.layer import ShownMotif
from explorer.plates.origin import Origin
from explorer.verification.transforms import Transform
from explorer.workspace import Workspace

ORIGIN = Origin("mini & co", "mini-224px-0123", "0.1", "2026-01-02T03:04:05Z")
HOSTILE = "<script>alert(1)</script> & <img src=x onerror=alert(2)>"
LONG = " ".join(["The Adoration of the Kings in the Snow, with a Village and a Frozen River beyond"] * 4)
NAMES = "Jan Brueghel dÄ, Škréta, Łódź, Δομήνικος Θεοτοκόπουλος, Питер Брейгель"
SERVER = "https://iiif.example.org/iiif/3/scan-2"
ENTRIES = [
    {"file": "a.jpg", "title": HOSTILE, "artist": NAMES, "date": "1605", "museum": "K & K <b>", "credit line": "",
     "IIIF image": ""},
    {"file": "b.jpg", "title": LONG, "artist": "", "date": "ca. 1610", "museum": "", "credit line": "Gift of X & Y <i>",
     "IIIF image": f"{SERVER}/info.json"},
    {"file": "c.jpg", "title": "雪景 in Snow", "artist": "", "date": "", "museum": "", "credit line": "",
     "IIIF image": ""},
]  # fmt: skip
PLACES = {"a.jpg": Box(0.1, 0.1, 0.4, 0.5), "b.jpg": Box(0.5, 0.25, 0.75, 0.5625), "c.jpg": Box(0.0, 0.6, 0.3, 1.0)}
"""Where the motif is, in pictures of 480 by 360 pixels and one of 640 by 512."""
SIZES = {"a.jpg": (480, 360), "b.jpg": (640, 512), "c.jpg": (480, 360)}


def collection_of(folder: Path) -> Workspace:
    """Index it."""
    for number, (name, box) in enumerate(PLACES.items()):
        x0, y0, x1, _ = box.to_pixels(*SIZES[name])
        onto = ground(number, *SIZES[name])
        save(planted(onto, detail(1), (x0, y0), x1 - x0), folder / "pictures" / name, quality=92)
    write_csv(folder / "catalogue.csv", ENTRIES)
    index_folder(folder / "pictures", "c", folder / "cache", SMALL, metadata=folder / "catalogue.csv")
    return Workspace.open("c", folder / "cache")


def motif(works: Sequence[str] = tuple(PLACES), **values) -> ShownMotif:
    """The motif, on some of its works."""
    poses = {"a.jpg": Transform(1.0, 0.0, False), "b.jpg": Transform(1.1, 12.0, True)}
    instances = tuple(
        KeptInstance(work, PLACES.get(work, Box(0.1, 0.1, 0.2, 0.2)), poses.get(work), 0.8, "copy", "note <u> & more")
        for work in works
    )
    given = {"name": "Mill <script>", "note": "first line\n& second", "kept": True, "probability": 0.934, **values}
    return ShownMotif("m-1", instances, **given)
