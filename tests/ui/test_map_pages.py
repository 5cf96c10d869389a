"""What the map's script asks of the server: maps, colours, places, and what is done with what is chosen."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.collection.bookmarks import Bookmark, Place
from explorer.maps.packed import unpacked
from explorer.maps.settings import MapSettings
from explorer.search.within import within
from explorer.ui.facets import selection_of
from explorer.ui.map_answers import MapPages
from explorer.ui.map_colours import block, colouring
from explorer.ui.searching import AppContext
from explorer.ui.server.map_routes import map_routes
from explorer.workspace import Workspace

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def app(demo_workspace: Workspace) -> AppContext:
    return AppContext(demo_workspace)


@pytest.fixture
def ask(app: AppContext) -> Ask:
    functions = {function.__name__: function for function in MapPages(app).server_functions()}
    return lambda function, **sent: functions[function](sent)


def laid(ask: Ask, **settings: Any) -> dict[str, Any]:
    """The answer, once it is there."""
    for _ in range(1200):
        answer = ask("lay_map", settings=settings)
        if not answer.get("running"):
            return answer
        time.sleep(0.1)
    raise AssertionError("the map was not laid out")


def test_a_map_is_laid_out_and_its_bytes_are_to_be_had(app: AppContext, ask: Ask, demo_workspace: Workspace) -> None:
    answer = laid(ask)
    works = demo_workspace.collection.works()
    assert {work["id"] for work in answer["works"]} == {work.id for work in works}
    assert all((demo_workspace.pictures / "/".join(url.split("/")[2:])).is_file() for url in answer["atlas"]["sheets"])
    client = TestClient(Starlette(routes=map_routes(app.maps, app.collections.get)))
    sent = client.get(f"/{answer['address']}/points")
    header, arrays = unpacked(sent.content)
    assert (sent.status_code, header["count"], arrays["xy"].shape) == (200, len(works), (len(works), 2))
    assert sent.headers["content-encoding"] == "gzip"
    plain = client.get(f"/{answer['address']}/points", headers={"accept-encoding": "identity"})
    assert plain.content == sent.content and "content-encoding" not in plain.headers
    for wrong in ("maps/demo/0123/points", answer["address"].replace("/demo/", "/other/") + "/points"):
        refused = client.get(f"/{wrong}")
        assert refused.status_code == 404 and refused.json()["error"].endswith(".")
    assert client.get(f"/{answer['address']}/colour?by=%3Cscript%3E").status_code == 404
    again = ask("lay_map", settings={}, known=answer["token"])
    assert again["token"] == answer["token"] and "works" not in again


def test_colours_come_as_codes_with_their_legend(app: AppContext, ask: Ask, demo_workspace: Workspace) -> None:
    answer = laid(ask)
    client = TestClient(Starlette(routes=map_routes(app.maps, app.collections.get)))
    content = client.get(f"/{answer['address']}/colour?by=artist").content
    length = int(np.frombuffer(content, "<u4", 1)[0])
    legend, codes = json.loads(content[4 : 4 + length]), np.frombuffer(content, "<u2", offset=4 + length)
    by_row = {work["row"]: demo_workspace.collection.work(work["id"]).artist for work in answer["works"]}
    _, arrays = unpacked(client.get(f"/{answer['address']}/points").content)
    shown = codes.reshape(-1, legend["slots"])[:, 0]
    assert [legend["labels"][code] for code in shown] == [by_row[row] for row in arrays["work"].tolist()]
    held = app.maps.of(demo_workspace, MapSettings())
    groups = colouring(held, "groups")
    assert len(gzip.decompress(block(groups))) > 2 * len(held.drawn.layout)
    assert {"artist", "genre"} <= set(answer["columns"]) and "year" in answer["numbers"]


@pytest.mark.parametrize("settings", [{"layout": "<b>"}, {"neighbours": "many"}, {"evil": 1}, {"neighbours": 10**9}])
def test_settings_that_are_none_are_refused_in_a_sentence(ask: Ask, settings: dict[str, Any]) -> None:
    assert ask("lay_map", settings=settings)["error"].endswith(".")


@pytest.mark.parametrize("points", [None, [], "all", [-1], [10**9], [0.5], [True], {"0": 1}])
def test_points_that_are_none_choose_nothing(ask: Ask, points: Any) -> None:
    laid(ask)
    for wanted in ("scope", "set", "heat"):
        assert ask("map_chosen_points", do=wanted, points=points)["error"].startswith("Nothing is chosen")


def test_what_is_chosen_becomes_a_scope_of_searches(app: AppContext, ask: Ask, demo_workspace: Workspace) -> None:
    laid(ask)
    answer = ask("map_chosen_points", do="scope", points=[0, 2, 2, 5])
    assert answer["count"] == 3
    wrong: list[str] = []
    selection = selection_of(demo_workspace.collection, ["genre:", answer["limit"]], wrong.append)
    alone = selection_of(demo_workspace.collection, [answer["limit"]], wrong.append)
    points = app.maps.of(demo_workspace, MapSettings()).drawn.layout.points
    chosen = {demo_workspace.tables.works[points.works[number]] for number in (0, 2, 5)}
    found = within(demo_workspace.collection, alone)
    assert found is not None and found.works == chosen and "3 chosen one by one" in found.words
    assert selection.these == alone.these and answer["limit"] in selection.parameters() and not wrong
    selection_of(demo_workspace.collection, ["these:abc"], wrong.append)
    assert len(wrong) == 1


def test_what_is_chosen_becomes_a_set_and_a_table(ask: Ask, demo_workspace: Workspace) -> None:
    laid(ask)
    kept = ask("map_chosen_points", do="set", points=[1, 3], name="<b>Mine</b>")
    store = demo_workspace.collection.bookmarks
    try:
        assert kept["count"] == 2 and store.all().sets[kept["set"]].name == "<b>Mine</b>"
        assert {mark.kind for _, mark in store.all().of_set(kept["set"])} == {"work"}
    finally:
        store.remove_set(kept["set"])
    taken = ask("map_taken", **{"as": "csv", "points": [1, 3]})
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(taken["data"]).decode("utf-8-sig"))))
    assert len(rows) == 2 and all(0 <= float(row["x"]) <= 1 for row in rows)
    whole = ask("map_taken", **{"as": "csv"})
    assert len(base64.b64decode(whole["data"]).splitlines()) > len(rows) + 1
    assert ask("map_taken", **{"as": "zip"})["error"].startswith("A ZIP is of")
    assert ask("map_taken", **{"as": "exe"})["error"].startswith("A map can be taken away as")
    assert ask("map_chosen_points", do="heat", points=[1])["error"].startswith("Only details have a place")


def test_a_work_is_placed_at_itself_and_words_near_what_fits(
    ask: Ask, app: AppContext, demo_workspace: Workspace
) -> None:
    laid(ask)
    layout = app.maps.of(demo_workspace, MapSettings()).drawn.layout
    for number in (0, 4):
        work = demo_workspace.tables.works[layout.points.works[number]]
        answer = ask("map_placed", kind="work", key=work)
        assert answer["near"][0] == number and answer["cosines"][0] == pytest.approx(1, abs=0.01)
    words = ask("map_placed", words="a windmill")
    assert words["called"] == "“a windmill”" and all(0 <= side <= 1 for side in words["xy"])
    assert ask("map_placed", kind="work", key="gone.jpg")["error"].endswith(".")
    assert ask("map_placed", kind="picture", key="../../etc/passwd")["error"].endswith(".")


def test_a_search_of_the_catalogue_gives_rows(ask: Ask, demo_workspace: Workspace) -> None:
    laid(ask)
    work = demo_workspace.collection.works()[0]
    answer = ask("map_found", text=work.title)
    assert demo_workspace.tables.rows[work.id] in answer["rows"]
    assert ask("map_found", text="")["rows"] == []


def test_maps_that_were_kept_are_bookmarks_that_lead_to_one(ask: Ask, demo_workspace: Workspace) -> None:
    store = demo_workspace.collection.bookmarks
    mark = store.keep(Bookmark(kind="search", name="Five <b>", address="neighbours=5&tab=map"))
    other = store.keep(Bookmark(kind="work", places=(Place(work=demo_workspace.tables.works[0]),), address="work=a"))
    try:
        assert ask("kept_maps")["maps"] == [{"name": "Five <b>", "address": "neighbours=5&tab=map"}]
    finally:
        store.remove([mark, other])


def test_a_run_that_was_cancelled_says_so_once(ask: Ask) -> None:
    settings = {"neighbours": 7}
    assert ask("lay_map", settings=settings)["running"]
    ask("stop_map", settings=settings)
    answer = laid(ask, **settings)
    assert "cancelled" in answer.get("error", "") or answer["token"]
    assert "token" in laid(ask, **settings)
