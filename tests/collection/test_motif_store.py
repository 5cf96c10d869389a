"""What scholars make of motifs: every change is kept, undone and redone; nothing else ever touches it."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.collection import Collection, PictureFile
from explorer.collection.database import MIGRATIONS, SCHEMA_VERSION
from explorer.collection.kept_motifs import (
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_INSTANCES,
    RELATIONS,
    KeptInstance,
    KeptMotif,
    from_the_first,
    in_the_pose_of,
)
from explorer.collection.motif_changes import MotifChanges
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.verification.transforms import Transform

WORKS = tuple(f"{letter}.jpg" for letter in "abcdefgh")
HERE, NEAR, FAR = Box(0.1, 0.1, 0.3, 0.3), Box(0.11, 0.1, 0.31, 0.3), Box(0.6, 0.5, 0.8, 0.7)
SAME = Transform(1.0, 0.0, False)
HOSTILE = "<script>alert('=1+1')</script> \N{SNOWMAN}"


def instance(work: str, box: Box = HERE, **values) -> KeptInstance:
    return KeptInstance(work, box, SAME, 0.9, **values)


def discovered(name: str = "m-1", works: str = "abcd", box: Box = HERE) -> KeptMotif:
    """A motif as discovery shows it, at one place of several works."""
    found = tuple(replace(instance(f"{work}.jpg", box), number=n) for n, work in enumerate(works, start=1))
    return KeptMotif(name, found, probability=0.8)


FOUND = {"m-1": discovered(), "m-2": discovered("m-2", "aefg", FAR), "m-3": discovered("m-3", "dh", FAR)}


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    made = Collection(tmp_path / "collection.sqlite")
    made.sync([PictureFile(w, Path(w), 1, 1) for w in WORKS], {w: (f"hash {w}", 400, 300) for w in WORKS}, None)
    return made


@pytest.fixture
def anna(collection: Collection) -> MotifChanges:
    return collection.motifs.by("Anna", FOUND)


# -- kept, and there ---------------------------------------------------------------------------------------------------


def test_the_first_change_keeps_a_discovered_motif_and_undoing_it_lets_it_go(collection: Collection, anna) -> None:
    assert collection.motifs.all() == []
    assert anna.name("m-1", f"  The mill\n{HOSTILE} ").name == f"The mill {HOSTILE}"
    expected = replace(FOUND["m-1"], name=f"The mill {HOSTILE}")
    assert Collection(collection.path).motifs.all() == [expected]
    assert collection.motifs.motif("m-1") == expected
    taken = collection.motifs.undo("Bert")
    assert (taken.kind, taken.who, taken.motifs) == ("name", "Anna", ("m-1",))
    assert collection.motifs.all() == []
    collection.motifs.redo("Bert")
    assert collection.motifs.all() == [expected]
    assert [(change.kind, change.who, change.of) for change in collection.motifs.history("m-1")] == [
        ("name", "Anna", 0), ("undo", "Bert", 1), ("redo", "Bert", 1),
    ]  # fmt: skip
    assert all(change.when.endswith("Z") for change in collection.motifs.history())


def test_what_is_kept_is_no_longer_what_is_discovered(collection: Collection, anna) -> None:
    anna.remove("m-1", ("b.jpg", NEAR))
    other = {"m-1": discovered("m-1", "gh")}
    collection.motifs.by("Bert", other).note("m-1", "seen")
    kept = collection.motifs.motif("m-1")
    assert [each.work for each in kept.present] == ["a.jpg", "c.jpg", "d.jpg"]
    assert [each.work for each in kept.removed] == ["b.jpg"]
    assert kept.note == "seen"


def test_numbers_of_numpy_are_kept_as_numbers(collection: Collection) -> None:
    box = Box(*np.array([0.1, 0.2, 0.3, 0.4], np.float32))
    odd = KeptInstance("a.jpg", box, Transform(np.float32(2), np.float32(3), np.bool_(True)), np.float32(0.5))
    found = KeptMotif("m-9", (odd,), probability=np.float32(0.25))
    collection.motifs.by("", {"m-9": found}).keep("m-9")
    kept = collection.motifs.motif("m-9")
    assert kept.probability == 0.25
    assert kept.instances[0].transform == Transform(2.0, 3.0, True)
    assert kept.instances[0].box.iou(box) == pytest.approx(1)
    assert collection.motifs.history()[0].who == "anonymous"


def test_works_that_left_keep_their_instances(collection: Collection, anna) -> None:
    kept = anna.name("m-1", "mill")
    collection.sync([], {}, None)
    assert Collection(collection.path).motifs.all() == [kept]
    assert anna.relate("m-1", ("b.jpg", HERE), "copy").at(("b.jpg", HERE)).relation == "copy"


def test_what_changes_nothing_leaves_no_trace(collection: Collection, anna) -> None:
    anna.name("m-1", "mill")
    for change in (
        lambda: anna.name("m-1", " mill "), lambda: anna.keep("m-1"), lambda: anna.bring_back("m-1"),
        lambda: anna.relate("m-1", ("a.jpg", HERE), ""),
    ):  # fmt: skip
        change()
    assert len(collection.motifs.history()) == 1


# -- instances ---------------------------------------------------------------------------------------------------------


def test_an_instance_is_named_by_nearly_its_place(anna) -> None:
    assert anna.relate("m-1", ("b.jpg", NEAR), "reversed").at(("b.jpg", HERE)).relation == "reversed"
    assert anna.note_instance("m-1", ("b.jpg", NEAR), " a\r\nb ").at(("b.jpg", HERE)).note == "a\nb"
    for place in (("b.jpg", FAR), ("h.jpg", HERE), ("\ud800", HERE)):
        with pytest.raises(ExplorerError, match="no instance there"):
            anna.relate("m-1", place, "copy")


def test_removed_and_restored(anna) -> None:
    assert anna.remove("m-1", ("b.jpg", NEAR)).removed == (instance("b.jpg", removed=True),)
    with pytest.raises(ExplorerError, match="no instance there"):
        anna.remove("m-1", ("b.jpg", HERE))
    assert anna.restore("m-1", ("b.jpg", NEAR)) == FOUND["m-1"]
    with pytest.raises(ExplorerError, match="No instance was removed"):
        anna.restore("m-1", ("b.jpg", HERE))


def test_added_by_hand(anna) -> None:
    added = anna.add("m-1", ("h.jpg", Box(-0.5, 0.1, 0.3, 0.3))).instances[-1]
    assert added == KeptInstance("h.jpg", Box(0, 0.1, 0.3, 0.3), by_hand=True)
    with pytest.raises(ExplorerError, match="already"):
        anna.add("m-1", ("b.jpg", NEAR))
    with pytest.raises(ExplorerError, match="no work"):
        anna.add("m-1", ("absent.jpg", HERE))
    with pytest.raises(ExplorerError, match="no work"):
        anna.add("m-1", ("\ud800", HERE))
    anna.remove("m-1", ("b.jpg", HERE))
    assert anna.add("m-1", ("b.jpg", NEAR)).at(("b.jpg", HERE)) == instance("b.jpg"), "it is the one that was removed"


def test_proposals_are_accepted_and_declined(anna) -> None:
    proposed = instance("h.jpg")
    assert anna.decline("m-1", proposed).removed == (replace(proposed, removed=True),)
    with pytest.raises(ExplorerError, match="already"):
        anna.decline("m-1", proposed)
    assert anna.accept("m-1", proposed).present[-1] == proposed


def test_a_box_is_drawn_anew(anna) -> None:
    assert anna.redraw("m-1", ("b.jpg", HERE), NEAR).instances[1] == replace(instance("b.jpg"), box=NEAR, by_hand=True)
    moved = anna.redraw("m-1", ("b.jpg", NEAR), FAR)
    assert moved.at(("b.jpg", FAR)).box == FAR
    assert [each.box for each in moved.removed] == [NEAR]
    with pytest.raises(ExplorerError, match="there already"):
        anna.redraw("m-1", ("b.jpg", FAR), HERE)


# -- two motifs --------------------------------------------------------------------------------------------------------


def test_merged(collection: Collection, anna) -> None:
    anna.name("m-2", "ship")
    anna.note("m-1", "one")
    anna.note("m-2", "two")
    anna.remove("m-2", ("e.jpg", FAR))
    merged = anna.merge("m-1", "m-2")
    assert [(each.work, each.removed) for each in merged.instances] == [
        *((f"{work}.jpg", False) for work in "abcda"), ("e.jpg", True), ("f.jpg", False), ("g.jpg", False),
    ]  # fmt: skip
    assert (merged.name, merged.note) == ("ship", "one\ntwo")
    assert collection.motifs.all() == [merged]
    with pytest.raises(ExplorerError, match="m-2 was merged into m-1"):
        collection.motifs.by("Anna").name("m-2", "x")
    assert {*collection.motifs.history()[-1].motifs} == {"m-1", "m-2"}
    collection.motifs.undo("Anna")
    assert [(motif.id, motif.note) for motif in collection.motifs.all()] == [("m-2", "two"), ("m-1", "one")]


def test_what_is_in_either_is_in_the_merged_one_and_what_was_said_in_either_stays(collection: Collection, anna) -> None:
    anna.remove("m-1", ("b.jpg", HERE))
    anna.relate("m-1", ("c.jpg", HERE), "copy")
    other = discovered("m-4", "bch", NEAR)
    collection.motifs.by("Bert", {"m-4": other}).keep("m-4")
    anna.relate("m-4", ("c.jpg", NEAR), "variant")
    anna.note_instance("m-4", ("b.jpg", NEAR), "certain")
    merged = anna.merge("m-1", "m-4")
    assert merged.removed == ()
    assert merged.at(("c.jpg", HERE)).relation == "copy", "that of the motif merged into"
    assert (merged.at(("b.jpg", HERE)).note, merged.at(("b.jpg", HERE)).box) == ("certain", HERE)
    assert len(merged.instances) == 5


def test_of_what_was_merged_it_is_known_into_what(collection: Collection, anna) -> None:
    """Also of motifs that nobody had kept, and over several merges."""
    anna.merge("m-1", "m-2")
    assert collection.motifs.merged() == {"m-2": "m-1"}
    anna.merge("m-3", "m-1")
    assert collection.motifs.merged() == {"m-2": "m-3", "m-1": "m-3"}
    with pytest.raises(ExplorerError, match="m-1 was merged into m-3"):
        collection.motifs.by("Anna").name("m-1", "mill")
    collection.motifs.undo("Bert")
    assert collection.motifs.merged() == {"m-2": "m-1"}
    collection.motifs.undo("Bert")
    assert (collection.motifs.merged(), collection.motifs.all()) == ({}, [])
    collection.motifs.redo("Bert")
    assert collection.motifs.merged() == {"m-2": "m-1"}


def test_merged_instances_are_laid_in_one_pose_by_a_detail_that_both_have_and_it_is_there_once(
    collection: Collection, anna
) -> None:
    """In c the second motif takes in less; how b and c lie to one another was found, so how b lies to a is known."""
    ours = (
        KeptInstance("a.jpg", HERE, SAME, 0.9),
        KeptInstance("c.jpg", HERE, Transform(2.0, 30.0, True), 0.8, "copy", "x"),
    )
    within = Box(0.15, 0.15, 0.25, 0.25)
    theirs = (
        KeptInstance("b.jpg", FAR, SAME, 0.7),
        KeptInstance("c.jpg", within, Transform(4.0, 10.0, False), 0.6, "variant", "y"),
    )
    anna = collection.motifs.by("Anna", {"m-5": KeptMotif("m-5", ours), "m-6": KeptMotif("m-6", theirs)})
    anna.name("m-5", "mill")
    anna.name("m-6", "ship")
    merged = anna.merge("m-5", "m-6")
    assert [(each.work, each.box) for each in merged.instances] == [("a.jpg", HERE), ("c.jpg", HERE), ("b.jpg", FAR)]
    assert merged.instances[2].transform == Transform(0.5, 20.0, True), "mirrored, half as large, 30 - 10 degrees"
    assert (merged.instances[1].relation, merged.instances[1].note) == ("copy", "x\nAlso called variant.\ny")
    assert (merged.name, merged.note) == ("mill", "Also called ship.")
    collection.motifs.undo("Anna")
    assert [motif.name for motif in collection.motifs.all()] == ["mill", "ship"]


def test_of_a_detail_that_is_in_both_the_box_that_was_drawn_by_hand_stays(collection: Collection, anna) -> None:
    collection.motifs.by("Bert", {"m-4": discovered("m-4", "bh")}).redraw("m-4", ("b.jpg", HERE), NEAR)
    merged = anna.merge("m-1", "m-4")
    assert [(each.work, each.box, each.by_hand) for each in merged.instances[1:]] == [
        ("b.jpg", NEAR, True), ("c.jpg", HERE, False), ("d.jpg", HERE, False), ("h.jpg", HERE, False),
    ]  # fmt: skip


def test_what_has_no_pose_takes_that_of_what_is_merged_into_it(collection: Collection, anna) -> None:
    drawn = KeptMotif("k-9", (KeptInstance("g.jpg", HERE, by_hand=True),))
    merged = collection.motifs.by("Anna", {**FOUND, "k-9": drawn}).merge("k-9", "m-1")
    assert [each.transform for each in merged.instances] == [None, *[SAME] * 4]


def test_split_and_merged_again_is_what_it_was(collection: Collection, anna) -> None:
    anna.relate("m-1", ("b.jpg", HERE), "copy")
    new = anna.split("m-1", [("b.jpg", NEAR), ("c.jpg", HERE), ("b.jpg", HERE)])
    assert new.id.startswith("k-")
    assert [(each.work, each.relation) for each in new.present] == [("b.jpg", "copy"), ("c.jpg", "")]
    assert new.probability == 0.8
    old = collection.motifs.motif("m-1")
    assert [each.work for each in old.present] == ["a.jpg", "d.jpg"]
    again = anna.merge("m-1", new.id)
    assert again == replace(FOUND["m-1"], instances=again.instances)
    assert again.instances == (
        instance("a.jpg"), instance("b.jpg", relation="copy"), instance("c.jpg"), instance("d.jpg"),
    )  # fmt: skip


def test_of_a_split_some_and_not_all_are_chosen(anna) -> None:
    for places in ([], [(f"{work}.jpg", HERE) for work in "abcd"]):
        with pytest.raises(ExplorerError, match="not all of them"):
            anna.split("m-1", places)


def test_moved(collection: Collection, anna) -> None:
    target = anna.move("m-1", ("b.jpg", HERE), "m-2")
    assert target.instances[-1] == replace(instance("b.jpg"), transform=None), "how it lies to these nobody knows"
    assert collection.motifs.motif("m-1").removed == (instance("b.jpg", removed=True),)
    back = anna.move("m-2", ("b.jpg", HERE), "m-1")
    assert back == FOUND["m-1"]


def test_transforms_are_led_over_a_place_that_both_motifs_have() -> None:
    ours = [KeptInstance("a.jpg", HERE, Transform(2.0, 30.0, True))]
    others = [
        KeptInstance("a.jpg", NEAR, SAME), KeptInstance("b.jpg", HERE, Transform(0.5, 20.0, True)),
        KeptInstance("c.jpg", HERE),
    ]  # fmt: skip
    posed = in_the_pose_of(others, ours)
    assert [each.transform for each in posed] == [
        Transform(2.0, 30.0, True), Transform(1.0, -10.0, False), None,
    ]  # fmt: skip
    shown = from_the_first(posed)
    assert [each.transform for each in shown] == [Transform(1.0, 0.0, False), Transform(0.5, 20.0, True), None]
    assert [each.transform for each in in_the_pose_of(others, [KeptInstance("z.jpg", HERE, SAME)])] == [None] * 3


def test_dropped_and_brought_back(collection: Collection, anna) -> None:
    assert anna.drop("m-1").dropped
    assert collection.motifs.all(dropped=False) == []
    assert collection.motifs.all() == [replace(FOUND["m-1"], dropped=True)]
    assert anna.bring_back("m-1") == FOUND["m-1"]


# -- what will not do --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda by: by.name("m-1", "x" * (LONGEST_NAME + 1)), "120 characters"),
        (lambda by: by.name("m-1", "a\u202eb"), "can be seen"),
        (lambda by: by.note("m-1", "x" * (LONGEST_NOTE + 1)), "4,000 characters"),
        (lambda by: by.note("m-1", "a\x00b"), "no text"), (lambda by: by.note("m-1", "\ud800"), "no text"),
        (lambda by: by.note_instance("m-1", ("a.jpg", HERE), "\x07"), "no text"),
        (lambda by: by.relate("m-1", ("a.jpg", HERE), "Copy"), "one of copy, reversed, variant, doubtful"),
        (lambda by: by.name("m-99", "x"), "no motif 'm-99'"), (lambda by: by.name("\ud800", "x"), "no motif"),
        (lambda by: by.name("'; DROP TABLE works", "x"), "no motif"), (lambda by: by.merge("m-1", "m-99"), "no motif"),
        (lambda by: by.move("m-1", ("a.jpg", HERE), "m-1"), "two motifs"),
        (lambda by: by.merge("m-1", "m-1"), "two motifs"),
    ],
)  # fmt: skip
def test_what_will_not_do_is_refused_and_nothing_is_kept(collection: Collection, anna, change, sentence) -> None:
    with pytest.raises(ExplorerError, match=sentence):
        change(anna)
    assert (collection.motifs.all(), collection.motifs.history()) == ([], [])


def test_a_motif_has_not_too_many_instances(collection: Collection) -> None:
    many = tuple(instance(f"{number}.jpg") for number in range(MOST_INSTANCES + 1))
    with pytest.raises(ExplorerError, match="2,000 instances"):
        collection.motifs.by("", {"m-1": KeptMotif("m-1", many)}).keep("m-1")
    with pytest.raises(ExplorerError, match="no id"):
        collection.motifs.by("", {"<b>": KeptMotif("<b>", many[:2])}).keep("<b>")


def test_with_nothing_done_there_is_nothing_to_undo(collection: Collection, anna) -> None:
    for step in (collection.motifs.undo, collection.motifs.redo):
        with pytest.raises(ExplorerError, match="no change"):
            step("Anna")
    anna.name("m-1", "x")
    collection.motifs.undo("Anna")
    anna.name("m-1", "y")
    with pytest.raises(ExplorerError, match="to bring back"):
        collection.motifs.redo("Anna")
    assert collection.motifs.motif("m-1").name == "y"
    with pytest.raises(ExplorerError, match="No motif"):
        collection.motifs.motif("m-2")


# -- any sequence of changes -------------------------------------------------------------------------------------------


def random_change(dice: random.Random, collection: Collection) -> Callable[[], object]:
    """Some change of some motif; not all of them can be made."""
    by = collection.motifs.by(dice.choice(("Anna", "Bert")), FOUND)
    names = [motif.id for motif in collection.motifs.all()] + list(FOUND)
    motif, other = dice.choice(names), dice.choice(names)
    places = [(work, box) for work in WORKS for box in (HERE, NEAR, FAR)]
    place = dice.choice(places)
    proposed = instance(place[0], place[1])
    return dice.choice([
        lambda: by.keep(motif), lambda: by.name(motif, dice.choice(("", "mill", HOSTILE))),
        lambda: by.note(motif, f"note {dice.random()}"), lambda: by.drop(motif), lambda: by.bring_back(motif),
        lambda: by.remove(motif, place), lambda: by.restore(motif, place), lambda: by.add(motif, place),
        lambda: by.relate(motif, place, dice.choice(RELATIONS)), lambda: by.note_instance(motif, place, "seen"),
        lambda: by.accept(motif, proposed), lambda: by.decline(motif, proposed),
        lambda: by.redraw(motif, place, dice.choice((HERE, NEAR, FAR))), lambda: by.move(motif, place, other),
        lambda: by.merge(motif, other), lambda: by.split(motif, dice.sample(places, 6)),
        lambda: by.split(motif, [place]),
    ])  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_undoing_all_is_the_beginning_and_redoing_all_the_end(collection: Collection, seed: int) -> None:
    dice = random.Random(seed)
    states = [collection.motifs.all()]
    kinds: list[str] = []
    while len(kinds) < 30:
        before = len(collection.motifs.history())
        try:
            random_change(dice, collection)()
        except ExplorerError:
            assert collection.motifs.all() == states[-1], "a refused change changes nothing"
            assert len(collection.motifs.history()) == before
            continue
        if len(collection.motifs.history()) > before:
            states.append(collection.motifs.all())
            kinds.append(collection.motifs.history()[-1].kind)
    assert len(set(kinds)) > 7
    for back in range(2):  # there and back again, twice
        for state, kind in zip(reversed(states[:-1]), reversed(kinds), strict=True):
            assert collection.motifs.next_steps()[0].kind == kind
            assert collection.motifs.undo("Cas").kind == kind
            assert collection.motifs.all() == state
        assert (collection.motifs.all(), collection.motifs.next_steps()[0]) == ([], None)
        for state, kind in zip(states[1:], kinds, strict=True):
            assert collection.motifs.redo("Cas").kind == kind
            assert collection.motifs.all() == state
        assert collection.motifs.next_steps()[1] is None
        assert Collection(collection.path).motifs.all() == states[-1], back


@pytest.mark.parametrize("seed", range(3))
def test_undo_and_redo_among_changes_follow_one_line(collection: Collection, seed: int) -> None:
    """Against a list of states with a finger on one of them."""
    dice = random.Random(100 + seed)
    line, finger = [collection.motifs.all()], 0
    for _ in range(60):
        before = len(collection.motifs.history())
        step = dice.choice(("undo", "redo", "change", "change"))
        try:
            if step == "change":
                random_change(dice, collection)()
            else:
                getattr(collection.motifs, step)("Anna")
        except ExplorerError:
            pass
        if len(collection.motifs.history()) == before:
            if step != "change":
                assert finger == (0 if step == "undo" else len(line) - 1)
        elif step == "change":
            line, finger = [*line[: finger + 1], collection.motifs.all()], finger + 1
        else:
            finger += 1 if step == "redo" else -1
        assert collection.motifs.all() == line[finger]


def test_nothing_is_ever_altered_or_deleted(collection: Collection) -> None:
    tables = ("motif_changes", "kept_motifs", "kept_instances")

    def rows() -> set[tuple]:
        with sqlite3.connect(collection.path) as db:
            return {(table, *row) for table in tables for row in db.execute(f"SELECT * FROM {table}")}

    dice, seen = random.Random(5), set()
    for _ in range(80):
        try:
            dice.choice((random_change(dice, collection), lambda: collection.motifs.undo("Anna")))()
        except ExplorerError:
            continue
        assert rows() >= seen
        seen = rows()
    assert len(seen) > 100


# -- others at the same time, other databases --------------------------------------------------------------------------


def test_several_threads_lose_nothing(collection: Collection) -> None:
    def work(letter: str) -> None:
        mine = Collection(collection.path).motifs.by(letter, FOUND)
        for count in range(5):
            mine.note_instance("m-1", (f"{letter}.jpg", HERE), f"{letter} {count}")
            mine.note(f"m-{1 + count % 2}", f"{letter} {count}")

    threads = [threading.Thread(target=work, args=(letter,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(collection.motifs.history()) == 40
    assert [each.note for each in collection.motifs.motif("m-1").instances] == [f"{letter} 4" for letter in "abcd"]
    for _ in range(40):
        collection.motifs.undo("Anna")
    assert collection.motifs.all() == []


def test_two_programs_lose_nothing(collection: Collection) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom explorer.collection import Collection\n"
        "from explorer.geometry import Box\n"
        "by = Collection(Path(sys.argv[1])).motifs.by(sys.argv[2])\n"
        "for count in range(10):\n"
        "    by.note_instance('m-1', (sys.argv[2], Box(0.1, 0.1, 0.3, 0.3)), str(count))\n"
    )
    collection.motifs.by("Anna", FOUND).keep("m-1")
    command = [sys.executable, "-c", script, str(collection.path)]
    programs = [subprocess.Popen([*command, work], cwd=Path(__file__).parents[2]) for work in WORKS[:2]]
    assert [program.wait(60) for program in programs] == [0, 0]
    assert len(collection.motifs.history()) == 21
    assert [each.note for each in collection.motifs.motif("m-1").instances] == ["9", "9", "", ""]


def test_a_database_of_before_is_backed_up_and_can_keep_motifs(tmp_path: Path) -> None:
    path = tmp_path / "collection.sqlite"
    with sqlite3.connect(path) as db:
        for step in MIGRATIONS[:3]:
            for statement in step:
                db.execute(statement)
        db.execute("INSERT INTO kept_columns (name, shown, \"when\") VALUES ('subject', 'subject', '')")
        db.execute("PRAGMA user_version = 3")
    collection = Collection(path)
    collection.motifs.by("Anna", FOUND).name("m-1", "mill")
    assert [motif.name for motif in Collection(path).motifs.all()] == ["mill"]
    assert [column.name for column in collection.kept.all()] == ["subject"]
    [backup] = (tmp_path / "backups").glob("*-schema-3.sqlite")
    with sqlite3.connect(backup) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 3 < SCHEMA_VERSION


def test_motifs_that_were_kept_before_finds_were_are_there_and_can_be_split(tmp_path: Path) -> None:
    path = tmp_path / "collection.sqlite"
    with sqlite3.connect(path) as db:
        for step in MIGRATIONS[:4]:
            for statement in step:
                db.execute(statement)
        db.execute("INSERT INTO motif_changes (kind, who, \"when\") VALUES ('name', 'Anna', '')")
        db.execute("INSERT INTO kept_motifs VALUES (1, 'm-1', 'mill', '', 0.8, 'kept')")
        for number, work in enumerate(WORKS[:3], start=1):
            values = (number, work, *HERE.as_tuple(), 1.0, 0.0, 0, 0.9, "", "", 0, "in")
            db.execute(f"INSERT INTO kept_instances VALUES (1, 'm-1', {', '.join('?' * len(values))})", values)
        db.execute("PRAGMA user_version = 4")
    motifs = Collection(path).motifs
    assert motifs.all() == [KeptMotif("m-1", tuple(map(instance, WORKS[:3])), "mill", probability=0.8)]
    new = motifs.by("Anna").split("m-1", [(WORKS[0], HERE)])
    places = tuple((work, HERE) for work in WORKS[:3])
    assert [[find.places for find in motifs.motif(name).finds] for name in ("m-1", new.id)] == [[places]] * 2


def test_what_a_motif_was_made_of_is_kept_undone_and_redone_with_it(collection: Collection, anna) -> None:
    def finds() -> dict[str, list[int]]:
        return {motif.id: [len(find.places) for find in motif.finds] for motif in collection.motifs.all()}

    anna.add("m-1", ("h.jpg", HERE))
    assert finds() == {"m-1": [4]}
    anna.merge("m-1", "m-3")
    assert finds() == {"m-1": [4, 2]}
    new = anna.split("m-1", [("a.jpg", HERE)]).id
    assert finds() == {"m-1": [4, 2], new: [4, 2]}
    anna.merge("m-1", new)
    assert finds() == {"m-1": [4, 2]}
    for _ in range(3):
        collection.motifs.undo("Anna")
    assert finds() == {"m-1": [4]}
    collection.motifs.redo("Anna")
    assert finds() == {"m-1": [4, 2]}
