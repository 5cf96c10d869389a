"""What scripts can get wrong when they call the web API: every answer is a sentence, and the server lives on."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from generated import SMALL, folder_of

from explorer.indexing import index_folder
from explorer.ui import build_app, launch
from explorer.ui.server.launch import free_port
from explorer.workspace import Workspace

ENDPOINTS = {
    "find": 3, "map": 1, "judge": 6, "judgements": 1, "withdraw": 3, "register": 5, "search_region": 6,
    "search_picture": 6, "click_region": 7, "click_picture": 7, "search_words": 4, "search_alike": 4,
    "search_combined": 5, "label": 7, "columns": 1, "remove_column": 2, "restore_column": 2, "where": 3,
}  # fmt: skip
"""How many values each takes."""
API = "/gradio_api"
DEEP = "[" * 50_000 + "]" * 50_000
TYPES: tuple[Any, ...] = (
    None, -1e308, float("nan"), True, "\0", "x" * 5000, [None], {"path": "/etc/passwd"}, {"file": {}, "box": "x"},
    "\ud800",
)  # fmt: skip

Call = tuple[str, str, bytes, str]
"""Method, address, body, kind of body."""


def calls() -> Iterator[Call]:
    for name, count in ENDPOINTS.items():
        for values in ([], [None], [None] * 50, *([kind] * count for kind in TYPES)):
            yield "POST", f"{API}/run/{name}", json.dumps({"data": values}).encode(), "application/json"
    for body in (
        b"", b"{", b"[]", b"null", b"7", b"{}", b'{"data": null}', b'{"data": "x"}', b'{"data": NaN}', b"\xff\xfe\0",
        f'{{"data": {DEEP}}}'.encode(), b'{"data": [], "fn_index": 99999}', b'{"data": [], "fn_index": -1}',
        b'{"data": [], "fn_index": "x"}', b'{"data": [], "session_hash": 7}',
        b'{"data": [], "session_hash": "\\u0000"}',
        b'{"data": ["", 5, ""], "trigger_id": 99999, "event_data": [1]}', b'{"data": ["", 5, ""], "batched": true}',
    ):  # fmt: skip
        for way in ("run/find", "api/find", "call/find", "call/v2/find", "run/none", "queue/join", "cancel",
                    "component_server", "upload", "reset"):  # fmt: skip
            yield "POST", f"{API}/{way}", body, "application/json"
        yield "POST", f"{API}/run/find", body, "text/plain"
    for way in ("run/none", "run/%00", "run/find%00", "api/none", "call/none", "call/%00", "call/v2/none", "run/",
                "call/v2/%00", "none", "%00"):  # fmt: skip
        yield "POST", f"{API}/{way}", b'{"data": []}', "application/json"
    yield "POST", f"{API}/call/v2/find", b'{"colour": 1}', "application/json"
    for way in (
        "/%00", "/none", f"{API}/file=%00", f"{API}/file=/etc/passwd", f"{API}/file=", f"{API}/run/find",
        f"{API}/call/find/none", f"{API}/call/find/%00", f"{API}/queue/data", f"{API}/queue/data?session_hash=none",
        "/static/%00", "/assets/%00", "/svelte/%00", f"{API}/proxy=http://a.b/",
        f"{API}/stream/a/b/c/playlist.m3u8", f"{API}/stream/a/b/9/playlist-file", f"{API}/custom_component/a/b/c/d",
        f"{API}/file/%00", "/pwa_icon/%00", "/pwa_icon", "/?collection=%00", "/?view=%00", "/config?deep_link=%00",
        "/?deep_link=none", f"{API}/info?all_endpoints=%00", f"{API}/openapi.json", "/monitoring", "/monitoring/x",
        "/login_check", "/gradio_api/startup-events", "/theme.css?x=%00", "/manifest.json", "/robots.txt", "/logout",
        f"{API}/queue/status", f"{API}/deep_link", f"{API}/deep_link?session_hash=none", f"{API}/vibe-code",
        f"{API}/app_id", f"{API}/token", f"{API}/runs", f"{API}/run-history/records",
    ):  # fmt: skip
        yield "GET", way, b"", ""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of an app over a collection of two works."""
    cache, pictures = tmp_path_factory.mktemp("refusing"), tmp_path_factory.mktemp("pictures")
    index_folder(folder_of(pictures, 2, size=(160, 120)), "demo", cache, SMALL)
    page = build_app(workspace := Workspace.open("demo", cache))
    yield urlsplit(launch(page, workspace, port=free_port("127.0.0.1", 0), block=False)).netloc
    page.close(verbose=False)


def answer(host: str, call: Call) -> tuple[int, str]:
    method, address, body, kind = call
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request(method, address, body or None, {"Content-Type": kind} if kind else {})
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    finally:
        connection.close()


def fault(status: int, text: str) -> str:
    """What is wrong with an answer; nothing where it is a result, or a sentence."""
    try:
        record = json.loads(text)
    except ValueError:
        return "no sentence" if status >= 500 else ""
    said = record.get("error", record.get("detail", "")) if isinstance(record, dict) else ""
    if isinstance(record, dict) and "error" in record and not said:
        return "an error without a sentence"
    if status >= 400 and not (isinstance(said, str) and said.strip().endswith(".")):
        return "no sentence"
    return ""


def test_whatever_a_script_sends_is_answered_in_a_sentence(host: str) -> None:
    wrong = []
    for call in calls():
        try:
            status, text = answer(host, call)
        except (OSError, http.client.HTTPException) as error:
            wrong.append((call[0], call[1], call[2][:80], f"dropped: {error!r}", ""))
            continue
        if problem := fault(status, text):
            wrong.append((call[0], call[1], call[2][:80], f"{status} {problem}", text[:120]))
    assert wrong == []
