"""Catalogues in the forms in which museums save them: titles above the headings, other encodings, workbooks, JSON."""

from __future__ import annotations

import json
import logging
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from explorer.collection.catalogue import read_catalogue
from explorer.collection.encodings import WESTERN, decode_western
from explorer.errors import ExplorerError

ROWS = [
    ["file", "title", "year", "price"],
    ["a.jpg", "Blumenstück", "1610", "2.5"],
    ["b.jpg", "Café & Mühle", "1620", ""],
]


def entries(path: Path) -> dict[str, dict[str, str]]:
    return read_catalogue(path).match(["a.jpg", "b.jpg"])


def save(folder: Path, text: str | bytes, name: str = "catalogue.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


# -- text --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("above", [
    "sep=;\n", "sep=;\r\n", "\n\n", "Museum, Basel, 2020\n", "Objektliste\nStand: 1.2.2020; Auszug\n\n", ";;\n;;\n",
])  # fmt: skip
def test_lines_above_the_headings_are_passed_over(tmp_path: Path, above: str):
    found = entries(save(tmp_path, above + "file;title;artist\na.jpg;A mill, at dusk;Jan\nb.jpg;B;Pieter\n"))
    assert {work: row["title"] for work, row in found.items()} == {"a.jpg": "A mill, at dusk", "b.jpg": "B"}


def test_an_open_quotation_mark_is_told_with_its_line_in_the_file(tmp_path: Path):
    with pytest.raises(ExplorerError, match="line 4 or before it"):
        read_catalogue(save(tmp_path, 'sep=;\nfile;title\na.jpg;"The Mill\nb.jpg;B\n'))


SAMPLES = ("Blumenstück mit Früchten, Künstler: Höllenbrueghel", "Fête champêtre, école française, château",
           "città; perché", "Stilleven met één tulp", "STRASSE, GRÖSSE, ÜBER", "Die „Große“ Mühle")  # fmt: skip


