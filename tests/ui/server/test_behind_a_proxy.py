"""The page behind nginx, with TLS and under a path of its own: through the lines that the documentation gives."""

from __future__ import annotations

import re
import shutil
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from generated import save, work
from gradio_client import Client, handle_file

from explorer.ui import build_app, launch
from explorer.ui.server.guard import Access
from explorer.ui.server.launch import free_port
from explorer.ui.server.passwords import set_password
from explorer.workspace import Workspace

ROOT = Path(__file__).parents[3]
TOOLS = {tool: shutil.which(tool, path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin") or shutil.which(tool)
         for tool in ("nginx", "openssl")}  # fmt: skip
MISSING = [tool for tool, found in TOOLS.items() if found is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (Debian: apt-get install)")
NAME, PASSWORD = "museum.example", "de korenbloem"


@pytest.fixture(scope="module")
def workspace(prints: Workspace) -> Workspace:
    return prints


def configured(folder: Path, upstream: int, port: int) -> Path:
    """The documentation's server, on a free port and with a certificate of the test's own."""
    text = (ROOT / "docs" / "institution" / "serving.md").read_text("utf-8")
    (server,) = re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)
    for old, new in {
        "listen 443": f"listen 127.0.0.1:{port}", "http://127.0.0.1:7860": f"http://127.0.0.1:{upstream}",
        "/etc/ssl/museum.example.": f"{folder}/",
    }.items():  # fmt: skip
        assert old in server
        server = server.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;\n"
        f"events {{}}\nhttp {{ access_log off; {temporary}\n{server} }}\n", "utf-8",
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def proxied(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ssl.SSLContext]]:
    """The address under which nginx shows the page, and what trusts its certificate."""
    folder = tmp_path_factory.mktemp("nginx")
    subprocess.run(
        [TOOLS["openssl"], "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-keyout", folder / "key", "-out", folder / "pem", "-subj", f"/CN={NAME}",
         "-addext", f"subjectAltName=DNS:{NAME},DNS:localhost"], check=True, capture_output=True,
    )  # fmt: skip
    set_password(folder / "people.txt", "anna", PASSWORD)
    blocks, port = build_app(workspace), free_port("127.0.0.1", 0)
    access = Access.of("127.0.0.1", [NAME], folder / "people.txt", "/brueghel")
    upstream = launch(blocks, workspace, port=free_port("127.0.0.1", 0), block=False, access=access)
    path = configured(folder, int(upstream.rstrip("/").rpartition(":")[2]), port)
    nginx = subprocess.Popen([TOOLS["nginx"], "-p", folder, "-c", path])
    trusting = ssl.create_default_context(cafile=str(folder / "pem"))
    try:
        wait_for(f"https://localhost:{port}/brueghel/health", trusting)
        yield f"https://localhost:{port}/brueghel/", trusting
    finally:
        nginx.send_signal(signal.SIGTERM)
        nginx.wait(30)
        blocks.close(verbose=False)


def wait_for(url: str, trusting: ssl.SSLContext) -> None:
    for _ in range(200):
        try:
            httpx.get(url, verify=trusting)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(url)


@pytest.fixture
def web(proxied: tuple[str, ssl.SSLContext]) -> Iterator[httpx.Client]:
    """A visitor who has signed in."""
    with httpx.Client(base_url=proxied[0], verify=proxied[1], timeout=60) as client:
        sent = {"username": "anna", "password": PASSWORD}
        assert client.post("login", data=sent, headers={"Origin": origin(proxied)}).status_code == 200
        yield client


def origin(proxied: tuple[str, ssl.SSLContext]) -> str:
    return proxied[0].removesuffix("/brueghel/")


def test_a_link_leads_by_the_form_to_the_page(proxied) -> None:
    address, trusting = proxied
    page = {"Accept": "text/html"}
    with httpx.Client(verify=trusting, timeout=60, follow_redirects=True) as visitor:
        form = visitor.get(f"{address.rstrip('/')}?work=a%26b", headers=page)
        assert str(form.url) == f"{address}login?next=work%3Da%2526b"
        (action,) = re.findall(r'action="([^"]+)"', form.text)
        (following,) = re.findall(r'name="next" value="([^"]+)"', form.text)
        sent = {"username": "anna", "password": PASSWORD, "next": following}
        opened = visitor.post(f"{origin(proxied)}{action}", data=sent, headers={**page, "Origin": origin(proxied)})
        assert (opened.status_code, str(opened.url)) == (200, f"{address}?work=a%26b")
        (cookie,) = visitor.cookies.jar
        assert cookie.secure and cookie.path == "/brueghel"


def test_the_page_and_all_that_it_names_are_below_the_path(web, proxied) -> None:
    page = web.get("")
    assert page.status_code == 200
    root = web.get("config").json()["root"]
    assert root == proxied[0].rstrip("/")
    named = re.findall(r'(?:src|href)="(\./[^"]+)"', page.text)
    assert len(named) >= 2
    for path in (*named, "theme.css", "favicon.ico", "gradio_api/info"):
        assert web.get(path).status_code == 200, path


def test_scripts_search_through_the_proxy(proxied, workspace: Workspace) -> None:
    address, trusting = proxied
    client = Client(address, auth=("anna", PASSWORD), ssl_verify=trusting, verbose=False, analytics_enabled=False)
    try:
        works = client.predict(text="", api_name="/find")
        assert [found["file"] for found in works] == [found.id for found in workspace.collection.works()]
        original = str(workspace.original(workspace.collection.works()[0]))
        found = client.predict(picture=handle_file(original), top=2, own=True, api_name="/search_picture")
        assert {match["file"] for match in found} <= workspace.collection.ids()
    finally:
        client.close()


def test_pictures_and_uploads_go_through_the_proxy(web, proxied, workspace: Workspace, tmp_path: Path) -> None:
    config = web.get("config").json()
    viewer = next(part["id"] for part in config["components"] if part["props"].get("elem_classes") == ["part-gallery"])
    first = workspace.collection.works()[0].id
    asked = {"data": {"works": [first]}, "component_id": viewer, "session_hash": "abc", "fn_name": "thumbnails"}
    own = {"Origin": origin(proxied)}
    url = web.post("gradio_api/component_server", json=asked, headers=own).json()[first]
    assert web.get(url).content == workspace.thumbnail(first).read_bytes()
    path = save(work(3), tmp_path / "mine.png")
    sent = {"files": ("mine.png", path.read_bytes())}
    assert web.post("gradio_api/upload", files=sent, headers=own).status_code == 200
    assert web.post("gradio_api/upload", files=sent, headers={"Origin": "https://evil.example"}).status_code == 403
    assert web.post("gradio_api/upload", files=sent, headers={"Origin": "https://localhost"}).status_code == 403


def test_the_names_that_are_allowed_are_served(web) -> None:
    assert web.get("health", headers={"Host": NAME}).status_code == 200
    assert web.get("health", headers={"Host": "evil.example"}).status_code == 403
