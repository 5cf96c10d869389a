"""Sets of bookmarks as files: what is written is read back, and what catalogues and people wrote stays text."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from taken import HOSTILE, PLACES, SERVER, SIZES, collection_of

from explorer.api import IndexedCollection
from explorer.bookmarks.chosen import EVERYTHING, chosen_set
from explorer.bookmarks.export import set_json
from explorer.bookmarks.reading_back import read_set
from explorer.bookmarks.take_away import Wanted, annotated, take_away
from explorer.cli import main
from explorer.collection.bookmarks import BookmarkSet, Spot, checked_bookmark
from explorer.errors import ExplorerError
from explorer.plates.details_zip import TABLE
from explorer.workspace import Workspace

BASE = "http://127.0.0.1:7860"
NOTE = f'=1+1, "quoted"; {HOSTILE}\nsecond line'


def place(work: str) -> dict:
    return {"work": work, "box": PLACES[work].as_tuple()} if work in PLACES else {"work": work}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A collection with a set: a match, a work that left, and a search with words; beside it a detail in no set."""
    workspace = collection_of(tmp_path)
    store = workspace.collection.bookmarks
    match = {
        "kind": "match", "places": [place("a.jpg"), place("b.jpg")], "name": "Mill", "note": NOTE,
        "tags": ["mill", "=a; b"],
        "address": "work=a.jpg&box=0.1,0.1,0.4,0.5", "model": "mini",
        "said": {"probability": 0.934, "scale": 0.8, "turn": 12.5, "mirror": True},
    }  # fmt: skip
    kept = [match, {"kind": "work", "places": [place("gone.jpg")]}, {"kind": "search", "address": "words=a mill"}]
    ids = [store.keep(checked_bookmark(fields), "Anna") for fields in kept]
    mills = store.new_set("Mills & more", ids)
    store.lay_out(mills, {ids[0]: Spot(x=10.5, y=-3, turn=90, zoom=2, over=4)})
    store.describe_set(mills, {"note": HOSTILE})
    store.keep(checked_bookmark({"kind": "detail", "places": [place("c.jpg")], "name": "alone"}))
    return workspace


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_what_is_written_is_read_back(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    chosen = chosen_set(workspace, "Mills & more")
    path = tmp_path / f"set.{kind}"
    take_away(chosen, Wanted(**{kind: path}))
    read = read_set(path)
    assert read.name == "Mills & more"
    assert read.note == ("" if kind == "csv" else HOSTILE)
    tags = ("mill", "=a", "b") if kind == "csv" else ("mill", "=a; b")
    first = chosen.marks[0][1].model_copy(update={"tags": tags})
    assert read.marks == (first, chosen.marks[1][1], chosen.marks[2][1])
    assert read.spots == (Spot(x=10.5, y=-3, turn=90, zoom=2, over=4), None, None)


def test_a_set_that_is_read_in_twice_has_nothing_twice(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    take_away(chosen_set(workspace, "Mills & more"), Wanted(json=path))
    store, read = workspace.collection.bookmarks, read_set(path)
    before = set(store.all().bookmarks)
    again = store.read_in(BookmarkSet(name=read.name, note=read.note), read.marks, read.spots)
    assert set(store.all().bookmarks) == before
    assert store.all().sets[again].name == "Mills & more 2"
    assert store.all().sets[again].table == store.all().sets["s-4-1"].table


@pytest.mark.parametrize(("name", "content", "sentence"), [
    ("a.json", "{", "is not JSON"), ("a.json", "[]", "no list"), ("a.json", '{"bookmarks": 3}', "no list"),
    ("a.json", '{"bookmarks": [3]}', "bookmark 1"), ("a.json", '{"bookmarks": [{"kind": "mill"}]}', "bookmark 1"),
    ("a.json", '{"bookmarks": [{"kind": "work", "places": [{"work": "a", "box": [1, 2]}]}]}', "bookmark 1"),
    ("a.json", '{"bookmarks": [{"kind": "search", "table": {"x": "far"}}]}', "light table"),
    ("a.json", '{"set": 3, "bookmarks": []}', "a.json"), ("a.json", "[" * 100_000, "is not JSON"),
    ("a.csv", "file,title\na,b\n", "needs the columns"),
    ("a.csv", "bookmark,kind,file,place\n1,work,a,x y\n", "bookmark 1"),
    ("a.csv", "bookmark,kind,file,place,x,y\n1,work,a,,left,0\n", "light table"),
])  # fmt: skip
def test_a_file_that_is_none_is_one_sentence(tmp_path: Path, name: str, content: str, sentence: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ExplorerError, match=sentence):
        read_set(path)


def test_the_zip_has_the_details_at_full_size(workspace: Workspace, tmp_path: Path) -> None:
    said = take_away(chosen_set(workspace, "Mills & more"), Wanted(zip=tmp_path / "a.zip"))
    assert said[1] == "Without picture: gone.jpg."
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read(TABLE).decode("utf-8-sig"))))
        for row, work in zip(rows, ("a.jpg", "b.jpg"), strict=False):
            x0, y0, x1, y1 = PLACES[work].to_pixels(*SIZES[work])
            assert Image.open(io.BytesIO(archive.read(row["picture"]))).size == (x1 - x0, y1 - y0)
            assert row["box"] == f"{x0} {y0} {x1} {y1}"
    assert [row["side"] for row in rows] == ["1", "2", "1"]
    assert rows[0]["note"] == f"'{NOTE}"
    assert rows[2]["missing"] == "This work is no longer in the collection."


