"""A collection that is indexed again while the app is open: what is asked next is answered from the new tables."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from generated import SMALL, folder_of
from gradio_client import Client

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.query import Query, RegionPart
from explorer.ui import build_app, launch, open_collections
from explorer.ui.open_collections import OpenCollections
from explorer.ui.searching import AppContext
from explorer.ui.server.launch import free_port
from explorer.ui.session import Session, Step
from explorer.ui.visitors import OpenPages
from explorer.workspace import CALIBRATION_FILE, Workspace

SIZE = (160, 120)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures of three works, and a cache that has them indexed."""
    root = tmp_path_factory.mktemp("before")
    index_folder(folder_of(root / "pictures", 3, size=SIZE), "demo", root / "cache", SMALL)
    return root


@pytest.fixture(scope="module")
def after(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, later: without the first work, and with one more."""
    root = tmp_path_factory.mktemp("after") / "own"
    shutil.copytree(before, root)
    index_again(root)
    return root


@pytest.fixture
def root(before: Path, tmp_path: Path) -> Path:
    """A copy of what was before, of this test's own."""
    shutil.copytree(before, tmp_path / "own")
    return tmp_path / "own"


def index_again(root: Path) -> None:
    (root / "pictures" / "work-000.jpg").unlink(missing_ok=True)
    index_folder(folder_of(root / "pictures", 1, first=3, size=SIZE), "demo", root / "cache", SMALL)


def put_in_place(root: Path, after: Path) -> Path:
    """What indexing again would leave, without the time that it takes; gives the new tables."""
    shutil.copytree(after / "cache", root / "cache", dirs_exist_ok=True)
    (old,) = (root / "cache" / "demo").glob("*/tables-0001")
    shutil.rmtree(old)
    return old.with_name("tables-0002")


def found(workspace: Workspace, work: str) -> set[str]:
    return {match.work for match in search(workspace, Query((RegionPart(work, Box.whole()),)))}


def test_new_tables_are_taken_over_and_the_old_ones_still_answer(root: Path) -> None:
    old = Workspace.open("demo", root / "cache")
    collections = OpenCollections(old)
    _ = old.encoder, found(old, "work-000.jpg")
    assert collections.get() is old and collections.get("demo") is old
    index_again(root)
    new = collections.get()
    assert new is not old and collections.get() is new and collections.is_default(new)
    assert found(new, "work-003.jpg") == {"work-001.jpg", "work-002.jpg"}
    assert new.encoder is old.encoder, "the same model is not loaded twice"
    assert found(old, "work-001.jpg") == {"work-002.jpg"}, "what was begun with the old tables comes to its end"
    index_again(root)
    assert collections.get() is new, "a run that changes nothing"


def test_a_run_that_is_not_at_its_end_changes_nothing_yet(
    root: Path, after: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    old = Workspace.open("demo", root / "cache")
    collections = OpenCollections(old)
    monkeypatch.setattr(open_collections, "FEWEST_WORKS", 3)  # as if three works were calibrated
    tables = put_in_place(root, after)
    assert collections.get() is old and collections.get() is old
    (tables / CALIBRATION_FILE).write_text("{}", "utf-8")
    assert collections.get() is not old


def test_other_collections_are_taken_over_too(root: Path, after: Path) -> None:
    shutil.copytree(root / "cache" / "demo", root / "cache" / "default")
    collections = OpenCollections(Workspace.open("default", root / "cache"))
    old = collections.get("demo")
    put_in_place(root, after)
    new = collections.get("demo")
    assert new is not old and new.tables.works[-1] == "work-003.jpg" and collections.get("demo") is new
    assert collections.get().tables.works[-1] == "work-002.jpg" and collections.open_names() == ["default", "demo"]


def test_an_index_that_cannot_be_opened_leaves_the_old_one(root: Path, after: Path) -> None:
    old = Workspace.open("demo", root / "cache")
    collections = OpenCollections(old)
    assert collections.get() is old
    os.truncate(put_in_place(root, after) / "cells.npy", 10)
    assert collections.get() is old and collections.get() is old


def test_a_step_to_a_work_that_is_gone_is_a_sentence(root: Path, after: Path) -> None:
    app = AppContext(Workspace.open("demo", root / "cache"))
    session = Session().stepped(Step("work", "work-000.jpg"))
    put_in_place(root, after)
    context = app.of(session)
    with pytest.raises(ExplorerError, match=r"The file of 'work-000.jpg' was not there when"):
        context.stage(session.steps[0])
    assert len(context.trail(session)["steps"]) == 1, "it keeps its place on the trail"


def test_a_page_is_told_once_and_lists_the_works_anew(root: Path, after: Path) -> None:
    old, pages = Workspace.open("demo", root / "cache"), OpenPages()
    assert pages.news("a", old) == "" and pages.outdated("a", old) is None
    pages.searched("b", old, "mill")
    put_in_place(root, after)
    new = OpenCollections(old).get()
    for page, text in (("a", ""), ("b", "mill")):
        assert pages.news(page, new) == "The collection was indexed again; 3 works now."
        assert pages.news(page, new) == ""
        assert pages.outdated(page, new) == text and pages.outdated(page, new) is None
    assert pages.news("c", new) == "" and pages.news("", new) == "", "who has just come, and what is no page"


@pytest.fixture
def client(root: Path) -> Iterator[Client]:
    workspace = Workspace.open("demo", root / "cache")
    page = build_app(workspace)
    client = Client(launch(page, workspace, port=free_port("127.0.0.1", 0), block=False), verbose=False)
    yield client
    client.close()
    page.close(verbose=False)


def test_the_web_api_answers_from_the_new_tables(root: Path, after: Path, client: Client) -> None:
    assert next(place["file"] for place in client.predict(api_name="/map")) == "work-000.jpg"
    put_in_place(root, after)
    matches = client.predict(file="work-003.jpg", api_name="/search_region")
    assert {match["file"] for match in matches} == {"work-001.jpg", "work-002.jpg"}
    assert [place["file"] for place in client.predict(api_name="/map")][-1] == "work-003.jpg"
