"""What a search found, taken away: each file is read back, and what catalogues and visitors wrote stays text."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image
from taken import HOSTILE, NAMES, PLACES, SIZES, collection_of

from explorer.api import IndexedCollection
from explorer.geometry import Box
from explorer.search.export import MATCH_COLUMNS, Findings, findings
from explorer.search.query import Evidence, Match, PartMatch, PicturePart, Query, RegionPart, SearchOptions, WordsPart
from explorer.search.take_away import Wanted, take_away
from explorer.verification import Transform
from explorer.workspace import Workspace

EVIDENCE = Evidence(0.934, 1.0, 0.8, 0.7, 9.0, 41, 20, Transform(0.8, 12.0, True), ())
MATCHES = [
    Match("b.jpg", PLACES["b.jpg"], 0.934, 1, True, EVIDENCE, equal=("c.jpg",)),
    Match("c.jpg", PLACES["c.jpg"], 0.2, 2, False, Evidence(0.2, None, 0.5, 0.1, 0.0, 0, 0, None, ())),
]
DETAIL = Query((RegionPart("a.jpg", PLACES["a.jpg"]),))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return collection_of(tmp_path_factory.mktemp("searched"))


class Page(HTMLParser):
    """Tags with their attributes, the text of each figure, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.figures: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "figure":
            self.figures.append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.figures:
            self.figures[-1] += data


def found(workspace: Workspace, query: Query = DETAIL, matches: list[Match] = MATCHES) -> Findings:
    return findings(workspace, query, SearchOptions(), matches, ["A note <b>.", ""])


def page_of(found: Findings, folder: Path) -> Page:
    take_away(found, Wanted(html=folder / "p.html"))
    return Page((folder / "p.html").read_text("utf-8"))


def test_the_page_has_the_query_and_a_plate_for_each_match(workspace: Workspace, tmp_path: Path) -> None:
    page = page_of(found(workspace), tmp_path)
    asked, first, second = page.figures
    assert HOSTILE in asked and NAMES in asked and "K & K <b>" in asked and "What was looked for." in asked
    assert "Gift of X & Y <i>" in first and "93% (a copy, almost certainly)" in first
    assert "Reversed, 0.8 times as large, turned 12° to the left." in first and "The same picture file: c.jpg." in first
    assert "20% (unconvincing)" in second and "No common position found." in second
    for expected in ("2 places in 2 works", "A note <b>.", "at most 20 places", "model mini", "雪景"):
        assert expected in page.text


def test_the_page_loads_nothing_and_all_text_is_text(workspace: Workspace, tmp_path: Path) -> None:
    page = page_of(found(workspace), tmp_path)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "a", "iframe", "b", "i", "object", "base"}
    sources = [attributes["src"] for tag, attributes in page.tags if tag == "img"]
    assert len(sources) == 6
    for source in sources:
        kind, encoded = source.split(",")
        assert kind == "data:image/jpeg;base64"
        Image.open(io.BytesIO(b64decode(encoded))).load()
    raw = (tmp_path / "p.html").read_text("utf-8")
    assert "http:" not in raw and "https:" not in raw and "url(" not in raw and "@import" not in raw
    assert "<script" not in raw and "default-src &#x27;none&#x27;" in raw


