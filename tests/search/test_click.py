"""What a click means: the extent in which copies agree; and long answers that are watched and stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from generated import MINI, detail, folder_of, ground, save
from PIL import Image

from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.progress import Cancelled, stage, watched
from explorer.search import search
from explorer.search.click import MIDDLE, FirstSearch, click_proposals, first_search, proposals, square
from explorer.search.click.agreement import agreement, surroundings, transform_to
from explorer.search.click.extent import largest_sum
from explorer.search.query import Match, PicturePart, Query, RegionPart
from explorer.ui.turns import Stage, Turns, reported
from explorer.workspace import Workspace
from explorer.workspace.picture_encoder import PictureEncoder

WIDE, HIGH = 480, 360
TALL, BROAD = (90, 170), (200, 90)
PLACES = {
    "first.png": ((60, 100), TALL, False), "second.png": ((300, 40), TALL, False),
    "mirrored.png": ((200, 120), TALL, True), "larger.png": ((60, 60), (126, 238), False),
    "broad.png": ((240, 220), BROAD, False), "broad too.png": ((30, 40), BROAD, False),
}  # fmt: skip
"""Work -> where a motif lies in it (left, top), how wide and high it is, and whether it is reversed."""


@pytest.fixture(scope="module")
def motifs(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A tall motif in four works and a broad one in two, on grounds that do not recur; and works of their own."""
    folder, cache = tmp_path_factory.mktemp("motifs"), tmp_path_factory.mktemp("cache")
    for number, (name, (at, size, mirrored)) in enumerate(PLACES.items()):
        save(with_motif(number, at, size, mirrored), folder / name)
    folder_of(folder, 8, first=60, size=(WIDE, HIGH))
    index_folder(folder, "motifs", cache, MINI)
    return Workspace.open("motifs", cache)


def with_motif(seed: int, at: tuple[int, int], size: tuple[int, int], mirrored: bool) -> Image.Image:
    what = detail(3 if size[1] > size[0] else 4, 240).resize(size)
    picture = ground(300 + seed, WIDE, HIGH)
    picture.paste(what.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else what, at)
    return picture


def truth(name: str) -> Box:
    (x, y), (wide, high), _ = PLACES[name]
    return Box.from_pixels((x, y, x + wide, y + high), WIDE, HIGH)


# -- the box of the largest sum ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_no_box_round_the_cell_adds_up_to_more(seed: int) -> None:
    rng = np.random.default_rng(seed)
    worth = rng.normal(-0.2, 1, size=(6, 7))
    row, column = int(rng.integers(6)), int(rng.integers(7))
    (top, bottom, left, right), total = largest_sum(worth, row, column)
    assert top <= row < bottom and left <= column < right
    assert total == pytest.approx(worth[top:bottom, left:right].sum())
    tried = [
        worth[a:b, c:d].sum()
        for a in range(row + 1) for b in range(row + 1, 7) for c in range(column + 1) for d in range(column + 1, 8)
    ]  # fmt: skip
    assert total == pytest.approx(max(tried))


# -- agreement ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["second.png", "mirrored.png", "larger.png"])
def test_cells_of_the_motif_agree_and_those_of_the_ground_do_not(motifs: Workspace, other: str) -> None:
    """With the copy searched by a box that holds only the middle of the motif."""
    box, place = truth("first.png"), truth(other)
    here = surroundings(motifs.tables.grid(motifs.row("first.png")), (WIDE, HIGH), 0.22, 0.5)
    match = Match(other, place, 1.0, 1, mirrored=PLACES[other][2])
    matrix = transform_to(match, box, (WIDE, HIGH), (WIDE, HIGH))
    row = motifs.row(other)
    agree = agreement(here, [motifs.tables.cells(row), *motifs.tables.coarse(row)], (WIDE, HIGH), matrix)
    inside = here.inside(box)
    assert np.nanmean(agree[inside]) > np.nanmean(agree[~here.inside(box.widened(0.2))]) + 1


def test_surroundings_are_whole_cells_with_the_click_among_them(motifs: Workspace) -> None:
    grid = motifs.tables.grid(motifs.row("first.png"))
    for x, y in [(0.0, 0.0), (1.0, 1.0), (0.5, 0.31), (0.99, 0.0)]:
        here = surroundings(grid, (WIDE, HIGH), x, y)
        rows, columns = here.cells.shape
        row, column = here.point
        assert 0 <= row < rows and 0 <= column < columns
        cell = here.box((row, row + 1, column, column + 1))
        assert cell.x0 - 1e-9 <= x <= cell.x1 + 1e-9 and cell.y0 - 1e-9 <= y <= cell.y1 + 1e-9


# -- proposals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("at", [(0.5, 0.5), (0.5, 0.25), (0.7, 0.6)])
def test_a_click_proposes_the_motif_whatever_its_proportions(
    motifs: Workspace, name: str, at: tuple[float, float]
) -> None:
    box = truth(name)
    x, y = box.x0 + at[0] * box.width, box.y0 + at[1] * box.height
    found = click_proposals(motifs, name, x, y)
    assert found[0].box.iou(box) >= 0.4
    assert found[0].support > 0.5
    assert [proposal.support for proposal in found] == sorted((proposal.support for proposal in found), reverse=True)
    for place in (proposal.box for proposal in found):
        assert place.clipped() == place and place.x0 <= x <= place.x1 and place.y0 <= y <= place.y1


