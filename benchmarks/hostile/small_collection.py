"""A small generated collection, indexed; what it answers and what is on its disk, to be compared with what became."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

import benchmarks.hostile.seed_pictures  # noqa: F401 (puts tests/ on the path)
from explorer.collection import Judgement
from explorer.config import Config, RuntimeOptions
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.query import Query, RegionPart, SearchOptions
from explorer.workspace import Workspace

NAME = "c"
CONFIG = Config(model="mini", resolution=224)
RUNTIME = RuntimeOptions(threads=1)
DETAILS = (Box(0.1, 0.1, 0.6, 0.7), Box.whole())


def painted(folder: Path, count: int, first: int = 0) -> Path:
    """A folder of small pictures and their catalogue, ``metadata.csv``."""
    from generated import folder_of, write_csv

    folder_of(folder, count, first, size=(160, 120))
    files = sorted(path.name for path in folder.glob("*.jpg"))
    write_csv(folder / "metadata.csv", [{"file": file, "title": f"Title of {file}", "artist": "Jan"} for file in files])
    return folder


def indexed(folder: Path, cache: Path) -> dict[str, Any]:
    """Index the folder, with its catalogue."""
    report = index_folder(folder, NAME, cache, CONFIG, metadata=folder / "metadata.csv", runtime=RUNTIME)
    return {"works": report.works, "skipped": [file.file for file in report.skipped]}


def judged(cache: Path, count: int = 6) -> None:
    """What people made: some judgements, one of them withdrawn."""
    workspace = Workspace.open(NAME, cache, RUNTIME)
    works = sorted(workspace.tables.works)
    kept = [
        workspace.collection.judgements.judge(Judgement(works[n % len(works)], Box.whole(), works[(n + 1) % len(works)],
                                              DETAILS[0], "accepted", f"note {n}", "Els"))
        for n in range(count)
    ]  # fmt: skip
    workspace.collection.judgements.withdraw(kept[-1].id, "Els")


def answers(cache: Path) -> dict[str, Any]:
    """What the collection, opened anew, finds for some details, and what it knows of its works and judgements."""
    workspace = Workspace.open(NAME, cache, RUNTIME)
    works = sorted(workspace.tables.works)
    found = []
    for work, box in [(works[0], box) for box in DETAILS] + [(works[-1], DETAILS[0])]:
        matches = search(workspace, Query((RegionPart(work, box),)), SearchOptions(top=50, per_work=2, own=True))
        found.append([[match.work, *map(float, match.box.as_tuple()), float(match.score)] for match in matches])
    known = [[work.id, work.title, work.artist, work.width, work.height] for work in workspace.collection.works()]
    return {"found": found, "works": known}


def people_made(root: Path) -> list[list[Any]]:
    """All rows of judgements there ever were, read from the database without the program's help."""
    with closing(sqlite3.connect(f"file:{root / 'collection.sqlite'}?mode=ro", uri=True)) as db:
        return [list(row) for row in db.execute("SELECT * FROM judgements ORDER BY id")]


def on_disk(root: Path) -> dict[str, Any]:
    """What lies in a collection's folder, without the numbers of tables and times: arrays, JSON and database by their
    contents; of other files that they are there. Left out are backups, and checksums of what is made when needed."""
    state: dict[str, Any] = {}
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        name = "/".join("tables" if part.startswith("tables-") else part for part in path.relative_to(root).parts)
        is_backup = name.startswith("backups/") and name.endswith(".sqlite")
        if not name.endswith(("-wal", "-shm", ".lock", ".npy.checksums.json")) and not is_backup:
            state[name] = _content(path)
    return state


def _content(path: Path) -> Any:
    if path.suffix == ".npy":
        array = np.load(path)
        return [str(array.dtype), list(array.shape), array.tobytes().hex()]
    if path.suffix == ".npz":
        with np.load(path) as stored:
            return {name: stored[name].tobytes().hex() for name in stored.files}
    if path.name == "manifest.json":
        record = json.loads(path.read_text("utf-8"))
        return {name: value for name, value in record.items() if name not in ("tables", "created", "index_hash")}
    if path.name == "collection.sqlite":
        return _content_of_database(path)
    if path.suffix in (".jpg", ".json") and not path.name.endswith("checksums.json"):
        return path.read_bytes().hex()
    return "there"  # the index, whose graph depends on how its threads took turns, and what was computed of it


def _content_of_database(path: Path) -> Any:
    try:
        with closing(sqlite3.connect(path)) as db:
            sound = db.execute("PRAGMA integrity_check").fetchone()[0]
            works = db.execute("SELECT id, content, width, height, catalogue FROM works ORDER BY id").fetchall()
            facts = db.execute("SELECT * FROM facts WHERE name != 'folder' ORDER BY 1").fetchall()
            texts = db.execute("SELECT words FROM works_text ORDER BY words").fetchall()
            judgements = db.execute("SELECT * FROM judgements ORDER BY id").fetchall()
    except sqlite3.Error as error:
        return str(error)
    return [sound, works, facts, texts, judgements]


def difference(wanted: dict[str, Any], got: dict[str, Any]) -> str:
    """Where two states on disk differ, in words; empty where they do not."""
    missing, more = sorted(set(wanted) - set(got)), sorted(set(got) - set(wanted))
    changed = [name for name in wanted if name in got and wanted[name] != got[name]]
    parts = {"missing": missing, "left over": more, "not the same": changed}
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in parts.items() if names)


def fresh(original: Path, copy: Path) -> Path:
    """A copy of a cache folder, in place of what was there."""
    shutil.rmtree(copy, ignore_errors=True)
    if original.exists():
        shutil.copytree(original, copy)
    return copy
