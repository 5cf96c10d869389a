"""One page of HTML that is complete in itself, to send to a colleague: its pictures are in it, and it loads nothing."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from pathlib import Path
from typing import BinaryIO

from explorer.files import replacing
from explorer.geometry import Box
from explorer.paths import ASSETS
from explorer.plates.pictures import PlatePictures
from explorer.plates.sheet import Plate, Sheet, with_pictures

STYLE = ASSETS / "pages" / "single_page.css"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the page may load (Content Security Policy): its own style and the pictures that are in it."""


def write_page(sheet: Sheet, path: Path) -> list[str]:
    """Write a sheet as one file of HTML, whole or not at all; returns the works whose picture is missing. Of a plate of
    a whole work there is one picture."""
    missing: list[str] = []
    with replacing(path) as file:
        _write(file, _head(sheet))
        for plates, kind in ((sheet.asked, "plates asked"), (sheet.plates, "plates")):
            _write(file, f'<div class="{kind}">\n' if plates else "")
            for plate, pictures in with_pictures(plates):
                _write(file, _figure(plate, pictures))
                if isinstance(pictures, str):
                    missing.append(plate.file)
            _write(file, "</div>\n" if plates else "")
        _write(file, f"<footer>{escape(sheet.foot)}</footer>\n</main>\n</body>\n</html>\n")
    return list(dict.fromkeys(missing))


def _write(file: BinaryIO, text: str) -> None:
    file.write(text.encode("utf-8", "replace"))


def _head(sheet: Sheet) -> str:
    said = "\n".join(_line(words) for words in sheet.about)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(sheet.title)}</title>\n<style>\n{STYLE.read_text('utf-8')}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(sheet.title)}</h1>\n{said}\n{_line(sheet.note, 'note')}\n"
    )


def _figure(plate: Plate, pictures: PlatePictures | str) -> str:
    if isinstance(pictures, str):
        shown = _line(pictures)
    else:
        detail = "" if plate.box == Box.whole() else _picture(pictures.detail, "Detail")
        shown = f'<div class="pair">{detail}{_picture(pictures.work, f"All of {plate.title}")}</div>'
    return (
        f"<figure>\n{shown}\n<figcaption>\n<strong>{escape(plate.title)}</strong>\n{_line(plate.caption)}\n"
        f"{_line(plate.credit, 'small')}\n{_line(' '.join(plate.said))}\n{_line(plate.note, 'note')}\n"
        f"{_line(plate.file, 'small')}\n</figcaption>\n</figure>\n"
    )


def _picture(encoded: bytes, words: str) -> str:
    return f'<img alt="{escape(words)}" src="data:image/jpeg;base64,{b64encode(encoded).decode()}">'


def _line(text: str, kind: str = "") -> str:
    """A paragraph; nothing for no text."""
    opening = f'<p class="{kind}">' if kind else "<p>"
    return f"{opening}{escape(text)}</p>" if text else ""
