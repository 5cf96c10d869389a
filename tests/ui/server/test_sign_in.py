"""A page that is shared with a password: what is closed, how people and scripts sign in, and the file of passwords."""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AuthenticationError

from explorer.errors import ExplorerError
from explorer.ui import build_app, launch
from explorer.ui.server.guard import Access
from explorer.ui.server.launch import free_port
from explorer.ui.server.passwords import PasswordHash, Users, remove_password, set_password
from explorer.ui.server.sign_in import LONGEST_DELAY, SESSION, Patience, Sessions
from explorer.workspace import Workspace

PASSWORD = "de korenbloem en de vos"
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.txt"
    lines = (f"{name}:{quick(password).line()}\n" for name, password in
             (("anna", PASSWORD), ("Mayken Verhulst", "another password")))  # fmt: skip
    path.write_text("".join(lines), "utf-8")
    return path


def quick(password: str) -> PasswordHash:
    """A hash that costs a test little, made without the program."""
    salt = password[:8].encode()
    return PasswordHash(salt, hashlib.scrypt(password.encode(), salt=salt, n=1024, r=8, p=1, dklen=32), 1024, 8, 1)


@pytest.fixture(scope="module")
def page(prints: Workspace, people: Path) -> Iterator[tuple[str, object]]:
    """The address of a page that asks for passwords, and its application."""
    blocks = build_app(prints)
    access = Access.of(password_file=people)
    yield launch(blocks, prints, port=free_port("127.0.0.1", 0), block=False, access=access), blocks.app
    blocks.close(verbose=False)


@pytest.fixture
def web(page) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=page[0], timeout=60) as client:
        yield client


def signed_in(web: httpx.Client, name: str = "anna", password: str = PASSWORD, **headers: str) -> httpx.Response:
    return web.post("login", data={"username": name, "password": password}, headers=headers)


# -- the page ----------------------------------------------------------------------------------------------------------


def test_nothing_is_answered_before_somebody_signs_in(web, page) -> None:
    """Every route of the application, whatever its method, and whatever else may be asked for."""
    open_to_all = {"/favicon.ico", "/gradio_api/startup-events", "/login", "/login/", "/logout"}
    included = [getattr(route, "original_router", None) for route in page[1].routes]
    routes = [route for router in (page[1], *filter(None, included)) for route in router.routes]
    asked = [(method, route.path) for route in routes if hasattr(route, "path") for method in route.methods]
    asked += [
        ("GET", "/pictures/prints/thumbnails/ab/ab.jpg"),
        ("GET", "/gradio_api/file=/etc/hostname"),
        ("PUT", "/x"),
    ]
    closed = [(method, path) for method, path in asked if path not in open_to_all and path != "/"]
    assert len(closed) > 60
    for method, path in closed:
        answer = web.request(method, path.replace("{", "").replace("}", ""), headers=PAGE)
        assert answer.status_code == 401, (method, path)
        assert method == "HEAD" or answer.json()["detail"].startswith("Sign in first: ")
    front = web.get("?work=a%26b", headers=PAGE)
    assert (front.status_code, front.headers["location"]) == (303, "/login?next=work%3Da%2526b")
    assert web.post("").status_code == 401
    assert web.get("health").status_code == 200


