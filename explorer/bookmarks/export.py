"""A set of bookmarks as JSON, and as a table with one row a place. Both can be read back
(:mod:`explorer.bookmarks.reading_back`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from explorer.bookmarks.chosen import ChosenSet
from explorer.collection.bookmarks import Place
from explorer.collection.csv_cells import plain_cell, write_rows
from explorer.files import write_atomically
from explorer.iiif.links import COLUMNS as REGION_LINKS
from explorer.iiif.links import region_links
from explorer.plates.captions import credit_line

COLUMNS = (
    "set", "bookmark", "kind", "name", "note", "tags", "side", "file", "title", "artist", "work_date", "credit", "box",
    "place", "address", "probability", "scale", "turn", "mirror", "x", "y", "turned", "zoom", "over", "found_with",
    "who", "made", *REGION_LINKS, "model", "settings", "version", "date",
)  # fmt: skip


def set_json(chosen: ChosenSet) -> dict[str, Any]:
    """``{"model", "settings", "version", "date", "set", "note", "bookmarks": [...]}``: each bookmark with the fields
    of :class:`explorer.collection.bookmarks.Bookmark`, its ``id``, its ``table`` spot (or null), and of each place
    ``title`` and, in pixels of the original, ``pixels`` (null where the work left the collection)."""
    marks = []
    for name, mark in chosen.marks:
        record = mark.model_dump(mode="json")
        spot = chosen.about.table.get(name)
        places = [{**place.model_dump(mode="json"), **_of_work(chosen, place)} for place in mark.places]
        marks.append({"id": name, **record, "places": places, "table": spot and spot.model_dump(mode="json")})
    return {**asdict(chosen.origin), "set": chosen.about.name, "note": chosen.about.note, "bookmarks": marks}


def write_set_json(chosen: ChosenSet, path: Path) -> None:
    """Write the JSON, whole or not at all."""
    write_atomically(path, json.dumps(set_json(chosen), ensure_ascii=False, indent=1) + "\n")


def write_set_csv(chosen: ChosenSet, path: Path) -> None:
    """Write a table of :data:`COLUMNS` with one row a place, whole or not at all. A bookmark without places, as of a
    search with words, has one row without a file. ``box`` is in pixels and ``place`` in fractions of the picture; the
    columns from ``x`` to ``over`` say where it lies on the light table."""
    rows = ([plain_cell(row.get(column)) for column in COLUMNS] for row in _rows(chosen))
    write_rows(path, COLUMNS, rows)


def _rows(chosen: ChosenSet) -> Iterator[dict[str, Any]]:
    for name, mark in chosen.marks:
        spot = chosen.about.table.get(name)
        lies = {"x": spot.x, "y": spot.y, "turned": spot.turn, "zoom": spot.zoom, "over": spot.over} if spot else {}
        about = {
            "set": chosen.about.name, "bookmark": name, "kind": mark.kind, "name": mark.name, "note": mark.note,
            "tags": "; ".join(mark.tags), "address": mark.address, **mark.said.model_dump(), **lies,
            "who": mark.who, "made": mark.made, "found_with": mark.model, **asdict(chosen.origin),
        }  # fmt: skip
        if not mark.places:
            yield about
        for side, place in enumerate(mark.places, start=1):
            of_work = _of_work(chosen, place)
            yield {
                **about,
                "side": side,
                "file": place.work,
                "place": list(place.box),
                "box": of_work["pixels"],
                **of_work,
            }


def _of_work(chosen: ChosenSet, place: Place) -> dict[str, Any]:
    work = chosen.works.get(place.work)
    if work is None:
        return {"title": "", "pixels": None}
    return {
        "title": work.title, "artist": work.artist, "work_date": work.date, "credit": credit_line(work),
        "pixels": list(place.as_box.to_pixels(work.width, work.height)), **region_links(work, place.as_box),
    }  # fmt: skip