@pytest.mark.parametrize("encoding", [*WESTERN, "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("title", SAMPLES)
def test_letters_come_right_from_every_encoding_that_has_them(tmp_path: Path, encoding: str, title: str):
    try:
        raw = f'file,title\na.jpg,"{title}"\n'.encode(encoding)
    except UnicodeEncodeError:
        pytest.skip("the encoding lacks a letter")
    assert entries(save(tmp_path, raw))["a.jpg"]["title"] == title


def test_a_guessed_encoding_is_said_with_words_to_look_at(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        read_catalogue(save(tmp_path, "file,title\na.jpg,Blumenstück\n".encode("mac_roman")))
    assert "Blumenstück" in caplog.text
    caplog.clear()
    read_catalogue(save(tmp_path, "file,title\na.jpg,Blumenstück\n"))
    assert not caplog.text, "UTF-8 is no guess"


def test_letters_of_no_western_encoding_are_refused():
    assert decode_western("中國山水畫 水車".encode("gb18030")) is None


# -- workbooks ---------------------------------------------------------------------------------------------------------


def workbook(path: Path, *sheets: list[list[str]]) -> Path:
    """A small .xlsx: texts as inline strings, numbers as numbers, what begins with = as a formula with its value."""

    def cell(text: str) -> str:
        if text.startswith("="):
            return f"<c><f>{escape(text[1:])}</f><v>1612</v></c>"
        try:
            float(text)
        except ValueError:
            return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        return f"<c><v>{text}</v></c>"

    names = [f"sheet{number}" for number in range(1, len(sheets) + 1)]
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w") as file:
        listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(names, start=1))
        file.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>'
        )
        related = "".join(f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/{name}.xml"/>'
                          for n, name in enumerate(names, start=1))  # fmt: skip
        file.writestr("xl/_rels/workbook.xml.rels",
                      f'<Relationships xmlns="{package}/relationships">{related}</Relationships>')  # fmt: skip
        file.writestr("_rels/.rels", f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
                      f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>')  # fmt: skip
        parts = "".join(
            f'<Override PartName="/xl/worksheets/{name}.xml" ContentType="{kind}.worksheet+xml"/>' for name in names
        )
        file.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types">'
                      f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
                      f"{parts}</Types>")  # fmt: skip
        for name, rows in zip(names, sheets, strict=True):
            data = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            file.writestr(
                f"xl/worksheets/{name}.xml", f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>'
            )
    return path


def open_document(path: Path, rows: list[list[str]]) -> Path:
    """A small .ods."""
    office, table, text = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text"))

    def cell(value: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        spaces = f'xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}"'
        sheet = f'<office:spreadsheet><table:table table:name="s">{body}</table:table></office:spreadsheet>'
        file.writestr("content.xml", f"<office:document-content {spaces}><office:body>{sheet}</office:body>"
                      "</office:document-content>")  # fmt: skip
        file.writestr("META-INF/manifest.xml", '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
    return path


def test_an_excel_file_is_read_below_its_titles(tmp_path: Path):
    path = workbook(tmp_path / "c.xlsx", [["Object list"], [""], *ROWS])
    assert entries(path) == {row[0]: dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]}


def test_the_sheet_that_names_files_is_read(tmp_path: Path):
    path = workbook(tmp_path / "c.xlsx", [["Notes", "for colleagues"]], ROWS)
    assert entries(path)["b.jpg"]["title"] == "Café & Mühle"


def test_a_formula_counts_by_its_value_and_a_whole_number_has_no_point(tmp_path: Path):
    found = entries(workbook(tmp_path / "c.xlsx", [["file", "date", "inv"], ["a.jpg", "=1600+12", "17.0"]]))
    assert found["a.jpg"] == {"file": "a.jpg", "date": "1612", "inv": "17"}


def test_a_libreoffice_file_is_read(tmp_path: Path):
    assert entries(open_document(tmp_path / "c.ods", ROWS))["a.jpg"]["title"] == "Blumenstück"


@pytest.mark.parametrize("name", ["c.xlsx", "c.xls", "c.ods", "c.json", "c.jsonl"])
@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 not a workbook", b"\xff\xd8\xff\xe0" * 40, b"[" * 100_000, b"{}"]
)
def test_a_damaged_file_is_one_sentence(tmp_path: Path, name: str, content: bytes):
    with pytest.raises(ExplorerError) as caught:
        read_catalogue(save(tmp_path, content, name))
    assert "\n" not in str(caught.value)


# -- JSON --------------------------------------------------------------------------------------------------------------

RECORDS = [
    {
        "file": "a.jpg",
        "title": "Blumenstück",
        "dates": {"begin": 1610, "end": None},
        "artist": ["Jan Brueghel", "Rubens"],
    },
    {"file": "b.jpg", "title": "Die Mühle", "on view": True},
]


@pytest.mark.parametrize(("name", "text"), [
    ("c.json", json.dumps(RECORDS)), ("c.json", json.dumps({"total": 2, "works": RECORDS})),
    ("c.jsonl", "\n".join(map(json.dumps, RECORDS))), ("c.json", "\n".join(map(json.dumps, RECORDS)) + "\n\n"),
], ids=["list", "within", "lines", "lines named json"])  # fmt: skip
def test_json_is_read(tmp_path: Path, name: str, text: str):
    found = entries(save(tmp_path, text, name))
    assert found["a.jpg"] == {"file": "a.jpg", "title": "Blumenstück", "dates.begin": "1610", "dates.end": "",
                              "artist": "Jan Brueghel; Rubens", "on view": ""}  # fmt: skip
    assert found["b.jpg"]["on view"] == "true"


def test_a_broken_line_of_json_is_named(tmp_path: Path):
    with pytest.raises(ExplorerError, match="line 2"):
        read_catalogue(save(tmp_path, '{"file": "a.jpg"}\n{"file": \n', "c.jsonl"))
