"""The database on a disk that takes nothing, its backups, and what comes back from them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_disk import SmallDisks

from explorer.collection import Collection, Judgement
from explorer.collection.backups import KEPT, back_up_daily, copy_database, restore
from explorer.collection.database import SCHEMA_VERSION
from explorer.collection.files import backup_files
from explorer.errors import ExplorerError
from explorer.geometry import Box

BOX = Box(0.1, 0.1, 0.5, 0.5)
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one judgement, in a collection's folder."""
    root = tmp_path / "cache" / "c"
    root.mkdir(parents=True)
    judge(root / "collection.sqlite", "first")
    return root / "collection.sqlite"


def judge(path: Path, note: str) -> None:
    Collection(path).judgements.judge(Judgement("a.jpg", BOX, f"{note}.jpg", BOX, "accepted", note=note))


def notes(path: Path) -> list[str]:
    return [judgement.note for judgement in Collection(path).judgements.all()]


def spoil(path: Path) -> bytes:
    """Zeros over all but the first page of a database."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(len(content) - 4096))
    return path.read_bytes()


def of_yesterday(file: Path) -> None:
    os.utime(file, (file.stat().st_mtime - 86_400,) * 2)


# -- backups -----------------------------------------------------------------------------------------------------------


def test_one_backup_a_day_and_none_of_what_did_not_change(path: Path) -> None:
    backup = back_up_daily(path)
    assert backup is not None
    assert notes(backup) == ["first"]
    judge(path, "second")
    assert back_up_daily(path) is None, "there is one of today"
    yesterday = backup.rename(backup.with_name("2020-01-01.sqlite"))
    of_yesterday(yesterday)
    assert notes(back_up_daily(path)) == ["first", "second"]
    today = backup_files(path)[0]
    of_yesterday(today)
    today = today.rename(today.with_name("2020-01-02.sqlite"))
    assert back_up_daily(path) is None
    assert backup_files(path) == [today, yesterday], "nothing has changed, so the newest counts for today"
    assert datetime.fromtimestamp(today.stat().st_mtime, UTC).date() == datetime.now(UTC).date()


def test_the_oldest_backups_make_room(path: Path) -> None:
    first = back_up_daily(path)
    for day in range(1, KEPT + 3):
        shutil.copy2(first, first.with_name(f"2020-01-{day:02}.sqlite"))
    of_yesterday(first)
    for file in backup_files(path):
        of_yesterday(file)
    first.unlink()
    judge(path, "second")
    newest = back_up_daily(path)
    kept = sorted(file.name for file in backup_files(path))
    assert kept == [*(f"2020-01-{day:02}.sqlite" for day in range(4, KEPT + 3)), newest.name]


def test_a_backup_has_what_is_still_in_the_log(path: Path, tmp_path: Path) -> None:
    """A process that was killed right after a change leaves it in SQLite's log."""
    killed_with_a_change_in_the_log(path)
    assert path.with_name("collection.sqlite-wal").stat().st_size > 0
    copy_database(path, tmp_path / "copy.sqlite")
    assert Collection(tmp_path / "copy.sqlite").fact("folder") == "/late"


def killed_with_a_change_in_the_log(path: Path) -> None:
    script = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1])\n"
        "db.execute(\"INSERT OR REPLACE INTO facts VALUES ('folder', '/late')\")\n"
        "db.commit()\n"
        "os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)


