"""What a manifest names is asked for on the public web alone, however the local network is spelled."""

from __future__ import annotations

import io
import socket

import pytest
from iiif_museum import Museum, Reply

from explorer.harvest import addresses
from explorer.harvest.addresses import NotFetched, is_public, looked_at, parsed
from explorer.harvest.polite import Manners, Servers

QUICK = Manners(pause=0)
PRIVATE = (
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.127.255.254", "192.0.2.7", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::",
    "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::10.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1",
    "fec0::1", "ff02::1", "2002:0a00:0001::1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "2001:0:0a00:1::1",
    "2001:db8::1",
    "not an address", "",
)  # fmt: skip
PUBLIC = (
    "8.8.8.8",
    "193.0.6.139",
    "2a00:1450:4001:82a::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:0808:0808::1",
)


@pytest.mark.parametrize("numeric", PRIVATE)
def test_addresses_that_are_not_of_the_public_web(numeric: str) -> None:
    assert not is_public(numeric)


@pytest.mark.parametrize("numeric", PUBLIC)
def test_addresses_that_are(numeric: str) -> None:
    assert is_public(numeric)


@pytest.mark.parametrize("host", [
    "127.0.0.1", "localhost", "LOCALHOST", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", 
    "[::ffff:a00:1]", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "[fe80::1]", "0",
])  # fmt: skip
def test_a_url_of_the_local_network_is_refused_before_anything_is_sent(host: str, museum: Museum) -> None:
    port = museum.server_address[1]
    with pytest.raises(NotFetched, match=r"local network|cannot be found"):
        Servers(QUICK).fetch(f"http://{host}:{port}/manifest.json", io.BytesIO(), 1000)
    assert museum.asked == []


@pytest.mark.parametrize("url", [
    "file:///etc/passwd", "ftp://example.org/a", "gopher://example.org/1", "http://", "http:///a", "//example.org/a",
    "http://user:secret@example.org/", "http://example.org:99999/", "http://exa mple.org\n/", "http://a\r\nHost: b/",
    "javascript:alert(1)", "", "http://[::1", f"http://{'a' * 70}.org/",
])  # fmt: skip
def test_what_is_no_address_of_the_web(url: str) -> None:
    with pytest.raises(NotFetched, match="is no address to fetch from"):
        parsed(url)


def test_an_address_is_sent_as_a_request_has_it() -> None:
    found = parsed("HTTPS://Müller.example:8443/iiif/a%2Fb/ü c?page=2&q=[x]#f")
    assert (found.host, found.port) == ("xn--mller-kva.example", 8443)
    assert found.target == "/iiif/a%2Fb/%C3%BC%20c?page=2&q=[x]"


def resolver(*answers: list[str]):
    """A name server that gives other addresses each time it is asked; how often it was is in ``asked``."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_: object, **__: object):
        asked.append(host)
        given = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
                for each in given]  # fmt: skip

    getaddrinfo.asked = asked
    return getaddrinfo


@pytest.mark.parametrize("answer", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["2a00:1450::1", "::ffff:192.168.0.1"]])
def test_a_name_of_which_any_address_is_private_is_refused(answer: list[str], monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver(answer))
    with pytest.raises(NotFetched, match=r"museum\.example is in the local network"):
        looked_at(parsed("http://museum.example/manifest"), allow_private=False)
    assert looked_at(parsed("http://museum.example/manifest"), allow_private=True)


@pytest.fixture
def as_public(monkeypatch) -> None:
    """127.0.0.1 alone counts as public: the server of the test stands for one of the web."""
    monkeypatch.setattr(addresses, "is_public", lambda numeric: numeric == "127.0.0.1")


def test_the_connection_goes_to_the_address_that_was_looked_at(museum: Museum, as_public: None, monkeypatch) -> None:
    names = resolver(["127.0.0.1"], ["127.0.0.2"])  # another one a moment later
    monkeypatch.setattr(socket, "getaddrinfo", names)
    museum.replies["/a"] = Reply(b"yes")
    sink = io.BytesIO()
    Servers(QUICK).fetch(f"http://museum.example:{museum.server_address[1]}/a", sink, 1000)
    assert sink.getvalue() == b"yes"
    assert names.asked == ["museum.example"]


@pytest.mark.parametrize("target", [
    "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://2130706434/",
    "http://localhost.localdomain.invalid/", "file:///etc/passwd",
])  # fmt: skip
def test_a_redirection_is_checked_like_an_address(target: str, museum: Museum, as_public: None) -> None:
    museum.replies["/a"] = Reply(status=302, headers={"Location": target})
    with pytest.raises(NotFetched, match=r"local network|no address|cannot be found"):
        Servers(QUICK).fetch(f"{museum.base}/a", io.BytesIO(), 1000)
    assert museum.asked == ["/a"]
