"""Works like one: altered copies of a picture come before everything else, from what is stored, and always the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from generated import SMALL, save, work
from PIL import Image, ImageEnhance

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.query import Match, PicturePart, Query, RegionPart, SearchOptions, WordsPart
from explorer.search.whole_regions import LEAST_AREA, WholeRegions, regions_of_file, whole_regions
from explorer.search.whole_works import expanded
from explorer.workspace import Workspace

MOTHERS = tuple(f"{letter}-as-it-is.png" for letter in "abcd")
VERSIONS = ("cropped", "dim", "wide")


def altered(picture: Image.Image, version: str) -> Image.Image:
    """The upper left four fifths, a darker and greyer copy, or one with a sixth of another picture beside it."""
    width, height = picture.size
    if version == "cropped":
        return picture.crop((0, 0, width * 4 // 5, height * 4 // 5))
    if version == "dim":
        return ImageEnhance.Color(ImageEnhance.Brightness(picture).enhance(0.7)).enhance(0.4)
    wide = Image.new("RGB", (width * 7 // 6, height))
    wide.paste(work(900, *wide.size))
    wide.paste(picture)
    return wide


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Four pictures in four versions each, eight that are like nothing, and a second file of the first."""
    folder, cache = tmp_path_factory.mktemp("versions"), tmp_path_factory.mktemp("cache")
    for number, mother in enumerate(MOTHERS):
        save(work(number), folder / mother)
        for version in VERSIONS:
            save(altered(work(number), version), folder / f"{mother[0]}-{version}.png")
    for number in range(8):
        save(work(50 + number), folder / f"other-{number}.png")
    shutil.copy(folder / MOTHERS[0], folder / "a-second file.png")
    index_folder(folder, "versions", cache, SMALL)
    return Workspace.open("versions", cache)


def alike(workspace: Workspace, name: str, **options: bool) -> list[Match]:
    return search(workspace, Query((RegionPart(name, Box.whole()),), alike=True), SearchOptions(top=99, **options))


@pytest.mark.parametrize("name", MOTHERS)
def test_altered_copies_of_a_picture_come_first(versions: Workspace, name: str) -> None:
    found = alike(versions, name)
    expected = {f"{name[0]}-{version}.png" for version in VERSIONS}
    if name[0] == "a":
        expected.add("a-second file.png")
    assert {match.work for match in found[: len(expected)]} == expected
    assert sorted(work for match in found for work in match.works) == sorted({*versions.tables.works} - {name})
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    assert all(match.box == Box.whole() and match.evidence is None and match.score <= 1 for match in found)


def test_the_own_work_and_its_second_file_come_first_where_it_is_asked_for(versions: Workspace) -> None:
    found = alike(versions, MOTHERS[0], own=True)
    assert {match.work for match in found[:2]} == {MOTHERS[0], "a-second file.png"}
    assert {match.work for match in found[2:5]} == {f"a-{version}.png" for version in VERSIONS}


def test_the_same_is_found_when_the_collection_is_opened_again(versions: Workspace) -> None:
    found = alike(versions, MOTHERS[1])
    again = Workspace.open("versions", versions.pictures.parent.parent)
    assert alike(again, MOTHERS[1]) == found


def test_a_picture_from_elsewhere_is_compared_as_the_same_work_is(versions: Workspace, tmp_path: Path) -> None:
    path = save(work(2), tmp_path / "the same pixels.tif")
    regions = whole_regions(versions)
    np.testing.assert_allclose(regions_of_file(versions, path), regions.of(versions.row(MOTHERS[2])), atol=0.02)
    found = search(versions, Query((PicturePart(path),), alike=True))
    assert found[0].work == MOTHERS[2]
    assert {match.work for match in found[1:4]} == {f"c-{version}.png" for version in VERSIONS}


def test_only_the_larger_regions_are_compared(versions: Workspace) -> None:
    tables, regions = versions.tables, whole_regions(versions)
    for row in (0, 5, len(tables.works) - 1):
        boxes = tables.region_boxes[tables.first_region[row] : tables.first_region[row + 1]]
        areas = [Box(*map(float, box)).area for box in boxes]
        assert len(regions.of(row)) == sum(area >= LEAST_AREA for area in areas)
        assert 1 < len(regions.of(row)) < len(areas)


def test_similarity_is_the_mean_over_regions_of_the_nearest(versions: Workspace) -> None:
    """Against the definition, two loops."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(9, 4)).astype(np.float32)
    regions, query = WholeRegions(vectors, np.array([0, 2, 3, 9])), rng.normal(size=(3, 4)).astype(np.float32)
    for row, found in enumerate(regions.similarities(query)):
        nearest = [max(float(mine @ theirs) for theirs in regions.of(row)) for mine in query]
        assert found == pytest.approx(np.mean(nearest), abs=1e-5)
    own = whole_regions(versions)
    assert own.similarities(own.of(3))[3] == pytest.approx(1, abs=2e-3)


def test_expansion_is_a_mean_weighed_by_likeness() -> None:
    regions = WholeRegions(np.eye(3, dtype=np.float32), np.arange(4))
    found = expanded(regions, np.array([1.0, 0.5, 0.0]), {1: 0.5, 2: -1.0})
    assert found == pytest.approx([1 / 1.5, (0.5 + 0.5) / 1.5, 0])  # work 2 is unlike the query: it does not count


@pytest.mark.parametrize("query", [
    Query((RegionPart(MOTHERS[0], Box(0, 0, 0.5, 0.5)),), alike=True),
    Query((WordsPart("a windmill"),), alike=True),
    Query((RegionPart(MOTHERS[0], Box.whole()), WordsPart("a windmill")), alike=True),
])  # fmt: skip
def test_what_is_not_one_whole_picture_is_refused_in_one_sentence(versions: Workspace, query: Query) -> None:
    with pytest.raises(ExplorerError, match="one whole picture"):
        search(versions, query)
