"""What stands before the page: whom it answers, what its answers carry, and what they do not tell."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from generated import save, work
from gradio_client import Client, handle_file

import explorer
from explorer.collection.database_errors import damaged
from explorer.errors import ExplorerError
from explorer.ui import build_app, launch
from explorer.ui.collection import damage, panel
from explorer.ui.pictures import Pictures
from explorer.ui.said import said
from explorer.ui.searching import AppContext
from explorer.ui.server.guard import Access
from explorer.ui.server.hosts import Host, KnownHosts, allowed_name
from explorer.ui.server.launch import free_port
from explorer.ui.server.policy import HEADERS
from explorer.workspace import Workspace

EVIL = "http://evil.example"
CALL = "gradio_api/run"


@pytest.fixture(scope="module")
def workspace(prints: Workspace) -> Workspace:
    return prints


@pytest.fixture(scope="module")
def address(workspace: Workspace) -> Iterator[str]:
    page = build_app(workspace)
    yield launch(page, workspace, port=free_port("127.0.0.1", 0), block=False)
    page.close(verbose=False)


@pytest.fixture
def web(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


def judgement(workspace: Workspace) -> dict:
    """What a script posts to judge: it stands for everything that writes."""
    first, second = (found.id for found in workspace.collection.works())
    return {"data": [{"file": first}, {"file": second}, "accepted", "", "anna", ""]}


def last_written(workspace: Workspace) -> int:
    """The number of the last judgement."""
    return max((kept.id for kept in workspace.collection.judgements.all()), default=0)


def sentence(answer: httpx.Response) -> str:
    return answer.json()["detail"]


# -- hosts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "192.0.2.7", "0.0.0.0", "127.0.0.1.evil.example", "a b", ""]
)
def test_a_host_that_is_not_known_can_neither_read_nor_write(web, workspace, host: str) -> None:
    before = last_written(workspace)
    answers = [web.get(path, headers={"Host": host}) for path in ("", "config", "health", "gradio_api/info")]
    answers += [web.post(f"{CALL}/judge", json=judgement(workspace), headers={"Host": host})]
    answers += [web.options(f"{CALL}/judge", headers={"Host": host, "Access-Control-Request-Method": "POST"})]
    assert {400 <= answer.status_code < 500 for answer in answers} == {True}
    assert last_written(workspace) == before
    ours = [answer for answer in answers if answer.headers.get("content-type") == "application/json"]
    assert all(re.fullmatch(r"[A-Z].*\.|.*--allow-host\.", sentence(answer)) for answer in ours)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:{port}", "LOCALHOST:{port}", "[::1]:{port}", "localhost."])
def test_this_computer_is_known_by_its_own_names(web, address: str, host: str) -> None:
    known = host.format(port=urlsplit(address).port)
    assert web.get("config", headers={"Host": known}).status_code == 200


def test_a_proxy_names_a_host_that_is_known_too(web) -> None:
    assert web.get("config", headers={"X-Forwarded-Host": "evil.example"}).status_code == 403
    root = web.get("config", headers={"X-Gradio-Server": EVIL}).json()["root"]
    assert "evil" not in root


def test_what_names_a_page_has() -> None:
    everywhere = KnownHosts("0.0.0.0", ["Prints.Museum.example", "2001:db8::7"])
    for name in (socket.gethostname().lower(), "prints.museum.example", "2001:db8::7", "localhost", "127.0.0.1"):
        assert everywhere.serve(Host(name), "10.0.0.5"), name
    assert everywhere.serve(Host("10.0.0.5"), "10.0.0.5") and everywhere.serve(Host("10.0.0.5"), "::ffff:10.0.0.5")
    for name in ("10.0.0.6", "museum.example", "0.0.0.0", ""):
        assert not everywhere.serve(Host(name), "10.0.0.5"), name
    assert not KnownHosts("127.0.0.1").serve(Host("elsewhere.example"), "127.0.0.1")
    assert KnownHosts("prints.local").serve(Host("prints.local"), "10.0.0.5")


@pytest.mark.parametrize(
    "text", ["*", "*.museum.example", "https://museum.example", "museum.example:80", "a/b", "", "a b"]
)
def test_what_is_no_host_cannot_be_allowed(text: str) -> None:
    with pytest.raises(ExplorerError, match=r"give its name or address alone"):
        allowed_name(text)


@pytest.mark.parametrize("path", ["brueghel", "/a b", "//museum.example", "https://museum.example/a", "/a?b", "/"])
def test_a_root_path_looks_like_one(path: str) -> None:
    if path == "/":
        assert Access.of(root_path=path).root_path == ""
        return
    with pytest.raises(ExplorerError, match="/brueghel"):
        Access.of(root_path=path)


# -- other pages -------------------------------------------------------------------------------------------------------

FOREIGN = [
    {"Origin": EVIL}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}, {"Origin": "http://localhost"},
    {"Origin": "{own}.evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Referer": f"{EVIL}/a?b"},
]  # fmt: skip


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_another_page_cannot_write(web, address: str, workspace: Workspace, headers: dict[str, str]) -> None:
    headers = {name: value.format(own=address.rstrip("/")) for name, value in headers.items()}
    before = last_written(workspace)
    call = judgement(workspace)
    for path in (f"{CALL}/judge", "gradio_api/call/judge", "gradio_api/queue/join", "gradio_api/component_server"):
        assert web.post(path, json=call, headers=headers).status_code == 403
    assert web.post("gradio_api/upload", files={"files": b"x"}, headers=headers).status_code == 403
    for method in ("PUT", "DELETE", "PATCH"):
        assert web.request(method, "gradio_api/upload", headers=headers).status_code == 403
    assert last_written(workspace) == before


def test_a_large_request_that_is_refused_is_told_so(web) -> None:
    """Not cut off while it is still being sent, which would look like a fault of the server."""
    for path in ("gradio_api/upload", "none"):
        answer = web.post(path, content=b"x" * 20_000_000, headers={"Origin": EVIL})
        assert answer.status_code == 403 and sentence(answer).startswith("Another page")


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "{own}"}, {"Referer": "{own}/?work=a"}, {"Sec-Fetch-Site": "same-origin"}], ids=str
)
def test_its_own_pages_and_scripts_can(web, address: str, workspace: Workspace, headers: dict[str, str]) -> None:
    headers = {name: value.format(own=address.rstrip("/")) for name, value in headers.items()}
    before = last_written(workspace)
    assert web.post(f"{CALL}/judge", json=judgement(workspace), headers=headers).status_code == 200
    assert last_written(workspace) > before
    assert web.post("gradio_api/upload", files={"files": ("a.png", b"x")}, headers=headers).status_code == 200


def test_another_page_can_link_here_but_neither_read_nor_embed(web) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert web.get("?work=a", headers=link).status_code == 200
    assert web.get("?work=a", headers={**link, "Referer": EVIL}).status_code == 200
    assert web.get("", headers={**link, "Sec-Fetch-Dest": "iframe"}).status_code == 403
    for headers in ({"Origin": EVIL}, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}):
        answer = web.get("config", headers=headers)
        assert answer.status_code == 403 and "access-control-allow-origin" not in answer.headers
    asking = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
    assert web.options(f"{CALL}/judge", headers=asking).status_code == 403


# -- what answers carry ------------------------------------------------------------------------------------------------


class Scripts(HTMLParser):
    """The text of the scripts that stand in a page's markup."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self._inside = tag == "script" and "src" not in dict(attrs)
        self.found += [""] if self._inside else []

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def test_every_answer_carries_the_headers(web, workspace: Workspace) -> None:
    answers = [web.get(path) for path in ("", "config", "assets/none.js", "none", "health", "theme.css")]
    answers += [web.get("", headers={"Origin": EVIL}), web.post(f"{CALL}/judge", json={"data": []})]
    assert {answer.status_code for answer in answers} == {200, 403, 404, 500}
    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_policy_allows_the_scripts_of_the_page_and_no_others(web) -> None:
    page = web.get("?work=a")
    rules = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert rules["default-src"] == "'none'" and rules["connect-src"] == "'self'"
    allowed = set(rules["script-src"].split()) - {"'self'", "'unsafe-eval'"}
    digests = {
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in Scripts(page.text).found
    }
    assert len(digests) > 3 and digests <= allowed
    assert len(allowed - digests) == 1, "what gradio's script puts into the head: dom.js"


