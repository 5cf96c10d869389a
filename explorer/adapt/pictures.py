"""What a catalogue says of a picture, as captions; and which pictures a benchmark was made from."""

from __future__ import annotations

import json
import re
from pathlib import Path


def names_to_leave_out(path: Path | None) -> list[str]:
    """The file-name beginnings that a JSON list names as ``source``: pictures that a benchmark was made from."""
    if path is None:
        return []
    return sorted({record["source"] for record in json.loads(Path(path).read_text("utf-8")) if record.get("source")})


def captions_of(row: dict[str, str]) -> tuple[str, ...]:
    """What a catalogue row says of its picture, as short captions.

    >>> captions_of({"title": "the tuft of grass", "genre": "still_life", "classes": "Rococo|person"})
    ('the tuft of grass', 'still life', 'a painting of a person')
    """
    captions = [row.get("title", "").strip()]
    genre = row.get("genre", "")
    kinds = re.findall(r"'([^']+)'", genre) or [genre]
    captions += [kind.replace("_", " ").strip() for kind in kinds]
    style = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", row.get("style", "")).strip()
    if style:
        captions.append(f"a {style} {kinds[0].replace('_', ' ') or 'painting'}")
    if "person" in row.get("classes", "").split("|"):
        captions.append("a painting of a person")
    captions += [text.strip() for text in row.get("tags", "").split(";")]
    return tuple(dict.fromkeys(text for text in captions if text and text.lower() != "untitled"))
