"""Requests that servers of each version and level understand, of the size that is wanted."""

from __future__ import annotations

from typing import Any

import pytest
from iiif_museum import Service

from explorer.harvest.bodies import Picture
from explorer.harvest.sizes import Served, requests, served_as

BASE = "https://iiif.museum.example/one"
LARGE, SMALL = (6000, 4000), (1200, 800)


def first_that_is_answered(
    service: Service, picture: Picture, wanted: int, info: bool = True
) -> tuple[int, tuple[int, int]]:
    """How many requests a server refuses, and the size that the next one brings."""
    known = served_as(picture, service.info_json(BASE) if info else None)
    for refused, address in enumerate(requests(picture, known, wanted)):
        region, size, _, quality = address.removeprefix(f"{BASE}/").removesuffix(".jpg").split("/")
        if found := service.sized(region, size, quality):
            return refused, found
    pytest.fail(f"none of {requests(picture, known, wanted)} is answered")


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize(("size", "expected"), [(LARGE, (3000, 2000)), (SMALL, SMALL), ((4000, 6000), (2000, 3000))])
def test_a_server_that_scales(version: int, level: int, size: tuple[int, int], expected: tuple[int, int]) -> None:
    service = Service(size, version, level)
    assert first_that_is_answered(service, Picture("", BASE), 3000) == (0, expected)


@pytest.mark.parametrize("version", [2, 3])
def test_a_static_server_has_the_sizes_that_it_states(version: int) -> None:
    service = Service(LARGE, version, 0, ((750, 500), (1500, 1000), (3000, 2000), LARGE))
    assert first_that_is_answered(service, Picture("", BASE), 3000) == (0, (3000, 2000))
    assert first_that_is_answered(service, Picture("", BASE), 2000) == (0, (3000, 2000))
    few = Service(LARGE, version, 0, ((750, 500), (1500, 1000)))
    assert first_that_is_answered(few, Picture("", BASE), 3000) == (0, (1500, 1000))


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_static_server_without_sizes_has_the_whole(version: int) -> None:
    assert first_that_is_answered(Service(LARGE, version, 0), Picture("", BASE), 3000) == (0, LARGE)


def test_a_size_that_is_kept_ready_is_preferred_if_it_is_near() -> None:
    near = served_as(Picture("", BASE), Service(LARGE, 2, 2, ((1500, 1000), (3200, 2133))).info_json(BASE))
    assert requests(Picture("", BASE), near, 3000)[0].endswith("/full/3200,/0/default.jpg")
    far = served_as(Picture("", BASE), Service(LARGE, 2, 2, ((1500, 1000), LARGE)).info_json(BASE))
    assert requests(Picture("", BASE), far, 3000)[0].endswith("/full/3000,/0/default.jpg")


@pytest.mark.parametrize(("limits", "expected"), [
    ({"maxWidth": 1500}, (1500, 1000)), ({"maxWidth": 6000, "maxHeight": 800}, (1200, 800)),
    ({"maxArea": 1_500_000}, (1500, 1000)), ({"profile": ["http://iiif.io/api/image/2/level2.json", {"maxWidth": 900}]},
                                             (900, 600)), ({"maxWidth": "nonsense", "maxArea": -1}, (3000, 2000)),
])  # fmt: skip
def test_what_a_server_gives_at_most(limits: dict[str, Any], expected: tuple[int, int]) -> None:
    service = Service(LARGE, 2, 2, info=limits)
    refused, size = first_that_is_answered(service, Picture("", BASE), 3000)
    assert refused == 0 and max(abs(side - wish) for side, wish in zip(size, expected, strict=True)) <= 1


def test_without_a_description_what_the_manifest_says_serves() -> None:
    service = Service(LARGE, 3, 2)
    stated = Picture("", BASE, version=3, level=2, width=6000, height=4000)
    assert first_that_is_answered(service, stated, 3000, info=False) == (0, (3000, 2000))
    assert first_that_is_answered(service, Picture("", BASE, version=3), 3000, info=False)[1] == LARGE
    assert requests(Picture("", BASE), Served(None), 3000)[0] == f"{BASE}/full/!3000,3000/0/default.jpg"


def test_a_part_is_asked_for_as_a_part() -> None:
    part = Picture("", BASE, region="100,200,5000,1000", rotation="90")
    assert requests(part, Served(LARGE, 2), 3000)[0] == f"{BASE}/100,200,5000,1000/3000,/90/default.jpg"
    small = Picture("", BASE, region="pct:0,0,10,10")
    assert requests(small, Served(LARGE, 2), 3000)[0] == f"{BASE}/pct:0,0,10,10/full/0/default.jpg"
    assert (
        requests(Picture("", BASE, region="square"), Served(LARGE, 2), 3000)[0] == f"{BASE}/square/3000,/0/default.jpg"
    )


def test_the_pictures_own_address_is_the_last_resort_and_without_a_service_the_only_one() -> None:
    assert requests(Picture("https://x.org/a.jpg", BASE), Served(LARGE), 3000)[-1] == "https://x.org/a.jpg"
    assert requests(Picture("https://x.org/a.jpg"), Served(None), 3000) == ("https://x.org/a.jpg",)
    assert requests(Picture(""), Served(None), 3000) == ()


@pytest.mark.parametrize("info", [None, [], "x", {"width": "wide", "sizes": "all", "profile": {"maxArea": "x"}},
                                  {"sizes": [{"width": 10}, 3], "@context": [3]}])  # fmt: skip
def test_a_description_that_is_none(info: Any) -> None:
    assert served_as(Picture("", BASE), info) == Served(None)
