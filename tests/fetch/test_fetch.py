"""Fetching an archive from a real server on this machine that cuts, changes, ignores and lies as a test asks."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import stat
import zipfile
from collections import namedtuple
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from serving import serving

from explorer.errors import ExplorerError
from explorer.fetch import fetch_archive
from explorer.fetch.unpack import unpack


def archive(files: dict[str, bytes] | None = None, **attributes: int) -> bytes:
    """A ZIP archive; ``attributes`` are set on every member."""
    usual = {"Brueghel/images/a.jpg": bytes(range(256)) * 800, "Brueghel/test.json": b"{}"}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as writer:
        for name, content in (usual if files is None else files).items():
            member = zipfile.ZipInfo(name)
            for attribute, value in attributes.items():
                setattr(member, attribute, value)
            writer.writestr(member, content)
    return made.getvalue()


class Server(ThreadingHTTPServer):
    """Serves ``content`` at every path; what it was asked for is in ``ranges``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = archive()
        self.etag = '"one"'
        self.cut_at: list[int] = []
        """After how many bytes of the body the next answers break off."""
        self.knows_ranges = True
        self.sends_length = True
        self.status = 200
        self.shift = 0
        self.ranges: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/Brueghel.zip"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server, asked = self.server, self.headers.get("Range")
        server.ranges.append(asked)
        if server.status != 200:
            self.send_error(server.status)
            return
        start = 0
        if asked and server.knows_ranges and self.headers.get("If-Range") in (server.etag, server.date):
            start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
        if start >= len(server.content):
            self.send_error(416)
            return
        body = server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            first = start + server.shift
            self.send_header("Content-Range", f"bytes {first}-{len(server.content) - 1}/{len(server.content)}")
        if server.sends_length:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", server.etag)
        self.send_header("Last-Modified", server.date)
        self.end_headers()
        self.wfile.write(body[: server.cut_at.pop(0)] if server.cut_at else body)

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""


Server.date = "Tue, 01 Jan 2019 00:00:00 GMT"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    with Server() as running, serving(running):
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "brueghel"


def left(folder: Path) -> set[str]:
    """What lies beside the folder, and the folder itself, the lock aside."""
    return {path.name for path in folder.parent.iterdir() if not path.name.startswith(".")}


def fetch(server: Server, folder: Path, **options: object):
    return fetch_archive(server.url, folder, pause=0, **options)


def assert_refused(server: Server, folder: Path, words: str, **options: object) -> str:
    with pytest.raises(ExplorerError, match=words) as caught:
        fetch(server, folder, **options)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert not folder.exists()
    assert f"{folder.name}.unpacking" not in left(folder)
    return message


# -- downloading -----------------------------------------------------------------------------------------------------


def test_a_fetch_unpacks_and_writes_down_what_came(server: Server, folder: Path) -> None:
    steps = []
    fetched = fetch(server, folder, progress=lambda *step: steps.append(step))
    digest = hashlib.sha256(server.content).hexdigest()
    assert (folder / "Brueghel" / "images" / "a.jpg").read_bytes() == bytes(range(256)) * 800
    assert (fetched.sha256, fetched.unpacked.files, fetched.was_expected) == (digest, 2, False)
    assert left(folder) == {"brueghel", "brueghel.zip.sha256"}
    assert fetched.digest_file.read_text() == f"{digest}  brueghel.zip\n"
    assert "publish no digest" in "\n".join(fetched.lines())
    assert {step[0] for step in steps} == {"Downloading (MB)", "Unpacking"}
    assert steps[-1] == ("Unpacking", 2, 2)


def test_what_is_there_is_not_fetched_again(server: Server, folder: Path) -> None:
    fetch(server, folder)
    again = fetch(server, folder)
    assert again.unpacked is None
    assert "already" in again.lines()[0]
    assert len(server.ranges) == 1
    with pytest.raises(ExplorerError, match="fetched before with SHA-256"):
        fetch(server, folder, sha256="0" * 64)


def test_a_cut_connection_is_taken_up_where_it_ended(server: Server, folder: Path) -> None:
    server.cut_at = [70_000, 50_000]
    fetched = fetch(server, folder)
    assert fetched.sha256 == hashlib.sha256(server.content).hexdigest()
    assert server.ranges == [None, "bytes=70000-", "bytes=120000-"]


