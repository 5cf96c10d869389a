"""``explorer evaluate`` and ``explorer fetch`` from the command line, end to end on a small collection."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from generated import SMALL, detail, ground, planted, save
from serving import serving

from explorer.cli import main
from explorer.indexing import index_folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder such as the benchmark's archive may hold: five works, a detail in four of them, annotations beside."""
    folder = tmp_path_factory.mktemp("benchmark") / "Brueghel"
    places = {}
    for number, at in enumerate([(20, 30), (180, 90), (100, 20), (40, 110)]):
        file = f"work {number}: the mill.png"
        save(planted(ground(number, 320, 240), detail(7), at, 100), folder / "images" / file)
        places[file] = [*at, at[0] + 100, at[1] + 100]
    save(ground(9, 320, 240), folder / "images" / "none.png")
    content = {
        "mill": [
            {"query": [file, box], "gt": [[other, place] for other, place in places.items() if other != file]}
            for file, box in places.items()
        ]
    }
    (folder / "test.json").write_text(json.dumps(content), "utf-8")
    return folder


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Path:
    """A cache with those pictures indexed as "brueghel"."""
    cache = tmp_path_factory.mktemp("filled")
    index_folder(pictures, "brueghel", cache, SMALL)
    return cache


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], filled: Path):
    def explorer(*arguments: object, cache: Path = filled) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            status = main([*map(str, arguments), "--cache", str(cache)])
        except SystemExit as left:
            status = int(left.code or 0)
        written = capsys.readouterr()
        return status, written.out, written.err

    return explorer


def one_sentence(result: tuple[int, str, str]) -> str:
    status, out, err = result
    said = [line for line in err.splitlines() if line.startswith("explorer: ")]
    assert (status, out, len(said)) == (1, "", 1), err
    assert "Traceback" not in err
    return said[0]


def test_evaluate_in_json(run, pictures: Path) -> None:
    status, out, err = run("evaluate", "artminer", "brueghel", "--annotations", pictures / "test.json", "--json")
    assert status == 0
    assert out.count("\n") == 1
    record = json.loads(out)
    assert {"micro", "macro", "image_level", "queries"} <= set(record)
    assert len(record["queries"]) == 4
    for query in record["queries"]:
        assert list(query) == ["category", "file", "box", "average_precision", "image_level", "truth"]
        assert (query["category"], query["truth"]) == ("mill", 3)
        assert 0 <= query["average_precision"] <= query["image_level"] <= 1
    assert record["queries"][0]["file"] == "work 0: the mill.png"
    assert (
        record["micro"]
        == record["macro"]
        == pytest.approx(sum(query["average_precision"] for query in record["queries"]) / 4, abs=1e-6)
    )
    assert record["image_level"] > 0.75  # the detail is copied as it is, and one work in five has none
    assert (record["missing"], record["works"]) == ([], 5)
    assert "Searching for the annotated details" in err


def test_evaluate_for_people_and_several_places(run, pictures: Path) -> None:
    status, out, _ = run("evaluate", "artminer", "brueghel", "--annotations", pictures / "test.json", "--per-work", 3)
    assert status == 0
    for words in ("mill", "micro", "macro", "5 works searched, 3 of each"):
        assert words in out


def test_the_brueghel_benchmark_finds_its_annotations_itself(run, pictures: Path) -> None:
    status, out, _ = run("evaluate", "brueghel", "--json")
    record = json.loads(out)
    assert status == 0
    assert record["annotations"] == str(pictures / "test.json")
    assert [row["mAP"] for row in record["published"]] == pytest.approx([0.58, 0.753, 0.764])
    status, out, _ = run("evaluate", "brueghel", "brueghel", "--annotations", pictures / "test.json")
    assert status == 0
    for words in ("58.0", "75.3", "76.4", "CVPR 2019", "Not comparable"):
        assert words in out


def test_what_goes_wrong_is_one_sentence(run, pictures: Path, tmp_path: Path) -> None:
    lost = {"mill": [{"query": ["lost.png", [0, 0, 9, 9]], "gt": [["none.png", [0, 0, 9, 9]]]}]}
    (tmp_path / "lost.json").write_text(json.dumps(lost))
    (tmp_path / "broken.json").write_text("{")
    good = pictures / "test.json"
    artminer = ("evaluate", "artminer", "brueghel", "--annotations")
    assert "'lost.png'" in one_sentence(run(*artminer, tmp_path / "lost.json", "--json"))
    assert "not JSON" in one_sentence(run(*artminer, tmp_path / "broken.json", "--json"))
    assert "no file" in one_sentence(run(*artminer, tmp_path / "absent.json"))
    assert "at least 1" in one_sentence(run(*artminer, good, "--per-work", 0))
    assert "no collection" in one_sentence(run("evaluate", "artminer", "absent", "--annotations", good))
    said = one_sentence(run("evaluate", "brueghel", cache=tmp_path))
    assert "explorer fetch brueghel" in said
    assert "explorer index brueghel --name brueghel" in said
    assert run("evaluate")[0] == run("evaluate", "oxford")[0] == run("evaluate", "artminer", "brueghel")[0] == 2


