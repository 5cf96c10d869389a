"""Collections managed from the page: by whom, what is shown before it is done, and what stays."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from generated import SMALL, folder_of, write_csv

from explorer.collection import Judgement
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.ui import build_app, launch
from explorer.ui.beginning import first_collection
from explorer.ui.folders import sent_path, subfolders, suggested_name
from explorer.ui.indexing_form import preview, wish_of
from explorer.ui.managing import Managing
from explorer.ui.open_collections import OpenCollections
from explorer.ui.queueing import FairQueue
from explorer.ui.server.guard import Access
from explorer.ui.server.hosts import KnownHosts
from explorer.ui.server.launch import free_port
from explorer.workspace import Workspace
from explorer.workspace.managing import is_there

WHOLE = Box(0, 0, 1, 1)


@pytest.fixture
def cache(prints: Workspace, tmp_path: Path) -> Path:
    """A cache with the collections "prints" and "second", of two works each."""
    made = prints.pictures.parent.parent
    for name in ("prints", "second"):
        shutil.copytree(made / "prints", tmp_path / "cache" / name)
    return tmp_path / "cache"


@pytest.fixture
def held(cache: Path) -> OpenCollections:
    return OpenCollections(Workspace.open("prints", cache))


@pytest.fixture
def managing(cache: Path, held: OpenCollections, tmp_path: Path) -> Managing:
    return Managing(cache, tmp_path / "uploads", FairQueue(), holder=held)


def ended(managing: Managing) -> dict[str, Any]:
    """How the run that goes on ends."""
    for _ in range(2400):
        state = managing.state({})
        if not state["run"]["running"]:
            return state
        time.sleep(0.05)
    raise AssertionError("it does not end")


# -- folders -----------------------------------------------------------------------------------------------------------


def test_of_folders_only_names_and_numbers_are_told(tmp_path: Path) -> None:
    folder_of(tmp_path / "prints", 2, size=(160, 120))
    (tmp_path / "prints" / "secret letter.txt").write_text("Dear colleague")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "Empty").mkdir()
    found = subfolders({"path": f' "{tmp_path}/prints/.." '})
    assert [(each["name"], each["pictures"]) for each in found["folders"]] == [("Empty", 0), ("prints", 2)]
    assert (found["path"], found["pictures"], found["more"]) == (str(tmp_path), 0, 0)
    assert found["above"][0]["path"] == tmp_path.anchor
    assert "letter" not in str(subfolders({"path": str(tmp_path / "prints")}))
    assert subfolders({})["path"] == str(Path.home())


@pytest.mark.parametrize(("sent", "words"), [
    ("", "Say which folder"), (7, "Say which folder"), ("prints", "Write the whole path"), ("/a\0b", "cannot be"),
    ("~nobody-of-this-name/x", "whole path"), ("/no/such/place", "There is no folder"),
])  # fmt: skip
def test_what_is_no_folder_is_refused(sent: Any, words: str) -> None:
    with pytest.raises(ExplorerError, match=words):
        subfolders({"path": str(sent_path(sent, "folder"))})


def test_a_name_is_suggested_that_can_be_had(cache: Path, tmp_path: Path) -> None:
    assert suggested_name(Path("/srv/Prints & drawings/Images"), cache) == "Prints - drawings"
    assert suggested_name(Path("/srv/prints"), cache) == "prints 2"
    assert suggested_name(Path("/"), cache) == "collection"


# -- the form ----------------------------------------------------------------------------------------------------------


def test_the_form_is_read_and_shown_before_it_is_begun(cache: Path, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "landscapes", 3, size=(160, 120))
    (folder / "broken.jpg").write_text("no picture")
    table = write_csv(tmp_path / "list.csv", [{"Scan": "work-000.jpg", "Shelf": "A"}, {"Scan": "x.jpg", "Shelf": "B"}])
    form = {"mode": "new", "folder": str(folder), "catalogue": str(table), "model": "mini"}
    wish = wish_of(form, cache, tmp_path / "uploads")
    assert (wish.name, wish.config.model, wish.uploaded) == ("landscapes", "mini", False)
    shown = preview(wish, cache)
    assert shown["start"]
    assert shown["folder"]["sentences"][0].startswith("4 pictures in the folder")
    assert [each["file"] for each in shown["folder"]["left_out"]] == ["broken.jpg"]
    catalogue = shown["catalogue"]
    assert (catalogue["column"], catalogue["asked"]) == ("Scan", True)
    assert (
        catalogue["sentences"][1]
        == "2 rows; 1 of 3 pictures found their row; 2 pictures have none; 1 row without a picture."
    )
    assert [(each["heading"], each["as"]) for each in catalogue["columns"]] == [("Scan", "file"), ("Shelf", "")]
    shown = preview(wish_of({**form, "columns": {"Shelf": "file"}}, cache, tmp_path / "uploads"), cache)
    assert not shown["start"]
    assert "choose the column" in shown["catalogue"]["sentences"][0]
    assert not (cache / "landscapes").exists()


@pytest.mark.parametrize(("more", "words"), [
    ({"folder": "/no/such"}, "There is no folder"), ({"catalogue": "/no/such.csv"}, "There is no file"),
    ({"name": "prints"}, "There is a collection 'prints' already"), ({"name": "../x"}, "cannot name a collection"),
    ({"upload": "/etc/passwd"}, "did not arrive"), ({"mode": "again", "name": "none"}, "There is no collection 'none'"),
    ({"mode": "catalogue", "name": "prints"}, "Choose the catalogue"),
])  # fmt: skip
def test_a_form_that_cannot_be_meant_is_refused(cache: Path, prints: Workspace, tmp_path: Path, more, words) -> None:
    form = {"mode": "new", "folder": str(prints.folder), "model": "mini", **more}
    with pytest.raises(ExplorerError, match=words):
        wish_of(form, cache, tmp_path)


def test_what_was_chosen_of_the_columns_is_used_again_and_can_be_forgotten(
    managing: Managing, prints: Workspace, tmp_path: Path
) -> None:
    table = write_csv(tmp_path / "list.csv", [{"Scan": "work-000.jpg", "Title": "Dr", "Name": "The mill"}])
    form = {"mode": "catalogue", "name": "prints", "catalogue": str(table)}
    managing.start({**form, "columns": {"Scan": "file", "Name": "title"}})
    again = managing.preview(form)["catalogue"]
    assert again["chosen"] == {"Scan": "file", "Name": "title"}
    assert [each["as"] for each in again["columns"]] == ["file", "", "title"]
    assert {"value": "", "words": "kept as it is"} in again["fields"]
    anew = managing.preview({**form, "columns": {}})["catalogue"]
    assert (anew["chosen"], anew["guess"]) == ({}, "Scan")
    assert [each["as"] for each in anew["columns"]] == ["file", "title", ""]
    for sent in ([1], {"Name": ["title"]}, "Name"):
        assert managing.preview({**form, "columns": sent})["catalogue"]["column"] == "Scan"
    with pytest.raises(ExplorerError, match="are both to be"):
        managing.preview({**form, "columns": {"Title": "title", "Name": "title"}})


def test_known_settings_are_those_of_the_last_time(managing: Managing, prints: Workspace, tmp_path: Path) -> None:
    form = managing.form({"name": "prints"})
    assert (form["folder"], form["catalogue"], form["model"]) == (str(prints.folder), "", "mini")
    wish = wish_of({"mode": "again", **form}, managing.cache, tmp_path)
    assert wish.config == SMALL


# -- indexing ----------------------------------------------------------------------------------------------------------


def test_a_folder_is_indexed_beside_searches_one_at_a_time(managing: Managing, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "landscapes", 2, size=(160, 120))
    form = {"mode": "new", "folder": str(folder), "name": "landscapes", "model": "mini"}
    state = managing.start(form)
    assert state["run"]["running"]
    assert state["name"] == "landscapes"
    with pytest.raises(ExplorerError, match="Another collection is being indexed"):
        managing.start({**form, "name": "more"})
    for change in (managing.rename, managing.remove):
        with pytest.raises(ExplorerError, match="is being indexed"):
            change({"name": "landscapes", "new": "x"})
    state = ended(managing)
    assert (state["run"]["result"], state["address"]) == ("2 works, 2 newly encoded.", "landscapes")
    assert len(managing._holder.get("landscapes").collection.works()) == 2  # the open app has it, without a restart


def test_indexing_that_is_stopped_waits_for_nobody_and_says_what_is_left(managing: Managing, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "landscapes", 2, size=(160, 120))
    queue, answer, asked = managing.runs._queue, threading.Event(), threading.Event()
    threading.Thread(
        target=queue.compute, args=("visitor", None, lambda: (asked.set(), answer.wait(20))), daemon=True
    ).start()
    asked.wait(20)
    managing.start({"mode": "new", "folder": str(folder), "name": "landscapes", "model": "mini"})
    time.sleep(0.5)
    assert managing.state({})["run"]["running"]  # it lets the question go first
    managing.state({"do": "stop"})
    state = ended(managing)
    answer.set()
    assert state["run"]["stopped"]
    assert state["there"] == is_there("landscapes", managing.cache)


def test_why_indexing_ended_is_told(managing: Managing, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "landscapes", 1, size=(160, 120))
    (folder / "work-000.jpg").write_text("no picture")
    managing.start({"mode": "new", "folder": str(folder), "name": "landscapes", "model": "mini"})
    assert "None of the 1 pictures" in ended(managing)["run"]["error"]
    assert not is_there("landscapes", managing.cache)


def test_a_catalogue_that_was_uploaded_is_applied(managing: Managing, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    table = write_csv(tmp_path / "uploads" / "x.csv", [{"file": "work-000.jpg", "title": "The mill"}])
    sent = {"mode": "catalogue", "name": "second", "upload": str(table)}
    assert managing.preview(sent)["catalogue"]["sentences"][1].startswith("1 row; 1 of 2 works found their row")
    assert managing.start(sent)["applied"].startswith("1 of 2 works have an entry")
    assert Workspace.open("second", cache).collection.work("work-000.jpg").title == "The mill"
    assert managing.form({"name": "second"})["catalogue"] == ""  # what was uploaded is not there the next time


# -- rename, remove, bring back ----------------------------------------------------------------------------------------


def judge(workspace: Workspace) -> None:
    first, second = (work.id for work in workspace.collection.works())
    workspace.collection.judgements.judge(Judgement(first, WHOLE, second, WHOLE, "accepted"))


def test_the_old_name_leads_on_while_the_app_runs(managing: Managing, held: OpenCollections) -> None:
    judge(held.get("second"))
    assert managing.rename({"name": "second", "new": "drawings"}) == {"name": "drawings", "address": "drawings"}
    assert held.get("second") is held.get("drawings")
    assert held.get("second").name == "drawings"
    assert len(held.get("second").collection.judgements.all()) == 1
    assert managing.rename({"name": "prints", "new": "etchings"}) == {"name": "etchings", "address": ""}
    assert held.get("") is held.get("etchings")
    assert held.get("prints") is held.get("")
    with pytest.raises(ExplorerError, match="There is no collection 'nobody'"):
        managing.rename({"name": "nobody", "new": "x"})


def test_a_page_of_a_removed_collection_is_not_shown_another(managing: Managing, held: OpenCollections) -> None:
    judge(held.get(""))
    managing.remove({"name": "prints"})
    assert held.first_name() == "second"
    assert held.get(held.first_name()).name == "second"
    with pytest.raises(ExplorerError, match="prints was removed"):
        held.get("")
    with pytest.raises(ExplorerError, match="only collection that can be shown"):
        managing.remove({"name": "second"})
    (removed,) = managing.cache.glob(".removed/*")
    assert managing.bring_back({"id": removed.name}) == {"name": "prints"}
    assert (held.first_name(), held.get("").name) == ("", "prints")
    assert len(held.get("").collection.judgements.all()) == 1


def test_what_motifs_are_found_of_is_left_alone(cache: Path, held: OpenCollections, tmp_path: Path) -> None:
    managing = Managing(cache, tmp_path, FairQueue(), holder=held, also_busy=lambda: "second")
    for ask in (managing.remove, managing.rename, lambda sent: managing.start({**sent, "mode": "again"})):
        with pytest.raises(ExplorerError, match="Motifs of 'second' are being found"):
            ask({**managing.form({"name": "second"}), "new": "x"})


# -- by whom -----------------------------------------------------------------------------------------------------------


def functions_of(config: dict[str, Any], part: str) -> tuple[int, list[str]]:
    found = next(each for each in config["components"] if part in (each["props"].get("elem_classes") or []))
    return found["id"], found["props"]["server_fns"] if "server_fns" in found["props"] else found["server_fns"]


@pytest.mark.parametrize("shared", [False, True])
def test_a_shared_page_refuses_all_of_it(cache: Path, shared: bool) -> None:
    page = build_app(workspace := Workspace.open("prints", cache))
    access = Access(KnownHosts("127.0.0.1"), shared=shared)
    address = launch(page, workspace, port=free_port("127.0.0.1", 0), block=False, access=access)
    try:
        with httpx.Client(base_url=address, timeout=60) as web:
            config = web.get("config").json()
            tried = 0
            for part in ("part-indexing", "part-collections"):
                component, functions = functions_of(config, part)
                for name in functions:
                    sent = {"data": {"path": str(cache), "name": "second", "new": "x", "id": "none"},
                            "component_id": component, "session_hash": "abc", "fn_name": name}  # fmt: skip
                    answer = web.post("gradio_api/component_server", json=sent).json()
                    if name == "list_collections":
                        assert answer["manage"] is not shared
                        continue
                    tried += 1
                    assert answer.get("error", "").startswith("This page is shared on a network") is shared, name
        assert tried == 9
        assert is_there("second", cache) is shared  # on one's own page it was renamed, and removed
    finally:
        page.close(verbose=False)


def test_the_first_collection_is_one_that_can_be_opened(cache: Path, tmp_path: Path) -> None:
    assert first_collection(tmp_path / "none") == ""
    assert first_collection(cache) == "prints"
    shutil.copytree(cache / "second", cache / "demo")
    assert first_collection(cache) == "demo"
    shutil.rmtree(next((cache / "demo").glob("mini-*")))
    assert first_collection(cache) == "prints"
