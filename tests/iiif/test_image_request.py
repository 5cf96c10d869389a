"""Addresses of the IIIF Image API 3.0: the cases of the written specification, section 4."""

from __future__ import annotations

import pytest

from explorer.iiif.image_info import image_info
from explorer.iiif.image_request import MOST_ASKED, NotAsked, parse_image_request

PICTURE = (300, 200)
"""The size that the specification's own pictures have."""


def asked(region: str = "full", size: str = "max", rotation: str = "0", last: str = "default.jpg", of=PICTURE):
    return parse_image_request((region, size, rotation, last), of)


@pytest.mark.parametrize(("text", "region"), [
    ("full", (0, 0, 300, 200)),
    ("square", (50, 0, 200, 200)),
    ("125,15,120,140", (125, 15, 120, 140)),
    ("pct:41.6,7.5,40,70", (125, 15, 120, 140)),
    ("125,15,200,200", (125, 15, 175, 185)),  # cropped at the edge
    ("pct:41.6,7.5,66.6,100", (125, 15, 175, 185)),
    ("0,0,1,1", (0, 0, 1, 1)),
])  # fmt: skip
def test_regions(text: str, region: tuple[int, ...]) -> None:
    assert asked(text).region == region


def test_a_square_of_a_tall_picture_lies_in_its_middle() -> None:
    assert asked("square", of=(200, 301)).region == (0, 50, 200, 200)


@pytest.mark.parametrize("text", [
    "", "Full", "1,2,3", "1,2,3,4,5", "-1,0,10,10", "1.5,0,10,10", "0,0,0,10", "0,0,10,0", "300,0,10,10",
    "0,200,10,10", "pct:0,0,0,10", "pct:101,0,10,10", "pct:1,2,3", "pct:-1,0,10,10", "pct:a,0,1,1", "0,0,1e2,5",
    "x,0,10,10", "0,0,9999999999,1", "１,0,10,10",
])  # fmt: skip
def test_wrong_regions(text: str) -> None:
    with pytest.raises(NotAsked, match="region"):
        asked(text)


@pytest.mark.parametrize(("region", "text", "size"), [
    ("full", "max", (300, 200)),
    ("full", "150,", (150, 100)),
    ("full", ",150", (225, 150)),
    ("full", "pct:50", (150, 100)),
    ("full", "225,100", (225, 100)),  # distorted, as it was asked for
    ("full", "!225,100", (150, 100)),
    ("full", "!600,600", (300, 200)),  # as large as possible, and no larger than the region
    ("full", "^360,", (360, 240)),
    ("full", "^,240", (360, 240)),
    ("full", "^pct:120", (360, 240)),
    ("full", "^360,360", (360, 360)),
    ("full", "^!360,360", (360, 240)),
    ("full", "^150,", (150, 100)),  # what could be larger may be smaller
    ("full", "^max", (MOST_ASKED, 2000)),
    ("0,0,1,1", "pct:50", (1, 1)),
    ("0,0,300,1", "30,", (30, 1)),
])  # fmt: skip
def test_sizes(region: str, text: str, size: tuple[int, int]) -> None:
    assert asked(region, text).size == size


@pytest.mark.parametrize("text", [
    "", "full", "^", "!", ",", "!,10", "!10,", "0,", ",0", "0,0", "pct:0", "pct:101", "301,", ",201", "301,200",
    "300,201", "-10,", "10.5,", "pct:-1", "pct:", "!0,10", "^3001,", "^pct:1001", "10,10,10", "^^10,", "a,",
])  # fmt: skip
def test_wrong_sizes(text: str) -> None:
    with pytest.raises(NotAsked, match=r"[Ss]ize"):
        asked("full", text)


@pytest.mark.parametrize(("text", "mirror", "turn"), [
    ("0", False, 0), ("90", False, 90), ("180", False, 180), ("270", False, 270), ("360", False, 360),
    ("22.5", False, 22.5), ("!0", True, 0), ("!180", True, 180), (".5", False, 0.5),
])  # fmt: skip
def test_rotations(text: str, mirror: bool, turn: float) -> None:
    request = asked(rotation=text)
    assert (request.mirror, request.turn) == (mirror, turn)


@pytest.mark.parametrize("text", ["", "-90", "361", "360.1", "!", "90!", "!!90", "1e1", "north"])
def test_wrong_rotations(text: str) -> None:
    with pytest.raises(NotAsked, match="rotation"):
        asked(rotation=text)


@pytest.mark.parametrize("text", ["default", "default.", ".jpg", "default.gif", "native.jpg", "DEFAULT.jpg", "a.b.jpg"])
def test_wrong_qualities_and_formats(text: str) -> None:
    with pytest.raises(NotAsked, match=r"quality|format"):
        asked(last=text)


@pytest.mark.parametrize(("given", "canonical"), [
    (("full", "max", "0", "default.jpg"), "full/max/0/default.jpg"),
    (("0,0,300,200", "300,", "0", "default.jpg"), "full/max/0/default.jpg"),
    (("full", "150,", "0.0", "gray.png"), "full/150,100/0/gray.png"),
    (("square", "pct:50", "!90.0", "color.webp"), "50,0,200,200/100,100/!90/color.webp"),
    (("full", "^360,", "22.50", "default.jpg"), "full/^360,240/22.5/default.jpg"),
    (("125,15,900,900", "max", "0", "default.jpg"), "125,15,175,185/max/0/default.jpg"),
])  # fmt: skip
def test_the_canonical_form_means_the_same_and_is_its_own(given: tuple[str, str, str, str], canonical: str) -> None:
    request = parse_image_request(given, PICTURE)
    assert request.canonical == canonical
    region, size, rotation, last = canonical.split("/")
    assert parse_image_request((region, size, rotation, last), PICTURE) == request


def test_a_large_picture_comes_in_parts() -> None:
    large = (12_000, 8_000)
    assert asked(of=large).size == (3000, 2000)
    assert asked("0,0,512,512", "max", of=large).size == (512, 512)
    with pytest.raises(NotAsked, match="the most at a time"):
        asked(size="3001,", of=large)


def test_tiles_of_the_information_can_all_be_asked_for() -> None:
    width, height = 2600, 1111
    info = image_info("https://example.org/iiif/a", (width, height))
    tile = info["tiles"][0]
    assert (info["width"], info["height"], info["type"], info["profile"]) == (width, height, "ImageService3", "level2")
    assert tile["scaleFactors"] == [1, 2, 4, 8]
    for factor in tile["scaleFactors"]:
        step = tile["width"] * factor
        for left in range(0, width, step):
            for top in range(0, height, step):
                across, down = min(step, width - left), min(step, height - top)
                size = f"{-(-across // factor)},{-(-down // factor)}"
                request = asked(f"{left},{top},{across},{down}", size, of=(width, height))
                assert max(request.size) <= tile["width"]
    for size in info["sizes"]:
        assert asked(size=f"{size['width']},{size['height']}", of=(width, height)).region == (0, 0, width, height)
