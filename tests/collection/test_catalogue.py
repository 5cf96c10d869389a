"""Museum spreadsheets as they come: separators, encodings, headings, ragged rows, dates in words."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from explorer.collection.catalogue import read_catalogue
from explorer.collection.column_names import KNOWN
from explorer.errors import ExplorerError


def catalogue(tmp_path: Path, content: str | bytes, name: str = "catalogue.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_catalogue(path)


def matched(tmp_path: Path, content: str | bytes, ids: list[str]) -> dict[str, str]:
    """Title by work."""
    return {work: row["title"] for work, row in catalogue(tmp_path, content).match(ids).items()}


# -- as a table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(tmp_path: Path, separator: str, newline: str) -> None:
    lines = [["file", "title", "notes"], ["a.jpg", "A mill", "by the sea"], ["b.jpg", "A cart", ""]]
    text = newline.join(separator.join(line) for line in lines) + newline
    read = catalogue(tmp_path, text)
    assert read.rows == (
        {"file": "a.jpg", "title": "A mill", "notes": "by the sea"},
        {"file": "b.jpg", "title": "A cart", "notes": ""},
    )


def test_a_comma_within_a_heading_or_a_field_does_not_mislead(tmp_path: Path) -> None:
    read = catalogue(tmp_path, 'file;"Size, in cm";title\na.jpg;"27,5 x 36,0";"Mill; with birds"\n')
    assert read.rows == ({"file": "a.jpg", "Size, in cm": "27,5 x 36,0", "title": "Mill; with birds"},)


def test_quoted_newlines_and_quotes(tmp_path: Path) -> None:
    read = catalogue(tmp_path, 'file,title\na.jpg,"A ""mill""\non a hill"\nb.jpg,B\n')
    assert [row["title"] for row in read.rows] == ['A "mill"\non a hill', "B"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "file,title\nbrûlé.jpg,Höllenbrueghel – “Élan”\n"
    assert matched(tmp_path, text.encode(encoding), ["brûlé.jpg"]) == {"brûlé.jpg": "Höllenbrueghel – “Élan”"}


def test_one_column_is_enough(tmp_path: Path) -> None:
    assert catalogue(tmp_path, "file\na.jpg\nb.jpg\n").rows == ({"file": "a.jpg"}, {"file": "b.jpg"})


def test_ragged_rows_lose_nothing_that_has_a_heading(tmp_path: Path) -> None:
    text = "file,title,artist\na.jpg\nb.jpg,B,Jan,too,many,fields\n\n,,\nc.jpg,C,Pieter\n"
    assert matched(tmp_path, text, ["a.jpg", "b.jpg", "c.jpg"]) == {"a.jpg": "", "b.jpg": "B", "c.jpg": "C"}


@pytest.mark.parametrize(("content", "words"), [
    (b"", "needs a column"),
    (b"\n\n\n", "needs a column"),
    (b"title,artist\nA mill,Jan\n", "it has title, artist"),
    (b"file,title\n", "no rows"),
    (b"file,title\n\n\n", "no rows"),
    (b"file,title\na.jpg,A\x00mill\n", "not a text file"),
    (b"PK\x03\x04\x14\x00\x06\x00\x08\x00 a spreadsheet, not CSV", "not a text file"),
    (b'file,title\na.jpg,"' + b"x" * 200_000 + b'"\n', "not a table"),
    (b"\xff\xd8\xff\xe0 a picture\x90\x81", "column named 'file'"),
])  # fmt: skip
def test_what_is_no_catalogue_is_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        catalogue(tmp_path, content)
    assert words in str(caught.value)
    assert "catalogue.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("content", "words"), [
    ('file,title,artist\na.jpg,"The Mill,Jan\nb.jpg,B,Jan\n', "line 3 or before it"),
    ('file,title\na.jpg,A\nb.jpg,"B', "nothing closes"),
    ('file,title\na.jpg,"A\nb.jpg,"B"\n', "nothing closes"),
    ("file,title\na.jpg,Höllenbrueghel – Élan\n".encode().replace(b"\xc3\xb6", b"\xc3"), "damaged in line 2"),
    ("file,title\na.jpg,水車".encode("gb18030").replace(b"\xcb\xae", b"\x81\x8d"), "neither in UTF-8 nor"),
    ("file" + ",c" * 5000 + "\na.jpg\n", "5,001 columns"),
], ids=["open", "at the end", "closed by the next", "damaged UTF-8", "another encoding", "columns"])  # fmt: skip
def test_what_could_only_be_guessed_is_refused(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(ExplorerError, match=words):
        catalogue(tmp_path, content)


def test_a_stray_quotation_mark_within_a_line_is_forgiven(tmp_path: Path) -> None:
    text = 'file,title,artist\na.jpg,"The "Great" Mill",Jan\nb.jpg,27" high,Pieter\n'
    rows = catalogue(tmp_path, text).rows
    assert [row["artist"] for row in rows] == ["Jan", "Pieter"]
    assert ["Great" in rows[0]["title"], rows[1]["title"]] == [True, '27" high']


def test_rows_with_too_many_cells_are_remarked_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    catalogue(tmp_path, "file,title,artist\na.jpg,A,Jan,,\n")
    assert not caplog.messages
    catalogue(tmp_path, "file,title,artist\na.jpg,A,Jan\nb.jpg,The Mill, the ship,Jan\n")
    assert "headings: 1, the first is row 2" in caplog.text


def test_a_missing_catalogue_and_a_folder_are_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(ExplorerError, match="cannot be opened"):
            read_catalogue(path)


# -- headings ----------------------------------------------------------------------------------------------------------

ALL_KNOWN = [
    ("File name", "file"), ("Title", "title"), ("Artist", "artist"), ("Date range", "date"), ("Date from", "year_from"),
    ("Date to", "year_to"), ("Genre", "genre"), ("Style", "style"), ("Medium", "medium"), ("Collection", "holder"),
    ("Inventory number", "inventory"), ("height_cm", "height_cm"), ("width_cm", "width_cm"),
    ("Dimensions", "dimensions"), ("IIIF/landing URL", "url"),
]  # fmt: skip


def test_every_known_heading_is_recognised(tmp_path: Path) -> None:
    read = catalogue(tmp_path, ",".join(heading for heading, _ in ALL_KNOWN) + "\n" + "x," * 14 + "x\n")
    assert read.known == {field: heading for heading, field in ALL_KNOWN}
    assert set(read.known) == set(KNOWN)
    assert read.extra == ()


EXPORTS = {
    "German": "Dateiname;Titel;Künstler;Datierung;Gattung;Technik;Sammlung;Inventarnummer;Höhe (cm);Breite (cm)",
    "Dutch": "Bestandsnaam;Titel;Kunstenaar;Datering;Genre;Techniek;Collectie;Inventarisnummer;Hoogte cm;Breedte cm",
    "French": "Nom du fichier;Titre;Artiste;Datation;Genre;Technique;Musée;N° d’inventaire;Hauteur (cm);Largeur (cm)",
    "Italian": "Nome file;Titolo;Autore;Datazione;Genere;Tecnica;Museo;Numero di inventario;Altezza cm;Larghezza cm",
    "Dublin Core": "file;dc:title;dc:creator;dc:date;dc:type;dc:medium;Repository;Object Number;height cm;width cm",
    "TMS": "FileName;Title;DisplayName;Dated;Classification;Medium;Location;ObjectNumber;Height (cm);Width (cm)",
}


@pytest.mark.parametrize("language", EXPORTS)
def test_headings_in_five_languages_and_of_common_systems(tmp_path: Path, language: str) -> None:
    read = catalogue(tmp_path, EXPORTS[language] + "\n" + "x;" * 9 + "x\n")
    fields = ("file", "title", "artist", "date", "genre", "medium", "holder", "inventory", "height_cm", "width_cm")
    assert read.known == dict(zip(fields, EXPORTS[language].split(";"), strict=True))
    assert read.units == {"height_cm": "cm", "width_cm": "cm"}


@pytest.mark.parametrize("heading", ["file", "FILE", " File ", "file_name", "file-name", "Filename", "Image"])
def test_the_file_column_goes_by_many_names(tmp_path: Path, heading: str) -> None:
    assert catalogue(tmp_path, f"title,{heading}\nA,a.jpg\n").match(["a.jpg"])["a.jpg"]["title"] == "A"


def test_unknown_columns_are_kept_under_their_own_names(tmp_path: Path) -> None:
    read = catalogue(tmp_path, "file, Paper mark ,Condition 2024\na.jpg,crowned shield,good\n")
    assert read.extra == ("Paper mark", "Condition 2024")
    assert read.rows[0]["Paper mark"] == "crowned shield"


def test_a_heading_that_occurs_again_is_another_column(tmp_path: Path) -> None:
    read = catalogue(tmp_path, "file,title,note,title,note,file,\na.jpg,A,one,B,two,x.jpg,three\n")
    assert read.known == {"file": "file", "title": "title"}
    assert read.rows[0] == {"file": "a.jpg", "title": "A", "note": "one", "title (2)": "B", "note (2)": "two",
                            "file (2)": "x.jpg", "column 7": "three"}  # fmt: skip
    assert "column 3" not in catalogue(tmp_path, "file,title,\na.jpg,A,\n").extra


def test_year_beside_date_stays_an_own_column(tmp_path: Path) -> None:
    read = catalogue(tmp_path, "file,year,date\na.jpg,1605,ca. 1605\n")
    assert read.known["date"] == "date"
    assert read.extra == ("year",)


# -- joining rows and works --------------------------------------------------------------------------------------------


def test_a_row_is_joined_by_path_and_else_by_file_name(tmp_path: Path) -> None:
    text = "file,title\nnorth/a.jpg,by path\nb.jpg,by name\nelsewhere/c.jpg,by name under another path\n"
    works = ["north/a.jpg", "south/b.jpg", "south/c.jpg"]
    assert matched(tmp_path, text, works) == {
        "north/a.jpg": "by path", "south/b.jpg": "by name", "south/c.jpg": "by name under another path",
    }  # fmt: skip


def test_a_name_that_two_works_bear_is_joined_by_path_only(tmp_path: Path) -> None:
    text = "file,title\n001.jpg,which?\nsouth/001.jpg,the southern\n"
    assert matched(tmp_path, text, ["north/001.jpg", "south/001.jpg"]) == {"south/001.jpg": "the southern"}


def test_of_two_rows_for_one_work_the_first_counts(tmp_path: Path) -> None:
    assert matched(tmp_path, "file,title\na.jpg,first\na.jpg,second\n", ["a.jpg"]) == {"a.jpg": "first"}


def test_a_row_that_names_the_path_beats_one_that_names_the_file_only(tmp_path: Path) -> None:
    text = "file,title\nsouth/a.jpg,lost\nnorth/a.jpg,exact\n"
    assert matched(tmp_path, text, ["north/a.jpg"]) == {"north/a.jpg": "exact"}


def test_case_backslashes_and_dots_do_not_matter(tmp_path: Path) -> None:
    text = "file,title\nNORTH\\A.JPG,one\n./south/b.jpg,two\n"
    assert matched(tmp_path, text, ["north/a.jpg", "south/B.jpg"]) == {"north/a.jpg": "one", "south/B.jpg": "two"}


def test_works_that_differ_only_in_case_get_their_own_rows(tmp_path: Path) -> None:
    text = "file,title\na.jpg,small\nA.jpg,large\n"
    assert matched(tmp_path, text, ["A.jpg", "a.jpg"]) == {"A.jpg": "large", "a.jpg": "small"}


@pytest.mark.parametrize(("on_disk", "in_catalogue"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_accents_composed_or_not_are_the_same_name(tmp_path: Path, on_disk: str, in_catalogue: str) -> None:
    """macOS writes e and accent apart, spreadsheets write them as one."""
    work = unicodedata.normalize(on_disk, "Musée/Brûlé.jpg")
    text = unicodedata.normalize(in_catalogue, "file,title\nMusée/Brûlé.jpg,found\n")
    assert matched(tmp_path, text, [work]) == {work: "found"}


def test_rows_of_no_work_and_works_without_row_are_left_alone(tmp_path: Path) -> None:
    assert matched(tmp_path, "file,title\nother.jpg,x\n,y\n", ["a.jpg"]) == {}


# -- dates and numbers -------------------------------------------------------------------------------------------------