def test_answers_are_passed_on_as_they_come(web) -> None:
    with web.stream("GET", "gradio_api/heartbeat/abc", timeout=30) as stream:
        assert next(stream.iter_lines()) == "data: ALIVE", "the stream itself goes on until the page is closed"


def test_health_says_that_it_is_up_and_no_more(web) -> None:
    answer = web.get("health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": explorer.__version__})
    assert web.head("health").status_code == 200


# -- files and addresses -----------------------------------------------------------------------------------------------


def on_the_server(text: str, *folders: Path) -> list[str]:
    """Folders of the server that a text names."""
    usual = (Path(explorer.__file__).parent, Path(sys.prefix), Path.home(), Path.cwd())
    return [str(folder) for folder in (*folders, *usual) if len(folder.parts) > 1 and str(folder) in text]


def test_no_answer_says_where_on_the_server_anything_is(web, workspace: Workspace) -> None:
    folders = (workspace.pictures.parent.parent, workspace.folder)
    texts = [web.get(path).text for path in ("", "config", "theme.css", "gradio_api/info", "gradio_api/openapi.json",
             "gradio_api/info?all_endpoints=true", "manifest.json", "none", "gradio_api/file=none")]  # fmt: skip
    texts += [web.post(f"{CALL}/{name}", json={"data": sent}).text for name, sent in (
        ("find", ["", 5, ""]), ("find", []), ("find", ["", 5, "../none"]), ("map", [""]),
        ("search_region", ["none.jpg", None, 1, 1, False, "", None]),
        ("search_picture", [{"path": "/etc/hostname"}, None, 1, 1, False, "", None]),
    )]  # fmt: skip
    assert [on_the_server(text, *folders) for text in texts] == [[]] * len(texts)
    pictures = Pictures(AppContext(workspace))
    first = workspace.collection.works()[0].id
    shown = json.dumps([pictures.thumbnails({"works": [first]}), pictures.details({"places": [{"work": first}]})])
    assert "pictures/prints/" in shown and on_the_server(shown, *folders) == []


