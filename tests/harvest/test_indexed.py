"""A collection made of manifests: indexed, taken away with its links, renamed, and made again from the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from generated import SMALL, folder_of
from iiif_museum import Museum, Service, canvas2, canvas3, manifest2, manifest3
from serving import serving

from explorer.cli import main
from explorer.collection.kept_motifs import KeptInstance
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.harvest import Manners, Wanted, index_iiif
from explorer.iiif.presentation import Addresses, manifest
from explorer.indexing import index_folder
from explorer.indexing.asked import asked_of
from explorer.motifs.annotations import annotated
from explorer.motifs.layer import ShownMotif
from explorer.motifs.take_away import Wanted as Files
from explorer.motifs.take_away import take_away
from explorer.plates.origin import Origin
from explorer.workspace import Workspace
from explorer.workspace.managing import rename_collection

QUICK = Manners(allow_private=True, pause=0)
BOX = Box(0.1, 0.25, 0.35, 0.5)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Museum, Path]]:
    """A museum, and a cache with the collection "c" of its manifests: two canvases of version 3, and one of version 2
    that has no service."""
    cache = tmp_path_factory.mktemp("cache")
    with Museum() as museum, serving(museum):
        services = [museum.serve_image(f"i{number}", Service((600, 400), 3, 2)) for number in range(3)]
        base = museum.base
        museum.replies |= {
            "/three": manifest3(f"{base}/three", [canvas3(f"{base}/three/c{number}", services[number], f"f. {number}",
                                                          (6000, 4000)) for number in range(2)], label="Album"),
            "/two": manifest2(
                f"{base}/two", [canvas2(f"{base}/two/c", None, image=f"{services[2]}.png")], label="Plain",
                metadata=[{"label": "Künstler", "value": "Jan"}, {"label": "Date", "value": "ca. 1605-10"}],
                attribution="Courtesy of K",
            ),
        }  # fmt: skip
        from iiif_museum import Reply, picture

        museum.replies["/image/i2.png"] = Reply(picture(9, (480, 320), "PNG"))
        wanted = Wanted((f"{base}/three", f"{base}/two"), 480, QUICK)
        harvested, report = index_iiif("c", cache, wanted, SMALL)
        assert (harvested.fetched, report.works, report.encoded) == (3, 3, 3)
        yield museum, cache


@pytest.fixture
def workspace(made: tuple[Museum, Path]) -> Workspace:
    return Workspace.open("c", made[1])


def titled(workspace: Workspace, title: str):
    return next(work for work in workspace.collection.works() if work.title == title)


def test_the_works_have_the_entries_of_their_manifests(made, workspace: Workspace) -> None:
    work = titled(workspace, "Plain")
    assert (work.artist, work.year, work.year_to) == ("Jan", 1605, 1610)
    assert work.extra["Credit line"] == "Courtesy of K" and work.extra["IIIF canvas"] == f"{made[0].base}/two/c"
    assert workspace.original(work).is_file() and workspace.thumbnail(work.id).is_file()
    assert {each.title for each in workspace.collection.works()} == {"Album, f. 0", "Album, f. 1", "Plain"}


def test_annotations_are_of_the_canvases_and_name_the_manifests(made, workspace: Workspace) -> None:
    base, works = made[0].base, [titled(workspace, title).id for title in ("Album, f. 1", "Plain")]
    motif = ShownMotif("m-1", tuple(KeptInstance(work, BOX, None, 0.8) for work in works))
    found = annotated(workspace, [motif], Origin("mini", "s", "1", "2026"))  # no address of the app is needed
    targets = [item["target"] for item in found.collection["first"]["items"]]
    assert targets[0]["source"] == {"id": f"{base}/three/c1", "type": "Canvas",
                                    "partOf": [{"id": f"{base}/three", "type": "Manifest"}]}  # fmt: skip
    assert targets[0]["selector"]["value"] == "xywh=600,1000,1500,1000"
    assert targets[1]["source"]["id"] == f"{base}/two/c" and targets[1]["selector"]["value"] == "xywh=60,100,150,100"


def test_tables_have_the_links(made, workspace: Workspace, tmp_path: Path) -> None:
    base, works = made[0].base, [titled(workspace, title).id for title in ("Album, f. 1", "Plain")]
    motif = ShownMotif("m-1", tuple(KeptInstance(work, BOX, None, 0.8) for work in works))
    take_away(workspace, [motif], Files(csv=tmp_path / "m.csv", zip=tmp_path / "m.zip"))
    import zipfile

    tables = [(tmp_path / "m.csv").read_text("utf-8-sig"),
              zipfile.ZipFile(tmp_path / "m.zip").read("details.csv").decode("utf-8-sig")]  # fmt: skip
    for text in tables:
        rows = list(csv.DictReader(io.StringIO(text)))
        assert rows[0]["iiif_canvas"] == f"{base}/three/c1#xywh=600,1000,1500,1000"
        assert rows[0]["iiif_region"] == f"{base}/image/i1/pct:10,25,25,25/max/0/default.jpg"
        assert (rows[1]["iiif_canvas"], rows[1]["iiif_region"]) == (f"{base}/two/c#xywh=60,100,150,100", "")


def test_the_apps_own_manifest_leads_to_the_museums(made, workspace: Workspace) -> None:
    document = manifest(titled(workspace, "Plain"), "", Addresses("http://127.0.0.1", "c"))
    assert document["seeAlso"][0]["id"] == f"{made[0].base}/two"


def test_it_is_renamed_with_its_pictures_and_known_by_the_new_name(made, tmp_path: Path) -> None:
    museum, _ = made
    cache = tmp_path / "cache"
    index_iiif("old", cache, Wanted((f"{museum.base}/two",), 480, QUICK), SMALL)
    rename_collection("old", "new", cache)
    workspace = Workspace.open("old", cache)
    (work,) = workspace.collection.works()
    assert workspace.original(work).is_file()
    asked = asked_of("new", cache)
    assert Path(asked.folder).is_dir() and Path(asked.metadata).is_file() and "new" in Path(asked.folder).parts
    report = index_folder(Path(asked.folder), "new", cache, SMALL, metadata=Path(asked.metadata))  # as the page does
    assert (report.works, report.encoded) == (1, 0)
    before = len(museum.pictures())
    harvested, report = index_iiif("new", cache, Wanted((), 0, QUICK), SMALL)
    assert (harvested.here, report.encoded, len(museum.pictures())) == (1, 0, before)
    with pytest.raises(ExplorerError, match="is called 'new' now"):
        index_iiif("old", cache, Wanted((f"{museum.base}/two",), 480, QUICK), SMALL)


def test_a_collection_made_of_a_folder_stays_that_folders(made, tmp_path: Path) -> None:
    museum, _ = made
    folder_of(tmp_path / "pictures", 1, size=(160, 120))
    index_folder(tmp_path / "pictures", "prints", tmp_path / "cache", SMALL)
    before = len(museum.asked)
    with pytest.raises(ExplorerError, match="choose another --name"):
        index_iiif("prints", tmp_path / "cache", Wanted((f"{museum.base}/two",), 480, QUICK), SMALL)
    assert len(museum.asked) == before


# -- the command line --------------------------------------------------------------------------------------------------


def run(cache: Path, *arguments: str) -> int:
    return main(["index", *arguments, "--cache", str(cache)])


def test_a_check_on_the_command_line(made, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    museum, _ = made
    common = ("--name", "x", "--allow-private", "--check")
    assert run(tmp_path, f"{museum.base}/three", f"{museum.base}/gone", *common) == 0
    said = capsys.readouterr().out
    assert (
        "1 manifest with 2 pictures: 2 would be fetched" in said and "Left out: 1" in said and "does not have" in said
    )
    assert run(tmp_path, f"{museum.base}/three", *common, "--json") == 0
    record = json.loads(capsys.readouterr().out)["harvest"]
    assert (record["canvases"], record["fetched"], record["left_out"]) == (2, 2, [])
    assert list(tmp_path.iterdir()) == []


def test_by_its_name_alone_and_what_is_said(made, capsys: pytest.CaptureFixture[str]) -> None:
    _, cache = made
    assert run(cache, "--name", "c", "--allow-private", "--model", "mini", "--resolution", "224") == 0
    said = capsys.readouterr().out
    assert "2 manifests with 3 pictures: 0 fetched (longer side about 480 pixels), 3 there already." in said
    assert "c: 3 works, 0 newly encoded" in said


@pytest.mark.parametrize(("arguments", "words"), [
    (("http://127.0.0.1:9/m",), "local network"), (("pictures", "https://x.org/m"), "not both"),
    (("https://x.org/m", "--metadata", "a.csv"), "--metadata goes with a folder"), (("a", "b"), "one folder"),
    (("pictures", "--size", "900"), "go with addresses"), (("https://x.org/m", "--size", "9"), "longer side"),
    (("https://x.org/m", "--vectors", "a.npy"), "--vectors goes with a folder"), (("http:///",), "no address"),
])  # fmt: skip
def test_what_does_not_go_together(arguments, words, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, *arguments, "--name", "x") == 1
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(tmp_path, "--name", "x")
    assert ended.value.code == 2
    assert "give a folder of pictures, or addresses" in capsys.readouterr().err
