"""One app that serves several collections: how they are opened and closed, and what of them is served."""

from __future__ import annotations

import gc
import shutil
import threading
import time
import weakref
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import httpx
import pytest
from generated import SMALL, folder_of
from gradio_client import Client
from starlette.datastructures import QueryParams

from explorer.collection import Collection
from explorer.errors import ExplorerError
from explorer.indexing import index_folder
from explorer.ui import build_app, launch
from explorer.ui import page as page_module
from explorer.ui.collection import panel
from explorer.ui.explore import ExploreTab
from explorer.ui.labels import LabelsPart
from explorer.ui.map_answers import MapPages
from explorer.ui.open_collections import OpenCollections
from explorer.ui.page import opened
from explorer.ui.searching import AppContext
from explorer.ui.server.launch import free_port
from explorer.ui.session import Session, Step
from explorer.ui.views import picture_url
from explorer.ui.word_search import WordSearch
from explorer.workspace import Workspace


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with the default collection, of three works, and three of two works each."""
    cache, pictures = tmp_path_factory.mktemp("several"), tmp_path_factory.mktemp("pictures")
    index_folder(folder_of(pictures / "demo", 3, first=10, size=(160, 120)), "demo", cache, SMALL)
    index_folder(folder_of(pictures / "few", 2, size=(160, 120)), "a", cache, SMALL)
    for name in ("b", "c d"):
        shutil.copytree(cache / "a", cache / name)
    (cache / "begun").mkdir()  # stopped before it was indexed to its end
    shutil.copy(cache / "a" / "collection.sqlite", cache / "begun" / "collection.sqlite")
    Collection(cache / "begun" / "collection.sqlite").remember("features", "")
    return cache


@pytest.fixture(scope="module")
def demo(cache: Path) -> Workspace:
    return Workspace.open("demo", cache)


# -- opening and closing -----------------------------------------------------------------------------------------------


def test_the_default_stays_open_and_of_the_rest_the_least_recently_used_is_dropped(demo: Workspace) -> None:
    collections = OpenCollections(demo, most=3)
    assert collections.get() is collections.get("demo") is demo
    a = collections.get("a")
    collections.get("b")
    assert collections.get("a") is a
    collections.get("c d")
    assert collections.open_names() == ["demo", "a", "c d"]


def test_a_collection_in_use_is_not_torn_down_and_not_opened_twice(demo: Workspace) -> None:
    collections = OpenCollections(demo, most=2)
    used = collections.get("a")
    collections.get("b")
    assert collections.open_names() == ["demo", "b"]
    assert len(used.collection.works()) == 2 and used.tables.works, "whoever uses it does not notice"
    assert collections.get("a") is used
    collections.get("b")
    gone = weakref.ref(used)
    del used
    for _ in range(3000):  # the check of what is stored may be looking at it: it ends by itself
        gc.collect()
        if gone() is None:
            break
        time.sleep(0.01)
    assert gone() is None, "nothing else keeps it in memory"


def test_many_threads_get_the_same_collection(demo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = Workspace.open
    monkeypatch.setattr(Workspace, "open", lambda *given: asked.append(given[0]) or real(*given))
    collections, found, start = OpenCollections(demo), [], threading.Barrier(8)

    def get() -> None:
        start.wait()
        found.append(collections.get("a"))

    threads = [threading.Thread(target=get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len({id(workspace) for workspace in found}) == 1 and asked == ["a"]


@pytest.mark.parametrize(("name", "words"), [
    ("none", "There is no collection 'none' here"), ("../several/a", "There is no collection"), (".", "no collection"),
    ("begun", "not indexed to its end"),
])  # fmt: skip
def test_what_is_no_collection_is_refused_in_a_sentence(cache: Path, demo: Workspace, name: str, words: str) -> None:
    collections = OpenCollections(demo)
    with pytest.raises(ExplorerError, match=words) as caught:
        collections.get(name)
    assert str(caught.value).endswith(".") and str(cache) not in str(caught.value)
    assert collections.open_names() == ["demo"]


# -- a session ---------------------------------------------------------------------------------------------------------


def test_handlers_find_the_collection_through_the_session(demo: Workspace) -> None:
    app = AppContext(demo)
    assert app.of(Session()).workspace is demo
    context = app.of(Session(collection="a"))
    work = context.workspace.collection.works()[0].id
    assert context.step({"kind": "work", "key": work}) == Step("work", work)
    with pytest.raises(ExplorerError, match="no work"):
        app.of(Session()).step({"kind": "work", "key": work})
    assert Session(collection="a").stepped(Step("work", work)).moved(0).collection == "a"
    (lay, *_) = MapPages(app).server_functions()
    assert lay({"collection": "gone"})["error"].startswith("There is no collection 'gone'")


def test_the_page_opens_with_the_collection_of_its_address(demo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(page_module, "notify", said.append)
    app = AppContext(demo)
    session, masthead, gallery, caveat = opened(app, Session(), QueryParams({"collection": "a"}), shared=False)
    assert (session.collection, masthead["collection"], masthead["address"]) == ("a", "a", "a")
    assert gallery["total"] == 2 and caveat["visible"] == bool(app.of(session).workspace.model_note)
    for sent in ({}, {"collection": ""}, {"collection": "demo"}):
        session, masthead, gallery, _ = opened(app, Session(), QueryParams(sent), shared=False)
        assert (session.collection, masthead["collection"], masthead["address"]) == ("", "demo", "")
        assert gallery["total"] == 3
    assert said == []
    session, masthead, *_ = opened(app, Session(), QueryParams({"collection": "<script>"}), shared=False)
    assert (session.collection, masthead["collection"]) == ("", "demo")
    (sentence,) = said
    assert sentence.startswith("There is no collection '<script>' here") and sentence.endswith("demo is shown instead.")


def test_a_collection_that_cannot_be_opened_any_more_is_told_by_every_tab(
    demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("explorer.ui.explore.notify", said.append)
    gone, app = Session(collection="gone"), AppContext(demo)
    labels, searching = LabelsPart.__new__(LabelsPart), WordSearch.__new__(WordSearch)
    labels.app = searching.app = app
    assert "no collection 'gone'" in searching.find(gone, Session(), "a mill")[-1]["message"]
    assert "no collection 'gone'" in labels.sort(gone, "a mill", "")["message"]
    explore = ExploreTab.__new__(ExploreTab)
    explore.app = app
    event = SimpleNamespace(_data={"work": "x.jpg"})
    assert explore.open(gone, event)[0] is gone
    assert len(said) == 1 and said[0].startswith("There is no collection 'gone'")


def test_the_panel_is_of_the_collection(demo: Workspace) -> None:
    app = AppContext(demo)
    texts = [dict((fact["term"], fact["text"]) for fact in panel(app.named(name).workspace)["facts"])
             for name in ("", "a")]  # fmt: skip
    assert [(text["Collection"], text["Works"]) for text in texts] == [("demo", "3"), ("a", "2")]


# -- the app -----------------------------------------------------------------------------------------------------------


def test_the_api_and_the_files_of_several_collections(cache: Path, demo: Workspace) -> None:
    page = build_app(demo)
    address = launch(page, demo, port=free_port("127.0.0.1", 0), block=False)
    client = Client(address, verbose=False, analytics_enabled=False)
    try:
        there = Workspace.open("a", cache)
        first, second = there.collection.works()
        thumbnail = address + picture_url("a", there.thumbnail(first.id))
        assert httpx.get(thumbnail).headers["content-type"] == "image/jpeg"
        assert httpx.get(thumbnail.replace("/a/", "/demo/")).status_code == 404
        assert len(client.predict(text="", api_name="/find")) == 3
        entries = client.predict(text="", collection="a", api_name="/find")
        assert [entry["file"] for entry in entries] == [first.id, second.id]
        for kept in ("collection.sqlite", "../collection.sqlite", f"../{there.tables.folder.name}/works.json"):
            assert httpx.get(f"{address}pictures/a/{quote(kept, safe='')}").status_code == 404
        matches = client.predict(file=first.id, collection="a", api_name="/search_region")
        assert {match["file"] for match in matches} <= {second.id}
        with pytest.raises(Exception, match="There is no work"):
            client.predict(file=first.id, api_name="/search_region")
        with pytest.raises(Exception, match="There is no collection 'none' here"):
            client.predict(text="", collection="none", api_name="/find")
        kept = client.predict({"file": first.id}, {"file": second.id}, "accepted", collection="a", api_name="/judge")
        assert client.predict(collection="a", api_name="/judgements") == [kept]
        assert client.predict(api_name="/judgements") == []
    finally:
        client.close()
        page.close(verbose=False)
