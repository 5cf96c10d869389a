"""Manifests harvested from a server on this machine: what comes, what is left out, and what is not asked for again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from iiif_museum import (
    HTML,
    Museum,
    Reply,
    Service,
    canvas2,
    canvas3,
    manifest2,
    manifest3,
    packed,
    picture,
)

from explorer.collection import open_picture, read_catalogue
from explorer.errors import ExplorerError
from explorer.harvest import HarvestReport, Manners, Wanted, check_iiif, documents, harvest, harvested_addresses, walk
from explorer.progress import Cancelled

QUICK = Manners(allow_private=True, pause=0)


class Harvester:
    """Harvests from a museum into a collection "c"."""

    def __init__(self, museum: Museum, cache: Path) -> None:
        self.museum, self.cache = museum, cache
        self.folder = cache / "c" / "harvest"

    def __call__(self, *paths: str, size: int = 300, **more: Any) -> HarvestReport:
        return harvest("c", self.cache, self.wanted(*paths, size=size), **more)

    def wanted(self, *paths: str, size: int = 300) -> Wanted:
        return Wanted(tuple(f"{self.museum.base}{path}" for path in paths), size, QUICK)

    def rows(self) -> dict[str, dict[str, str]]:
        """The catalogue's rows by title."""
        found = read_catalogue(self.folder / "catalogue.jsonl")
        return {row["title"]: row for row in found.rows}

    def files(self) -> list[str]:
        pictures = self.folder / "pictures"
        return sorted(path.relative_to(pictures).as_posix() for path in pictures.rglob("*") if path.is_file())


@pytest.fixture
def harvester(museum: Museum, tmp_path: Path) -> Harvester:
    return Harvester(museum, tmp_path / "cache")


def album(museum: Museum, count: int = 3, path: str = "/m", **more: Any) -> dict[str, Any]:
    """A manifest of version 3 with some canvases, served at ``path``."""
    canvases = []
    for number in range(1, count + 1):
        service = museum.serve_image(f"i{len(museum.services)}", Service((600, 400), 3, 2))
        canvases.append(canvas3(f"{museum.base}{path}/c{number}", service, f"f. {number}"))
    museum.replies[path] = manifest3(f"{museum.base}{path}", canvases, **more)
    return museum.replies[path]


def reasons(report: HarvestReport) -> dict[str, str]:
    return {each.what: each.reason for each in report.left_out}


def test_a_manifest_becomes_pictures_and_a_catalogue(museum: Museum, harvester: Harvester) -> None:
    metadata = [{"label": {"en": ["Creator"]}, "value": {"en": ["<b>Jan</b>"]}},
                {"label": {"en": ["Title"]}, "value": {"en": ["An album"]}}]  # fmt: skip
    album(museum, label="Album", metadata=metadata, rights="https://x.org/cc0")
    report = harvester("/m")
    assert (report.manifests, report.canvases, report.fetched, report.here, report.left_out) == (1, 3, 3, 0, ())
    files = harvester.files()
    assert [name.split("/")[1] for name in files] == ["0001-f-1.jpg", "0002-f-2.jpg", "0003-f-3.jpg"]
    assert {open_picture(harvester.folder / "pictures" / name).image.size for name in files} == {(300, 200)}
    row = harvester.rows()["Album, f. 2"]
    assert (row["file"], row["Creator"], row["Title (manifest)"]) == (files[1], "Jan", "An album")
    assert row["IIIF canvas"] == f"{museum.base}/m/c2" and row["IIIF manifest"] == f"{museum.base}/m"
    assert row["IIIF image service"] == f"{museum.base}/image/i1" and row["IIIF canvas size"] == "600 × 400"
    assert (row["Part of"], row["Rights"], row["IIIF canvas part"]) == ("Album", "https://x.org/cc0", "")


def test_nothing_is_fetched_twice(museum: Museum, harvester: Harvester) -> None:
    museum.replies["/m"] = Reply(json.dumps(album(museum)).encode(), etag='"one"')
    harvester("/m")
    before, catalogue = len(museum.asked), (harvester.folder / "catalogue.jsonl").read_bytes()
    report = harvester("/m")
    assert museum.asked[before:] == ["/m"]  # and that is answered by 304
    assert (report.fetched, report.here, report.requests) == (0, 3, 1)
    assert (harvester.folder / "catalogue.jsonl").read_bytes() == catalogue


