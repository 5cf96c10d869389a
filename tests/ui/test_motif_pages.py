"""What the Motifs tab is told: tiles laid alike, the wall sorted and narrowed, dossiers, and runs that give way."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from explorer.collection import Work
from explorer.collection.kept_motifs import KeptInstance
from explorer.geometry import Box
from explorer.motifs.layer import ShownMotif
from explorer.progress import Cancelled
from explorer.ui import finding as finding_module
from explorer.ui.finding import Finding
from explorer.ui.motif_dossier import dossier, first_by_date, sizes
from explorer.ui.motif_tiles import FILLED, pose_of, tile
from explorer.ui.motif_wall import PAGE, Wanted, chosen, values, wall, wanted
from explorer.ui.queueing import FairQueue
from explorer.verification.transforms import Transform

WORKS = {
    "a": Work("a", "", 1000, 500, "The Mill", date="1600", year=1600, genre="landscape", height_cm=50, width_cm=100),
    "b": Work("b", "", 2000, 1000, "Winter", date="c. 1590-1610", year=1590, year_to=1610, genre="landscape",
              height_cm=50, width_cm=100),
    "c": Work("c", "", 400, 400, "A Ship", genre="marine"),
    "d": Work("d", "", 800, 600, "A Cart", date="1650", year=1650, genre="genre"),
}  # fmt: skip
HERE = Box(0.1, 0.2, 0.3, 0.4)


def instance(
    work: str, box: Box = HERE, pose: tuple[float, float, bool] | None = (1.0, 0.0, False), **more
) -> KeptInstance:
    return KeptInstance(work, box, Transform(*pose) if pose else None, more.pop("score", 0.9), **more)


def motif(number: str, works: str, **more) -> ShownMotif:
    return ShownMotif(number, tuple(instance(work) for work in works), probability=more.pop("probability", 0.9), **more)


def ids(motifs: list[ShownMotif]) -> str:
    return " ".join(each.id for each in motifs)


# -- tiles -------------------------------------------------------------------------------------------------------------


def test_a_tile_undoes_the_transform_of_its_instance() -> None:
    """A mark in the first detail, moved as each transform says, comes to one place on all tiles."""
    first = instance("a", Box(0.2, 0.2, 0.4, 0.6))  # 200 by 200 pixels
    mark = np.array([70.0, -40.0])  # right of and above the middle, in pixels
    placed = []
    for pose in [(1.0, 0.0, False), (2.0, 0.0, False), (0.5, 90.0, False), (1.5, -30.0, True), (1.0, 180.0, True)]:
        scale, turn, mirror = pose
        side = 200 * scale
        there = instance("d", Box(0.5 - side / 1600, 0.5 - side / 1200, 0.5 + side / 1600, 0.5 + side / 1200), pose)
        moved = mark * [-1.0 if mirror else 1.0, 1.0] * scale
        angle = np.radians(turn)  # counter-clockwise with y down
        moved = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) @ moved
        shown = tile(there, pose_of([first, there], WORKS), WORKS["d"])
        back = np.radians(shown["turn"])  # as style sheets turn: clockwise
        turned = np.array([[np.cos(back), -np.sin(back)], [np.sin(back), np.cos(back)]]) @ moved
        placed.append(turned * [-1.0 if shown["mirror"] else 1.0, 1.0] * shown["share"] / side)
    np.testing.assert_allclose(placed, np.tile(mark * FILLED / 200, (5, 1)), atol=1e-4)


def test_without_a_transform_a_detail_fills_its_tile_and_a_lost_work_has_none() -> None:
    pose = pose_of([instance("a")], WORKS)
    assert tile(instance("b", pose=None), pose, WORKS["b"])["share"] == tile(instance("a"), pose, WORKS["a"])["share"]
    assert tile(instance("gone"), pose, None)["box"] is None
    assert pose_of([instance("gone")], WORKS).aspect == 1.0
    tall = instance("a", Box(0.1, 0.0, 0.2, 1.0), pose=None)  # 100 by 500 pixels
    assert tile(tall, pose, WORKS["a"])["share"] * 5 * pose.aspect <= 1.0, "it is not cut"


# -- the wall ----------------------------------------------------------------------------------------------------------

MOTIFS = [
    motif("m-1", "ab", probability=0.95), motif("m-2", "abd", probability=0.5, name="zinnia", kept=True),
    motif("m-3", "cd", probability=0.7, note="a rare Brush", kept=True, proposals=(instance("a"),)),
    motif("m-4", "ac", dropped=True, kept=True), motif("m-5", "c"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Wanted(), "m-2 m-1 m-3"),
        (Wanted("probability"), "m-1 m-3 m-2"),
        (Wanted("range"), "m-2 m-1 m-3"),
        (Wanted("earliest"), "m-1 m-2 m-3"),
        (Wanted("name"), "m-2 m-1 m-3"),
        (Wanted(show="hidden"), "m-4"),
        (Wanted(show="proposals"), "m-3"),
        (Wanted(show="kept"), "m-2 m-3"),
        (Wanted(column="genre", value="marine"), "m-3"),
        (Wanted(text="MILL winter"), "m-2 m-1"),
        (Wanted(text="brush"), "m-3"),
        (Wanted(text="nothing"), ""),
    ],
)
def test_the_wall_is_sorted_and_narrowed(asked: Wanted, found: str) -> None:
    assert ids(chosen(MOTIFS, WORKS, asked)) == found


def test_a_choice_has_the_kept_motifs_first_and_before_them_the_one_that_is_named() -> None:
    assert ids(chosen(MOTIFS, WORKS, Wanted("kept"))) == "m-2 m-3 m-1"
    assert ids(chosen(MOTIFS, WORKS, Wanted("kept", first="m-1"))) == "m-1 m-2 m-3"
    assert ids(chosen(MOTIFS, WORKS, Wanted("kept", text="m-3"))) == "m-3"
    assert ids(chosen(MOTIFS, WORKS, wanted({"both": ["b", "a"]}))) == "m-2 m-1"


def test_the_wall_says_whether_there_are_dates_to_sort_by() -> None:
    assert wall(MOTIFS, WORKS, Wanted())["dated"] is True
    assert wall(MOTIFS, {"c": WORKS["c"]}, Wanted())["dated"] is False


def test_a_motif_without_a_name_is_told_by_the_place_of_its_first_instance() -> None:
    shown = wall(
        [ShownMotif("m-1", (instance("gone"), instance("a", Box(0.7, 0.8, 0.9, 1.0)))), MOTIFS[0]], WORKS, Wanted()
    )
    assert [(each["like"], each["where"]) for each in shown["motifs"]] == [
        ("The Mill", "upper left"), ("The Mill", "lower right"),
    ]  # fmt: skip


def test_the_wall_comes_in_parts_that_make_up_the_whole() -> None:
    many = [motif(f"m-{number}", "ab") for number in range(2 * PAGE + 3)]
    parts = [wall(many, WORKS, Wanted(start=start)) for start in range(0, 3 * PAGE, PAGE)]
    assert [shown["id"] for part in parts for shown in part["motifs"]] == [each.id for each in many]
    assert {part["total"] for part in parts} == {len(many)}


def test_a_strip_shows_each_work_before_any_of_them_twice() -> None:
    twice = ShownMotif(
        "m-1", tuple(instance(work, Box(x, 0, x + 0.1, 0.1)) for x, work in ((0, "a"), (0.5, "a"), (0, "b")))
    )
    shown = wall([twice], WORKS, Wanted())["motifs"][0]
    assert [each["work"] for each in shown["tiles"]] == ["a", "b", "a"]
    assert (shown["size"], shown["works"], shown["years"]) == (3, 2, "1590–1610")


def test_what_a_browser_sends_is_taken_or_left() -> None:
    assert wanted(None) == wanted({"sort": 7, "show": "<b>", "from": "x"}) == Wanted()
    assert values(WORKS.values(), "genre") == [("genre", 1), ("landscape", 2), ("marine", 1)]


# -- dossiers ----------------------------------------------------------------------------------------------------------


def test_who_is_first_is_said_as_far_as_dates_go() -> None:
    sure = first_by_date([WORKS["a"], WORKS["d"], WORKS["c"]])
    assert sure and (sure["works"][0]["work"], sure["sure"], sure["undated"]) == ("a", True, 1)
    close = first_by_date([WORKS["a"], WORKS["b"], WORKS["d"]])
    assert close and ([each["work"] for each in close["works"]], close["sure"]) == (["b", "a"], False)
    assert first_by_date([WORKS["a"], WORKS["c"]]) is None


def test_a_dossier_says_how_each_instance_lies_with_true_sizes() -> None:
    """The second work's photograph is twice as large in pixels: a scale of 2 is the same size on the work."""
    larger, by_hand = instance("d", pose=(2.0, 0.0, False)), instance("c", pose=None, by_hand=True)
    found = ShownMotif("m-1", (instance("a"), instance("b", pose=(2.0, 0.0, True)), larger, instance("gone"), by_hand))
    shown = dossier(found, WORKS)
    said = {each["file"]: each["said"] for each in shown["instances"]}
    assert said == {
        "a": "the others are compared with this one", "b": "reversed, the same size in cm",
        "d": "the same way round, 2 times as large", "gone": "This work is no longer in the collection.",
        "c": "drawn by hand",
    }  # fmt: skip
    assert [(each["work"], each["cm"]) for each in shown["sizes"]] == [("a", 20.0), ("b", 20.0)]
    assert [each["work"] for each in shown["dated"]] == ["b", "a", "d"]


