"""Discovery on a small collection whose recurring details are known."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from generated import MINI, RECURRING, ground, save_recurring

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.indexing.given_vectors import index_vectors, read_given_vectors
from explorer.motifs import Discovery, Motif, discover, discovered
from explorer.progress import Cancelled
from explorer.workspace import Workspace

WIDTH, HEIGHT = 480, 360
PLACES = {**RECURRING, "i.png": [], "j.png": []}
ADDED = {"k.png": [(2, (90, 100), 130, False)]}


def box(at: tuple[int, int], side: int) -> Box:
    return Box.from_pixels((at[0], at[1], at[0] + side, at[1] + side), WIDTH, HEIGHT)


def truth(number: int, added: bool = False) -> dict[str, tuple[Box, bool]]:
    return {
        work: (box(at, side), mirrored)
        for work, of_work in {**PLACES, **(ADDED if added else {})}.items()
        for which, at, side, mirrored in of_work
        if which == number
    }


def paint(folder: Path, works: list[str]) -> None:
    save_recurring(folder, {work: PLACES[work] for work in works})


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``pictures`` and a ``cache`` that holds them, indexed as "small". Do not change it."""
    folder = tmp_path_factory.mktemp("recurring")
    paint(folder / "pictures", list(PLACES))
    index_folder(folder / "pictures", "small", folder / "cache", MINI)
    return folder


@pytest.fixture(scope="module")
def found(collection: Path) -> Discovery:
    return discover(opened(collection / "cache"))


@pytest.fixture
def copied(collection: Path, tmp_path: Path) -> Path:
    """The same folder, for a test to change; nothing has been discovered in it."""
    shutil.copytree(collection, tmp_path / "copy")
    for path in (tmp_path / "copy" / "cache").rglob("motif*"):
        path.unlink()
    return tmp_path / "copy"


def opened(cache: Path) -> Workspace:
    return Workspace.open("small", cache)


def the_motif(found: Discovery, number: int) -> Motif:
    """The motif that has most instances of a planted detail."""
    places = truth(number)

    def instances(motif: Motif) -> int:
        return sum(each.work in places and each.box.iou(places[each.work][0]) > 0.4 for each in motif.instances)

    return max(found.motifs, key=instances)


@pytest.mark.parametrize("number", [1, 2])
def test_a_recurring_detail_is_a_motif_with_all_its_places(found: Discovery, number: int) -> None:
    motif, places = the_motif(found, number), truth(number)
    assert set(motif.works) == set(places)
    for instance in motif.instances:
        assert instance.box.iou(places[instance.work][0]) > 0.4
    first = places[motif.instances[0].work][1]
    assert all(each.transform.mirror == (places[each.work][1] != first) for each in motif.instances)
    assert motif.probability >= 0.5


def test_nothing_else_is_a_motif(found: Discovery) -> None:
    assert len(found.motifs) == 2
    assert found.works == len(PLACES)
    assert found.examined <= len(PLACES) * (len(PLACES) - 1) // 2


def test_it_is_kept_and_the_same_each_time(collection: Path, found: Discovery, copied: Path) -> None:
    assert discovered(opened(collection / "cache")) == found
    assert discover(opened(copied / "cache")) == found


def test_scales_are_those_of_the_pixels(found: Discovery) -> None:
    motif = the_motif(found, 1)
    sides = {work: side for work, of_work in PLACES.items() for number, _, side, _ in of_work if number == 1}
    first = sides[motif.instances[0].work]
    for each in motif.instances:
        assert each.transform.scale == pytest.approx(sides[each.work] / first, rel=0.12)
        assert abs(each.transform.turn) < 6


def stopping_at(stage: str, after: int) -> Callable[[str, int, int], None]:
    seen: list[str] = []

    def progress(words: str, done: int, of: int) -> None:
        seen.append(words)
        if seen.count(stage) > after:
            raise Cancelled

    return progress