def test_annotations_point_to_iiif_regions(workspace: Workspace) -> None:
    with pytest.raises(ExplorerError, match="--base-url"):
        annotated(chosen_set(workspace))
    items = annotated(chosen_set(workspace), BASE).collection["first"]["items"]
    assert len(items) == 2
    here, there = items[0]["target"]
    assert here["id"] == f"{BASE}/iiif/{workspace.name}/image/a.jpg/48,36,144,144/max/0/default.jpg"
    assert there["id"] == f"{SERVER}/pct:50,25,25,31.25/max/0/default.jpg"
    said = [(body["purpose"], body["value"]) for body in items[0]["body"]]
    assert ("identifying", "Mill") in said
    assert ("tagging", "=a; b") in said
    assert ("commenting", NOTE) in said


def test_the_page_is_complete_in_itself_and_plain_text(workspace: Workspace, tmp_path: Path) -> None:
    take_away(chosen_set(workspace, "Mills & more"), Wanted(html=tmp_path / "a.html"))
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page.count("<figure>") == 3
    assert "<script" not in page
    assert "onerror=alert" not in page.replace("&quot;", "").split("<body>")[0]
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "93 %" in page or "93%" in page


def test_all_bookmarks_are_a_set_too_and_an_unknown_one_is_a_sentence(workspace: Workspace) -> None:
    chosen = chosen_set(workspace)
    assert (chosen.about.name, len(chosen.marks)) == (EVERYTHING, 4)
    with pytest.raises(ExplorerError, match="there: Mills & more"):
        chosen_set(workspace, "Mils")


def test_the_command_lists_writes_and_reads(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*options: object) -> str:
        cache = workspace.pictures.parent.parent
        assert main(["bookmarks", workspace.name, "--cache", str(cache), *map(str, options)]) == 0
        return capsys.readouterr().out

    assert "match       Mill: a.jpg, b.jpg" in run()
    written = json.loads(run("--set", "Mills & more", "--json"))
    assert [mark["kind"] for mark in written["bookmarks"]] == ["match", "work", "search"]
    path = tmp_path / "sent.json"
    path.write_text(json.dumps(written))
    assert run("--read", path, "--who", "Bea").strip().endswith("'Mills & more 2' now.")
    assert run("--csv", tmp_path / "a.csv", "--html", tmp_path / "a.html").count("Written to") == 2
    with pytest.raises(SystemExit):
        run("--who", "Bea")
    with pytest.raises(SystemExit):
        run("--base-url", BASE)


def test_python_does_what_the_command_does(workspace: Workspace, tmp_path: Path) -> None:
    collection = IndexedCollection(workspace)
    record = collection.bookmarks("Mills & more", csv=tmp_path / "a.csv", zip=tmp_path / "a.zip")
    assert record["set"] == "Mills & more"
    again = collection.bookmarks(read=tmp_path / "a.csv", who="Bea")
    assert (again["set"], len(again["bookmarks"])) == ("Mills & more 2", 3)
    assert len(collection.bookmarks()["bookmarks"]) == 4
    for wrong in ({"who": "Bea"}, {"base_url": BASE}, {"set": "none"}):
        with pytest.raises(ExplorerError):
            collection.bookmarks(**wrong)


def test_no_file_says_where_on_the_computer_the_model_lies(workspace: Workspace) -> None:
    config = replace(workspace.manifest.config, model="/srv/secret/models/my-clip")
    workspace.manifest = replace(workspace.manifest, config=config)
    chosen = chosen_set(workspace)
    assert chosen.origin.model == "my-clip"
    assert "secret" not in json.dumps([set_json(chosen), annotated(chosen, BASE).collection])
