"""Motifs taken away: each file is read back by another program, and what catalogues hold stays text."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import networkx
import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader
from taken import HOSTILE, LONG, NAMES, ORIGIN, PLACES, SERVER, SIZES, collection_of, motif

from explorer.collection import Work
from explorer.collection.kept_motifs import KeptInstance
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.iiif.annotations import write_annotations
from explorer.iiif.stated import image_service
from explorer.motifs.annotations import annotated
from explorer.motifs.details_zip import write_details
from explorer.motifs.dossier_pdf import write_dossier
from explorer.motifs.layer import ShownMotif
from explorer.motifs.sheet import sheet_of
from explorer.motifs.take_away import Wanted, take_away
from explorer.motifs.works_graph import versions, works_graph, write_graphml
from explorer.plates.details_zip import TABLE
from explorer.plates.single_page import write_page
from explorer.verification.transforms import Transform
from explorer.workspace import Workspace

BASE = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return collection_of(tmp_path_factory.mktemp("taken"))


# -- annotations -------------------------------------------------------------------------------------------------------


def is_iri(text: object) -> bool:
    return isinstance(text, str) and re.fullmatch(r"(https?://|urn:uuid:)[^\s<>\"{}|\\^`]+", text) is not None


def assert_follows_the_model(collection: dict) -> None:
    """What the Web Annotation Data Model (2017) says that an AnnotationCollection must have."""
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert is_iri(collection["id"]) and collection["type"] == "AnnotationCollection"
    page = collection["first"]
    assert is_iri(page["id"]) and page["type"] == "AnnotationPage" and page["partOf"] == collection["id"]
    assert collection["last"] == page["id"]
    assert page["startIndex"] == 0 and collection["total"] == len(page["items"])
    ids = [item["id"] for item in page["items"]]
    assert all(map(is_iri, ids)) and len(set(ids)) == len(ids)
    for item in page["items"]:
        assert item["type"] == "Annotation"
        assert item["motivation"] in {"identifying", "classifying", "commenting", "linking", "tagging", "describing"}
        for body in item["body"]:
            assert body["type"] == "TextualBody" and body["value"] and body["format"] == "text/plain"
        target = item["target"]
        assert target["type"] == "SpecificResource" and is_iri(target["source"]["id"])
        assert target["selector"]["type"] == "FragmentSelector"
        assert target["selector"]["conformsTo"] == "http://www.w3.org/TR/media-frags/"


def place_of(target: dict, size: tuple[int, int]) -> list[float]:
    """The box of a media fragment, as fractions."""
    kind, sides = re.fullmatch(r"xywh=(pixel|percent):(.+)", target["selector"]["value"]).groups()
    x, y, width, height = map(float, sides.split(","))
    across, down = size if kind == "pixel" else (100, 100)
    return [x / across, y / down, (x + width) / across, (y + height) / down]


def test_annotations_follow_the_model_and_say_where_and_what(workspace: Workspace, tmp_path: Path) -> None:
    write_annotations(annotated(workspace, [motif()], ORIGIN, f"{BASE}/"), tmp_path / "a.jsonld")
    read = json.loads((tmp_path / "a.jsonld").read_text("utf-8"))
    assert_follows_the_model(read)
    items = read["first"]["items"]
    for item, (work, box) in zip(items, PLACES.items(), strict=True):
        assert np.allclose(place_of(item["target"], SIZES[work]), box.as_tuple(), atol=1 / 360)
        said = {body["purpose"]: body["value"] for body in item["body"]}
        assert said["identifying"] == "Mill <script>" and said["tagging"] == "m-1"
        assert said["classifying"] == "copy" and said["commenting"] == "note <u> & more"
    assert items[1]["target"]["source"]["id"] == f"{SERVER}/full/max/0/default.jpg"
    assert items[1]["target"]["id"] == f"{SERVER}/pct:50,25,25,31.25/max/0/default.jpg"
    for item in (items[0], items[2]):
        service = f"{BASE}/iiif/c/image/{item['target']['source']['id'].split('/')[-5]}"
        assert item["target"]["source"]["id"] == f"{service}/full/max/0/default.jpg"
        sides = item["target"]["selector"]["value"].removeprefix("xywh=pixel:")
        assert item["target"]["id"] == f"{service}/{sides}/max/0/default.jpg"


def test_annotations_have_the_same_ids_every_time(workspace: Workspace) -> None:
    first, again = (annotated(workspace, [motif()], ORIGIN, BASE).collection for _ in range(2))
    assert first == again


def test_annotations_need_an_address_only_where_the_catalogue_has_none(workspace: Workspace) -> None:
    with pytest.raises(ExplorerError, match="no IIIF address of 2 of 3 works"):
        annotated(workspace, [motif()], ORIGIN)
    assert annotated(workspace, [motif(["b.jpg"])], ORIGIN).collection["total"] == 1


def test_annotations_leave_out_works_that_are_gone(workspace: Workspace) -> None:
    found = annotated(workspace, [motif(["b.jpg", "gone.jpg"])], ORIGIN)
    assert found.left_out == ("gone.jpg",)
    assert found.collection["total"] == 1


@pytest.mark.parametrize(
    "address", ["127.0.0.1:7860", "file:///etc", "http://", "http://a b", 'http://a/"', "http://[a"]
)
def test_a_base_address_that_is_none_is_refused(workspace: Workspace, address: str) -> None:
    with pytest.raises(ExplorerError, match="is no address of an app"):
        annotated(workspace, [motif(["a.jpg"])], ORIGIN, address)


@pytest.mark.parametrize(("heading", "value", "base"), [
    ("Scan", "https://a.org/x/info.json", "https://a.org/x"),
    ("Scan", "https://a.org/x/full/max/0/default.jpg", "https://a.org/x"),
    ("Scan", "https://a.org/x/pct:1,2,3,4/!200,200/90/native.png", "https://a.org/x"),
    ("IIIF image", "https://a.org/x/", "https://a.org/x"),
    ("Scan", "https://a.org/iiif/2/x", "https://a.org/iiif/2/x"),
    ("Scan", "https://a.org/iiif/x/manifest.json", None),
    ("IIIF manifest", "https://a.org/x", None),
    ("Link", "https://a.org/objects/12", None),
    ("IIIF image", "javascript:alert(1)/info.json", None),
    ("IIIF image", "https://a.org/<script>/info.json", None),
])  # fmt: skip
def test_columns_that_name_an_image_service(heading: str, value: str, base: str | None) -> None:
    assert image_service(Work("a.jpg", "", 1, 1, "A", extra={heading: value})) == base


# -- the graph ---------------------------------------------------------------------------------------------------------


def test_the_graph_is_the_same_when_another_program_reads_it(workspace: Workspace, tmp_path: Path) -> None:
    graph = works_graph(workspace, [motif(), motif(["a.jpg", "c.jpg"])], ORIGIN)
    write_graphml(graph, tmp_path / "g.graphml")
    read = networkx.read_graphml(tmp_path / "g.graphml")
    assert dict(read.nodes(data=True)) == dict(graph.nodes(data=True))
    assert {frozenset(pair): rest for *pair, rest in read.edges(data=True)} == {
        frozenset(pair): rest for *pair, rest in graph.edges(data=True)
    }
    assert read.nodes["a.jpg"]["title"] == HOSTILE and read.nodes["a.jpg"]["year"] == 1605
    assert read.edges["a.jpg", "c.jpg"]["motifs"] == 2 and read.edges["a.jpg", "b.jpg"]["motifs"] == 1
    assert read.edges["a.jpg", "c.jpg"]["weight"] == 2.0  # a person called them copies


def test_an_edge_weighs_what_is_likely(workspace: Workspace) -> None:
    box = Box(0.1, 0.1, 0.2, 0.2)
    scored = [
        ShownMotif(f"m-{number}", (KeptInstance("a.jpg", box, None, 0.9), KeptInstance("b.jpg", box, None, score)))
        for number, score in enumerate((0.7, 0.4))
    ]
    assert works_graph(workspace, scored, ORIGIN).edges["a.jpg", "b.jpg"]["weight"] == pytest.approx(1.1)


SAME = Transform(1.0, 0.0, False)
QUARTERS = [Box(x, y, x + 0.4, y + 0.4) for x in (0.05, 0.55) for y in (0.05, 0.55)]


def on_two(pairs: list[tuple[Box, Box]], turn: float = 0.0, mirror: bool = False) -> list[ShownMotif]:
    there = Transform(1.0, turn, mirror)
    return [
        ShownMotif(f"m-{n}", (KeptInstance("a.jpg", here, SAME, 0.9), KeptInstance("c.jpg", box, there, 0.9)))
        for n, (here, box) in enumerate(pairs)
    ]


def upside_down(box: Box) -> Box:
    return Box(1 - box.x1, 1 - box.y1, 1 - box.x0, 1 - box.y0)


@pytest.mark.parametrize(("motifs", "covered"), [
    (on_two([(box, box) for box in QUARTERS]), 0.64),
    (on_two([(box, box.mirrored()) for box in QUARTERS], mirror=True), 0.64),
    (on_two([(box, upside_down(box)) for box in QUARTERS], turn=180), 0.64),
    (on_two(list(zip(QUARTERS, reversed(QUARTERS), strict=True))), 0.16),
    (on_two([(Box(0.0, 0.0, 1.0, 1.0), Box(0.1, 0.1, 0.3, 0.3))]), 0.04),
], ids=["the same", "reversed", "upside down", "elsewhere", "small in the other"])  # fmt: skip
def test_versions_share_most_of_both_works_in_one_arrangement(
    workspace: Workspace, motifs: list[ShownMotif], covered: float
) -> None:
    graph = works_graph(workspace, motifs, ORIGIN)
    assert graph.edges["a.jpg", "c.jpg"]["covered"] == pytest.approx(covered, abs=0.001)
    together = covered > 0.5
    assert versions(graph) == ([("a.jpg", "c.jpg")] if together else [])
    assert graph.nodes["a.jpg"]["group"] == int(together)


def test_one_wrong_pair_joins_no_two_groups() -> None:
    graph = networkx.Graph()
    for group in ("abc", "xyz"):
        graph.add_edges_from(((one, other) for one in group for other in group if one < other), covered=0.9)
    graph.add_edge("a", "x", covered=0.95)
    assert versions(graph) == [("a", "b", "c"), ("x", "y", "z")]


# -- the dossier -------------------------------------------------------------------------------------------------------


def words_of(path: Path) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(path).pages]


def test_the_dossier_has_titles_credits_and_origin(workspace: Workspace, tmp_path: Path) -> None:
    written = write_dossier(workspace, [motif()], ORIGIN, tmp_path / "d.pdf")
    pages = words_of(tmp_path / "d.pdf")
    text = " ".join(pages)
    for expected in (
        "Mill <script>", "3 instances in 3 works.", "93%", "first line & second", HOSTILE, NAMES, LONG,
        "K & K <b>", "Gift of X & Y <i>", "Reversed, 1.1 times as large, turned 12° to the left.", "note <u> & more",
        "Relation: copy.",
    ):  # fmt: skip
        assert expected in text
    for number, page in enumerate(pages, start=1):
        assert f"0.1 · model mini & co · settings mini-224px-0123 · 2026-01-02T03:04:05Z · {number}" in page
    assert written.lacking == ("雪", "景")
    assert "□□ in Snow" in text and "U+96EA, U+666F" in text
    assert sum(len(page.images) for page in PdfReader(tmp_path / "d.pdf").pages) == 6


def test_long_words_and_notes_break(workspace: Workspace, tmp_path: Path) -> None:
    long = motif(name="W" * 120, note="word " * 800)
    write_dossier(workspace, [long], ORIGIN, tmp_path / "d.pdf")
    text = "".join(words_of(tmp_path / "d.pdf"))
    assert text.replace(" ", "").count("W") >= 120 and text.count("word") == 800


def test_a_dossier_of_several_motifs_begins_each_on_a_page(workspace: Workspace, tmp_path: Path) -> None:
    write_dossier(workspace, [motif(), motif(["c.jpg"], name="Second")], ORIGIN, tmp_path / "d.pdf")
    pages = words_of(tmp_path / "d.pdf")
    first, second = "Mill <script> 3 instances in 3 works.", "Second 1 instance in 1 work."
    start = next(number for number, page in enumerate(pages) if second in page)
    assert first in pages[0] and start > 1
    assert not [page for page in pages[start:] if "a.jpg" in page] and any("a.jpg" in page for page in pages[:start])


# -- details -----------------------------------------------------------------------------------------------------------


def test_the_details_are_those_of_the_originals(workspace: Workspace, tmp_path: Path) -> None:
    assert write_details(workspace, [motif()], ORIGIN, tmp_path / "d.zip") == []
    with zipfile.ZipFile(tmp_path / "d.zip") as archive:
        assert archive.testzip() is None
        rows = list(csv.DictReader(io.StringIO(archive.read(TABLE).decode("utf-8-sig"))))
        assert [row["file"] for row in rows] == list(PLACES)
        for row, (work, box) in zip(rows, PLACES.items(), strict=True):
            pixels = box.to_pixels(*SIZES[work])
            cut = Image.open(io.BytesIO(archive.read(row["picture"])))
            wanted = Image.open(workspace.folder / work).crop(pixels)
            assert row["box"] == " ".join(map(str, pixels)) and cut.size == wanted.size
            assert np.abs(np.asarray(cut, float) - np.asarray(wanted, float)).mean() < 3
    assert rows[0]["title"] == HOSTILE and rows[1]["credit"] == "Gift of X & Y <i>"
    assert rows[0]["model"] == "mini & co"


def test_names_in_the_archive_lead_nowhere_else(workspace: Workspace, tmp_path: Path) -> None:
    write_details(workspace, [motif(["a.jpg", "../../etc/b"])], ORIGIN, tmp_path / "d.zip")
    names = zipfile.ZipFile(tmp_path / "d.zip").namelist()
    assert names == ["m-1/001-a.jpg", TABLE]


# -- a page ------------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """Tags with their attributes, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_complete_in_itself_and_all_text_is_text(workspace: Workspace, tmp_path: Path) -> None:
    assert write_page(sheet_of(workspace, motif(), ORIGIN), tmp_path / "p.html") == []
    page = Tags((tmp_path / "p.html").read_text("utf-8"))
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "p", "div", "figure", "img", "figcaption",
        "strong", "footer",
    }  # fmt: skip
    sources = [attributes["src"] for tag, attributes in page.tags if tag == "img"]
    assert len(sources) == 6
    for source in sources:
        kind, encoded = source.split(",")
        assert kind == "data:image/jpeg;base64"
        Image.open(io.BytesIO(b64decode(encoded))).load()
    assert not [name for _, attributes in page.tags for name in attributes if name in ("href", "onerror", "srcset")]
    assert "url(" not in page.text and "@import" not in page.text
    for expected in (HOSTILE, LONG, NAMES, "Gift of X & Y <i>", "first line\n& second", "model mini & co"):
        assert expected in page.text