def test_the_addresses_are_known_the_next_time(museum: Museum, harvester: Harvester) -> None:
    album(museum)
    harvester("/m")
    assert harvested_addresses("c", harvester.cache) == (f"{museum.base}/m",)
    report = harvest("c", harvester.cache, Wanted((), 0, QUICK))
    assert (report.here, report.fetched, report.size) == (3, 0, 300)
    with pytest.raises(ExplorerError, match="not made of IIIF manifests"):
        harvest("d", harvester.cache, Wanted())


def test_another_size_is_fetched_under_the_same_name(museum: Museum, harvester: Harvester) -> None:
    album(museum, 1)
    harvester("/m")
    names = harvester.files()
    assert harvester("/m", size=500).fetched == 1
    assert harvester.files() == names
    assert open_picture(harvester.folder / "pictures" / names[0]).image.size == (500, 333)


def test_what_is_new_is_fetched_and_what_left_the_manifest_stays(museum: Museum, harvester: Harvester) -> None:
    first = album(museum)
    harvester("/m")
    names = harvester.files()
    service = museum.serve_image("new", Service((600, 400), 3, 2))
    items = [canvas3(f"{museum.base}/m/c0", service, "cover"), first["items"][0], first["items"][2]]
    museum.replies["/m"] = {**first, "items": items}
    report = harvester("/m")
    assert (report.canvases, report.fetched, report.here) == (3, 1, 2)
    assert set(names) < set(harvester.files()) and len(harvester.files()) == 4
    assert set(harvester.rows()) == {"A Mill, f. 1", "A Mill, f. 2", "A Mill, f. 3", "A Mill, cover"}
    assert harvester.rows()["A Mill, f. 3"]["file"] == names[2]


def test_collections_within_collections_and_one_that_holds_itself(museum: Museum, harvester: Harvester) -> None:
    album(museum, 1, "/a", label="A")
    album(museum, 1, "/b", label="B")
    base = museum.base
    inside = manifest3(f"{base}/inside", [canvas3(f"{base}/inside/c", museum.serve_image("x", Service((60, 40), 3)))],
                       label="I")  # fmt: skip
    museum.replies |= {
        "/top": {"type": "Collection", "id": f"{base}/top", "label": {"en": ["Top"]}, "items": [
            {"type": "Manifest", "id": f"{base}/a"}, {"type": "Collection", "id": f"{base}/sub"},
            {"type": "Collection", "id": f"{base}/top"}, {"type": "Manifest", "id": f"{base}/gone"}, inside]},
        "/sub": {"@type": "sc:Collection", "@id": f"{base}/sub", "label": "Sub", "manifests": [
            {"@id": f"{base}/b"}, {"@id": f"{base}/a"}], "collections": [{"@id": f"{base}/top"}],
            "next": f"{base}/sub2"},
        "/sub2": {"@type": "sc:Collection", "@id": f"{base}/sub2", "label": "Sub", "members": [],
                  "next": f"{base}/sub"},
    }  # fmt: skip
    report = harvester("/top")
    assert (report.manifests, report.fetched) == (3, 3)
    assert {title: row["IIIF collection"] for title, row in harvester.rows().items()} == {
        "A": "Top",
        "B": "Sub",
        "I": "Top",
    }
    assert list(reasons(report)) == [f"{base}/gone"] and "does not have" in reasons(report)[f"{base}/gone"]
    assert max(museum.counts("").values()) == 1


def test_collections_without_end(museum: Museum, harvester: Harvester) -> None:
    album(museum, 1)
    for number in range(20):
        museum.replies[f"/c{number}"] = {"type": "Collection", "id": f"{museum.base}/c{number}", "label": f"C{number}",
                                         "items": [{"id": f"{museum.base}/c{number + 1}"}]}  # fmt: skip
    report = harvester("/m", "/c0")
    assert "8 deep" in reasons(report)["C8"]
    assert "/c9" not in museum.asked


def test_too_many_canvases(museum: Museum, harvester: Harvester, monkeypatch) -> None:
    monkeypatch.setattr(walk, "MOST_CANVASES", 2)
    album(museum, 4)
    report = harvester("/m")
    assert report.fetched == 2 and "too many" in reasons(report)["A Mill"]