def test_somebody_signs_in_by_the_form_and_gets_to_where_a_link_led(web) -> None:
    form = web.get("login?next=work%3Da%2526b%22%3E%3Cscript%3E", headers=PAGE)
    assert "<script>" not in form.text and 'type="password"' in form.text
    assert "default-src 'none'" in form.headers["content-security-policy"]
    sent = {"username": "anna", "password": PASSWORD, "next": "work=a%26b"}
    answer = web.post("login", data=sent, headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?work=a%26b")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/;" in cookie and "secure" not in cookie
    assert web.get("", headers=PAGE).status_code == web.get("config").status_code == 200
    assert web.post("gradio_api/upload", files={"files": ("a.png", b"x")}).status_code == 200
    assert web.get("theme.css").headers["cache-control"] == "private"
    out = web.post("logout")
    assert (out.status_code, out.headers["location"]) == (303, "/login")
    assert web.get("config").status_code == 401


def test_a_session_ends_at_the_server_and_a_made_up_one_is_none(web) -> None:
    signed_in(web, **{"X-Forwarded-Proto": "https"})
    (cookie,) = web.cookies.jar
    assert cookie.secure, "over TLS the cookie goes nowhere else"
    kept = {"Cookie": f"{cookie.name}={cookie.value}"}
    assert web.get("config", headers=kept).status_code == 200
    web.post("logout", headers=kept)
    web.cookies.clear()
    for value in (cookie.value, "", "a", cookie.value[:-1]):
        assert web.get("config", headers={"Cookie": f"{cookie.name}={value}"}).status_code == 401


def test_signing_in_leads_to_the_page_and_nowhere_else(web) -> None:
    answer = web.post("login", data={"username": "anna", "password": PASSWORD, "next": "//evil.example"}, headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    form = web.get("login?next=https%3A%2F%2Fevil.example%3Fa%3Db%0D%0ASet-Cookie%3A", headers=PAGE)
    assert 'action="/login"' in form.text and "set-cookie" not in form.headers


def test_wrong_tries_are_refused_told_to_the_log_and_then_have_to_wait(
    web, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        answers = [signed_in(web, "griet", f"guess {number}") for number in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert {answer.json()["detail"] for answer in answers[:3]} == {"The name and the password do not belong together."}
    assert "A sign-in from 127.0.0.1 failed." in caplog.text
    assert "guess" not in caplog.text + "".join(capfd.readouterr())
    assert signed_in(web).status_code == 200, "somebody else's wrong tries keep nobody out"


def test_another_page_cannot_sign_in(web) -> None:
    assert signed_in(web, Origin="http://evil.example").status_code == 403


def test_a_form_that_is_too_large_or_none_is_refused(web) -> None:
    assert web.post("login", content=b"username=anna&password=" + b"x" * 100_000).status_code == 401
    assert web.post("login", json={"username": "anna", "password": PASSWORD}).status_code == 401


def test_a_script_signs_in_with_a_name_and_a_password(page) -> None:
    client = Client(page[0], auth=("anna", PASSWORD), verbose=False, analytics_enabled=False)
    try:
        assert len(client.predict(text="", api_name="/find")) == 2
    finally:
        client.close()
    with pytest.raises(AuthenticationError):
        Client(page[0], verbose=False, analytics_enabled=False)


def test_patience_grows_is_bounded_and_is_forgotten_with_the_right_password() -> None:
    now = [0.0]
    patience = Patience(lambda: now[0])
    delays = []
    for _ in range(12):
        patience.wrong(("anna", "here"))
        delays.append(patience.left(("anna", "here")))
    assert delays[:5] == [0, 0, 1, 2, 4] and delays[-1] == LONGEST_DELAY
    assert patience.left(("anna", "elsewhere")) == patience.left(("mayken", "here")) == 0
    now[0] += LONGEST_DELAY
    assert patience.left(("anna", "here")) == 0
    patience.wrong(("anna", "here"))
    patience.right(("anna", "here"))
    assert patience.left(("anna", "here")) == 0


def test_a_session_lasts_a_week() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    secret = sessions.begin()
    now[0] = SESSION - 1
    assert secret in sessions and sessions.begin() != secret
    now[0] = SESSION
    assert secret not in sessions


# -- the file ----------------------------------------------------------------------------------------------------------


def test_people_of_a_file(people: Path) -> None:
    users = Users.read(people)
    assert users.fits("anna", PASSWORD) and users.fits(" Mayken Verhulst ", "another password")
    assert not users.fits("anna", "another password")
    text = people.read_text("utf-8")
    assert [line.split(":")[0] for line in text.splitlines()] == ["anna", "Mayken Verhulst"]
    assert PASSWORD not in text


def test_a_hash_is_scrypts() -> None:
    """The third test vector of RFC 7914, section 12 (its first 32 bytes)."""
    published = bytes.fromhex("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")
    salt, digest = (base64.b64encode(part).decode() for part in (b"SodiumChloride", published))
    line = f"scrypt$16384$8$1${salt}${digest}"
    known = PasswordHash.parse(line)
    assert known.fits("pleaseletmein") and not known.fits("pleaseletmeout")
    assert known.line() == line


def test_a_name_that_is_not_known_takes_as_long_as_one_that_is(people: Path) -> None:
    users = Users.read(people)

    counted: list[str] = []

    def count(_frame: object, event: str, called: object) -> None:
        counted.extend(["hashed"] if event == "c_call" and getattr(called, "__name__", "") == "scrypt" else [])

    for name in ("nobody", "anna"):
        sys.setprofile(count)
        try:
            assert not users.fits(name, "wrong password")
        finally:
            sys.setprofile(None)
    assert counted == ["hashed", "hashed"]


def test_a_password_is_changed_and_a_person_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "people.txt"
    assert set_password(path, "anna", "first password")
    assert not set_password(path, "anna", "second password")
    assert Users.read(path).fits("anna", "second password")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(ExplorerError, match="does not name 'griet'"):
        remove_password(path, "griet")
    remove_password(path, "anna")
    with pytest.raises(ExplorerError, match=r"names nobody; add somebody with: explorer password"):
        Users.read(path)


@pytest.mark.parametrize("line", [
    "anna", "anna:", "anna:secret", "anna:scrypt$16384$8$1$U29kaXVtQ2hsb3JpZGU=$cCO9", ":{hash}", "anna:{hash}x",
    "anna:x{hash}",
    "anna:scrypt$16385$8$1$U29kaXVtQ2hsb3JpZGU=$cCO9yzr9c0hGHAbNgev9OP27vc+pbU8PLekNfCF9N8c=",
    "anna:scrypt$1073741824$8$1$U29kaXVtQ2hsb3JpZGU=$cCO9yzr9c0hGHAbNgev9OP27vc+pbU8PLekNfCF9N8c=",
    "anna:scrypt$-2$8$1$U29kaXVtQ2hsb3JpZGU=$cCO9yzr9c0hGHAbNgev9OP27vc+pbU8PLekNfCF9N8c=",
])  # fmt: skip
def test_a_damaged_file_is_one_sentence_with_its_line(tmp_path: Path, people: Path, line: str) -> None:
    known = people.read_text("utf-8").splitlines()[0].partition(":")[2]
    path = tmp_path / "people.txt"
    path.write_text(f"# who may come\n\nanna:{known}\n{line.format(hash=known)}\n", "utf-8")
    with pytest.raises(ExplorerError, match=r"^Line 4 of the password file .* is damaged; remove it .*NAME$") as caught:
        Users.read(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(ExplorerError, match="damaged"):
        set_password(path, "griet", "a new password")


@pytest.mark.parametrize("name", ["", "a:b", "#anna", "a" * 81, "a\nb"])
def test_a_name_that_will_not_do_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExplorerError, match="A name has 1 to 80 characters"):
        set_password(tmp_path / "people.txt", name, "long enough")
