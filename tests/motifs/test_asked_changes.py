"""Changes as a browser asks for them: each kind does what it says, and nothing else is understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.collection import Collection, PictureFile
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.motifs.asked_changes import KINDS, make_change
from explorer.motifs.layer import ShownMotif, shown_motifs
from explorer.motifs.records import Instance, Motif
from explorer.verification.transforms import Transform

HERE, FAR = [0.1, 0.1, 0.3, 0.3], [0.6, 0.5, 0.8, 0.7]
WORKS = ("a.jpg", "b.jpg", "c.jpg", "d.jpg")


def discovered(name: str, place: list[float], works: tuple[str, ...]) -> Motif:
    return Motif(name, tuple(Instance(w, Box(*place), Transform(1.0, 0.0, False), 0.9) for w in works), 0.9)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    made = Collection(tmp_path / "collection.sqlite")
    made.sync([PictureFile(w, Path(w), 1, 1) for w in WORKS], {w: (f"hash {w}", 400, 300) for w in WORKS}, None)
    return made


def shown(collection: Collection) -> list[ShownMotif]:
    found = [discovered("m-1", HERE, WORKS[:3]), discovered("m-2", FAR, WORKS)]
    return shown_motifs(found, collection.motifs.all())


def asked(collection: Collection, kind: str, motif: str = "m-1", **values):
    return make_change(collection, shown(collection), {"kind": kind, "motif": motif, **values}, "Anna")


def at(work: str, place: list[float] = HERE) -> dict:
    return {"file": work, "place": place}


def summary(collection: Collection) -> dict[str, str]:
    return {
        motif.id: " ".join(f"{each.work[0]}{'-' if each.removed else ''}" for each in motif.instances)
        for motif in collection.motifs.all()
    }


def test_every_kind_does_what_it_says(collection: Collection) -> None:
    assert asked(collection, "keep").name == ""
    assert asked(collection, "name", text="mill").name == "mill"
    assert asked(collection, "note", text="seen").note == "seen"
    assert asked(collection, "relation", at=at("b.jpg"), text="copy").instances[1].relation == "copy"
    assert asked(collection, "instance note", at=at("b.jpg"), text="x").instances[1].note == "x"
    assert asked(collection, "drop").dropped
    assert not asked(collection, "bring back").dropped
    asked(collection, "remove", at=at("c.jpg"))
    assert summary(collection) == {"m-1": "a b c-"}
    asked(collection, "restore", at=at("c.jpg"))
    asked(collection, "add", at=at("d.jpg"))
    assert summary(collection) == {"m-1": "a b c d"}
    asked(collection, "redraw", at=at("d.jpg"), to=[0.4, 0.1, 0.6, 0.3])
    assert summary(collection) == {"m-1": "a b c d d-"}
    new = asked(collection, "split", several=[at("a.jpg"), at("b.jpg")]).id
    asked(collection, "move", at=at("c.jpg"), other=new)
    assert summary(collection) == {"m-1": "a- b- c- d d-", new: "a b c"}
    asked(collection, "merge", other=new)
    assert summary(collection) == {"m-1": "a b c d d-"}
    kinds = {change.kind for change in collection.motifs.history()}
    assert set(KINDS) - kinds == {"accept", "decline"}
    assert {change.who for change in collection.motifs.history()} == {"Anna"}


def test_proposals_are_accepted_and_declined_by_their_places(collection: Collection) -> None:
    asked(collection, "split", motif="m-2", several=[at("a.jpg", FAR), at("b.jpg", FAR)])
    with pytest.raises(ExplorerError, match="Nothing is proposed"):
        asked(collection, "accept", motif="m-2", at=at("a.jpg", FAR))
    [first] = [motif for motif in shown(collection) if motif.id == "m-2"]
    assert first.proposals == ()
    found = [discovered("m-9", FAR, (*WORKS[1:], "e.jpg", "f.jpg"))]
    for kind, work in (("accept", "e.jpg"), ("decline", "f.jpg")):
        now = shown_motifs(found, collection.motifs.all())
        sent = {"kind": kind, "motif": "m-2", "at": at(work, FAR)}
        make_change(collection, now, sent, "")
    assert summary(collection)["m-2"] == "a- b- c d e f-"


def test_a_text_that_somebody_changed_meanwhile_is_not_written_over(collection: Collection) -> None:
    at_b = {"at": at("b.jpg")}
    for kind, texts, more in (
        ("name", ("mill", "ship", "cart"), {}), ("note", ("one", "two", "three"), {}),
        ("relation", ("copy", "variant", "doubtful"), at_b), ("instance note", ("1", "2", "3"), at_b),
    ):  # fmt: skip
        first, second, third = texts
        asked(collection, kind, text=first, was="", **more)
        with pytest.raises(ExplorerError, match="Somebody changed this"):
            asked(collection, kind, text=second, was="", **more)
        asked(collection, kind, text=first, was="", **more)  # both say the same
        asked(collection, kind, text=third, was=first, **more)
        asked(collection, kind, text=second, **more)  # a script that has seen none
    kept = collection.motifs.motif("m-1")
    assert (kept.name, kept.note) == ("ship", "two")
    assert (kept.instances[1].relation, kept.instances[1].note) == ("variant", "2")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        *((sent, "such as") for sent in (None, [], "x", 3, {}, {"kind": "name"}, {"motif": "m-1"})),
        ({"kind": 1, "motif": 1}, "such as"),
        ({"kind": "name", "motif": "m-1", "text": 5}, "such as"),
        ({"kind": "name", "motif": "m-1", "text": "x" * 200_000}, "such as"),
        ({"kind": "name", "motif": "m-1", "text": "x" * 200}, "120 characters"),
        ({"kind": "name", "motif": "<script>", "text": "x"}, "no motif '<script>'"),
        ({"kind": "__class__", "motif": "m-1"}, "one of keep, name"),
        ({"kind": "remove", "motif": "m-1"}, "needs an instance"),
        ({"kind": "remove", "motif": "m-1", "at": {"file": "a.jpg"}}, "such as"),
        ({"kind": "remove", "motif": "m-1", "at": at("a.jpg", [0, 0, float("nan"), 1])}, "such as"),
        ({"kind": "remove", "motif": "m-1", "at": at("a.jpg", [0, 0, 1e400, 1])}, "such as"),
        ({"kind": "remove", "motif": "m-1", "at": at("a.jpg", ["0", 0, 1, 1])}, "such as"),
        ({"kind": "remove", "motif": "m-1", "at": at("a.jpg", [0.5, 0, 0.1, 1])}, "right and bottom"),
        ({"kind": "remove", "motif": "m-1", "at": at("\ud800")}, "such as|no instance there"),
        ({"kind": "redraw", "motif": "m-1", "at": at("a.jpg")}, "needs a box"),
        ({"kind": "redraw", "motif": "m-1", "at": at("a.jpg"), "to": [1.1, 0, 1.5, 1]}, "outside"),
        ({"kind": "merge", "motif": "m-1"}, "needs another motif"), ({"kind": "split", "motif": "m-1"}, "Choose some"),
        ({"kind": "split", "motif": "m-1", "several": [at("a.jpg")] * 3000}, "such as"),
        ({"kind": "accept", "motif": "m-1", "at": at("a.jpg")}, "Nothing is proposed"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_in_a_sentence(collection: Collection, sent, sentence: str) -> None:
    with pytest.raises(ExplorerError, match=sentence):
        make_change(collection, shown(collection), sent, "Anna")
    assert collection.motifs.history() == []