def test_every_version_and_every_way_of_serving(museum: Museum, harvester: Harvester) -> None:
    base = museum.base
    services = [Service((600, 400), version, level) for version in (1, 2, 3) for level in (1, 2)]
    services += [Service((600, 400), version, 0, ((150, 100), (300, 200))) for version in (2, 3)]
    canvases = [canvas2(f"{base}/m/c{number}", {"@id": museum.serve_image(f"s{number}", service)}, f"s{number}")
                for number, service in enumerate(services)]  # fmt: skip
    museum.replies |= {"/scan.png": Reply(picture(7, (320, 240), "PNG")), "/m": manifest2(f"{base}/m", [
        *canvases, canvas2(f"{base}/m/plain", None, "plain", f"{base}/scan.png")])}  # fmt: skip
    report = harvester("/m")
    assert (report.fetched, report.left_out) == (9, ())
    assert {path for path in museum.pictures()} >= {
        "/image/s0/full/300,/0/native.jpg",
        "/image/s7/full/300,200/0/default.jpg",
    }
    assert len(museum.pictures()) == 9  # each at the first try
    assert harvester.rows()["A Mill, plain"]["file"].endswith("/0009-plain.png")
    assert harvester.rows()["A Mill, plain"]["IIIF image service"] == ""


def test_a_server_that_refuses_a_size_is_asked_for_another(museum: Museum, harvester: Harvester) -> None:
    service = museum.serve_image("x", Service((600, 400), 3, 2))
    museum.replies |= {"/image/x/full/300,200/0/default.jpg": Reply(status=400),
                       "/image/x/full/300,/0/default.jpg": Reply(HTML),
                       "/m": manifest3(f"{museum.base}/m", [canvas3(f"{museum.base}/m/c", service)])}  # fmt: skip
    assert harvester("/m").fetched == 1
    assert open_picture(harvester.folder / "pictures" / harvester.files()[0]).image.size == (600, 400)


def test_what_fails_is_listed_and_the_rest_comes(museum: Museum, harvester: Harvester) -> None:
    base = museum.base
    pages = {
        "sign in": Reply(status=401), "gone": Reply(status=404), "page": Reply(HTML), "text": Reply(b"just text" * 9),
        "broken": Reply(picture(1, (300, 200))[:3000]), "tiny": Reply(picture(1, (4, 4))),
        "svg": Reply(b"<?xml version='1.0'?><svg/>", headers={"Content-Type": "image/svg+xml"}), "empty": Reply(b""),
        "fine": Reply(picture(2, (300, 200))),
    }  # fmt: skip
    canvases = []
    for number, (label, reply) in enumerate(pages.items()):
        museum.replies[f"/p{number}.jpg"] = reply
        canvases.append(canvas2(f"{base}/m/c{number}", None, label, f"{base}/p{number}.jpg"))
    canvases += [canvas2(f"{base}/m/none", None, "none", images=[]),
                 canvas2(f"{base}/m/file", None, "file", "file:///etc/passwd")]  # fmt: skip
    museum.replies["/m"] = manifest2(f"{base}/m", canvases, label="M")
    report = harvester("/m")
    assert report.fetched == 1
    said = reasons(report)
    words = {"sign in": "wants a login", "gone": "does not have", "page": "web page", "text": "no picture",
             "broken": "damaged", "tiny": "too small", "svg": "web page", "empty": "no picture",
             "none": "has no picture", "file": "no address"}  # fmt: skip
    assert set(said) == {f"M, {label}" for label in words}
    for label, expected in words.items():
        assert expected in said[f"M, {label}"], said[f"M, {label}"]
        assert said[f"M, {label}"].endswith(".") and "arriving" not in said[f"M, {label}"]
    assert len(harvester.files()) == 1 and not list(harvester.folder.glob("*.part"))


def test_a_picture_behind_a_login_is_not_asked_for_in_other_sizes(museum: Museum, harvester: Harvester) -> None:
    service = museum.serve_image("x", Service((600, 400), 3, 2))
    album(museum, 1, "/ok", label="fine")
    shut = manifest3(f"{museum.base}/m", [canvas3(f"{museum.base}/m/c", service)], label="shut")
    museum.replies |= {"/image/x/info.json": Reply(b"{}", status=401), "/m": shut}
    report = harvester("/m", "/ok")
    assert report.fetched == 1 and "wants a login" in reasons(report)["shut"]
    assert museum.counts("/image/x") == {"/image/x/info.json": 1}


@pytest.mark.parametrize(("reply", "words"), [
    (Reply(b"{ not json"), "not JSON"), (Reply(HTML), "a web page"), (Reply(status=404), "does not have"),
    (Reply(b"[" * 100_000), "not JSON"), ({"type": "Canvas"}, "no IIIF manifest"), (Reply(b"\xff\xfe\xfa"), "not JSON"),
    (manifest3("x", []), "no canvases"), (Reply(b" " * 5000 + b"{}"), "larger than"),
])  # fmt: skip
def test_a_manifest_that_is_none_leaves_nothing_behind(reply, words, museum, harvester, monkeypatch) -> None:
    monkeypatch.setattr(documents, "MOST_JSON", 200_000 if words != "larger than" else 4000)
    museum.replies["/m"] = reply
    with pytest.raises(ExplorerError, match=words):
        harvester("/m")
    assert not (harvester.cache / "c").exists()


