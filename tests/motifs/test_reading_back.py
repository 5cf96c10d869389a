"""Motifs written to files and read back: nothing is lost, nothing that was decided is overwritten."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.collection import Collection, PictureFile
from explorer.collection.kept_motifs import KeptInstance, KeptMotif
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.motifs.export import MOTIF_COLUMNS, write_motifs_csv, write_motifs_json
from explorer.motifs.layer import shown_motifs
from explorer.motifs.reading_back import Conflict, ReadBack, read_back
from explorer.motifs.records import Instance, Motif
from explorer.plates.origin import Origin, origin_of
from explorer.verification.transforms import Transform

WORKS = ("a.jpg", "b.jpg", "=c.jpg", "<script>.jpg")
ORIGIN = Origin("=mini", "mini-448px-0123", "0.1", "2026-01-02T03:04:05Z")
HERE, FAR = Box(0.1, 0.1, 0.3, 0.3), Box(0.6, 0.5, 0.8, 0.7)
FORMS = ("json", "csv")


def opened(folder: Path) -> Collection:
    folder.mkdir()
    made = Collection(folder / "collection.sqlite")
    made.sync([PictureFile(w, Path(w), 1, 1) for w in WORKS], {w: (f"hash {w}", 400, 300) for w in WORKS}, None)
    return made


@pytest.fixture
def here(tmp_path: Path) -> Collection:
    return opened(tmp_path / "here")


@pytest.fixture
def there(tmp_path: Path) -> Collection:
    return opened(tmp_path / "there")


def instance(work: str, box: Box = HERE, scale: float = 1.0, **values) -> KeptInstance:
    return KeptInstance(work, box, Transform(scale, -12.5, scale > 1), 0.75, **values)


def put(collection: Collection, *motifs: KeptMotif) -> None:
    with collection.motifs.changing("found", "Anna") as draft:
        for motif in motifs:
            draft.put(motif)


WORKED_ON = KeptMotif(
    "m-1",
    (
        replace(instance("a.jpg"), transform=Transform(1.0, 0.0, False)), instance("b.jpg", scale=2.0, relation="copy"),
        KeptInstance("=c.jpg", FAR, by_hand=True, note="@seen in Ghent\n=1+1"),
        instance("gone.jpg", scale=0.5, note="'tis"), instance("<script>.jpg", removed=True),
    ),
    "=HYPERLINK(1)", "a\n'=b <script>", 0.75,
)  # fmt: skip
DROPPED = KeptMotif("m-2", (instance("a.jpg", FAR), instance("b.jpg", FAR, 2.0)), probability=0.75, dropped=True)
EMPTIED = KeptMotif("m-3", (), "nothing left")


def written(collection: Collection, path: Path, discovered: tuple[Motif, ...] = ()) -> Path:
    shown = shown_motifs(discovered, collection.motifs.all(), dropped=True)
    write = write_motifs_csv if path.suffix == ".csv" else write_motifs_json
    write(shown, collection.picture_sizes(), ORIGIN, path)
    return path


def same(motif: KeptMotif) -> tuple:
    """A motif for comparing: places to a pixel, and poses from the first."""
    first = next((each.transform for each in motif.instances if each.transform), None)
    return (
        motif.name, motif.note, motif.probability, motif.dropped,
        [
            (each.work, tuple(round(side, 4) for side in each.box.as_tuple()), _pose(each, first), each.score,
             each.relation, each.note, each.by_hand, each.removed)
            for each in motif.instances
        ],
    )  # fmt: skip


def _pose(each: KeptInstance, first: Transform | None) -> tuple | None:
    if first is None or each.transform is None:
        return None
    pose = first.inverse().then(each.transform)
    return (round(pose.scale, 3), round(pose.turn, 1), pose.mirror)


# -- there and back ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_back_as_it_was(here: Collection, there: Collection, tmp_path: Path, form: str) -> None:
    put(here, WORKED_ON, DROPPED, EMPTIED)
    file = written(here, tmp_path / f"motifs.{form}")
    assert read_back(there, file, "Bert") == ReadBack(3, 0, 0, ())
    assert [same(motif) for motif in there.motifs.all()] == [same(m) for m in (WORKED_ON, DROPPED, EMPTIED)]
    assert [motif.id for motif in there.motifs.all()] == ["m-1", "m-2", "m-3"]
    [change] = there.motifs.history()
    assert (change.kind, change.who) == ("read back", "Bert")
    there.motifs.undo("Bert")
    assert there.motifs.all() == []


@pytest.mark.parametrize("form", FORMS)
def test_reading_a_file_again_changes_nothing(here: Collection, tmp_path: Path, form: str) -> None:
    put(here, WORKED_ON, DROPPED)
    before, history = here.motifs.all(), here.motifs.history()
    found = read_back(here, written(here, tmp_path / f"motifs.{form}"), "Bert")
    assert found == ReadBack(0, 0, 0, ())
    assert (here.motifs.all(), here.motifs.history()) == (before, history)


@pytest.mark.parametrize("form", FORMS)
def test_what_nobody_worked_on_is_left_aside_and_proposals_too(
    here: Collection, there: Collection, tmp_path: Path, form: str
) -> None:
    put(here, KeptMotif("m-1", WORKED_ON.instances[:2], "mill"))
    more = Instance("=c.jpg", HERE, Transform(1.0, 0.0, False), 0.5)
    same_again = Motif("m-8", (Instance("a.jpg", HERE, Transform(1.0, 0.0, False), 0.9), more), 0.9)
    other = Motif("m-9", (Instance("a.jpg", FAR, Transform(1.0, 0.0, False), 0.9), replace(more, box=FAR)), 0.9)
    file = written(here, tmp_path / f"motifs.{form}", (same_again, other))
    assert read_back(there, file, "Bert") == ReadBack(1, 0, 1, ())
    assert [[each.work for each in motif.instances] for motif in there.motifs.all()] == [["a.jpg", "b.jpg"]]


@pytest.mark.parametrize("form", FORMS)
def test_what_somebody_wrote_into_the_file_of_a_discovered_motif_is_kept(
    here: Collection, tmp_path: Path, form: str
) -> None:
    found = Motif("m-9", tuple(Instance(w, FAR, Transform(1.0, 0.0, False), 0.9) for w in WORKS), 0.9)
    file = written(here, tmp_path / f"motifs.{form}", (found,))
    text = file.read_text("utf-8-sig")
    old, new = ('"relation": ""', '"relation": "copy"') if form == "json" else (",0.9,,,no,", ",0.9,copy,,no,")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    assert read_back(here, file, "Bert") == ReadBack(1, 0, 0, ())
    assert [each.relation for each in here.motifs.motif("m-9").instances] == ["copy", "", "", ""]


def test_the_plain_record_of_a_motif_is_read_too(here: Collection, tmp_path: Path) -> None:
    motif = Motif("m-9", (Instance("a.jpg", HERE, Transform(1.0, 0.0, False), 0.9),), 0.9)
    file = tmp_path / "motifs.json"
    file.write_text(json.dumps({"motifs": [motif.to_json(here.picture_sizes())]}))
    assert read_back(here, file, "") == ReadBack(1, 0, 0, ())
    assert here.motifs.motif("m-9").instances[0].box.iou(HERE) > 0.95


# -- what is there already ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_what_is_missing_is_added_and_what_differs_is_listed(
    here: Collection, there: Collection, tmp_path: Path, form: str
) -> None:
    near = Box(0.11, 0.1, 0.31, 0.3)
    mine = KeptMotif("m-5", (
        instance("a.jpg", near, 4.0, note="mine"), instance("b.jpg", scale=8.0, relation="variant"),
        instance("<script>.jpg"),
    ), "ship")  # fmt: skip
    put(there, mine)
    put(here, WORKED_ON)
    found = read_back(there, written(here, tmp_path / f"m.{form}"), "Bert")
    assert (found.motifs, found.instances) == (0, 2)
    assert set(found.conflicts) == {
        Conflict("m-5", "name", "ship", "=HYPERLINK(1)"), Conflict("m-5", "relation", "variant", "copy", "b.jpg"),
        Conflict("m-5", "removed", "no", "yes", "<script>.jpg"),
    }  # fmt: skip
    [now] = there.motifs.all()
    assert (now.id, now.name, now.note) == ("m-5", "ship", "a\n'=b <script>")
    assert now.instances[:3] == mine.instances
    assert [each.work for each in now.instances[3:]] == ["=c.jpg", "gone.jpg"]
    assert _pose(now.instances[4], now.instances[0].transform) == (0.5, -12.5, False), "as it lies to a.jpg in the file"
    assert json.loads(json.dumps(found.to_json()))["conflicts"][0]["what"]


def test_a_dropped_motif_stays_dropped(here: Collection, there: Collection, tmp_path: Path) -> None:
    put(there, DROPPED)
    put(here, replace(DROPPED, dropped=False, name="signature"))
    found = read_back(there, written(here, tmp_path / "m.json"), "")
    assert found.conflicts == (Conflict("m-2", "hidden", "yes", "no"),)
    assert there.motifs.all() == [replace(DROPPED, name="signature")]


@pytest.mark.parametrize("form", FORMS)
def test_what_was_called_dropped_before_is_hidden(
    here: Collection, there: Collection, tmp_path: Path, form: str
) -> None:
    put(here, DROPPED)
    file = written(here, tmp_path / f"m.{form}")
    text = file.read_text("utf-8-sig")
    assert "hidden" in text and "dropped" not in text
    file.write_text(text.replace("hidden", "dropped"), "utf-8")
    read_back(there, file, "")
    assert [motif.dropped for motif in there.motifs.all()] == [True]


def test_a_motif_of_other_places_gets_an_id_of_its_own(here: Collection, there: Collection, tmp_path: Path) -> None:
    put(there, replace(WORKED_ON, name="first"))
    put(here, replace(DROPPED, id="m-1"), replace(WORKED_ON, id="k-2-1"))
    read_back(there, written(here, tmp_path / "m.json"), "")
    assert [motif.id for motif in there.motifs.all()] == ["m-1", "k-2-1"]
    put(here, KeptMotif("k-4-1", (instance("a.jpg", Box(0.4, 0.4, 0.5, 0.5)),)))
    read_back(there, written(here, tmp_path / "m.json"), "")
    new = there.motifs.by("Anna").split("m-1", [("a.jpg", HERE)])
    ids = [motif.id for motif in there.motifs.all()]
    assert len(ids) == len(set(ids)) == 4
    assert new.id == "k-4-2", "k-4-1 came from a file"


# -- the files ---------------------------------------------------------------------------------------------------------


def test_the_table_is_one_row_an_instance_and_harmless(here: Collection, tmp_path: Path) -> None:
    put(here, WORKED_ON, EMPTIED)
    file = written(here, tmp_path / "m.csv")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert tuple(rows[0]) == MOTIF_COLUMNS
    assert [(row["motif"], row["file"], row["state"]) for row in rows] == [
        ("m-1", "a.jpg", "in"), ("m-1", "b.jpg", "in"), ("m-1", "'=c.jpg", "in"), ("m-1", "gone.jpg", "in"),
        ("m-1", "<script>.jpg", "removed"), ("m-3", "", ""),
    ]  # fmt: skip
    assert [row["box"] for row in rows[:4]] == ["40 30 120 90", "40 30 120 90", "240 150 320 210", ""]
    assert rows[1]["place"] == "0.1 0.1 0.3 0.3"
    assert [rows[1][column] for column in ("scale", "turn", "mirror", "score")] == ["2.0", "-12.5", "yes", "0.75"]
    assert [rows[2][column] for column in ("scale", "turn", "mirror", "score", "by_hand")] == ["", "", "", "", "yes"]
    assert [rows[0][column] for column in ("model", "settings", "version", "date")] == [
        "'=mini", "mini-448px-0123", "0.1", "2026-01-02T03:04:05Z",
    ]  # fmt: skip
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "@", "+"))]


def test_the_json_says_what_it_was_made_with(demo_workspace, tmp_path: Path) -> None:
    origin = origin_of(demo_workspace)
    write_motifs_json([], {}, origin, tmp_path / "m.json")
    record = json.loads((tmp_path / "m.json").read_text("utf-8"))
    assert record == {
        "model": demo_workspace.manifest.config.model, "settings": demo_workspace.collection.fact("features"),
        "version": origin.version, "date": origin.date, "motifs": [],
    }  # fmt: skip


def test_a_table_from_a_spreadsheet_of_another_country(here: Collection, tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_text(
        "motif;name;file;box;scale;turn;mirror;score\nMill 1;Mühle;a.jpg;40 30 120 90;1;0;no;0,95\n"
        "Mill 1;;b.jpg;40 30 120 90;0,5;-10,5;YES;\n", "utf-8",
    )  # fmt: skip
    assert read_back(here, file, "") == ReadBack(1, 0, 0, ())
    [motif] = here.motifs.all()
    assert (motif.name, motif.id[:2], motif.instances[0].score) == ("Mühle", "k-", 0.95)
    assert motif.instances[1].transform == Transform(0.5, -10.5, True)
    assert motif.instances[0].box.iou(HERE) == pytest.approx(1, abs=1e-4)


def record(**values) -> dict:
    one = {"file": "a.jpg", "box": [40, 30, 120, 90], "transform": None, "score": 0.5}
    return {"motifs": [{"id": "m-1", "instances": [{**one, **values}]}]}


HOSTILE = {
    "empty": ("", "not JSON"), "letter": ("Dear colleague", "not JSON"), "list": ("[]", 'no list "motifs"'),
    "null": ("null", "no list"), "deep": ("[" * 100_000, "not JSON"), "deeper": ('{"motifs":' * 50_000, "not JSON"),
    "none": ('{"motifs": null}', '"motifs" must be a list'), "text": ('{"motifs": "x"}', '"motifs" must be a list'),
    "nan": ('{"motifs": [NaN]}', "not JSON"), "number": ('{"motifs": [1]}', "motif 1, \"motifs\" must"),
    "digits": ('{"motifs": ' + "9" * 5000 + "}", "not JSON"), "no id": ('{"motifs": [{"instances": []}]}', '"id"'),
    "no instances": ('{"motifs": [{"id": "m"}]}', "motif 'm', \"instances\" must"),
    "file": (record(file=3), "instance 1 of 'instances', \"file\" must"), "no file": (record(file=""), '"file" must'),
    "control": (record(file="a\n.jpg"), '"file" must'), "half": (record(file="\ud800"), '"file" must'),
    "box": (record(box=[1, 2, 3]), '"box" must'), "box text": (record(box=["1", 2, 3, 4]), '"box" must'),
    "inverted": (record(box=[120, 30, 40, 90]), "right and bottom"),
    "outside": (record(box=[900, 0, 990, 9]), "outside"),
    "huge": (record(box=[0, 0, 10**400, 9]), '"box" must'), "place": (record(place=[0, 0, 2, 1]), '"place" must'),
    "infinite": ('{"motifs": [{"id": "m", "instances": [{"file": "a", "place": [0, 0, 1e999, 1]}]}]}', '"place" must'),
    "neither": (record(box=None), "neither a place nor a box"),
    "absent": (record(file="absent.jpg"), "not in the collection"),
    "scale": (record(transform={"scale": 0, "turn": 0, "mirror": False}), '"scale" must'),
    "turn": (record(transform={"scale": 1, "turn": 999, "mirror": False}), '"turn" must'),
    "mirror": (record(transform={"scale": 1, "turn": 9, "mirror": "no"}), '"mirror" must'),
    "score": (record(score=2), '"score" must'), "true": (record(score=True), '"score" must'),
    "relation": (record(relation="Copy"), '"relation" must'), "note": (record(note="x" * 5000), "4,000 characters"),
    "control note": (record(note="\x00"), "no text"), "by hand": (record(by_hand=1), '"by_hand"'),
    "name": ({"motifs": [{"id": "m", "name": "x" * 200, "instances": []}]}, "120 characters"),
    "many": ({"motifs": [{"id": "m", "instances": [{"file": "a.jpg"}] * 3000}]}, '"instances" must be a list of 2,000'),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_says_nonsense_is_refused_in_a_sentence_and_nothing_is_kept(
    here: Collection, tmp_path: Path, case: str
) -> None:
    content, sentence = HOSTILE[case]
    file = tmp_path / "m.json"
    if isinstance(content, dict):  # after a motif that is sound
        content = json.dumps({"motifs": [*record()["motifs"], *content["motifs"]]})
    file.write_text(content, "utf-8")
    with pytest.raises(ExplorerError) as refused:
        read_back(here, file, "")
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("m.json") and len(str(refused.value)) < 400
    assert str(refused.value).endswith(".") and not str(refused.value).endswith("..")
    assert (here.motifs.all(), here.motifs.history()) == ([], [])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "needs the columns"), (b"file,box\na.jpg,1 2 3 4\n", "needs the columns motif, file, and place or box"),
        (b"motif,file,box\n,a.jpg,1 2 3 4\n", "row 2 names no motif"),
        (b"motif,file,box\nm,a.jpg,1 2 3\n", '"box" must'), (b"motif,file,box\nm,a.jpg,1 2 3 nan\n", '"box" must'),
        (b"motif,file,box\nm,a.jpg,1 2 3 x\n", '"box" must'),
        (b"motif,file,box\nm,a.jpg,\n", "neither a place nor a box"),
        (b"motif,name,file,box\nm,x,a.jpg,1 2 3 4\nm,,b.jpg,1 2 3 4\nm,y,c.jpg,1 2 3 4\n", "row 4 has another name"),
        (b"motif,file,box,state\nm,a.jpg,1 2 3 4,out\n", '"state" must'),
        (b"motif,file,box,mirror,scale\nm,a.jpg,1 2 3 4,maybe,1\n", '"turn" must'),
        (b"motif,file,box,kept\nm,a.jpg,1 2 3 4,perhaps\n", '"kept"'), (b"\x00\x01", "not a text file"),
        (b'motif,file,box\nm,"a.jpg,1 2 3 4\n', "quotation mark"),
    ],
)  # fmt: skip
def test_a_table_that_says_nonsense_is_refused(here: Collection, tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "m.csv"
    file.write_bytes(content)
    with pytest.raises(ExplorerError, match=sentence):
        read_back(here, file, "")
    assert here.motifs.history() == []


def test_what_is_no_file_is_said_to_be_none(here: Collection, tmp_path: Path) -> None:
    for path in (tmp_path / "absent.json", tmp_path):
        with pytest.raises(ExplorerError, match="There is no file"):
            read_back(here, path, "")


def test_of_a_place_that_a_file_has_twice_the_first_is_read(here: Collection, tmp_path: Path) -> None:
    one = record()["motifs"][0]["instances"][0]
    file = tmp_path / "m.json"
    twice = [{**one, "relation": "copy"}, {**one, "box": [41, 30, 121, 90], "relation": "variant"}]
    file.write_text(json.dumps({"motifs": [{"id": "m-1", "instances": twice}]}))
    read_back(here, file, "")
    assert [each.relation for each in here.motifs.motif("m-1").instances] == ["copy"]
