"""Links to a place in a work where its catalogue says that IIIF has it: on its canvas, and as a picture."""

from __future__ import annotations

from explorer.collection import Work
from explorer.geometry import Box
from explorer.iiif.stated import canvas, image_service, percent

COLUMNS = ("iiif_canvas", "iiif_region")
"""Of tables that are taken away: the place on its canvas, and the address of a picture of it."""


def region_links(work: Work | None, box: Box) -> dict[str, str]:
    """Both of a place, by :data:`COLUMNS`; empty where the catalogue does not say.

    >>> work = Work("a.jpg", "", 1, 1, "A", extra={"IIIF canvas": "https://x.org/c1", "IIIF canvas size": "400 × 200"})
    >>> region_links(work, Box(0.25, 0.5, 0.5, 1.0))
    {'iiif_canvas': 'https://x.org/c1#xywh=100,100,100,100', 'iiif_region': ''}
    """
    service = image_service(work) if work else None
    region = region_of(service, box) if service else ""
    return {"iiif_canvas": canvas_link(work, box) if work else "", "iiif_region": region}


def canvas_link(work: Work, box: Box) -> str:
    """The address of a place on the work's canvas; of the whole canvas where its own address has a fragment already,
    and empty where none is known."""
    found = canvas(work)
    if found is None:
        return ""
    return found.id if "#" in found.id else f"{found.id}#{found.fragment(box)}"


def region_of(service: str, box: Box) -> str:
    """The address of a picture of a place, in per cent: the server's may have another size than the file here.

    >>> region_of("https://iiif.org/x", Box(0.25, 0.5, 0.5, 1.0))
    'https://iiif.org/x/pct:25,50,25,50/max/0/default.jpg'
    """
    return f"{service}/pct:{percent(box)}/max/0/default.jpg"