def test_a_packed_manifest(museum: Museum, harvester: Harvester) -> None:
    museum.replies["/m"] = packed(album(museum, 2))
    assert harvester("/m").fetched == 2


def test_the_same_picture_on_two_canvases_comes_once(museum: Museum, harvester: Harvester) -> None:
    service = museum.serve_image("x", Service((600, 400), 3, 2))
    for name in ("a", "b"):
        canvas = canvas3(f"{museum.base}/{name}/c", service)
        museum.replies[f"/{name}"] = manifest3(f"{museum.base}/{name}", [canvas], label=name)
    assert harvester("/a", "/b").fetched == 2
    assert len(harvester.files()) == 2 and museum.pictures().total() == 1


def test_canvases_that_share_an_id_or_have_none(museum: Museum, harvester: Harvester) -> None:
    document = album(museum, 3)
    for canvas in document["items"][:2]:
        canvas["id"] = f"{museum.base}/same"
    del document["items"][2]["id"]
    assert harvester("/m").fetched == 3
    assert harvester("/m").here == 3


@pytest.mark.parametrize(
    "label", ["../../../etc/passwd", "a/b\\c:d", "CON", "", ".hidden", "x" * 500, "<script>", "風車"]
)
def test_names_are_safe_whatever_the_labels(label: str, museum: Museum, harvester: Harvester) -> None:
    document = album(museum, 2, label=label)
    for canvas in document["items"]:
        canvas["label"] = {"none": [label]}
    assert harvester("/m").fetched == 2
    for name in harvester.files():
        assert len(name) < 150 and name.count("/") == 1
        assert all(letter.isalnum() or letter in "-./" for letter in name) and name.isascii() and ".." not in name
    assert {path.name for path in harvester.cache.rglob("*") if path.is_file()} >= {"0001-" + name.split("/0001-")[1]
            for name in harvester.files() if "/0001-" in name}  # fmt: skip


def test_another_canvas_in_the_place_of_one_does_not_take_its_name(museum: Museum, harvester: Harvester) -> None:
    document = album(museum, 1)
    harvester("/m")
    (before,) = harvester.files()
    bytes_before = (harvester.folder / "pictures" / before).read_bytes()
    service = museum.serve_image("other", Service((500, 400), 3, 2))
    museum.replies["/m"] = {**document, "items": [canvas3(f"{museum.base}/m/other", service, "f. 1")]}
    assert harvester("/m").fetched == 1
    assert harvester.files() == [before.replace(".jpg", "-2.jpg"), before]
    assert (harvester.folder / "pictures" / before).read_bytes() == bytes_before


def test_a_museum_that_goes_over_to_https_serves_the_same(museum: Museum, harvester: Harvester) -> None:
    document = json.dumps(album(museum, 2))
    harvester("/m")
    ids = document.replace(f'"id": "{museum.base}/m/c', f'"id": "{museum.base.replace("http:", "https:")}/m/c')
    assert ids != document
    museum.replies["/m"] = json.loads(ids)
    assert harvester("/m").here == 2
    assert {row["IIIF canvas"][:6] for row in harvester.rows().values()} == {"https:"}


def test_addresses_that_break_lines_or_terminals(museum: Museum, harvester: Harvester) -> None:
    document = album(museum, 2)
    document["items"][0]["id"] = "https://x.org/\u2028\ud800c"
    document["homepage"] = [{"id": "https://x.org/\u0085a", "format": "text/html"}]
    museum.replies |= {"/m": document, "/c": {"type": "Collection", "label": {"none": ["\x1b[2J"]}, "items": [
        {"id": f"{museum.base}/m"}, {"id": "https://x.org/\x1b[2J"}, {"id": f"{museum.base}/\x1b"}]},
        "/%1B": {"type": "\x1b[2J"}}  # fmt: skip
    report = harvester("/c")
    assert report.fetched == 2 and len(report.left_out) == 2
    assert all(each.what.isprintable() and each.reason.isprintable() for each in report.left_out)
    assert {row["IIIF canvas"] for row in harvester.rows().values()} == {"", f"{museum.base}/m/c2"}
    assert {row["url"] for row in harvester.rows().values()} == {""}


