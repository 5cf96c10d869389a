"""The catalogue of what was harvested: a line of JSON for each picture, as :mod:`explorer.collection.spreadsheet` reads
it. Labels of the manifests become columns; where a picture is from stands in columns of its own, by which
:mod:`explorer.iiif.stated` finds it again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from explorer.collection.column_names import FILE_COLUMN, plain
from explorer.files import write_atomically
from explorer.harvest.walk import Wish
from explorer.iiif.stated import CANVAS, CANVAS_PART, CANVAS_SIZE, IMAGE_SERVICE, MANIFEST

Row = dict[str, str]
MOST_LABELS = 200
"""Labels that become columns, the most frequent ones; the others share one."""
OTHER = "Other entries"
_OWN = (FILE_COLUMN, "title", "url", "Credit line", "Rights", "Institution", "Description", "Part of",
        "IIIF collection", MANIFEST, CANVAS, CANVAS_SIZE, CANVAS_PART, IMAGE_SERVICE, OTHER)  # fmt: skip
"""Headings, in this order before and behind those of the metadata."""
_OWN_PLAIN = {plain(heading) for heading in _OWN}


def write_table(path: Path, harvested: Iterable[tuple[Wish, str]], there: set[str]) -> int:
    """Write the catalogue of pictures and their files; returns how many lines it has.

    Lines of an earlier catalogue stay for those files of ``there`` that were not harvested now: a canvas that left its
    manifest keeps its picture and its entry.
    """
    listed = list(harvested)
    frequent = _frequent([wish for wish, _ in listed])
    rows = {file: _row(wish, file, frequent) for wish, file in listed}
    before = {row[FILE_COLUMN]: row for row in _read(path) if row[FILE_COLUMN] in there}
    kept = [row for file, row in before.items() if file not in rows]
    lines = [json.dumps(row) for row in [*rows.values(), *kept]]
    write_atomically(path, "\n".join(lines) + "\n")
    return len(lines)


def _read(path: Path) -> list[Row]:
    """The lines of an earlier catalogue; none where it cannot be read."""
    try:
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError):
        return []
    return [record for record in records if isinstance(record, dict) and isinstance(record.get(FILE_COLUMN), str)]


def _frequent(wishes: Sequence[Wish]) -> set[str]:
    counts = Counter(_heading(label) for wish in wishes for label in {label for label, _ in wish.manifest.metadata})
    return {heading for heading, _ in counts.most_common(MOST_LABELS)}


def _row(wish: Wish, file: str, frequent: set[str]) -> Row:
    manifest, canvas, picture = wish.manifest, wish.canvas, wish.picture
    entries: dict[str, list[str]] = {}
    for label, value in manifest.metadata:
        if value != wish.title or plain(label) != "title":
            heading = _heading(label)
            named = heading in frequent
            entries.setdefault(heading if named else OTHER, []).append(value if named else f"{label}: {value}")
    size = f"{canvas.width} × {canvas.height}" if canvas.width and canvas.height else ""
    part = ",".join(f"{side:g}" for side in picture.place) if picture.place else ""
    own = {
        "Description": manifest.description, "Part of": manifest.label if len(manifest.canvases) > 1 else "",
        "IIIF collection": wish.above, MANIFEST: _web(manifest.id) or wish.address, CANVAS: _web(canvas.id),
        CANVAS_SIZE: size, CANVAS_PART: part, IMAGE_SERVICE: _web(picture.service) if picture.entire else "",
    }  # fmt: skip
    return {
        FILE_COLUMN: file, "title": wish.title, "url": _web(manifest.homepage), "Credit line": manifest.credit,
        "Rights": manifest.rights, "Institution": manifest.provider,
        **{heading: "; ".join(dict.fromkeys(values)) for heading, values in entries.items()}, **own,
    }  # fmt: skip


def _heading(label: str) -> str:
    """A label as a heading that none of the table's own is like.

    >>> _heading("Creator"), _heading("Title")
    ('Creator', 'Title (manifest)')
    """
    return f"{label} (manifest)" if plain(label) in _OWN_PLAIN else label


def _web(address: str) -> str:
    """An address of the web as it is stated; nothing where it is none."""
    sound = address.startswith(("http://", "https://")) and address.isprintable() and " " not in address
    return address if sound else ""