def test_of_a_motif_of_which_nothing_is_left_a_sentence_says_so() -> None:
    emptied = ShownMotif("m-1", (), kept=True, removed=(instance("a"),))
    assert dossier(emptied, WORKS)["notices"] == [
        "Nothing is left in this motif: all its instances were removed. They can be restored below."
    ]
    assert dossier(motif("m-1", "ab"), WORKS)["notices"] == []
    apart = ShownMotif("m-1", (instance("a"), instance("b", pose=None), instance("c", pose=None, by_hand=True)))
    [said] = dossier(apart, WORKS)["notices"]
    assert said.startswith("How 1 of the 3 instances lie to the others is not known")


def test_one_known_size_is_no_histogram() -> None:
    assert sizes([instance("a"), instance("c")], pose_of([instance("a")], WORKS), WORKS) == []


# -- runs --------------------------------------------------------------------------------------------------------------


class Named:
    """As much of a workspace as a run names it by."""

    def __init__(self, name: str) -> None:
        self.name = name


def until(true, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    assert true()


def test_a_run_waits_while_somebody_asks_and_stops_when_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    queue, steps, ended = FairQueue(at_once=1), [], threading.Event()

    def discover(workspace, progress) -> None:
        try:
            for number in range(100_000):
                progress("Comparing places", number, 100_000)
                steps.append(number)
                time.sleep(0.005)
        except Cancelled:
            ended.set()
            raise

    monkeypatch.setattr(finding_module, "discover", discover)
    finding, workspace, other = Finding(queue), Named("prints"), Named("drawings")
    finding.start(workspace)
    until(lambda: len(steps) > 3)
    assert (finding.run(workspace).stage, finding.run(workspace).running) == ("Comparing places", True)
    with pytest.raises(Exception, match="another collection"):
        finding.start(other)
    answer, asked = threading.Event(), threading.Event()

    def question() -> bool:
        asked.set()
        return answer.wait(20)

    threading.Thread(target=queue.compute, args=("visitor", None, question), daemon=True).start()
    asked.wait(20)
    time.sleep(0.2)  # a step that was going on comes to its end
    before = len(steps)
    time.sleep(0.4)
    assert len(steps) == before
    answer.set()
    until(lambda: len(steps) > before)
    finding.stop(workspace)
    assert ended.wait(20)
    until(lambda: not finding.run(workspace).running)
    assert finding.run(workspace).stopped
    finding.stop(other)
    assert not finding.run(other).running
