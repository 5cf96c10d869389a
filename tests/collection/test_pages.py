"""Pages of a TIFF file as works of their own: named, opened, joined with a catalogue, and never the same twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from generated import SMALL, work, write_csv
from PIL import Image
from tiff_files import write_tiff

from explorer.cli import main
from explorer.collection import open_picture, picture_files
from explorer.collection.joining import join_works
from explorer.collection.pages import file_and_page, further_pages
from explorer.collection.pictures import file_hash, picture_size
from explorer.errors import ExplorerError
from explorer.indexing import index_folder
from explorer.indexing.asked import asked_of
from explorer.workspace import Workspace


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Verso, recto (the largest) and label of a painting."""
    pages = [Image.fromarray(np.full((height, width, 3), tone, np.uint8)) for width, height, tone in
             ((300, 200, 60), (400, 260, 120), (120, 90, 200))]  # fmt: skip
    path = tmp_path / "pictures" / "scan.tif"
    path.parent.mkdir()
    pages[0].save(path, save_all=True, append_images=pages[1:])
    return path


def test_every_page_is_opened_by_its_number(scan: Path) -> None:
    assert further_pages(scan) == [1, 3]
    shown = {name: open_picture(scan.with_name(name)) for name in ("scan.tif", "scan.tif#page=1", "scan.tif#page=3")}
    assert {name: (picture.width, picture.image.getpixel((5, 5))) for name, picture in shown.items()} == {
        "scan.tif": (400, (120,) * 3), "scan.tif#page=1": (300, (60,) * 3), "scan.tif#page=3": (120, (200,) * 3),
    }  # fmt: skip
    assert picture_size(scan.with_name("scan.tif#page=3")) == (120, 90)
    assert shown["scan.tif#page=3"].remarks == ("page 3 of 3 is shown",)
    assert len({file_hash(scan.with_name(name)) for name in shown}) == 3


def test_a_page_that_is_not_there_is_refused_in_a_sentence(scan: Path) -> None:
    with pytest.raises(ExplorerError, match="page=9 cannot be read"):
        open_picture(scan.with_name("scan.tif#page=9"))


def test_a_file_may_be_called_like_a_page(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif#page=2"
    path.write_bytes(b"a file")
    assert file_and_page(path) == (path, 0)


def test_smaller_copies_single_pages_and_damaged_files_have_no_further_pages(tmp_path: Path) -> None:
    tall = np.full((40, 60, 3), 99, np.uint8)
    assert further_pages(write_tiff(tmp_path / "a.tif", tall[:20, :30], tall, small=0)) == []
    assert further_pages(write_tiff(tmp_path / "b.tif", tall)) == []
    (tmp_path / "c.tif").write_bytes(b"II*\0 and nothing")
    assert further_pages(tmp_path / "c.tif") == []


def test_pages_are_listed_only_when_asked_for(scan: Path) -> None:
    work(1, 60, 50).save(scan.with_name("a.jpg"))
    assert [file.id for file in picture_files(scan.parent)] == ["a.jpg", "scan.tif"]
    names = [file.id for file in picture_files(scan.parent, pages=True)]
    assert names == ["a.jpg", "scan.tif", "scan.tif#page=1", "scan.tif#page=3"]


def test_a_page_has_its_files_row_unless_it_has_one_of_its_own() -> None:
    files = {name: name for name in ("A/scan.tif", "A/scan.tif#page=1", "A/scan.tif#page=3")}
    assert join_works(["scan.tif", "A/scan.tif#page=3"], files).rows == {
        "A/scan.tif": 0, "A/scan.tif#page=1": 0, "A/scan.tif#page=3": 1,
    }  # fmt: skip


def test_all_pages_are_indexed_remembered_and_given_up(
    scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = tmp_path / "cache"
    table = write_csv(tmp_path / "list.csv", [{"file": "scan.tif", "title": "The Mill"}])
    assert index_folder(scan.parent, "c", cache, SMALL, metadata=table).works == 1
    options = ["--model", SMALL.model, "--resolution", str(SMALL.resolution), "--cell-dims", str(SMALL.cell_dims)]
    index = ["index", str(scan.parent), "--name", "c", "--cache", str(cache), *options]
    assert main([*index, "--pages", "--check"]) == 0
    assert "3 pictures, of which 3 can be read; 2 new" in capsys.readouterr().out
    assert main([*index, "--pages"]) == 0
    workspace = Workspace.open("c", cache)
    assert {each.id: each.title for each in workspace.collection.works()} == {
        "scan.tif": "The Mill", "scan.tif#page=1": "scan, page 1", "scan.tif#page=3": "scan, page 3",
    }  # fmt: skip
    assert workspace.view("scan.tif#page=3").is_file()
    assert index_folder(scan.parent, "c", cache, SMALL, metadata=table).works == 3, "asked for once is enough"
    assert workspace.collection.work("scan.tif#page=3").title == "The Mill, page 3"
    assert asked_of("c", cache).pages
    report = index_folder(scan.parent, "c", cache, SMALL, pages=False)
    assert (report.works, len(report.gone)) == (1, 2)