def test_without_an_etag_the_date_will_do(server: Server, folder: Path) -> None:
    server.etag, server.cut_at = 'W/"weak"', [70_000]
    fetch(server, folder)
    assert server.ranges == [None, "bytes=70000-"]


def test_the_next_run_goes_on_where_the_last_gave_up(server: Server, folder: Path) -> None:
    server.cut_at = [70_000, 0, 0, 0, 0]
    message = assert_refused(server, folder, "was cut .* after 0.1 MB; run the same command again")
    assert server.url in message
    assert left(folder) == {"brueghel.zip.part", "brueghel.zip.part.json"}
    fetch(server, folder)
    assert server.ranges[-1] == "bytes=70000-"
    assert left(folder) == {"brueghel", "brueghel.zip.sha256"}


def test_a_server_without_ranges_sends_it_all_again(server: Server, folder: Path) -> None:
    server.knows_ranges, server.cut_at = False, [70_000]
    fetched = fetch(server, folder)
    assert fetched.sha256 == hashlib.sha256(server.content).hexdigest()
    assert len(server.ranges) == 2


def test_a_file_that_changed_is_fetched_from_the_start(server: Server, folder: Path) -> None:
    server.cut_at = [70_000, 0, 0, 0, 0]
    assert_refused(server, folder, "was cut")
    server.content, server.etag, server.date = archive({"new.txt": b"new" * 60_000}), '"two"', "another day"
    assert fetch(server, folder).sha256 == hashlib.sha256(server.content).hexdigest()
    assert [path.name for path in folder.iterdir()] == ["new.txt"]


def test_a_file_that_shrank_under_the_same_name_is_fetched_from_the_start(server: Server, folder: Path) -> None:
    server.cut_at = [150_000, 0, 0, 0, 0]
    assert_refused(server, folder, "was cut")
    server.content = archive({"new.txt": b"new"})
    fetch(server, folder)
    assert [path.name for path in folder.iterdir()] == ["new.txt"]


def test_a_server_that_sends_another_part_is_not_believed(server: Server, folder: Path) -> None:
    server.cut_at, server.shift = [70_000], 5
    assert fetch(server, folder).sha256 == hashlib.sha256(server.content).hexdigest()
    assert server.ranges == [None, "bytes=70000-", None]


def test_the_beginning_of_another_address_is_not_gone_on_with(server: Server, folder: Path) -> None:
    server.cut_at = [70_000, 0, 0, 0, 0]
    assert_refused(server, folder, "was cut")
    fetch_archive(server.url.replace("Brueghel", "other"), folder, pause=0)
    assert server.ranges[-1] is None


def test_a_length_that_is_not_told(server: Server, folder: Path) -> None:
    server.sends_length = False
    assert fetch(server, folder).unpacked.files == 2


def test_refusals_of_the_server_and_no_server_at_all(server: Server, folder: Path) -> None:
    server.status = 404
    assert_refused(server, folder, "answered 404")
    server.shutdown()
    server.server_close()
    assert_refused(server, folder, "cannot be reached")


@pytest.mark.parametrize("url", ["", "Brueghel.zip", "file:///etc/passwd", "ftp://a/b.zip", "http://", "http://a:b/c",
                                 "http://a b/c", "http://a/\u00fc", "http://a/\n"])  # fmt: skip
def test_what_is_no_address_is_refused(folder: Path, url: str) -> None:
    with pytest.raises(ExplorerError, match="no address"):
        fetch_archive(url, folder)


# -- the digest --------------------------------------------------------------------------------------------------------


def test_the_digest_asked_for_is_required(server: Server, folder: Path) -> None:
    message = assert_refused(server, folder, "not 0000", sha256="0" * 64)
    assert hashlib.sha256(server.content).hexdigest() in message
    assert left(folder) == set()
    assert fetch(server, folder, sha256=hashlib.sha256(server.content).hexdigest().upper()).was_expected
    with pytest.raises(ExplorerError, match="64 hex digits"):
        fetch(server, folder, sha256="abc")