def test_ground_where_nothing_recurs_proposes_the_middle_square_without_support(motifs: Workspace) -> None:
    found = click_proposals(motifs, "second.png", 0.2, 0.75)
    assert found[0].box == square((WIDE, HIGH), 0.2, 0.75, MIDDLE)
    assert all(proposal.support < 0.3 for proposal in found) and len(found) > 2


def test_a_picture_from_outside_is_encoded_once_and_has_proposals(
    motifs: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(with_motif(9, (150, 80), TALL, False), tmp_path / "mine.png")
    encoded = []
    encode = PictureEncoder.encode_image
    monkeypatch.setattr(PictureEncoder, "encode_image", lambda *given: encoded.append(path) or encode(*given))
    at = (150 + 45) / WIDE, (80 + 70) / HIGH
    found = proposals(motifs, first_search(motifs, PicturePart(path), at), *at)
    box = Box.from_pixels((150, 80, 240, 250), WIDE, HIGH)
    assert found[0].box.iou(box) >= 0.4 and found[0].support > 1
    search(motifs, Query((PicturePart(path, found[0].box),)))
    assert encoded == [path]
    save(with_motif(10, (150, 80), TALL, False), path)
    first_search(motifs, PicturePart(path), at)
    assert encoded == [path, path], "another content is another picture"


def test_copies_too_unlikely_to_be_any_teach_nothing(motifs: Workspace) -> None:
    searched = first_search(motifs, RegionPart("first.png", Box.whole()), (0.2, 0.5))
    assert searched.copies
    doubted = [replace(match, evidence=replace(match.evidence, probability=0.1)) for match in searched.matches]
    assert FirstSearch(searched.part, doubted).copies == []


# -- watched, and stopped ----------------------------------------------------------------------------------------------


def test_a_search_tells_its_stages_and_stops_between_them(motifs: Workspace) -> None:
    query, told = Query((RegionPart("first.png", truth("first.png")),)), []
    with watched(told.append):
        search(motifs, query)
    stages = [words for words in told if words]
    assert stages[0] == "looking for works that may have it"
    assert [words.split()[0] for words in stages] == ["looking", "looking", "comparing", "verifying"]

    def until_comparing(words: str) -> None:
        if words.startswith("comparing"):
            raise Cancelled

    with watched(until_comparing), pytest.raises(Cancelled):
        search(motifs, query)
    assert search(motifs, query), "nobody watches any more"


def test_verifying_stops_between_two_works(motifs: Workspace) -> None:
    """The watcher is asked in the threads that do the work as well."""
    busy, asked = [], []

    def watcher(words: str) -> None:
        busy.append(words or busy[-1])
        if busy[-1].startswith("verifying") and not words:
            asked.append(threading.current_thread().name)
            raise Cancelled

    with watched(watcher), pytest.raises(Cancelled):
        search(motifs, Query((RegionPart("first.png", truth("first.png")),)))
    assert threading.main_thread().name not in asked


def test_answers_come_with_their_stages_and_errors_are_raised_where_they_are_taken() -> None:
    def work() -> Iterator[int]:
        stage("counting")
        yield 1
        yield 2
        raise ValueError("lost count")

    answers = []
    with pytest.raises(ValueError, match="lost count"):
        for answer in reported(work, lambda: False):
            answers.append(answer)
    assert answers == [Stage("counting"), 1, 2]


def test_what_is_superseded_ends_without_an_answer() -> None:
    turns, started, go_on = Turns(), threading.Event(), threading.Event()

    def work() -> Iterator[str]:
        yield "a first look"
        started.set()
        go_on.wait(30)
        stage("comparing")
        yield "never given"

    answers = reported(work, lambda: turns.superseded("page", 10.0))
    assert next(answers) == "a first look"
    started.wait(30)
    turns.supersede("another page", 11.0)
    turns.supersede("page", 9.0)
    assert not turns.superseded("page", 10.0)
    turns.supersede("page", 11.0)
    go_on.set()
    assert list(answers) == []
    assert list(reported(work, lambda: turns.superseded("page", 10.5))) == [], "it is not even begun"
    turns.supersede("page", 3.0)
    assert turns.superseded("page", 10.0), "an older question does not supersede a newer one"


def test_an_answer_that_was_worked_out_but_not_given_is_superseded_too():
    worked_out, superseded = threading.Event(), threading.Event()

    def work():
        yield "a first look"
        yield "refined"
        worked_out.set()

    answers = reported(work, superseded.is_set)
    assert next(answers) == "a first look"
    assert worked_out.wait(30)
    superseded.set()
    assert list(answers) == []


def test_work_stops_when_nobody_takes_its_answers() -> None:
    stopped, go_on = threading.Event(), threading.Event()

    def work() -> Iterator[int]:
        yield 1
        go_on.wait(30)
        try:
            stage("going on")
        except Cancelled:
            stopped.set()
            raise

    answers = reported(work, lambda: False)
    next(answers)
    answers.close()
    go_on.set()
    assert stopped.wait(30)
