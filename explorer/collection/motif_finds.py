"""Finds in the database: what discovery had of a motif when it was kept. It is known by them when it is found again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from explorer.collection.kept_motifs import Find
from explorer.geometry import Box


def finds_of(db: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Find]:
    """Finds by their ids."""
    found: dict[int, Find] = {}
    for find in ids:
        [places] = db.execute("SELECT places FROM motif_finds WHERE id = ?", (find,)).fetchone()
        found[find] = Find(tuple((work, Box(*sides)) for work, *sides in json.loads(places)), find)
    return found


def kept_find(db: sqlite3.Connection, find: Find) -> Find:
    """A find as it is in the database, where it is put if it is not there yet."""
    if find.id:
        return find
    places = json.dumps([[work, *map(float, box.as_tuple())] for work, box in find.places])
    return Find(find.places, int(db.execute("INSERT INTO motif_finds (places) VALUES (?)", (places,)).lastrowid or 0))
