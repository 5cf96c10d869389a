"""Other people's scripts in a real browser: smuggled into the page, or on a page of theirs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from explorer.workspace import Workspace

TRY = """async ({address, call, picture}) => {
  const said = {};
  const attempt = async (name, path, sent) => {
    try { said[name] = (await fetch(address + path, sent)).type; } catch (error) { said[name] = "refused"; }
  };
  const form = new FormData();
  form.append("files", new Blob(["x"]), "a.png");
  const simple = { method: "POST", mode: "no-cors" }, body = JSON.stringify(call);
  await attempt("judge", "gradio_api/call/judge", { ...simple, body, headers: { "Content-Type": "text/plain" } });
  await attempt("upload", "gradio_api/upload", { ...simple, body: form });
  await attempt("read", "config");
  const headers = { "Content-Type": "application/json" };
  await attempt("json", "gradio_api/run/judge", { method: "POST", body, headers });
  const image = new Image();
  image.src = address + picture;
  said.picture = await image.decode().then(() => "shown", () => "refused");
  return said;
}"""

SMUGGLE = """async () => {
  const broken = [];
  document.addEventListener("securitypolicyviolation", (event) => broken.push(event.effectiveDirective));
  const script = document.createElement("script");
  script.textContent = "window.harmed = 1";
  const image = document.createElement("img");
  const failed = new Promise((done) => image.addEventListener("error", done));
  image.setAttribute("onerror", "window.harmed = 2");
  image.src = "data:,";
  document.body.append(script, image);
  await failed;
  await fetch("http://evil.example/").catch(() => {});
  while (broken.length < 3) await new Promise((done) => setTimeout(done, 20));
  return { broken, harmed: window.harmed || 0 };
}"""


class Theirs(BaseHTTPRequestHandler):
    """A page of another origin."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<h1>Win a painting</h1>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def other(contexts: dict[bool, BrowserContext]) -> Iterator[Page]:
    """A page of another host, in the same browser."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Theirs) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = contexts[False].new_page()
        page.goto(f"http://localhost:{server.server_port}/")
        yield page
        page.close()
        server.shutdown()


def test_a_page_of_another_host_can_neither_write_nor_read_nor_embed(
    other: Page, address: str, workspace: Workspace
) -> None:
    first, second = (found.id for found in workspace.collection.works()[:2])
    before = [kept.id for kept in workspace.collection.judgements.all()]
    failed: dict[str, str | None] = {}
    other.on("requestfailed", lambda request: failed.update({urlsplit(request.url).path: request.failure}))
    sent = {
        "address": address, "call": {"data": [{"file": first}, {"file": second}, "accepted", "", "", ""]},
        "picture": f"pictures/{workspace.name}/views/{'/'.join(workspace.view(first).parts[-2:])}",
    }  # fmt: skip
    said = other.evaluate(TRY, sent)
    assert set(said.values()) == {"refused"} and len(said) == 5
    answered = [path for path, why in failed.items() if "BLOCKED_BY_RESPONSE" in (why or "")]
    assert {"/gradio_api/call/judge", "/gradio_api/upload"} <= set(answered), "by the server, with a header"
    assert [kept.id for kept in workspace.collection.judgements.all()] == before
    frame = f"document.body.innerHTML = '<iframe src=\"{address}\"></iframe>'"
    with other.expect_response(address) as refused:
        other.evaluate(frame)
    assert refused.value.status == 403


def test_a_link_on_a_page_of_another_host_opens_the_page(other: Page, address: str) -> None:
    other.evaluate("address => { document.body.innerHTML = '<a>See</a>'; document.querySelector('a').href = address; }",
                   f"{address}?work=none.jpg")  # fmt: skip
    other.get_by_text("See").click()
    other.wait_for_selector(".viewer", timeout=60_000)


def test_a_script_that_is_smuggled_into_the_page_does_not_run(
    contexts: dict[bool, BrowserContext], address: str
) -> None:
    page = contexts[False].new_page()
    page.goto(address)
    said = page.evaluate(SMUGGLE)
    page.close()
    assert said["harmed"] == 0
    assert {"script-src-elem", "script-src-attr", "connect-src"} <= set(said["broken"])