def test_truth_that_is_not_in_the_collection_is_reported_as_missed(run, pictures: Path, tmp_path: Path) -> None:
    content = json.loads((pictures / "test.json").read_text("utf-8"))
    content["mill"] = content["mill"][:1]
    content["mill"][0]["gt"] += [["lost.png", [0, 0, 9, 9]]] * 3
    (tmp_path / "more.json").write_text(json.dumps(content))
    _, out, _ = run("evaluate", "artminer", "brueghel", "--annotations", tmp_path / "more.json", "--json")
    record = json.loads(out)
    assert record["missing"] == ["lost.png"]
    assert record["queries"][0]["truth"] == 6
    assert record["queries"][0]["average_precision"] <= 0.5


# -- fetch -------------------------------------------------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""


@pytest.fixture
def address(pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where a plain file server, one that knows no ranges, serves the pictures as one archive."""
    monkeypatch.setenv("no_proxy", "*")
    shutil.make_archive(str(tmp_path / "served" / "Brueghel"), "zip", pictures.parent, "Brueghel")
    handler = functools.partial(Quiet, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running, serving(running):
        yield f"http://127.0.0.1:{running.server_address[1]}/Brueghel.zip"


def test_fetch_index_evaluate(run, address: str, tmp_path: Path) -> None:
    folder, cache = tmp_path / "fetched", tmp_path / "cache"
    status, out, err = run("fetch", "brueghel", "--to", folder, "--url", address)
    assert status == 0, err
    for words in ("6 files", "SHA-256", "fetched.zip.sha256", f"explorer index {folder} --name brueghel"):
        assert words in out
    assert run("fetch", "brueghel", "--to", folder, "--url", address)[0] == 0
    arguments = ("index", folder, "--name", "brueghel", "--model", "mini", "--resolution", 224)
    assert run(*arguments, cache=cache)[0] == 0
    status, out, err = run("evaluate", "brueghel", "--json", cache=cache)
    assert status == 0, err
    assert len(json.loads(out)["queries"]) == 4


def test_a_fetch_that_goes_wrong_is_one_sentence(run, address: str, tmp_path: Path) -> None:
    to = ("fetch", "brueghel", "--to", tmp_path / "fetched", "--url")
    assert "answered 404" in one_sentence(run(*to, address.replace("Brueghel", "absent")))
    assert "no address" in one_sentence(run(*to, "Brueghel.zip"))
    assert "0000" in one_sentence(run(*to, address, "--sha256", "0" * 64))
    assert not (tmp_path / "fetched").exists()
    assert run("fetch", "rembrandt")[0] == 2


def test_objects_in_json_and_for_people(run, pictures: Path, tmp_path: Path) -> None:
    boxes = tmp_path / "boxes.csv"
    boxes.write_text("file,class,x0,y0,x1,y1\nwork 0: the mill.png,mill,0,0,9,9\nlost.png,mill,0,0,9,9\n", "utf-8")
    asked = ("evaluate", "objects", "brueghel", "--annotations", boxes, "--queries", 0)
    status, out, _ = run(*asked, "--json")
    record = json.loads(out)
    assert (status, record["works"], record["missing"], record["queries"]) == (0, 5, ["lost.png"], 0)
    assert list(record["words"]) == ["all", "below a tenth"]
    status, out, _ = run(*asked)
    assert status == 0
    assert "Not in the collection" in out
    assert "0 to 10,000" in one_sentence(run(*asked[:-1], -1))
    assert "no column 'file'" in one_sentence(run(*asked[:4], pictures / "test.json"))


def test_zero_shot_is_refused_in_a_sentence(run, pictures: Path, tmp_path: Path) -> None:
    assert "no column 'genre'" in one_sentence(run("evaluate", "zero-shot", "brueghel", "--column", "genre"))
    assert "no folder" in one_sentence(run("evaluate", "zero-shot", "brueghel", "--data", tmp_path / "absent"))
    said = one_sentence(run("evaluate", "zero-shot", "brueghel", "--data", pictures))
    assert "each named after what its pictures show" in said
    assert run("evaluate", "zero-shot", "brueghel")[0] == 2
