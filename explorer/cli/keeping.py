"""``explorer check``, ``backup`` and ``restore``: what is stored of a collection, and keeping what people made."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from explorer.cli.options import command, json_option, machine_options, runtime_options
from explorer.cli.output import ProgressBar, print_json, print_remarks
from explorer.errors import ExplorerError


def add_keeping(commands: Any) -> None:
    """Declare the three commands."""
    check = command(commands, "check", _check, "see whether what is stored of a collection is as it was written")
    check.add_argument("name", metavar="NAME")
    check.add_argument("--repair", action="store_true", help="make again what is damaged and can be computed")
    machine_options(check)
    json_option(check)

    backup = command(commands, "backup", _backup, "copy a collection's database, with all that people made, to a file")
    backup.add_argument("name", metavar="NAME")
    backup.add_argument("file", type=Path, metavar="FILE", help="a new file, or a folder")

    restore = command(commands, "restore", _restore, "put a backup in place of a collection's database, which is kept")
    restore.add_argument("name", metavar="NAME")
    restore.add_argument("file", type=Path, metavar="FILE", help="a backup made by this program")


def _check(options: argparse.Namespace) -> int:
    from explorer.indexing.checking import check_collection, repair_collection

    with ProgressBar() as progress:
        if options.repair:
            report = repair_collection(options.name, options.cache, progress, runtime_options(options))
        else:
            report = check_collection(options.name, options.cache, progress)
    if options.json:
        print_json(report.record())
    else:
        print("\n".join([f"{options.name}: {'sound' if report.sound else 'damaged'}.", *report.sentences()]))
        print_remarks(report.remarks)
        print(f"Newest backup of the database: {report.newest_backup or 'none'}")
    return 0 if report.sound else 1


def _backup(options: argparse.Namespace) -> None:
    from datetime import UTC, datetime

    from explorer.collection.backups import copy_database

    target = options.file
    if target.is_dir():
        target = target / f"{options.name}-{datetime.now(UTC).date()}.sqlite"
    if target.exists():
        raise ExplorerError(f"{target} is there already; choose another name.")
    copy_database(_database(options), target)
    print(
        f"The database of {options.name} is in {target}. It comes back with: explorer restore {options.name} {target}"
    )


def _restore(options: argparse.Namespace) -> None:
    from explorer.collection.backups import restore
    from explorer.collection.database import SCHEMA_VERSION, Database
    from explorer.workspace.layout import indexing_lock

    path = _database(options, must_be_there=False)
    with indexing_lock(path.parent):
        kept = restore(path, options.file, SCHEMA_VERSION)
        Database(path)  # a backup of an older version is brought up to date at once: an app may have it open
    print(f"The database of {options.name} is that of {options.file}.")
    if kept:
        print(f"The one before is kept: {kept}")


def _database(options: argparse.Namespace, must_be_there: bool = True) -> Path:
    """The database of the collection that the command names."""
    from explorer.collection.files import DATABASE
    from explorer.workspace import collection_folder, collection_names
    from explorer.workspace.managing import current_name

    path = collection_folder(current_name(options.name, options.cache), options.cache) / DATABASE
    if not (path.is_file() if must_be_there else path.parent.is_dir()):
        known = ", ".join(collection_names(options.cache)) or "none yet"
        raise ExplorerError(f"There is no collection {options.name!r} in {options.cache} (there: {known}).")
    return path