def test_before_a_change_of_the_schema_there_is_a_backup(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        later = (
            "judgements", "kept_values", "kept_columns", "kept_instances", "kept_motifs", "motif_changes",
            "motif_finds", "bookmark_entries", "bookmark_changes", "picture_remarks",
        )  # fmt: skip
        for table in later:
            db.execute(f"DROP TABLE {table}")
        db.execute("INSERT INTO facts VALUES ('folder', '/pictures')")
        db.execute("PRAGMA user_version = 1")
    Collection(path)
    (backup,) = backup_files(path)
    assert backup.name.endswith("-schema-1.sqlite")
    with closing(sqlite3.connect(backup)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 1
        assert db.execute("SELECT value FROM facts").fetchall() == [("/pictures",)]


def test_a_damaged_database_does_not_become_a_backup_and_says_how_to_restore(path: Path) -> None:
    backup = back_up_daily(path)
    of_yesterday(backup)
    content = spoil(path)
    with pytest.raises(ExplorerError, match=r"damaged .* explorer restore c .*\.sqlite --cache"):
        back_up_daily(path)
    assert backup_files(path) == [backup]
    with pytest.raises(ExplorerError, match="explorer restore c"):
        Collection(path).works()
    assert path.read_bytes() == content


# -- restoring ---------------------------------------------------------------------------------------------------------


def test_restoring_keeps_what_was_there(path: Path) -> None:
    backup = back_up_daily(path)
    judge(path, "second")
    kept = restore(path, backup, SCHEMA_VERSION)
    assert notes(path) == ["first"]
    assert notes(kept) == ["first", "second"]
    assert kept not in backup_files(path)
    judge(path, "third")
    assert notes(path) == ["first", "third"]


def test_a_damaged_database_is_put_aside(path: Path) -> None:
    backup = back_up_daily(path)
    content = spoil(path)
    kept = restore(path, backup, SCHEMA_VERSION)
    assert kept.read_bytes() == content
    assert notes(path) == ["first"]


def test_a_missing_database_comes_back_without_the_log_of_the_one_before(path: Path) -> None:
    backup = back_up_daily(path)
    killed_with_a_change_in_the_log(path)
    path.unlink()
    with pytest.raises(ExplorerError, match=r"missing.*explorer restore c"):
        Collection(path)
    assert not path.exists(), "no empty one is made in its place"
    assert restore(path, backup, SCHEMA_VERSION) is None
    assert notes(path) == ["first"]
    assert Collection(path).fact("folder") is None
    assert list(path.parent.glob("backups/replaced-*-wal")), "it is kept"


def test_what_is_no_backup_is_refused_and_nothing_changes(path: Path, tmp_path: Path) -> None:
    letter, other, newer, broken, worse = (tmp_path / name for name in ("letter", "other", "newer", "broken", "worse"))
    letter.write_text("Dear colleague, " * 100)
    with closing(sqlite3.connect(other)) as db, db:
        db.execute("CREATE TABLE birds (name TEXT)")
        db.execute("PRAGMA user_version = 1")
    copy_database(path, newer)
    with closing(sqlite3.connect(newer)) as db, db:
        db.execute("PRAGMA user_version = 99")
    copy_database(path, broken)
    broken.write_bytes(broken.read_bytes().replace(b"a.jpg", b"z.jpg", 1))  # in the table, and not in its index
    copy_database(path, worse)
    spoil(worse)  # the list of tables too
    before = path.read_bytes()
    for file, words in {
        letter: "not a sound database", other: "not that of a collection", newer: "newer version", broken: "damaged",
        worse: "not a sound database", tmp_path / "absent": "no file",
    }.items():  # fmt: skip
        with pytest.raises(ExplorerError, match=words):
            restore(path, file, SCHEMA_VERSION)
    assert path.read_bytes() == before
    assert not (path.parent / "backups").exists()


# -- a disk that takes nothing -----------------------------------------------------------------------------------------


@pytest.fixture
def disk(path: Path, small_disk: SmallDisks) -> Path:
    """The collection's folder on a disk of its own."""
    folder = small_disk("512k")
    shutil.copytree(path.parent, folder / "c")
    return folder


def assert_read_and_not_written(path: Path, *words: str) -> None:
    collection = Collection(path)
    assert [judgement.note for judgement in collection.judgements.all()] == ["first"]
    assert collection.find("") == []
    for attempt in (lambda: collection.remember("folder", "/x" * 50_000), lambda: judge(path, "second")):
        with pytest.raises(ExplorerError) as caught:
            attempt()
        assert all(word in str(caught.value) for word in words), caught.value
    with pytest.raises(ExplorerError, match=r"cannot be kept|Nothing can be kept"):
        back_up_daily(path)


def test_a_full_disk_is_read_and_said(disk: Path, small_disk: SmallDisks) -> None:
    path = disk / "c" / "collection.sqlite"
    small_disk.fill(disk)
    assert_read_and_not_written(path, "the disk is full", "can still be read")
    (disk / "filling").unlink()
    judge(path, "second")
    assert notes(path) == ["first", "second"]


def test_a_read_only_disk_is_read_and_said(disk: Path, small_disk: SmallDisks) -> None:
    path = disk / "c" / "collection.sqlite"
    small_disk.make_read_only(disk)
    assert_read_and_not_written(path, "read-only", "can still be read")


def test_on_a_read_only_disk_nothing_that_is_in_the_log_is_left_out(disk: Path, small_disk: SmallDisks) -> None:
    path = disk / "c" / "collection.sqlite"
    killed_with_a_change_in_the_log(path)
    path.with_name("collection.sqlite-shm").unlink()
    small_disk.make_read_only(disk)
    assert Collection(path).fact("folder") == "/late"


def test_a_defect_of_ours_is_no_sentence(path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        Collection(path)._read("SELECT * FROM birds")
