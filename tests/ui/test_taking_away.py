"""Motifs and matches taken away from the page: the file that was asked for, or a sentence."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile

import networkx
import pytest

from explorer.collection.kept_motifs import KeptInstance, KeptMotif
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.motifs.layer import ShownMotif
from explorer.ui import views
from explorer.ui.judging import Judging
from explorer.ui.matches_taken_away import matches_taken_away
from explorer.ui.searching import AppContext
from explorer.ui.session import Session, Step, Term
from explorer.ui.taking_away import taken_away
from explorer.verification.transforms import Transform
from explorer.workspace import Workspace

ADDRESS = "http://127.0.0.1:7860/"


@pytest.fixture
def motifs(demo_workspace: Workspace) -> list[ShownMotif]:
    works = demo_workspace.tables.works
    same = Transform(1.0, 0.0, False)

    def motif(name: str, number: int, **more: bool) -> ShownMotif:
        instances = tuple(KeptInstance(work, Box(0.2, 0.2, 0.6, 0.7), same, 0.9) for work in works[number : number + 2])
        return ShownMotif(name, instances, probability=0.9, name='The "Mill" / <script>', **more)

    return [motif("m-1", 0), motif("m-2", 1), motif("m-3", 2, dropped=True)]


def data(taken: dict) -> bytes:
    return base64.b64decode(taken["data"], validate=True)


def test_a_motif_as_each_kind_of_file(demo_workspace: Workspace, motifs: list[ShownMotif]) -> None:
    made = {
        kind: taken_away(demo_workspace, motifs, {"as": kind, "motif": "m-1", "address": ADDRESS})
        for kind in ("csv", "json", "zip", "pdf", "html", "annotations", "graphml")
    }
    rows = list(csv.DictReader(io.StringIO(data(made["csv"]).decode("utf-8-sig"))))
    assert [row["file"] for row in rows] == list(demo_workspace.tables.works[:2])
    assert [each["id"] for each in json.loads(data(made["json"]))["motifs"]] == ["m-1"]
    assert sum(name.endswith(".jpg") for name in zipfile.ZipFile(io.BytesIO(data(made["zip"]))).namelist()) == 2
    assert data(made["pdf"]).startswith(b"%PDF")
    assert b"<script>" not in data(made["html"]) and b"Mill" in data(made["html"])
    assert json.loads(data(made["annotations"]))["type"] == "AnnotationCollection"
    assert networkx.read_graphml(io.BytesIO(data(made["graphml"]))).number_of_edges() == 1
    for taken in made.values():
        assert not set(taken["name"]) & set('/\\"<>:*?|') and taken["name"].startswith("demo-")


def test_a_motif_that_was_merged_is_the_one_that_it_is_in_now(
    demo_workspace: Workspace, motifs: list[ShownMotif]
) -> None:
    kept = {name: KeptMotif(name, motifs[0].instances[:1]) for name in ("m-1", "m-gone")}
    store = demo_workspace.collection.motifs
    store.by("the test", kept).merge("m-1", "m-gone")
    try:
        taken = taken_away(demo_workspace, motifs, {"as": "json", "motif": "m-gone"})
    finally:
        store.undo("the test")
    assert [each["id"] for each in json.loads(data(taken))["motifs"]] == ["m-1"]


def test_without_a_motif_all_that_are_not_hidden(demo_workspace: Workspace, motifs: list[ShownMotif]) -> None:
    taken = taken_away(demo_workspace, motifs, {"as": "json"})
    assert [each["id"] for each in json.loads(data(taken))["motifs"]] == ["m-1", "m-2"]
    assert taken["name"] == "demo-motifs.json"


@pytest.mark.parametrize(
    "sent",
    [
        None, {}, {"as": "exe"}, {"as": ["csv"]}, {"as": "pdf"}, {"as": "zip", "motif": ""},
        {"as": "csv", "motif": "m-9"},
        {"as": "annotations", "motif": "m-1", "address": "javascript:alert(1)"}, {"as": "annotations", "motif": "m-1"},
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused(demo_workspace: Workspace, motifs: list[ShownMotif], sent: object) -> None:
    with pytest.raises(ExplorerError):
        taken_away(demo_workspace, motifs, sent)


# -- what a search found -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def app(demo_workspace: Workspace) -> AppContext:
    return AppContext(demo_workspace)


@pytest.fixture(scope="module")
def searched(demo_workspace: Workspace) -> Session:
    return Session().stepped(Step("work", demo_workspace.tables.works[0], Box(0.2, 0.2, 0.6, 0.7), searched=True))


def places(app: AppContext, session: Session) -> list[dict]:
    """The cards of a search, as the page sends them back."""
    found, _ = Judging(app.of(session)).matches(session.here, session.result_options)
    return [{"work": match.work, "box": views.sides(match.box)} for match in found]


def test_the_places_that_are_shown_and_no_others(app: AppContext, searched: Session) -> None:
    shown = places(app, searched)
    made = {
        kind: matches_taken_away(app, searched, searched, {"as": kind, "number": 7, "places": shown[1:4]})
        for kind in ("html", "csv", "json")
    }
    wanted = [place["work"] for place in shown[1:4]]
    assert [row["file"] for row in csv.DictReader(io.StringIO(data(made["csv"]).decode("utf-8-sig")))] == wanted
    record = json.loads(data(made["json"]))
    assert [match["file"] for match in record["matches"]] == wanted
    assert record["query"]["parts"][0]["file"] == searched.here.key
    assert f"{len(shown) - 3} that were folded away" in " ".join(record["notes"])
    assert data(made["html"]).count(b"<figure>") == 4
    assert all(taken["number"] == 7 and taken["name"].startswith("demo-Where-a-detail") for taken in made.values())


def test_places_found_by_words(app: AppContext) -> None:
    session = Session().stepped(Step("words", searched=True).saying(Term("a ship </title><script>")))
    shown = places(app, session)
    taken = matches_taken_away(app, Session(), session, {"as": "html", "places": shown[:2]})
    page = data(taken)
    assert page.count(b"<figure>") == 2 and b"<script>" not in page and b"a ship &lt;/title&gt;" in page


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (None, "not as"), ({"as": "exe"}, "not as"), ({"as": ["html"]}, "not as"),
        ({"as": "html"}, "No place is shown"), ({"as": "html", "places": "all"}, "No place is shown"),
        ({"as": "csv", "places": [{"work": "../../etc/passwd", "box": None}]}, "have changed"),
        ({"as": "csv", "places": [None, 3]}, "have changed"),
    ],
)  # fmt: skip
def test_matches_that_cannot_be_taken_away(app: AppContext, searched: Session, sent: object, words: str) -> None:
    assert words in matches_taken_away(app, searched, searched, sent)["error"]


def test_nothing_is_taken_away_before_a_search(app: AppContext) -> None:
    assert "search first" in matches_taken_away(app, Session(), Session(), {"as": "html", "places": [{}]})["error"]
