"""Citing: what is said of a search, a comparison and words, and that the text is safe wherever it is pasted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.plates.citation import Citation, CitedWork
from explorer.plates.origin import Origin
from explorer.ui.citing import CitedAddress
from explorer.ui.leading import linked_tab, selecting
from explorer.ui.searching import AppContext
from explorer.ui.session import Session
from explorer.workspace import Workspace

PAGE = "http://127.0.0.1:7860/"


@pytest.fixture(scope="module")
def app(demo_cache: Path) -> AppContext:
    return AppContext(Workspace.open("demo", demo_cache))


def cited(app: AppContext, query: list[tuple[str, str]], base_url: str = "") -> Citation:
    session = Session()
    return CitedAddress(app.of(session), session, f"{PAGE}?{urlencode(query)}", base_url).citation()


def test_a_search_is_cited_with_all_that_it_asks(app: AppContext):
    first, second = app.named().workspace.collection.works()[:2]
    query = [("work", first.id), ("box", "0.1,0.2,0.5,0.625"), ("words", "snow & ice"), ("in", "genre:landscape")]
    found = cited(app, query)
    assert found.title == f"Where a detail of “{first.title}” recurs"
    assert parse_qsl(urlsplit(found.link).query) == [*query, ("collection", "demo")]
    text = found.plain()
    assert "10 to 50 % of the width from the left, 20 to 62.5 % of the height from the top" in text
    assert first.inventory in text and "Looked for in words: “snow & ice”." in text
    assert f"/iiif/demo/image/{first.id}/" in text and "Brueghel Explorer" in text and "model mini" in text
    assert f"{len(app.named().workspace.collection.works())} works" in text
    assert second.title not in text


def test_the_link_has_the_address_that_the_app_was_started_with(app: AppContext):
    work = app.named().workspace.collection.works()[0]
    found = cited(app, [("work", work.id), ("collection", "other")], "https://museum.example/brueghel")
    assert found.link == f"https://museum.example/brueghel/?work={work.id}&collection=demo"
    assert found.works[0].picture.startswith("https://museum.example/brueghel/iiif/demo/image/")


def test_words_and_comparisons_are_cited(app: AppContext):
    first, second = app.named().workspace.collection.works()[:2]
    assert cited(app, [("words", "a mill"), ("words-not", "snow")]).title == "Where “a mill” is found"
    query = [("work", first.id), ("compare", first.id), ("compare", second.id), ("at", "0,0,0.5,0.5;0.5,0.5,1,1")]
    found = cited(app, query)
    assert found.title == f"“{first.title}” compared with “{second.title}”"
    assert parse_qsl(urlsplit(found.link).query) == [*query[1:], ("collection", "demo")]
    assert [work.box for work in found.works] == [Box(0, 0, 0.5, 0.5), Box(0.5, 0.5, 1, 1)]


@pytest.mark.parametrize(
    "query",
    [[], [("work", "gone.jpg")], [("motif", "gone")], [("compare", "a.jpg")], [("work", "gone.jpg"), ("box", "wide")],
     [("compare", "picture:x"), ("compare", "y")]],
)  # fmt: skip
def test_what_cannot_be_cited_is_said(app: AppContext, query: list[tuple[str, str]]):
    with pytest.raises(ExplorerError):
        cited(app, query)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "nonsense", "http://[", "file:///etc/passwd?work=a.jpg"])
def test_an_address_that_is_none_is_refused(app: AppContext, address: str):
    with pytest.raises(ExplorerError):
        CitedAddress(app.of(Session()), Session(), address).citation()


def test_bibtex_says_every_letter_as_it_is():
    work = CitedWork("50% {Gold} & _Silver_ \\ $5 #1~^")
    origin = Origin("mini", "mini-1", "1.0", "2026-11-27T00:00:00Z")
    found = Citation(work.title, "http://x/?a={b}\\", "c", 1, (work,), (), origin, date(2026, 1, 2)).bibtex()
    assert (
        r"title = {{50\% \{Gold\} \& \_Silver\_ \textbackslash{} \$5 \#1\textasciitilde{}\textasciicircum{}}}" in found
    )
    assert "url = {http://x/?a=%7Bb%7D%5C}" in found
    plain = found.replace("\\{", "").replace("\\}", "")
    assert plain.count("{") == plain.count("}")


def test_every_address_leads_to_one_tab():
    assert linked_tab({"work": "a", "tab": "map", "colour": "artist"}) == "map"
    assert linked_tab({"label": "a ship", "work": "a"}) == "labels"
    assert linked_tab({"judgements": "all"}) == "judged"
    assert linked_tab({"tab": "<script>", "motif": "m"}) == "motifs"
    assert linked_tab({"work": "a", "words": "snow"}) == ""
    for tab in ("explore", "labels", "judged", "indexed", "map", "<script>"):
        assert len(selecting(tab)) == 4
