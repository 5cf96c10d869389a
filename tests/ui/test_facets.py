"""What the page is told of facets, of a work's entry and of the collections: plain data from hostile catalogues."""

from __future__ import annotations

from pathlib import Path

from explorer.collection.facets import MOST_CHOSEN, Selection
from explorer.collection.work import Work
from explorer.ui.collection_list import disk_used, listed
from explorer.ui.entry import catalogue_entry
from explorer.ui.facets import gallery, selection_of
from explorer.ui.open_collections import OpenCollections
from explorer.workspace import Workspace

SCRIPT = "<script>window.harmed = 1</script>"


def test_the_list_has_what_is_typed_and_chosen_and_the_counts_follow(demo_workspace: Workspace) -> None:
    collection = demo_workspace.collection
    works = collection.works()
    genre, word = works[0].genre, works[0].title.split()[0]
    shown = gallery(collection, word, Selection((("genre", genre),)))
    typed = collection.find(word)
    assert [work["work"] for work in shown["works"]] == [work.id for work in typed if work.genre == genre]
    assert shown["total"] == len(works) and shown["limits"] == [f"genre:{genre}"]
    (genres,) = [facet for facet in shown["facets"] if facet["column"] == "genre"]
    assert {value: count for value, count, _ in genres["values"]} == {
        value: sum(work.genre == value for work in typed) for value, _, _ in genres["values"]
    }
    assert [value for value, _, chosen in genres["values"] if chosen] == [genre]


def test_what_a_page_sends_is_a_selection_or_left_out_with_a_sentence(demo_workspace: Workspace) -> None:
    said: list[str] = []
    for sent in (None, "genre:village", {"genre": "village"}, [7, None, ["genre:x"]], []):
        assert not selection_of(demo_workspace.collection, sent, said.append)
    assert said == []
    chosen = selection_of(demo_workspace.collection, [f"genre:{SCRIPT}", SCRIPT, "title:x"], said.append)
    assert chosen == Selection((("genre", SCRIPT),)) and len(said) == 1
    many = selection_of(demo_workspace.collection, [f"genre:{number}" for number in range(5000)])
    assert len(many.values) == MOST_CHOSEN


def test_an_entry_has_every_column_and_only_web_addresses_are_links() -> None:
    work = Work(
        "a/b.jpg", "", 1200, 900, SCRIPT, artist="Jan", date="c. 1600", year=1595, year_to=1605, height_cm=20,
        width_cm=30.5, url="https://museum.example/1", kept={"what": "ship"},
        extra={"Note": "javascript:alert(1)", "see": "https://x.example/a", "Bad": 'http://x/"><b>', "Empty": " "},
    )  # fmt: skip
    entry = {line["term"]: line for line in catalogue_entry(work)}
    assert entry["Title"]["text"] == SCRIPT and entry["Dated as"]["text"] == "1595 to 1605"
    assert entry["Height × width"]["text"] == "20 × 30.5 cm" and entry["Pixels"]["text"] == "1,200 × 900"
    assert entry["File"]["text"] == "a/b.jpg" and entry["What"]["text"] == "ship" and "Empty" not in entry
    assert {term for term, line in entry.items() if line["page"]} == {"Link", "See"}
    assert [line["term"] for line in catalogue_entry(Work("x.jpg", "", 5, 5, "x"))] == ["Title", "File", "Pixels"]


def test_the_collections_are_listed_with_what_they_hold(demo_workspace: Workspace, tmp_path: Path) -> None:
    (here,) = [each for each in listed(OpenCollections(demo_workspace), "demo") if each["name"] == "demo"]
    assert (here["works"], here["model"], here["here"], here["address"]) == (24, "mini", True, "")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"x" * 700)
    (tmp_path / "link").symlink_to("nowhere")
    assert disk_used(tmp_path) == 700 + len("nowhere")
