"""The Python API: the same answers as the command line, as records; and ``import explorer`` stays light."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
import threading
import urllib.request
import zipfile
from dataclasses import asdict
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from generated import folder_of, write_csv

import explorer
from explorer import paths
from explorer.cli import main
from explorer.collection import Judgement
from explorer.geometry import Box
from explorer.ui.server.launch import free_port
from explorer.workspace import Workspace


@pytest.fixture(scope="module")
def collection(demo_cache: Path) -> explorer.IndexedCollection:
    return explorer.open("demo", cache=demo_cache)


@pytest.fixture(scope="module")
def motif(demo_folder: Path) -> tuple[Path, tuple[int, ...]]:
    """A picture of the demo and the box of a motif in it that recurs in other works, from the demo's truth."""
    annotations = json.loads((demo_folder / "annotations.json").read_text("utf-8"))
    file, box = max(annotations.values(), key=len)[0]["query"]
    return demo_folder / "images" / file, tuple(box)


@pytest.fixture
def picture(motif: tuple[Path, tuple[int, ...]]) -> Path:
    return motif[0]


@pytest.fixture
def command(demo_cache: Path, capsys: pytest.CaptureFixture[str]):
    """What a command about the demo writes with --json."""

    def run(name: str, *arguments: object) -> dict:
        capsys.readouterr()
        assert main([name, "demo", *map(str, arguments), "--json", "--cache", str(demo_cache)]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def as_json(record: object) -> object:
    """A record as JSON would have it: tuples become lists, what is left out by the command line goes."""
    values = json.loads(json.dumps(asdict(record)))
    return {name: value for name, value in values.items() if not (name in ("parts", "also", "equal") and not value)}


# -- search ------------------------------------------------------------------------------------------------------------


def test_a_box_is_answered_as_on_the_command_line(collection, motif, command) -> None:
    picture, box = motif
    found = collection.search(picture, box=box, top=5, per_work=2, own=True)
    written = command("search", "--image", picture, "--box", *box, "--top", 5, "--per-work", 2, "--own")
    assert [as_json(match) for match in found] == written["matches"]
    assert found[0].probability > 0.9
    assert found[0].transform.scale > 0
    assert found.proposals == []
    for own in (True, False):
        assert (picture.name in {match.file for match in collection.search(picture, box=box, top=24, own=own)}) is own


def test_a_click_is_answered_as_on_the_command_line(collection, motif, command) -> None:
    picture, (x0, y0, x1, y1) = motif
    x, y = (x0 + x1) // 2, (y0 + y1) // 2
    found = collection.search(str(picture), click=(x, y))
    written = command("search", "--image", picture, "--click", x, y)
    assert [as_json(match) for match in found] == written["matches"]
    assert [as_json(proposal) for proposal in found.proposals] == written["proposals"]


def test_several_details_words_and_what_is_unwanted_go_together(collection, picture: Path, command) -> None:
    away = collection.works()[5].path
    found = collection.search(
        picture, box=(40, 60, 220, 240), also=[(300, 60, 480, 240)], layout=True, text="a village", own=True,
        unwanted=[(away, (0, 0, 200, 200)), away],
    )  # fmt: skip
    written = command(
        "search", "--image", picture, "--box", 40, 60, 220, 240, "--also", 300, 60, 480, 240, "--layout",
        "--text", "a village", "--not", away, 0, 0, 200, 200, "--not", away, "--own",
    )  # fmt: skip
    assert [as_json(match) for match in found] == written["matches"]
    assert {0, 1} <= {part.part for part in found[0].parts}


def test_several_words_with_weights_and_examples(collection, picture: Path, command) -> None:
    found = collection.search(text=["a windmill", ("snow", 0.5), ("people", -1)], top=8)
    written = command("search", "--text", "a windmill", "--text", "snow", 0.5, "--text-not", "people", "--top", 8)
    assert [as_json(match) for match in found] == written["matches"]
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    away = collection.works()[5].path
    found = collection.search(like=[(picture, (40, 60, 220, 240)), away], top=4)
    written = command("search", "--like", picture, 40, 60, 220, 240, "--like", away, "--top", 4)
    assert [as_json(match) for match in found] == written["matches"] and found[0].probability is not None


def test_words_alone_have_no_probability(collection, command) -> None:
    found = collection.search(text="a windmill", top=3)
    assert [as_json(match) for match in found] == command("search", "--text", "a windmill", "--top", 3)["matches"]
    assert {match.probability for match in found} == {None}


def test_numbers_of_any_kind_are_taken_and_anything_else_is_refused(collection, picture: Path) -> None:
    box = np.array([40, 60, 220, 240])
    assert collection.search(picture, box=box, top=1) == collection.search(picture, box=(40, 60, 220, 240), top=1)
    for wrong, words in {
        "no picture and no words": ({}, "needs"),
        "a word for a number": ({"image": picture, "box": ("a", 0, 9, 9)}, "four"),
        "three numbers": ({"image": picture, "box": (0, 0, 9)}, "four numbers"),
        "outside": ({"image": picture, "click": (-5, 9)}, "outside"),
        "box and click": ({"image": picture, "box": (0, 0, 90, 90), "click": (5, 9)}, "click"),
        "no such file": ({"image": "absent.jpg"}, "absent.jpg"),
    }.values():
        with pytest.raises(explorer.ExplorerError, match=words):
            collection.search(**wrong)


# -- labels, map, works, judgements ------------------------------------------------------------------------------------


def test_labels_are_those_of_the_command_line(collection, command) -> None:
    labels = ["a village in winter", "a still life"]
    written = command("label", "--prompts", "; ".join(labels))["works"]
    assert [as_json(work) for work in collection.label(labels)] == written
    assert [as_json(work) for work in collection.label("; ".join(labels))] == written
    with pytest.raises(explorer.ExplorerError):
        collection.label([])


def test_label_options_are_those_of_the_command_line(collection, command, tmp_path: Path) -> None:
    asked = {"label_set": "genres", "templates": ["a picture of {}"], "threshold": 0.5, "against": "genre"}
    found = collection.label(**asked, csv=tmp_path / "labels.csv")
    (tmp_path / "ways.txt").write_text("a picture of {}", "utf-8")
    written = command(
        "label", "--set", "genres", "--templates-file", tmp_path / "ways.txt", "--threshold", 0.5, "--against", "genre"
    )
    assert [as_json(work) for work in found] == written["works"]
    summary = {name: getattr(found, name) for name in ("threshold", "counts", "without", "against")}
    assert summary == {name: written[name] for name in summary}
    assert found.kept is None and (tmp_path / "labels.csv").is_file()
    (tmp_path / "ours.txt").write_text("a ship", "utf-8")
    assert list(collection.label(prompts_file=tmp_path / "ours.txt")[0].scores) == ["a ship"]
    for wrong in ({}, {"prompts": "a", "label_set": "genres"}, {"label_set": "genres", "templates": ["no place"]}):
        with pytest.raises(explorer.ExplorerError):
            collection.label(**wrong)


def test_labels_are_kept_in_a_collection(demo_cache: Path, tmp_path: Path) -> None:
    copy = explorer.open("demo", cache=shutil.copytree(demo_cache, tmp_path / "cache"))
    kept = copy.label(["a still life", "a landscape"], threshold=0, keep="kind")
    assert kept.kept == "kind" in copy.columns()
    assert copy.column("kind") == {work.file: work.label for work in kept}
    assert {work.file for work in copy.works("still")} >= {work.file for work in kept if work.label == "a still life"}
    copy.remove_column("kind")
    with pytest.raises(explorer.ExplorerError, match="no column 'kind'"):
        copy.column("kind")
    copy.restore_column("kind")
    assert len(copy.column("kind")) == 24


def test_vectors_computed_elsewhere_make_and_label_a_collection(tmp_path: Path, cache: Path, capsys) -> None:
    """Works on the axes of a space, and labels a little off them: which is nearest is known."""
    files = [f"work-{number:03d}.jpg" for number in range(3)]
    folder = folder_of(tmp_path / "pictures", 3)
    table = write_csv(tmp_path / "works.csv", [{"file": file} for file in files])
    np.save(tmp_path / "works.npy", np.eye(3))
    np.save(tmp_path / "texts.npy", np.array([[0.1, 1, 0], [0, 0.1, 1], [1, 0, 0.1]]))
    (tmp_path / "names.txt").write_text("mill\ncart\nship", "utf-8")
    made = explorer.index_folder(
        folder, "elsewhere", metadata=table, cache=cache, vectors=tmp_path / "works.npy", vectors_model="Some CLIP"
    )
    assert (made.works, made.encoded, made.model) == (3, 0, "Some CLIP")
    collection = explorer.open("elsewhere", cache=cache)
    by_vectors = {"text_vectors": tmp_path / "texts.npy", "names": tmp_path / "names.txt"}
    found = collection.label(**by_vectors, threshold=0)
    assert {work.file: work.label for work in found} == dict(zip(files, ("ship", "mill", "cart"), strict=True))
    arguments = "--text-vectors", tmp_path / "texts.npy", "--names", tmp_path / "names.txt", "--threshold", 0
    assert main(["label", "elsewhere", *map(str, arguments), "--json", "--cache", str(cache)]) == 0
    written = json.loads(capsys.readouterr().out)["works"]
    assert [work.scores for work in found] == [work["scores"] for work in written]
    for wrong in ({"text_vectors": tmp_path / "texts.npy"}, {**by_vectors, "prompts": "a ship; a mill"}):
        with pytest.raises(explorer.ExplorerError, match="text_vectors together with names"):
            collection.label(**wrong)
    with pytest.raises(explorer.ExplorerError, match="leave the option 'model' out"):
        explorer.index_folder(folder, "e", metadata=table, cache=cache, vectors=tmp_path / "works.npy", model="mini")


def test_a_column_is_found_by_the_name_that_the_page_writes(collection, command) -> None:
    assert collection.column("Height cm") == collection.column("height_cm") != {}
    labels = "--prompts", "a windmill; a ship", "--against"
    assert command("label", *labels, "height cm")["against"] == command("label", *labels, "height_cm")["against"]


def test_works_can_be_found_and_opened(collection, demo_folder: Path) -> None:
    works = collection.works()
    assert len(works) == len(collection) == 24
    assert works[0].path == demo_folder / "images" / works[0].file
    assert collection.picture(works[0].file).size == (works[0].width, works[0].height)
    assert collection.works(works[3].title) and works[3] in collection.works(works[3].title)
    assert "24 works" in repr(collection)


def test_every_work_has_a_place_on_the_map(collection) -> None:
    points = collection.map()
    assert [point.file for point in points] == [work.file for work in collection.works()]
    assert all(0 <= point.x <= 1 and 0 <= point.y <= 1 for point in points)


def test_an_indexed_folder_is_open_to_judgements(tmp_path: Path, cache: Path) -> None:
    folder = folder_of(tmp_path / "pictures", 2, size=(160, 120))
    (folder / "letter.jpg").write_text("not a painting")
    seen = []
    report = explorer.index_folder(
        folder, "c", cache=cache, model="mini", resolution=224, progress=lambda *step: seen.append(step)
    )
    assert (report.works, report.encoded, report.matching) == (2, 2, None)
    assert [file.file for file in report.skipped] == ["letter.jpg"]
    assert ("Encoding pictures", 2, 2) in seen
    opened = explorer.open("c", cache=cache)
    assert opened.judgements() == []
    places = Box(0, 0, 0.5, 0.5), Box(0.5, 0.5, 1, 1)
    said = Judgement("work-000.jpg", places[0], "work-001.jpg", places[1], "accepted", "a copy", "Els")
    Workspace.open("c", cache).collection.judgements.judge(said)
    [judgement] = opened.judgements(csv=tmp_path / "judged.csv")
    assert (judgement.verdict, judgement.note, judgement.who) == ("accepted", "a copy", "Els")
    assert judgement.match_box == (80, 60, 160, 120)
    assert judgement.query_place == (0, 0, 0.5, 0.5)
    assert "accepted" in (tmp_path / "judged.csv").read_text("utf-8-sig")


def test_what_is_not_there_is_refused_in_a_sentence(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(explorer.ExplorerError, match="no collection 'absent'"):
        explorer.open("absent", cache=cache)
    with pytest.raises(explorer.ExplorerError, match="'size' is no option of indexing"):
        explorer.index_folder(tmp_path, "c", cache=cache, size=200)


def test_the_demo_can_be_painted(tmp_path: Path) -> None:
    folder = explorer.paint_demo(str(tmp_path / "demo"), works=2)
    assert len(list((folder / "images").iterdir())) == 2
    assert (folder / "metadata.csv").is_file()


# -- what is promised --------------------------------------------------------------------------------------------------


def test_all_that_is_exported_is_there_and_has_a_docstring() -> None:
    for name in set(explorer.__all__) - {"__version__"}:
        assert getattr(explorer, name).__doc__, name
    assert set(explorer.api.__all__) == set(explorer.__all__) - {"ExplorerError", "__version__"}


def test_subpackages_do_not_hide_what_is_exported() -> None:
    import explorer.demo
    import explorer.index
    import explorer.search

    for name in explorer.__all__:
        assert not hasattr(getattr(explorer, name), "__path__"), f"{name} is both a call and a subpackage"


def test_the_example_of_the_package_runs(
    tmp_path: Path, picture: Path, demo_cache: Path, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(picture, tmp_path / "picture.jpg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "DEFAULT_CACHE", demo_cache)
    example = textwrap.dedent(explorer.__doc__.split("::\n", 1)[1])
    names: dict = {}
    exec(compile(example, "explorer/__init__.py", "exec"), names)
    assert len(names["places"]) == 24
    assert ".jpg (" in capsys.readouterr().out


def test_importing_the_package_loads_no_library() -> None:
    script = (
        "import sys; before = set(sys.modules); import explorer\n"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=paths.ASSETS.parent, capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert done.stdout.split() == ["explorer"]


def test_an_evaluation_is_what_the_command_writes(
    collection: explorer.IndexedCollection, demo_folder: Path, demo_cache: Path, tmp_path: Path, capsys
) -> None:
    truth = json.loads((demo_folder / "annotations.json").read_text("utf-8"))
    few = tmp_path / "few.json"
    few.write_text(json.dumps({name: entries[:1] for name, entries in list(truth.items())[:2]}), "utf-8")
    arguments = ["evaluate", "artminer", "demo", "--annotations", str(few), "--json", "--cache", str(demo_cache)]
    capsys.readouterr()
    assert main(arguments) == 0
    assert collection.evaluate(few) == json.loads(capsys.readouterr().out)
    with pytest.raises(explorer.ExplorerError, match="no protocol"):
        collection.evaluate(few, protocol="artminre")


def test_a_page_is_served_in_the_background(demo_cache: Path) -> None:
    address = explorer.serve("demo", cache=demo_cache, port=free_port("127.0.0.1", 0), block=False)
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert answer.status == 200


def test_a_benchmark_is_fetched_into_a_folder(tmp_path: Path) -> None:
    served = tmp_path / "served"
    served.mkdir()
    with zipfile.ZipFile(served / "some.zip", "w") as archive:
        archive.writestr("annotations.json", "{}")
    handler = partial(SimpleHTTPRequestHandler, directory=str(served))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/some.zip"
        folder = explorer.fetch_benchmark(tmp_path / "fetched", url=url)
        server.shutdown()
    assert (folder / "annotations.json").read_text() == "{}"
