"""What the Bookmarks tab is told of what is kept, and what it may ask for: plain data, without a browser."""

from __future__ import annotations

import pytest
from generated import SMALL, ground, save, write_csv

from explorer.errors import ExplorerError
from explorer.indexing import index_folder
from explorer.ui.bookmarks import BookmarkPages
from explorer.workspace import Workspace

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three works: one whose size fits its picture, one whose size does not, one without a size."""
    folder = tmp_path_factory.mktemp("sized")
    for number, name in enumerate(("fits.png", "other.png", "none.png")):
        save(ground(number, 400, 300), folder / "pictures" / name)
    rows = [
        {"file": "fits.png", "title": HOSTILE, "height cm": "30", "width cm": "40"},
        {"file": "other.png", "title": "b", "height cm": "40", "width cm": "30"},
        {"file": "none.png", "title": "c", "height cm": "", "width cm": ""},
    ]
    write_csv(folder / "catalogue.csv", rows)
    index_folder(folder / "pictures", "sized", folder / "cache", SMALL, metadata=folder / "catalogue.csv")
    return Workspace.open("sized", folder / "cache")


@pytest.fixture
def pages(workspace: Workspace) -> BookmarkPages:
    store = workspace.collection.bookmarks
    store.remove(list(store.all().bookmarks))
    return BookmarkPages(workspace)


def detail(work: str) -> dict:
    return {"kind": "detail", "places": [{"work": work, "box": [0.25, 0.5, 0.75, 1.0]}]}


def test_a_size_is_told_only_where_it_fits_the_picture(pages: BookmarkPages) -> None:
    for work in ("fits.png", "other.png", "none.png"):
        pages.keep({"mark": detail(work)})
    places = [mark["places"][0] for mark in pages.shown({})["marks"]]
    assert [place["cm"] for place in places] == [[20.0, 15.0], None, None]
    assert places[0]["region"] == "100,150,200,150"
    assert places[0]["service"] == "iiif/sized/image/fits.png"
    assert places[0]["title"] == HOSTILE


def test_what_is_kept_is_put_into_a_set_by_its_name(pages: BookmarkPages) -> None:
    first = pages.keep({"mark": detail("fits.png"), "set": "Mills"})
    again = pages.keep({"mark": detail("none.png"), "set": "Mills"})
    (known,) = [known for known in again["sets"] if known["name"] == "Mills"]
    shown = pages.shown({"set": known["id"]})
    assert [mark["id"] for mark in shown["marks"]] == [first["new"], again["new"]]


@pytest.mark.parametrize("sent", [
    None, {}, {"mark": 3}, {"mark": detail("gone.png")}, {"mark": {"kind": "mill"}},
    {"mark": {**detail("fits.png"), "places": [{"work": "fits.png", "box": [1, 1, 0, 0]}]}},
])  # fmt: skip
def test_what_cannot_be_kept_is_a_sentence_and_nothing_is_kept(pages: BookmarkPages, sent: object) -> None:
    with pytest.raises(ExplorerError):
        pages.keep(sent)
    assert pages.shown({})["total"] == 0


@pytest.mark.parametrize("sent", [
    None, {"do": "drop table"}, {"do": "describe", "mark": "b-9-9"}, {"do": "remove", "marks": ["b-9-9"]},
    {"do": "lay out", "set": "s-9-9", "spots": {"b-1-1": {"x": "far"}}}, {"do": "put", "into": "s-9-9", "marks": []},
    {"do": "new set", "name": "n" * 121},
])  # fmt: skip
def test_what_cannot_be_changed_is_a_sentence(pages: BookmarkPages, sent: object) -> None:
    with pytest.raises(ExplorerError):
        pages.change(sent)