def test_a_dropped_picture_goes_by_its_name_alone(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "secret"
    folder.mkdir()
    Image.new("RGB", (300, 200), "tan").save(folder / "my <u> print.png")
    query = Query((PicturePart(folder / "my <u> print.png", Box(0.1, 0.1, 0.5, 0.5)), WordsPart("snow & ice", -1.0)))
    taken = found(workspace, query)
    page = page_of(taken, tmp_path)
    assert len(page.figures) == 3 and "my <u> print.png" in page.figures[0]
    assert "“snow & ice” (not wanted)" in page.text
    take_away(taken, Wanted(json=tmp_path / "m.json"))
    record = json.loads((tmp_path / "m.json").read_text("utf-8"))
    assert record["query"]["parts"] == [
        {"image": "my <u> print.png", "box": [30, 20, 150, 100], "weight": 1.0},
        {"text": "snow & ice", "weight": -1.0},
    ]
    for path in ("p.html", "m.json"):
        assert "secret" not in (tmp_path / path).read_text("utf-8")


def test_words_and_whole_works_say_that_their_figures_are_no_probability(workspace: Workspace, tmp_path: Path) -> None:
    of_words = [Match("a.jpg", PLACES["a.jpg"], 0.312, 1)]
    page = page_of(found(workspace, Query((WordsPart("a <mill>"),)), of_words), tmp_path)
    assert len(page.figures) == 1 and "Where “a <mill>” is found" in page.text
    assert "Similarity to the words: 0.31, at most 1; no probability." in page.figures[0]
    whole = [Match("b.jpg", Box.whole(), 0.71, 1)]
    page = page_of(found(workspace, Query((RegionPart("a.jpg", Box.whole()),)), whole), tmp_path)
    assert "Similarity of the whole works: 0.71" in page.figures[1]
    assert sum(tag == "img" for tag, _ in page.tags) == 2  # one of each: the detail is the work


def test_several_details_are_all_shown(workspace: Workspace, tmp_path: Path) -> None:
    query = Query((RegionPart("a.jpg", PLACES["a.jpg"]), RegionPart("b.jpg", PLACES["b.jpg"], 0.5)), layout=True)
    parts = tuple(PartMatch(number, PLACES["c.jpg"], EVIDENCE) for number in (0, 1))
    match = Match("c.jpg", PLACES["c.jpg"], 0.65, 1, False, EVIDENCE, (Box(0.5, 0.1, 0.9, 0.4),), parts)
    page = page_of(found(workspace, query, [match]), tmp_path)
    assert len(page.figures) == 3 and "An example of what is wanted." in page.figures[1]
    assert "that all of this is there: 65% (likely)" in page.figures[2]
    assert "The details by themselves: 93%, 93%." in page.figures[2]
    assert "must lie as they do" in page.text


def test_the_table_and_the_json_say_the_same_and_where_it_is_from(workspace: Workspace, tmp_path: Path) -> None:
    taken = found(workspace)
    written = take_away(taken, Wanted(csv=tmp_path / "m.csv", json=tmp_path / "m.json"))
    assert written == [f"Written to {tmp_path / 'm.csv'}.", f"Written to {tmp_path / 'm.json'}."]
    record = json.loads((tmp_path / "m.json").read_text("utf-8"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "m.csv").read_text("utf-8-sig"), newline="")))
    assert list(rows[0]) == list(MATCH_COLUMNS)
    for row, match, wanted in zip(rows, record["matches"], MATCHES, strict=True):
        assert row["file"] == match["file"] == wanted.work
        assert match["box"] == list(wanted.box.to_pixels(*SIZES[wanted.work]))
        assert [int(side) for side in row["box"].split()] == match["box"]
        assert [float(side) for side in row["place"].split()] == pytest.approx(wanted.box.as_tuple(), abs=1e-5)
        assert float(row["probability"]) == match["probability"]
        for name in ("model", "settings", "version", "date"):
            assert row[name] == record[name] == getattr(taken.origin, name)
        assert json.loads(row["query"]) == record["query"]
    assert rows[0]["mirror"] == "yes" and rows[0]["turn"] == "12.0" and rows[1]["turn"] == ""
    assert rows[0]["credit"] == "Gift of X & Y <i>" and rows[0]["equal"] == "c.jpg"


def test_a_picture_that_is_gone_is_named_and_the_rest_is_there(tmp_path: Path) -> None:
    workspace = collection_of(tmp_path)
    taken = found(workspace)
    (workspace.folder / "b.jpg").unlink()
    assert take_away(taken, Wanted(html=tmp_path / "p.html"))[1:] == ["Without picture: b.jpg."]
    page = Page((tmp_path / "p.html").read_text("utf-8"))
    assert len(page.figures) == 3 and "There is no file" in page.figures[1]


def test_a_full_disk_leaves_the_file_that_was_there(workspace: Workspace, small_disk) -> None:
    disk = small_disk("512k")
    (disk / "p.html").write_text("the one before")
    small_disk.fill(disk)
    with pytest.raises(OSError, match="No space"):
        take_away(found(workspace), Wanted(html=disk / "p.html"))
    assert (disk / "p.html").read_text() == "the one before"


def test_from_python_as_many_plates_as_matches(workspace: Workspace, tmp_path: Path) -> None:
    box = PLACES["a.jpg"].to_pixels(*SIZES["a.jpg"])
    path = workspace.folder / "a.jpg"
    matches = IndexedCollection(workspace).search(path, box=box, html=tmp_path / "p.html", csv=tmp_path / "m.csv")
    page = Page((tmp_path / "p.html").read_text("utf-8"))
    assert matches and len(page.figures) == 1 + len(matches)
    assert HOSTILE in page.figures[0]  # a file of the collection has its entry, wherever it was found
    with (tmp_path / "m.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["file"] for row in csv.DictReader(file)] == [match.file for match in matches]
