"""``explorer index --check``: what indexing would do, in words and as JSON; nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from explorer.cli import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures of one name in two folders, one of another, and a PDF; a catalogue beside them."""
    for name in ("A/recto.jpg", "B/recto.jpg", "mill.jpg"):
        (tmp_path / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30)).save(tmp_path / "pictures" / name)
    (tmp_path / "pictures" / "list.pdf").write_text("a list")
    table = "Dateiname;Titel;Regal\nrecto.tif;A;1\nmill;The mill;2\ngone.jpg;;3\n"
    (tmp_path / "catalogue.csv").write_text(table, encoding="utf-8")
    return tmp_path


def check(folder: Path, *options: str) -> int:
    command = ["index", str(folder / "pictures"), "--name", "c", "--cache", str(folder / "cache"), "--check"]
    return main([*command, "--metadata", str(folder / "catalogue.csv"), *options])


def test_who_found_whom_is_said_and_nothing_is_written(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert check(folder) == 0
    said = capsys.readouterr().out
    assert "4 pictures, of which 3 can be read; 4 new" in said
    assert "list.pdf is a PDF" in said
    assert "'Dateiname' names the files. 1 of 3 pictures found their row." in said
    assert "Titel: title" in said and "Regal: kept as it is" in said
    assert "Rows without a picture: 1\n  gone.jpg" in said
    assert "might mean any of several pictures" in said and "recto.tif" in said
    assert not (folder / "cache").exists()


def test_as_json(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert check(folder, "--json") == 0
    catalogue = json.loads(capsys.readouterr().out)["catalogue"]
    assert catalogue["ambiguous"] == [["recto.tif", ["A/recto.jpg", "B/recto.jpg"]]]
    assert catalogue["without_picture"] == ["gone.jpg"]


def test_columns_are_shown_as_they_are_chosen(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert check(folder, "--column", "Titel=kept", "--column", "Regal=inventory number") == 0
    said = capsys.readouterr().out
    assert "Titel: kept as it is" in said and "Regal: inventory" in said
    assert check(folder, "--column", "Regal=shelf") == 1
    assert "A column cannot be 'shelf'; say one of: file, title" in capsys.readouterr().err