def test_labels_that_collide_with_the_tables_own_headings(museum: Museum, harvester: Harvester) -> None:
    labels = ("file", "File", "url", "IIIF canvas", "iiif_manifest", "Image", "Date")
    album(museum, 1, metadata=[{"label": {"en": [label]}, "value": {"en": [f"of {label}"]}} for label in labels])
    harvester("/m")
    (row,) = read_catalogue(harvester.folder / "catalogue.jsonl").rows
    assert row["file"] == harvester.files()[0] and row["IIIF canvas"] == f"{museum.base}/m/c1"
    assert (row["IIIF canvas (manifest)"], row["Image"], row["Date"]) == ("of IIIF canvas", "of Image", "of Date")


# -- stopped, and gone on ----------------------------------------------------------------------------------------------


def test_it_goes_on_where_it_was_stopped(museum: Museum, harvester: Harvester) -> None:
    album(museum, 4)

    def stop(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("Fetching pictures", 2):
            raise Cancelled

    with pytest.raises(Cancelled):
        harvester("/m", progress=stop)
    assert museum.pictures().total() == 2
    steps = []
    report = harvester("/m", progress=lambda *step: steps.append(step))
    assert (report.fetched, report.here) == (2, 2)
    assert set(museum.counts("").values()) == {1}  # the manifest too: it came in the run that was stopped
    assert [step for step in steps if step[0] == "Fetching pictures"][-1][1:] == (4, 4)


def test_a_killed_run_goes_on_and_fetches_nothing_twice(museum: Museum, harvester: Harvester) -> None:
    album(museum, 5)
    held = "/image/i2/full/300,200/0/default.jpg"
    museum.held[held] = threading.Event()
    command = [sys.executable, "-m", "explorer", "index", f"{museum.base}/m", "--name", "c", "--cache",
               str(harvester.cache), "--size", "300", "--allow-private"]  # fmt: skip
    running = subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while held not in museum.asked and time.monotonic() < until:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    museum.held.pop(held).set()
    assert len(harvester.files()) == 2
    with (harvester.folder / "fetched.jsonl").open("a") as file:
        file.write('{"key": "half a li')  # as a line that was being written
    report = harvester("/m")
    assert (report.fetched, report.here) == (3, 2)
    assert museum.pictures().pop(held) == 2
    again = {path: times for path, times in museum.counts("").items() if times > 1 and path != held}
    assert again == {}
    assert harvester("/m").here == 5
    assert not list(harvester.folder.rglob("*.part"))


def test_a_picture_whose_file_is_gone_or_cut_is_fetched_again(museum: Museum, harvester: Harvester) -> None:
    album(museum, 3)
    harvester("/m")
    first, second, _ = (harvester.folder / "pictures" / name for name in harvester.files())
    first.unlink()
    second.write_bytes(second.read_bytes()[:100])
    assert harvester("/m").fetched == 2
    assert open_picture(second).image.size == (300, 200)


def test_a_server_that_is_away_leaves_what_there_is(museum: Museum, harvester: Harvester) -> None:
    album(museum, 2)
    harvester("/m")
    rows = harvester.rows()
    museum.replies["/m"] = Reply(status=503)
    report = harvester("/m")
    assert report.here == 2 and harvester.rows() == rows
    museum.replies["/m"] = Reply(status=404)
    report = harvester("/m")
    assert report.canvases == 0 and harvester.rows() == rows and "does not have" in next(iter(reasons(report).values()))


def test_a_check_asks_for_no_picture_and_writes_nothing(museum: Museum, harvester: Harvester) -> None:
    album(museum, 3)
    found = check_iiif("c", harvester.cache, harvester.wanted("/m"))
    assert (found.manifests, found.canvases, found.fetched, found.here) == (1, 3, 3, 0)
    assert museum.asked == ["/m"] and not harvester.cache.exists()
    harvester("/m")
    (harvester.folder / "pictures" / harvester.files()[0]).unlink()
    state = {path: os.stat(path).st_mtime_ns for path in harvester.cache.rglob("*")}
    assert check_iiif("c", harvester.cache, harvester.wanted("/m")).fetched == 1
    assert {path: os.stat(path).st_mtime_ns for path in harvester.cache.rglob("*")} == state


@pytest.mark.parametrize(("wanted", "words"), [
    (Wanted(("ftp://x.org/a",)), "no address"), (Wanted(("https://x.org/a",), 10), "longer side"),
    (Wanted(("http://127.0.0.1:9/m",)), "local network"), (Wanted(("http://[::1]:9/m",)), "local network"),
])  # fmt: skip
def test_what_is_refused_before_anything_is_made(wanted: Wanted, words: str, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match=words):
        harvest("c", tmp_path / "cache", wanted)
    assert not (tmp_path / "cache" / "c").exists()