def test_a_run_that_was_stopped_goes_on_where_it_was(copied: Path, found: Discovery) -> None:
    with pytest.raises(Cancelled):
        discover(opened(copied / "cache"), stopping_at("Gathering motifs", 0))
    assert discovered(opened(copied / "cache")) is None
    (remembered,) = (copied / "cache").rglob("motif-pairs-*.jsonl")
    compared = remembered.read_text().splitlines()
    assert compared
    # what is remembered is used: were it wrong, the result would be too
    remembered.write_text("".join(f"{json.dumps([json.loads(line)[0], None])}\n" for line in compared))
    assert discover(opened(copied / "cache")).motifs == ()
    remembered.write_text("".join(f"{line}\n" for line in compared))
    assert discover(opened(copied / "cache")) == found


def test_a_damaged_memory_costs_only_time(copied: Path, found: Discovery) -> None:
    discover(opened(copied / "cache"))
    (remembered,) = (copied / "cache").rglob("motif-pairs-*.jsonl")
    lines = remembered.read_bytes().splitlines(keepends=True)
    remembered.write_bytes(lines[0] + b"\xff\xfe{]\n[1]\n[2, 3, 4]\n" + b"".join(lines[1:-1]) + lines[-1][:20])
    (kept,) = (copied / "cache").rglob("motifs.json")
    kept.write_text(kept.read_text()[:-30])
    assert discovered(opened(copied / "cache")) is None
    assert discover(opened(copied / "cache")) == found


def test_works_that_are_added_join_what_they_repeat(copied: Path, found: Discovery) -> None:
    discover(opened(copied / "cache"))
    save_recurring(copied / "pictures", ADDED)
    index_folder(copied / "pictures", "small", copied / "cache", MINI)
    assert discovered(opened(copied / "cache")) is None  # other tables: nothing has been said of them
    again = discover(opened(copied / "cache"))
    for number in (1, 2):
        sure = {each.work for each in the_motif(again, number).instances if each.score > 0.8}
        assert sure == set(truth(number, added=True))


def test_equal_pictures_are_no_motif(tmp_path: Path) -> None:
    paint(tmp_path / "pictures", ["a.png", "g.png", "h.png"])
    shutil.copyfile(tmp_path / "pictures" / "a.png", tmp_path / "pictures" / "z.png")
    index_folder(tmp_path / "pictures", "small", tmp_path / "cache", MINI)
    assert discover(opened(tmp_path / "cache")).motifs == ()


def test_one_work_has_no_motifs(tmp_path: Path) -> None:
    paint(tmp_path / "pictures", ["a.png"])
    index_folder(tmp_path / "pictures", "small", tmp_path / "cache", MINI)
    assert discover(opened(tmp_path / "cache")) == Discovery((), 1, 0)


def test_vectors_made_elsewhere_have_no_motifs(tmp_path: Path) -> None:
    paint(tmp_path / "pictures", ["a.png", "b.png"])
    (tmp_path / "catalogue.csv").write_text("file\na.png\nb.png\n")
    np.save(tmp_path / "vectors.npy", np.eye(2, 8, dtype=np.float32))
    given = read_given_vectors(tmp_path / "vectors.npy", tmp_path / "catalogue.csv")
    index_vectors(tmp_path / "pictures", "small", tmp_path / "cache", given)
    with pytest.raises(ExplorerError, match="vectors of whole works"):
        discover(opened(tmp_path / "cache"))


def test_a_picture_too_narrow_for_a_window_is_passed_over(tmp_path: Path) -> None:
    paint(tmp_path / "pictures", ["a.png", "b.png", "c.png"])
    for name in ("y", "z"):
        ground(ord(name), 480, 20).save(tmp_path / "pictures" / f"{name}.png")
    index_folder(tmp_path / "pictures", "small", tmp_path / "cache", MINI)
    found = discover(opened(tmp_path / "cache"))
    assert {"a.png", "b.png", "c.png"} <= {work for motif in found.motifs for work in motif.works}
    for name in "abc":
        (tmp_path / "pictures" / f"{name}.png").unlink()
    index_folder(tmp_path / "pictures", "small", tmp_path / "cache", MINI)
    assert discover(opened(tmp_path / "cache")).motifs == ()