def test_a_later_fetch_is_held_to_the_digest_of_the_first(server: Server, folder: Path) -> None:
    fetch(server, folder)
    shutil.rmtree(folder)
    assert fetch(server, folder).was_expected
    shutil.rmtree(folder)
    server.content = archive({"other.txt": b"other"})
    assert_refused(server, folder, r"as the last time; delete .*brueghel.zip.sha256 to accept it")
    (folder.parent / "brueghel.zip.sha256").unlink()
    fetch(server, folder)


# -- unpacking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/out.txt", "..\\out.txt", "C:\\out.txt", "\\out"])
def test_paths_that_lead_out_of_the_folder(server: Server, folder: Path, name: str) -> None:
    server.content = archive({"good.txt": b"good", name: b"bad"})
    assert_refused(server, folder, "leads out of its folder")
    assert left(folder) == set()
    assert not list(folder.parent.parent.rglob("*out*"))


def test_links_are_refused(server: Server, folder: Path) -> None:
    server.content = archive({"link": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16)
    assert_refused(server, folder, "a link or a device")


def test_what_is_no_archive_is_not_kept(server: Server, folder: Path) -> None:
    server.content = b"<html>It has moved</html>"
    assert_refused(server, folder, "not a ZIP archive")
    assert left(folder) == set()
    server.content = archive()
    assert fetch(server, folder).unpacked.files == 2


def test_damaged_archives(server: Server, folder: Path) -> None:
    whole = archive()
    server.content = whole[:500] + bytes(50) + whole[550:]
    assert_refused(server, folder, "damaged")
    server.content = archive({})
    assert_refused(server, folder, "holds no files")
    server.content = archive({"a": b"x", "a/b": b"y"})
    assert_refused(server, folder, "damaged")
    assert left(folder) == set()


def test_an_archive_that_grows_too_large(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(archive({"zeros": bytes(2_000_000)}, compress_type=zipfile.ZIP_DEFLATED))
    with pytest.raises(ExplorerError, match="more than the 1 MB expected"):
        unpack(path, tmp_path / "out", most_bytes=1_000_000)
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_names_of_every_kind_and_a_macs_notes(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    names = ["Allegory of Fire: Venus (London, Christie's).jpg", "Br\u00fbl\u00e9.jpg"]
    made = archive({**dict.fromkeys(names, b"x"), "__MACOSX/._a.jpg": b"note", "empty/": b""})
    path.write_bytes(made)
    assert unpack(path, tmp_path / "out").files == 2
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(names)
    unsaid = made.replace("Br\u00fbl\u00e9.jpg".encode(), b"Br\xc3\xbbl\xc3\xa9.jpg")
    flags = [found.start() + offset for mark, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6))
             for found in re.finditer(re.escape(mark), unsaid)]  # fmt: skip
    raw = bytearray(unsaid)
    for at in flags:  # UTF-8 that does not say so
        raw[at + 1] &= ~8
    path.write_bytes(bytes(raw))
    unpack(path, tmp_path / "again")
    assert {path.name for path in (tmp_path / "again").iterdir()} == set(names)


def test_a_folder_that_is_not_ours_is_left_alone(server: Server, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(ExplorerError, match="was not fetched by this command"):
        fetch(server, folder)
    assert (folder / "mine.txt").read_text() == "mine"
    (folder / "mine.txt").unlink()
    assert fetch(server, folder).unpacked.files == 2  # an empty folder will do


def test_a_full_disk_is_said_before_it_is_full_and_the_download_kept(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "free")
    room = [1000]
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(room[0]))
    assert_refused(server, folder, "has only 0 MB left")
    server.content = archive({"zeros": bytes(900_000)}, compress_type=zipfile.ZIP_DEFLATED)
    room[0] = 100_000
    assert_refused(server, folder, "unpacks to 1 MB but")
    assert "brueghel.zip.part" in left(folder)
    room[0] = 10**9
    asked = len(server.ranges)
    assert fetch(server, folder).unpacked.files == 1
    assert len(server.ranges) == asked


def test_leftovers_of_a_killed_run_are_cleared(server: Server, folder: Path) -> None:
    stale = folder.with_name("brueghel.unpacking")
    (stale / "half").mkdir(parents=True)
    fetch(server, folder)
    assert left(folder) == {"brueghel", "brueghel.zip.sha256"}
    assert not (folder / "half").exists()