# -- all of them -------------------------------------------------------------------------------------------------------


def test_a_picture_that_is_gone_is_named_and_the_rest_is_there(tmp_path: Path) -> None:
    workspace = collection_of(tmp_path)
    (workspace.folder / "b.jpg").unlink()
    wanted = Wanted(pdf=tmp_path / "d.pdf", zip=tmp_path / "d.zip", html=tmp_path / "d.html")
    said = take_away(workspace, [motif()], wanted)
    assert said.count("Without picture: b.jpg.") == 3
    assert "There is no file" in " ".join(words_of(tmp_path / "d.pdf"))
    assert len(zipfile.ZipFile(tmp_path / "d.zip").namelist()) == 3
    assert (tmp_path / "d.html").read_text("utf-8").count("<img") == 4


@pytest.mark.parametrize("kind", ["annotations", "graphml", "pdf", "zip", "html", "csv"])
def test_a_full_disk_leaves_the_file_that_was_there(workspace: Workspace, small_disk, kind: str) -> None:
    disk = small_disk("512k")
    path = disk / "taken"
    path.write_text("the one before")
    small_disk.fill(disk)
    with pytest.raises(OSError, match="No space"):
        take_away(workspace, [motif()], Wanted(**{kind: path}, base_url=BASE))
    assert path.read_text() == "the one before"
    assert {each.name for each in disk.iterdir()} == {"taken", "filling"}


def test_a_page_is_of_one_motif(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="of one motif, not of 2"):
        take_away(workspace, [motif(), motif()], Wanted(csv=tmp_path / "a.csv", html=tmp_path / "a.html"))
    assert not list(tmp_path.iterdir())
