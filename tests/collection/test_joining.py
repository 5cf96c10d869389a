"""Rows and files that find each other, as museums name them."""

from __future__ import annotations

import unicodedata

import pytest

from explorer.collection.joining import join

FOUND = [
    ("0001", "0001.jpg"), ("0001.tif", "0001.jpg"), ("1", "0001.jpg"), ("Adam%20and%20Eve.jpg", "Adam and Eve.jpg"),
    ("A\\recto.jpg", "A/recto.jpg"), ("scans/A/recto.jpg", "A/recto.jpg"), ("A/recto.jpg", "scans/A/recto.jpg"),
    ("RECTO.JPG", "a/recto.jpg"), ("C:\\scans\\A\\recto.jpg", "A/recto.jpg"), ("./a.jpg", "a.jpg"),
    ("/data/a.jpg", "a.jpg"), ("https://museum.example/pictures/Adam%20and%20Eve.jpg?size=full", "Adam and Eve.jpg"),
    ("Inv. 12.3.tif", "Inv. 12.3.jpg"),
    ("-a.jpg", "-a.jpg"), ("a;b.jpg", "a;b.jpg"), ("100%.jpg", "100%.jpg"), ("#1.jpg", "#1.jpg"),
    ("🖼.jpg", "🖼.jpg"),
    (unicodedata.normalize("NFD", "Brûlé.jpg"), "Brûlé.jpg"), (" a.jpg ", "a.jpg"), ("12.3", "12.3.jpg"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "work"), FOUND)
def test_a_name_finds_its_file_among_others(cell: str, work: str):
    joined = join([cell], [work, "others/other.jpg", "zz.png"])
    assert joined.rows == {work: 0}
    assert not joined.missing and not joined.ambiguous


@pytest.mark.parametrize(("cell", "works"), [
    ("recto.jpg", ["A/recto.jpg", "B/recto.jpg"]), ("1", ["01.jpg", "001.jpg"]), ("a", ["a.jpg", "a.png"]),
    ("C/recto.jpg", ["A/recto.jpg", "B/recto.jpg"]),
])  # fmt: skip
def test_what_could_be_several_is_joined_with_none_and_named(cell: str, works: list[str]):
    joined = join([cell], works)
    assert (joined.rows, joined.ambiguous, joined.missing) == ({}, {0: tuple(works)}, ())


def test_a_stricter_way_wins_and_an_earlier_row():
    works = ["a.jpg", "A.jpg", "b.jpg"]
    joined = join(["A.jpg", "a.jpg", "B.jpg", "b.jpg"], works)
    assert joined.rows == {"A.jpg": 0, "a.jpg": 1, "b.jpg": 3}
    assert joined.repeated == (2,)


def test_a_cell_may_name_several_pages():
    cells = ["a.jpg; b.jpg", "c.jpg|d.jpg", "e.jpg, f.jpg", "g.jpg\nh.jpg"]
    joined = join(cells, [f"{name}.jpg" for name in "abcdefgh"])
    assert joined.rows == {f"{name}.jpg": number // 2 for number, name in enumerate("abcdefgh")}
    assert not joined.missing


def test_what_follows_a_point_is_not_always_an_ending():
    joined = join(["1850.12", "Inv. 12.34"], ["1850.jpg", "Inv. 12.jpg"])
    assert (joined.rows, joined.missing) == ({}, (0, 1))


def test_rows_of_no_picture_are_missing():
    joined = join(["other.jpg", "", "a.jpg"], ["a.jpg"])
    assert (joined.rows, joined.missing) == ({"a.jpg": 2}, (0, 1))
