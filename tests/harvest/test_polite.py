"""Servers are asked one thing at a time, with pauses, again where it may help, and left alone where it does not."""

from __future__ import annotations

import gzip
import io
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from iiif_museum import Museum, Reply

from explorer import __version__
from explorer.harvest.addresses import NotFetched
from explorer.harvest.polite import Manners, Servers


class Recorded(Servers):
    """Does not sleep, but notes for how long it would have."""

    def __init__(self, **manners) -> None:
        self.slept: list[float] = []
        super().__init__(Manners(allow_private=True, **manners), self.slept.append)

    def text(self, url: str, most: int = 10_000, **headers: str) -> bytes:
        sink = io.BytesIO()
        self.fetch(url, sink, most, headers)
        return sink.getvalue()


def test_it_says_who_asks_and_pauses_between_two_requests(museum: Museum) -> None:
    museum.replies |= {"/a": Reply(b"a"), "/b": Reply(b"b")}
    servers = Recorded(pause=5)
    assert servers.text(f"{museum.base}/a") + servers.text(f"{museum.base}/b") == b"ab"
    assert museum.agents == {f"brueghel-explorer/{__version__}"}
    assert len(servers.slept) == 1 and 4 < servers.slept[0] <= 5


def test_it_waits_as_long_as_it_is_told(museum: Museum) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=50), usegmt=True)
    museum.replies["/a"] = [Reply(status=429, headers={"Retry-After": "7"}),
                            Reply(status=503, headers={"Retry-After": later}), Reply(b"yes")]  # fmt: skip
    servers = Recorded(pause=0)
    assert servers.text(f"{museum.base}/a") == b"yes"
    assert servers.slept[0] == 7 and 40 < servers.slept[1] <= 50


def test_without_a_word_it_waits_longer_each_time_and_then_gives_up(museum: Museum) -> None:
    museum.replies["/a"] = Reply(status=503)
    servers = Recorded(pause=0.001)
    with pytest.raises(NotFetched, match="answers 503") as caught:
        servers.text(f"{museum.base}/a")
    assert caught.value.status == 503
    waits = [wait for wait in servers.slept if wait > 0.0015]
    assert waits == pytest.approx([0.008, 0.016, 0.032])
    assert len(museum.asked) == 4


def test_a_wait_of_hours_is_for_another_day_and_the_server_is_left_alone(museum: Museum) -> None:
    museum.replies["/a"] = Reply(status=429, headers={"Retry-After": "7200"})
    servers = Recorded(pause=0)
    for _ in range(3):
        with pytest.raises(NotFetched, match="429"):
            servers.text(f"{museum.base}/a")
    museum.replies["/b"] = Reply(b"yes")
    with pytest.raises(NotFetched, match="was not asked again"):
        servers.text(f"{museum.base}/b")
    assert museum.asked == ["/a"] * 3 and servers.slept == []


@pytest.mark.parametrize(("status", "words"), [(401, "wants a login"), (403, "refuses"), (404, "does not have"),
                                               (418, "answers 418")])  # fmt: skip
def test_a_refusal_is_taken_at_once_and_is_no_silence(museum: Museum, status: int, words: str) -> None:
    museum.replies |= {"/a": Reply(status=status), "/b": Reply(b"yes")}
    servers = Recorded(pause=0)
    for _ in range(5):
        with pytest.raises(NotFetched, match=words):
            servers.text(f"{museum.base}/a")
    assert servers.text(f"{museum.base}/b") == b"yes"
    assert museum.asked.count("/a") == 5


def test_a_cut_connection_is_tried_again_from_the_start(museum: Museum) -> None:
    whole = bytes(range(256)) * 30
    museum.replies["/a"] = [Reply(whole, cut_at=5000), Reply(whole, cut_at=0), Reply(whole)]
    assert Recorded(pause=0).text(f"{museum.base}/a") == whole
    museum.replies["/b"] = Reply(whole, cut_at=5000)
    with pytest.raises(NotFetched, match="was cut"):
        Recorded(pause=0).text(f"{museum.base}/b")


def test_a_server_that_is_not_there(museum: Museum) -> None:
    servers = Recorded(pause=0)
    with pytest.raises(NotFetched, match="cannot be reached"):
        servers.text("http://127.0.0.1:9/a")


def test_redirections(museum: Museum) -> None:
    museum.replies |= {"/a": Reply(status=301, headers={"Location": "b"}), "/b": Reply(b"yes"),
                       "/round": Reply(status=302, headers={"Location": "/round"})}  # fmt: skip
    servers = Recorded(pause=0)
    assert servers.text(f"{museum.base}/a") == b"yes"
    with pytest.raises(NotFetched, match="leads on and on"):
        servers.text(f"{museum.base}/round")
    assert museum.asked.count("/round") == 6


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}])
def test_more_than_is_taken_is_refused(museum: Museum, headers: dict[str, str]) -> None:
    body = b"x" * 20_000
    museum.replies["/a"] = Reply(b"4e20\r\n" + body + b"\r\n0\r\n\r\n" if headers else body, headers=headers)
    with pytest.raises(NotFetched, match="larger than"):
        Recorded(pause=0).text(f"{museum.base}/a")
    assert len(museum.asked) == 1


def test_what_comes_packed_is_unpacked_and_bounded(museum: Museum) -> None:
    museum.replies |= {
        "/gzip": Reply(gzip.compress(b"yes"), headers={"Content-Encoding": "gzip"}),
        "/deflate": Reply(zlib.compress(b"yes"), headers={"Content-Encoding": "deflate"}),
        "/bomb": Reply(gzip.compress(b"\0" * 50_000_000), headers={"Content-Encoding": "gzip"}),
        "/torn": Reply(gzip.compress(bytes(range(256)))[:-20], headers={"Content-Encoding": "gzip"}),
        "/lies": Reply(b"plain", headers={"Content-Encoding": "gzip"}),
    }  # fmt: skip
    servers = Recorded(pause=0)
    assert servers.text(f"{museum.base}/gzip") == servers.text(f"{museum.base}/deflate") == b"yes"
    for path, words in (("/bomb", "larger than"), ("/torn", "was cut"), ("/lies", "cannot be unpacked")):
        with pytest.raises(NotFetched, match=words):
            Recorded(pause=0).text(f"{museum.base}{path}", 100_000)