def test_a_shared_page_does_not_say_where_its_folder_is(workspace: Workspace) -> None:
    assert str(workspace.folder) in json.dumps(panel(workspace)), "for who sits at the computer, to copy the command"
    shown = json.dumps(panel(workspace, shared=True))
    assert on_the_server(shown, workspace.folder, workspace.pictures.parent.parent) == []
    assert "index prints --name prints" in shown
    assert not Access.of().shared
    assert (
        Access.of("0.0.0.0").shared
        and Access.of(allowed_hosts=["a.example"]).shared
        and Access.of(root_path="/a").shared
    )


def test_a_shared_page_says_what_is_damaged_but_not_where(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = workspace.collection.path
    monkeypatch.setattr(workspace, "_troubles", [damaged(database, "row 5 missing from index by_work")])
    (here,), (shown,) = damage(workspace, shared=False), damage(workspace, shared=True)
    assert str(database) in here, "for who sits at the computer, and can mend it"
    assert on_the_server(shown, database.parent, database.parent.parent) == []
    assert database.name in shown and "row 5 missing" in shown


def test_errors_name_files_without_their_folders(tmp_path: Path) -> None:
    assert said(ExplorerError(f"There is no file {tmp_path / 'a.jpg'}.")) == "There is no file a.jpg."
    assert str(tmp_path) not in said(PermissionError(13, "Permission denied", str(tmp_path)))


def test_pictures_are_served_and_nothing_beside_them(web, workspace: Workspace) -> None:
    pictures = Pictures(AppContext(workspace))
    first = workspace.collection.works()[0].id
    thumbnail = pictures.thumbnails({"works": [first]})[first]
    detail = pictures.details({"places": [{"work": first, "box": [0.1, 0.1, 0.5, 0.5]}]})[0]["url"]
    for url in (thumbnail, detail):
        answer = web.get(url)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.content[:3] == b"\xff\xd8\xff" and answer.headers["cache-control"].startswith("private")
    inside = thumbnail.removeprefix("pictures/prints/")
    for path in (
        f"pictures/prints/views/00/{inside[-36:]}", f"pictures/none/{inside}", f"pictures/..%2fprints/{inside}",
        "pictures/prints/%2e%2e/collection.sqlite", "pictures/prints/..%2fcollection.sqlite", "pictures/prints/",
        "visitors/../collection.sqlite", f"visitors/{'0' * 64}/views/ab/{'ab' * 16}.jpg", "pictures//etc/hostname",
    ):  # fmt: skip
        assert web.get(path, follow_redirects=True).status_code == 404, path


def test_a_visitors_picture_is_shown_by_an_address_of_its_own(web, workspace: Workspace, tmp_path: Path) -> None:
    path = save(work(5), tmp_path / "mine.png")
    (arrived,) = web.post("gradio_api/upload", files={"files": ("mine.png", path.read_bytes())}).json()
    context = AppContext(workspace).named()
    shown = context.stage(context.arrived(arrived))
    assert shown["url"].startswith("visitors/") and on_the_server(json.dumps(shown), context.uploads) == []
    assert web.get(shown["url"]).headers["content-type"] == "image/jpeg"


CLOSED = [
    "gradio_api/file={path}", "gradio_api/file/{path}", "file={path}", "gradio_api/file=http://127.0.0.1/",
    "gradio_api/deep_link?session_hash=a", "gradio_api/proxy=https://a.hf.space/", "gradio_api/dev/reload",
    "monitoring", "gradio_api/stream/a/b/1/playlist-file", "gradio_api/custom_component/a/client/b/c", "svelte/a",
    "gradio_api/token", "gradio_api/runs", "docs", "openapi.json",
]  # fmt: skip


@pytest.mark.parametrize("path", CLOSED)
def test_what_else_gradio_offers_is_closed(web, workspace: Workspace, path: str) -> None:
    inside = workspace.thumbnail(workspace.collection.works()[0].id)
    assert web.get(path.format(path=inside)).status_code == 404


LISTENING: list[list[tuple[str, object]]] = []


def _asked(event: str, arguments: tuple) -> None:
    if LISTENING and event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        LISTENING[-1].append((event, arguments[1] if event == "socket.connect" else arguments[0]))


sys.addaudithook(_asked)  # it stays; it does nothing while nobody listens


@pytest.fixture
def asked() -> Iterator[list[tuple[str, object]]]:
    """Every host that this process, in which the server runs, asks for or connects to."""
    LISTENING.append([])
    yield LISTENING[-1]
    LISTENING.clear()


def test_an_address_that_is_sent_is_not_fetched(web, address: str, workspace: Workspace, asked) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        local = f"http://127.0.0.1:{listener.getsockname()[1]}/a.png"
        meta = {"meta": {"_type": "gradio.FileData"}}
        for url in (local, "https://elsewhere.example/a.png", "ftp://elsewhere.example/a"):
            for sent in ({"path": url, **meta}, {"path": "a.png", "url": url, **meta}, {"url": url}, {"path": url}):
                data = [sent, None, 1, 1, False, "", None]
                answer = web.post(f"{CALL}/search_picture", json={"data": data})
                assert answer.status_code == 500 and "elsewhere" not in answer.text
                assert web.post(f"{CALL}/find", json={"data": [sent, 1, ""]}).status_code in (200, 500)
            web.get(f"gradio_api/file={url}")
        with pytest.raises(TimeoutError):
            listener.accept()
    own = urlsplit(address)
    assert {host for _, host in asked} <= {(own.hostname, own.port), own.hostname}


@pytest.mark.parametrize("path", ["/etc/hostname", "{cache}/prints/collection.sqlite", "{work}", "../../etc/hostname"])
def test_a_file_that_was_not_uploaded_is_not_read(web, workspace: Workspace, path: str) -> None:
    cache, original = workspace.pictures.parent.parent, workspace.original(workspace.collection.works()[0])
    named = path.format(cache=cache, work=original)
    for sent in ({"path": named, "meta": {"_type": "gradio.FileData"}}, {"path": named}):
        answer = web.post(f"{CALL}/search_picture", json={"data": [sent, None, 1, 1, False, "", None]})
        assert answer.status_code == 500 and answer.json()["error"].startswith("The picture did not arrive; ")


def test_a_picture_that_is_sent_is_searched(address: str, workspace: Workspace) -> None:
    client = Client(address, verbose=False, analytics_enabled=False)
    try:
        known = workspace.collection.works()[0]
        sent = handle_file(str(workspace.original(known)))
        found = client.predict(picture=sent, top=2, own=True, api_name="/search_picture")
        assert {match["file"] for match in found} <= workspace.collection.ids()
    finally:
        client.close()
