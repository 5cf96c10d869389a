"""Where a catalogue says that a work is in IIIF, and links to places in it."""

from __future__ import annotations

import pytest

from explorer.collection import Work
from explorer.geometry import Box
from explorer.iiif.links import region_links
from explorer.iiif.stated import StatedCanvas, canvas, image_service, manifest

MANIFEST = "https://museum.example/iiif/12/manifest.json"
CANVAS = "https://museum.example/iiif/12/canvas/3"
SERVICE = "https://museum.example/images/abc"


def work(url: str = "", **extra: str) -> Work:
    return Work(
        "a.jpg", "", 300, 200, "A", url=url, extra={name.replace("_", " "): value for name, value in extra.items()}
    )


HARVESTED = work("https://museum.example/iiif/viewer/12", IIIF_manifest=MANIFEST, IIIF_canvas=CANVAS,
                 IIIF_canvas_size="6000 × 4000", IIIF_canvas_part="", IIIF_image_service=SERVICE)  # fmt: skip


def test_each_is_found_in_its_own_column() -> None:
    assert image_service(HARVESTED) == SERVICE  # neither the canvas nor the page, though their addresses look like it
    assert manifest(HARVESTED) == MANIFEST
    assert canvas(HARVESTED) == StatedCanvas(CANVAS, MANIFEST, (6000, 4000))


@pytest.mark.parametrize("other", [
    work(IIIF_canvas=CANVAS), work(IIIF_manifest="https://museum.example/iiif/12"),
    work(IIIF_canvas=CANVAS, IIIF_manifest=MANIFEST),
])  # fmt: skip
def test_canvas_and_manifest_are_no_image_service(other: Work) -> None:
    assert image_service(other) is None


@pytest.mark.parametrize(("other", "expected"), [
    (work(MANIFEST), MANIFEST), (work("https://museum.example/12.html"), None), (work(Manifest=MANIFEST), MANIFEST),
    (work(MANIFEST_URL=f"{MANIFEST}?v=2"), f"{MANIFEST}?v=2"), (work(IIIF_manifest="see the web site"), None),
    (work(IIIF_manifest="javascript:alert(1)"), None),
])  # fmt: skip
def test_manifests(other: Work, expected: str | None) -> None:
    assert manifest(other) == expected


@pytest.mark.parametrize("value", ["", "3", "canvas three", "ftp://x.org/c", 'https://x.org/"><script>'])
def test_what_is_no_canvas(value: str) -> None:
    assert canvas(work(IIIF_canvas=value)) is None


def test_links_of_a_place() -> None:
    assert region_links(HARVESTED, Box(0.1, 0.25, 0.35, 0.5)) == {
        "iiif_canvas": f"{CANVAS}#xywh=600,1000,1500,1000",
        "iiif_region": f"{SERVICE}/pct:10,25,25,25/max/0/default.jpg",
    }
    assert (
        region_links(work(), Box.whole()) == region_links(None, Box.whole()) == {"iiif_canvas": "", "iiif_region": ""}
    )


@pytest.mark.parametrize(("size", "part", "expected"), [
    ("6000 × 4000", "3000,0,3000,4000", "xywh=4500,2000,1500,2000"),
    ("", "3000,0,3000,4000", "xywh=4500,2000,1500,2000"),
    ("", "", "xywh=percent:50,50,50,50"), ("0 x 0", "1,2", "xywh=percent:50,50,50,50"),
    ("wide", "1,2,0,0", "xywh=percent:50,50,50,50"), ("10 × 10", "", "xywh=5,5,5,5"),
])  # fmt: skip
def test_a_place_in_a_picture_that_does_not_fill_its_canvas(size: str, part: str, expected: str) -> None:
    found = work(IIIF_canvas=CANVAS, IIIF_canvas_size=size, IIIF_canvas_part=part)
    assert region_links(found, Box(0.5, 0.5, 1, 1))["iiif_canvas"] == f"{CANVAS}#{expected}"


def test_a_canvas_whose_address_has_a_fragment_is_named_whole() -> None:
    assert region_links(work(IIIF_canvas="https://x.org/m#c1"), Box.whole())["iiif_canvas"] == "https://x.org/m#c1"
