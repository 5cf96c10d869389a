"""Benchmarks of several files, fetched from a server on this machine that breaks off; and archives made by tar."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from serving import serving

from explorer.cli import main
from explorer.errors import ExplorerError
from explorer.fetch.benchmarks import BENCHMARKS, fetch_benchmark
from explorer.fetch.unpack import unpack


def tar(files: dict[str, bytes], mode: str = "w:gz", kind: bytes = tarfile.REGTYPE) -> bytes:
    """A tar archive; ``kind`` is what its members are."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as writer:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.type, member.linkname = len(content), kind, "elsewhere"
            writer.addfile(member, io.BytesIO(content))
    return made.getvalue()


class Server(ThreadingHTTPServer):
    """Serves ``files`` by their names below any folder; what was asked for is in ``asked``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        pictures = {f"all_souls_{number:06d}.jpg": bytes([number]) * 50_000 for number in range(9)}
        self.files = {
            "oxbuild_images-v1.tgz": tar(pictures),
            "gt_files_170407.tgz": tar({"./all_souls_1_query.txt": b"oxc1_all_souls_000001 1 2 3 4\r\n"}),
            "gnd_roxford5k.pkl": b"(dp0\n.",
        }
        self.cut: dict[str, int] = {}
        """After how many bytes the next answer of a file breaks off."""
        self.asked: list[tuple[str, str | None]] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name, part = self.path.rpartition("/")[2], self.headers.get("Range")
        self.server.asked.append((name, part))
        if name not in self.server.files:
            self.send_error(404)
            return
        whole = self.server.files[name]
        start = int(re.fullmatch(r"bytes=(\d+)-", part)[1]) if part else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(whole) - 1}/{len(whole)}")
        self.send_header("Content-Length", str(len(whole) - start))
        self.send_header("ETag", f'"{hashlib.sha256(whole).hexdigest()[:8]}"')
        self.end_headers()
        self.wfile.write(whole[start : start + self.server.cut.pop(name, len(whole))])

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    with Server() as running, serving(running):
        yield running


def base(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/data/"


def test_all_parts_come_into_the_layout_that_evaluations_expect(server: Server, tmp_path: Path) -> None:
    said = "\n".join(fetch_benchmark("oxford", tmp_path / "oxford", base(server), pause=0))
    assert len(list((tmp_path / "oxford" / "jpg").glob("all_souls_*.jpg"))) == 9
    assert (tmp_path / "oxford" / "gt" / "all_souls_1_query.txt").read_bytes().startswith(b"oxc1_all_souls")
    assert "publish no digest" in said
    assert hashlib.sha256(server.files["gt_files_170407.tgz"]).hexdigest() in said
    assert f"explorer evaluate oxford5k --data {tmp_path / 'oxford'}" in said


def test_what_broke_off_is_gone_on_with_and_what_is_there_is_not_asked_for(server: Server, tmp_path: Path) -> None:
    server.cut = {"oxbuild_images-v1.tgz": 700}
    fetch_benchmark("roxford", tmp_path / "r", base(server), pause=0)
    assert server.asked == [("oxbuild_images-v1.tgz", None), ("oxbuild_images-v1.tgz", "bytes=700-"),
                            ("gnd_roxford5k.pkl", None)]  # fmt: skip
    assert (tmp_path / "r" / "gnd_roxford5k.pkl").read_bytes() == b"(dp0\n."
    said = fetch_benchmark("roxford", tmp_path / "r", base(server), pause=0)
    assert len(server.asked) == 3
    assert sum("is there already" in line for line in said) == 2


def test_another_content_under_the_same_name_is_not_kept(server: Server, tmp_path: Path) -> None:
    fetch_benchmark("roxford", tmp_path / "r", base(server), pause=0)
    (tmp_path / "r" / "gnd_roxford5k.pkl").unlink()
    server.files["gnd_roxford5k.pkl"] = b"(dp1\n."
    with pytest.raises(ExplorerError, match=r"not [0-9a-f]{64}, as the last time; delete .*pkl\.sha256 to accept it"):
        fetch_benchmark("roxford", tmp_path / "r", base(server), pause=0)
    assert not (tmp_path / "r" / "gnd_roxford5k.pkl").exists()


def test_a_part_that_is_not_served_leaves_the_others_whole(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del server.files["gt_files_170407.tgz"]
    asked = ["fetch", "oxford", "--to", str(tmp_path / "o"), "--url", base(server)]
    assert main(asked) == 1
    assert "answered 404" in capsys.readouterr().err
    assert len(list((tmp_path / "o" / "jpg").iterdir())) == 9
    server.files["gt_files_170407.tgz"] = tar({"a_query.txt": b"x"})
    assert main(asked) == 0
    assert (tmp_path / "o" / "gt" / "a_query.txt").is_file()


def test_every_benchmark_names_a_protocol_and_no_place_twice() -> None:
    from explorer.evaluate.command import PROTOCOLS

    for benchmark in BENCHMARKS.values():
        assert benchmark.protocol in PROTOCOLS
        places = [part.place for part in benchmark.parts]
        assert len(set(places)) == len(places)


# -- tar ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/out.txt", "..\\out.txt", "C:\\out.txt", "."])
def test_paths_of_a_tar_that_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.tgz").write_bytes(tar({"good.txt": b"good", name: b"bad"}))
    with pytest.raises(ExplorerError, match="leads out of its folder"):
        unpack(tmp_path / "a.tgz", tmp_path / "in" / "out")
    assert not (tmp_path / "in" / "out").exists()
    assert not list(tmp_path.rglob("*.txt"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_of_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    (tmp_path / "a.tgz").write_bytes(tar({"x": b""}, kind=kind))
    with pytest.raises(ExplorerError, match="a link or a device"):
        unpack(tmp_path / "a.tgz", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["a.tgz"]


def test_damaged_and_swollen_tars(tmp_path: Path) -> None:
    whole = tar({f"{number}.bin": bytes(range(256)) * 40 for number in range(40)})
    for content, words in ((whole[:-900], "damaged"), (whole[:400] + bytes(60) + whole[460:], "damaged"),
                           (tar({}), "no files")):  # fmt: skip
        (tmp_path / "a.tgz").write_bytes(content)
        with pytest.raises(ExplorerError, match=words):
            unpack(tmp_path / "a.tgz", tmp_path / "out")
    (tmp_path / "a.tgz").write_bytes(tar({"zeros": bytes(2_000_000)}))
    with pytest.raises(ExplorerError, match="more than the 1 MB expected"):
        unpack(tmp_path / "a.tgz", tmp_path / "out", most_bytes=1_000_000)
    assert [path.name for path in tmp_path.iterdir()] == ["a.tgz"]
    (tmp_path / "a.tar").write_bytes(tar({"a/b.txt": b"x"}, mode="w"))
    assert unpack(tmp_path / "a.tar", tmp_path / "out").files == 1
