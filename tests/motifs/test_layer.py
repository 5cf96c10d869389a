"""What is shown of motifs: a discovery never overwrites what a person decided, it proposes."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.collection import Collection, PictureFile
from explorer.collection.kept_motifs import Find, KeptInstance, KeptMotif
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.motifs.layer import ShownMotif, as_kept, shown_motifs, to_keep
from explorer.motifs.records import Instance, Motif
from explorer.verification.transforms import Transform

WORKS = tuple("abcdefghijkl")
SAME = Transform(1.0, 0.0, False)
SIZES = {work: (1000, 500) for work in WORKS}


def spot(number: int) -> Box:
    """One of eight boxes that do not overlap."""
    return Box(number / 10, 0.2, number / 10 + 0.08, 0.4)


def shifted(box: Box) -> Box:
    """The same place, not quite."""
    return Box(box.x0 + 0.01, box.y0, box.x1 + 0.01, box.y1)


def motif(name: str, works: str, number: int = 0) -> Motif:
    """A discovered motif at one spot of several works; each is twice as large as the one before, by its transform."""
    found = (
        Instance(work, spot(number), Transform(2.0**n, 10.0 * n, False), 0.9 - n / 100) for n, work in enumerate(works)
    )
    return Motif(name, tuple(found), 0.8)


def kept(motif_id: str, works: str, number: int = 0, removed: str = "", **values) -> KeptMotif:
    found = as_kept(motif(motif_id, works, number))
    instances = (replace(each, removed=each.work in removed, number=n) for n, each in enumerate(found.instances, 1))
    finds = (Find(tuple(each.place for each in found.instances)),)
    return replace(found, instances=tuple(instances), **{"finds": finds, **values})


def works_of(instances) -> str:
    return "".join(instance.work for instance in instances)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    made = Collection(tmp_path / "collection.sqlite")
    made.sync([PictureFile(w, Path(w), 1, 1) for w in WORKS], {w: (f"hash {w}", 1000, 500) for w in WORKS}, None)
    return made


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_what_nobody_worked_on_is_shown_as_it_was_discovered() -> None:
    found = motif("m-1", "abc")
    [shown] = shown_motifs([found], [])
    assert (shown.id, shown.kept, shown.proposals, shown.removed) == ("m-1", False, (), ())
    record, expected = shown.to_json(SIZES), found.to_json(SIZES)
    assert {key: record[key] for key in expected if key != "instances"} == {
        key: value for key, value in expected.items() if key != "instances"
    }
    for mine, theirs in zip(record["instances"], expected["instances"], strict=True):
        assert {key: mine[key] for key in theirs} == theirs


def test_what_a_person_left_is_shown_with_what_was_found_since() -> None:
    mine = kept("m-1", "abc", removed="b", name="mill")
    [shown] = shown_motifs([motif("m-7", "cbade")], [mine])
    assert (shown.id, shown.name, shown.kept) == ("m-1", "mill", True)
    assert (works_of(shown.instances), works_of(shown.removed), works_of(shown.proposals)) == ("ac", "b", "de")
    assert shown.instances == mine.present


def test_a_proposal_lies_as_its_motif_does() -> None:
    """Found again from b, which is half as large as c and turned by 10 degrees less."""
    [shown] = shown_motifs([motif("m-7", "bcd")], [kept("m-1", "abc", removed="a")])
    assert shown.proposals[0].transform == Transform(8.0, 30.0, False)
    record = shown.to_json(SIZES)
    assert [each["transform"]["scale"] for each in record["instances"]] == [1.0, 2.0]
    assert record["proposals"][0]["transform"] == {"scale": 4.0, "turn": 20.0, "mirror": False}


@pytest.mark.parametrize(
    ("mine", "found", "same"),
    [
        ("abcd", "ab", True), ("abcd", "aefgh", False), ("ab", "bcdefghi", False), ("abc", "adefg", False),
        ("abcd", "abefghij", False), ("abcd", "abcefghij", True), ("abc", "def", False),
    ],
)  # fmt: skip
def test_a_motif_is_found_again_by_more_than_half_of_the_smaller_one(mine: str, found: str, same: bool) -> None:
    shown = shown_motifs([motif("m-7", found)], [kept("m-1", mine)])
    assert [each.id for each in shown] == (["m-1"] if same else ["m-1", "m-7"])
    assert works_of(shown[0].proposals) == ("".join(sorted(set(found) - set(mine))) if same else "")


def test_other_places_of_the_same_works_are_another_motif() -> None:
    assert [each.id for each in shown_motifs([motif("m-7", "abc", 1)], [kept("m-1", "abc")])] == ["m-1", "m-7"]


def test_what_was_removed_does_not_make_two_motifs_the_same() -> None:
    mine = kept("m-1", "abcdef", removed="def")
    assert [each.id for each in shown_motifs([motif("m-7", "def")], [mine])] == ["m-1", "m-7"]
    emptied = kept("m-1", "abc", removed="abc")
    assert [each.id for each in shown_motifs([motif("m-7", "abc")], [emptied])] == ["m-1"]


def test_a_dropped_motif_stays_hidden_and_hides_nothing_else() -> None:
    dropped = kept("m-1", "abc", dropped=True)
    assert shown_motifs([motif("m-7", "bcd")], [dropped]) == []
    assert [each.id for each in shown_motifs([motif("m-7", "bc")], [dropped], dropped=True)] == ["m-1"]
    assert [each.id for each in shown_motifs([motif("m-7", "abcdefgh")], [dropped])] == ["m-7"]


def test_what_is_in_one_kept_motif_is_not_proposed_to_another() -> None:
    """As after a split."""
    whole = kept("m-1", "abcd", removed="cd")
    shown = shown_motifs([motif("m-1", "abcde")], [whole, kept("k-2", "cd", finds=whole.finds)])
    assert [(each.id, works_of(each.instances), works_of(each.proposals)) for each in shown] == [
        ("m-1", "ab", "e"), ("k-2", "cd", ""),
    ]  # fmt: skip


def summary(shown: list[ShownMotif]) -> dict[str, tuple[str, str]]:
    """Works of the instances, and of the proposals, of each motif."""
    return {each.id: (works_of(each.instances), works_of(each.proposals)) for each in shown}


def test_what_nobody_touched_stays_beside_a_split_and_nothing_is_proposed(collection: Collection) -> None:
    found = [motif("m-1", "abcdef"), motif("m-2", "efghijkl")]
    places = [(work, spot(0)) for work in "ef"]
    new = collection.motifs.by("Anna", to_keep(shown_motifs(found, []))).split("m-1", places).id
    kept_now = {"m-1": ("abcd", ""), new: ("ef", "")}
    assert summary(shown_motifs(found, collection.motifs.all())) == {**kept_now, "m-2": ("efghijkl", "")}
    collection.motifs.by("Anna").remove("m-1", ("d", spot(0)))
    collection.motifs.by("Anna").remove(new, ("f", spot(0)))
    kept_now = {"m-1": ("abc", ""), new: ("e", "")}
    assert summary(shown_motifs(found, collection.motifs.all())) == {**kept_now, "m-2": ("efghijkl", "")}


def test_what_nobody_touched_stays_beside_a_merge(collection: Collection) -> None:
    """Each half of it lies in one of the two that were merged."""
    found = [motif("m-1", "abcd"), motif("m-2", "cdef"), motif("m-3", "efgh")]
    by = collection.motifs.by("Anna", to_keep(shown_motifs(found, [])))
    by.merge("m-1", "m-3")
    assert summary(shown_motifs(found, collection.motifs.all())) == {"m-1": ("abcdefgh", ""), "m-2": ("cdef", "")}
    again = [motif("m-7", "abcdi"), motif("m-8", "jefgh"), motif("m-2", "cdef")]
    assert summary(shown_motifs(again, collection.motifs.all())) == {"m-1": ("abcdefgh", "ji"), "m-2": ("cdef", "")}


def test_what_is_found_anew_is_proposed_to_the_part_that_has_most_of_it(collection: Collection) -> None:
    by = collection.motifs.by("Anna", to_keep(shown_motifs([motif("m-1", "abcdef")], [])))
    by.remove("m-1", ("f", spot(0)))
    new = by.split("m-1", [(work, spot(0)) for work in "de"]).id
    again = shown_motifs([motif("m-7", "bdefg")], collection.motifs.all())
    assert summary(again) == {"m-1": ("abc", ""), new: ("de", "g")}


def test_a_motif_whose_find_is_lost_is_known_by_what_is_in_it(collection: Collection) -> None:
    """By the instances that somebody accepted; what has less of it is another motif."""
    by = collection.motifs.by("Anna", to_keep(shown_motifs([motif("m-1", "abc")], [])))
    by.keep("m-1")
    for new in shown_motifs([motif("m-7", "abcdef")], collection.motifs.all())[0].proposals:
        by.accept("m-1", new)
    now = collection.motifs.all()
    assert summary(shown_motifs([motif("m-8", "defg")], now)) == {"m-1": ("abcdef", "g")}
    assert summary(shown_motifs([motif("m-8", "efghi")], now)) == {"m-1": ("abcdef", ""), "m-8": ("efghi", "")}


@pytest.mark.parametrize("seed", range(2))
def test_until_the_next_discovery_only_what_was_touched_leaves_the_wall(collection: Collection, seed: int) -> None:
    """And nothing is proposed of what was there when a motif was kept."""
    dice = random.Random(100 + seed)
    rows = ("abcdef", "efghijkl", "bcghk", "adgjl", "cfi", "hk")
    found = [motif(f"m-{number}", works) for number, works in enumerate(rows)]
    touched: set[str] = set()
    for _ in range(12):
        shown = shown_motifs(found, collection.motifs.all(), dropped=True)
        assert {each.id for each in shown if not each.kept} == {each.id for each in found} - touched
        assert {each.id for each in shown if each.proposals} == set()
        before = len(collection.motifs.history())
        some_work(dice, collection, shown)
        for change in collection.motifs.history()[before:]:
            touched |= set(change.motifs)
    assert len(touched) > 2


def test_the_probability_is_that_of_the_surest_pair_that_is_left(collection: Collection) -> None:
    """The first instance is the reference: its score is that of its pair with the second."""
    scores = dict(zip("abcd", (0.95, 0.95, 0.7, 0.6), strict=True))
    found = motif("m-1", "abcd")
    instances = tuple(replace(each, score=scores[each.work]) for each in found.instances)
    found = replace(found, instances=instances, probability=0.95)
    by = collection.motifs.by("Anna", to_keep(shown_motifs([found], [])))
    by.keep("m-1")

    def probability() -> float | None:
        return shown_motifs([found], collection.motifs.all())[0].probability

    assert probability() == 0.95
    left = []
    for work in "bcad":
        by.remove("m-1", (work, spot(0)))
        left.append(probability())
    assert left == [0.7, 0.6, None, None]
    by.restore("m-1", ("b", spot(0)))
    by.restore("m-1", ("c", spot(0)))
    assert probability() == 0.95
    new = by.split("m-1", [("c", spot(0))]).id
    by.add(new, ("e", spot(0)))
    assert shown_motifs([found], collection.motifs.all())[1].probability == 0.7


def test_a_motif_put_together_by_hand_has_no_probability() -> None:
    drawn = tuple(KeptInstance(work, spot(0), by_hand=True) for work in "ab")
    given = KeptMotif("m-2", drawn, probability=0.4)
    assert [each.probability for each in shown_motifs([], [KeptMotif("k-1", drawn), given])] == [None, 0.4]


def test_no_two_motifs_have_one_id() -> None:
    mine = [kept("m-1", "abc"), kept("m-2", "abc", 3, dropped=True)]
    shown = shown_motifs([motif("m-1", "def"), motif("m-2", "def", 1), motif("m-1", "def", 2)], mine)
    assert [each.id for each in shown] == ["m-1", "m-1-2", "m-2-2", "m-1-3"]
    assert list(to_keep(shown)) == ["m-1-2", "m-2-2", "m-1-3"]


def test_a_record_of_what_is_not_known_is_json() -> None:
    shown = ShownMotif("k-1", (KeptInstance("gone", Box(0, 0, 0.5, 0.5), by_hand=True),), "<script>", "n", kept=True)
    record = json.loads(json.dumps(shown.to_json({}), allow_nan=False))
    assert (record["probability"], record["size"], record["works"], record["name"]) == (None, 1, 1, "<script>")
    assert record["instances"] == [
        {"file": "gone", "box": None, "place": [0.0, 0.0, 0.5, 0.5], "transform": None, "score": None, "relation": "",
         "note": "", "by_hand": True},
    ]  # fmt: skip


# -- worked on while it is discovered again and again ------------------------------------------------------------------


def test_what_is_shown_is_what_is_kept(collection: Collection) -> None:
    found = [motif("m-1", "abc"), motif("m-1", "def", 1)]
    shown = shown_motifs(found, collection.motifs.all())
    collection.motifs.by("Anna", to_keep(shown)).relate("m-1-2", ("e", shifted(spot(1))), "copy")
    after = shown_motifs(found, collection.motifs.all())
    assert [(each.id, each.kept) for each in after] == [("m-1-2", True), ("m-1", False)]
    assert after[0].instances[1].relation == "copy"


def test_an_accepted_proposal_is_in_and_a_declined_one_is_never_proposed_again(collection: Collection) -> None:
    collection.motifs.by("Anna", to_keep(shown_motifs([motif("m-1", "abc")], []))).remove("m-1", ("a", spot(0)))
    again = [motif("m-9", "abcdef")]
    by = collection.motifs.by("Anna")
    proposals = shown_motifs(again, collection.motifs.all())[0].proposals
    by.accept("m-1", proposals[0])
    by.decline("m-1", proposals[1])
    [shown] = shown_motifs(again, collection.motifs.all())
    assert (works_of(shown.instances), works_of(shown.proposals), works_of(shown.removed)) == ("bcd", "f", "ae")
    assert [each.transform.scale for each in shown.instances] == [2.0, 4.0, 8.0], "from the one pose of the motif"
    assert [each.transform.scale for each in shown.from_the_first().instances] == [1.0, 2.0, 4.0]


def discovery(dice: random.Random) -> list[Motif]:
    """What a discovery may find: motifs on eight spots, in any works, now and then not quite there."""
    found = []
    for number in dice.sample(range(8), 5):
        works = dice.sample(WORKS, dice.randrange(2, 9))
        one = motif(f"m-{dice.randrange(12)}", "".join(works), number)
        moved = (replace(each, box=shifted(each.box)) if dice.random() < 0.5 else each for each in one.instances)
        found.append(replace(one, instances=tuple(moved)))
    return found


def some_work(dice: random.Random, collection: Collection, shown: list[ShownMotif]) -> None:
    """A few changes of what is shown; not all of them can be made."""
    by = collection.motifs.by("Anna", to_keep(shown))
    for _ in range(4):
        one, other = dice.choice(shown), dice.choice(shown)
        place = dice.choice((*one.instances, *one.removed)).place if one.instances or one.removed else ("a", spot(0))
        changes = [
            lambda one=one: by.name(one.id, f"name {dice.random()}"), lambda one=one: by.drop(one.id),
            lambda one=one, place=place: by.remove(one.id, place),
            lambda one=one, place=place: by.restore(one.id, place),
            lambda one=one, place=place: by.relate(one.id, place, "variant"),
            lambda one=one, place=place: by.split(one.id, [place]),
            lambda one=one, other=other: by.merge(one.id, other.id),
        ]  # fmt: skip
        changes += [lambda one=one, new=new: by.accept(one.id, new) for new in one.proposals]
        changes += [lambda one=one, new=new: by.decline(one.id, new) for new in one.proposals]
        try:
            dice.choice(changes)()
        except ExplorerError:
            continue


@pytest.mark.parametrize("seed", range(4))
def test_no_discovery_changes_what_a_person_decided(collection: Collection, seed: int) -> None:
    dice = random.Random(seed)
    proposed = 0
    for _ in range(12):
        before = collection.motifs.all()
        found = discovery(dice)
        shown = shown_motifs(found, before, dropped=True)
        assert collection.motifs.all() == before
        mine = {each.id: each for each in shown if each.kept}
        assert [(m.name, m.note, m.dropped, m.present, m.removed) for m in before] == [
            (s.name, s.note, s.dropped, s.instances, s.removed) for s in (mine[m.id] for m in before)
        ]  # fmt: skip
        assert len({each.id for each in shown}) == len(shown)
        for motif_ in before:
            for new in mine[motif_.id].proposals:
                assert motif_.at(new.place) is None, "nothing that was decided is proposed"
                assert any(i.work == new.work and i.box == new.box for m in found for i in m.instances)
        assert shown_motifs(found, before) == [each for each in shown if not each.dropped]
        proposed += sum(len(each.proposals) for each in shown)
        nothing_lost(found, shown)
        some_work(dice, collection, shown)
    assert proposed > 10
    assert len(collection.motifs.all()) > 3


def nothing_lost(found: list[Motif], shown: list[ShownMotif]) -> None:
    """Every instance that was found is shown somewhere, or hidden with a motif that a person dropped."""
    every = [each for one in shown for each in (*one.instances, *one.proposals, *one.removed)]
    dropped = [KeptMotif("", one.instances) for one in shown if one.dropped]
    for one in found:
        mostly = any(
            2 * sum(d.at((i.work, i.box)) is not None for i in one.instances) >= len(one.instances) for d in dropped
        )
        for instance in one.instances:
            assert mostly or KeptMotif("", tuple(every)).at((instance.work, instance.box))
