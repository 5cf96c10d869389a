"""Hostile catalogues through the reading of catalogues, and those that are read into a database."""

from __future__ import annotations

from pathlib import Path

from benchmarks.hostile.outcome import CRASH, SILENT, UNSAID, Measured, Outcome
from benchmarks.hostile.sentences import fault_of
from benchmarks.hostile.tables import FILES, TRUTH, HostileTable, hostile_table
from benchmarks.hostile.watched import Verdict, serve, try_all
from explorer.collection import Catalogue, Collection, PictureFile, read_catalogue
from explorer.errors import ExplorerError


def read_tables(seed: int, count: int) -> Outcome:
    """Read ``count`` catalogues."""
    with Measured(Outcome("catalogues")) as outcome:
        words = lambda number: hostile_table(seed, number).words  # noqa: E731
        try_all("benchmarks.hostile.cataloguing", seed, range(count), outcome, words)
    return outcome


def attempt(seed: int, number: int, folder: Path) -> Verdict:
    """Read one catalogue, give its rows to works, look at the works as the page does."""
    table, path = hostile_table(seed, number), folder / "catalogue.csv"
    path.write_bytes(table.content)
    try:
        titles = _kept(read_catalogue(path), folder / "c.sqlite")
    except ExplorerError as error:
        fault = fault_of(str(error), folder)
        return Verdict(UNSAID, f"{fault}: {error}") if fault else Verdict("", "refused")
    except Exception as error:
        return Verdict(CRASH, f"{type(error).__name__}: {error}")
    return _judged(table, titles)


def _kept(catalogue: Catalogue, path: Path) -> dict[str, str]:
    """Titles by work, as a database of all the works has them after it was given the catalogue."""
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    collection = Collection(path)
    files = [PictureFile(file, Path(file), 1, 1) for file in FILES]
    collection.sync(files, {file: (file, 100, 100) for file in FILES}, catalogue)
    works = collection.works()
    collection.find("mill")
    for column in collection.columns()[:50]:
        _ = [work.value(column) for work in works]
    return {work.id: work.title for work in works if work.artist or work.title in TRUTH.values()}


def _judged(table: HostileTable, titles: dict[str, str]) -> Verdict:
    if table.judged and titles != TRUTH:
        wrong = {file: (titles.get(file), title) for file, title in TRUTH.items() if titles.get(file) != title}
        return Verdict(SILENT, f"titles as read, and true: {wrong}"[:400])
    if "quote unclosed" in table.words:
        swallowed = [title for title in titles.values() if "\n" in title]
        if swallowed:
            return Verdict(SILENT, f"a title swallowed other rows: {swallowed}"[:300])
    return Verdict("", "read")


if __name__ == "__main__":
    serve(attempt)
