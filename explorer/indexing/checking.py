"""Check all that is stored of a collection, and make again what is damaged and can be computed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from explorer.collection import Collection, Derivatives
from explorer.collection.backups import database_troubles
from explorer.collection.database_errors import damaged
from explorer.collection.files import DATABASE, backup_files
from explorer.collection.remarks import Remarked, remarks_in
from explorer.config import RuntimeOptions
from explorer.errors import ExplorerError
from explorer.indexing.given_vectors import CATALOGUE_FACT, VECTORS_FACT, index_vectors, read_given_vectors
from explorer.indexing.run import index_folder
from explorer.progress import Progress, silent
from explorer.workspace import Manifest, collection_folder
from explorer.workspace.condition import Condition, check_tables
from explorer.workspace.layout import PICTURES, moved_along
from explorer.workspace.managing import current_name
from explorer.workspace.tables import WorkFeatures


@dataclass(frozen=True)
class CheckReport:
    """What a check of a collection found."""

    name: str
    database: str
    """What is wrong with the database, and what to do, in a sentence; empty where nothing is."""
    newest_backup: str
    """Path of the newest backup of the database; empty where there is none."""
    tables: dict[str, Condition]
    """For each way of encoding, by its folder's name, the condition of its tables."""
    parts: list[Path]
    """Damaged results of a run of indexing that was stopped."""
    pictures: list[Path]
    """Damaged copies of pictures for the screen."""
    remarks: list[Remarked]
    """Works of which something is to be said of how their picture was read; no damage."""

    @property
    def sound(self) -> bool:
        """Whether nothing is damaged."""
        damaged_tables = any(condition.damage for condition in self.tables.values())
        return not (self.database or damaged_tables or self.parts or self.pictures)

    def sentences(self) -> list[str]:
        """What is damaged, and what has no checksums."""
        said = [self.database] if self.database else []
        for folder, condition in self.tables.items():
            said += [f"{folder}: {sentence}" for sentence in condition.sentences()]
            if not condition.recorded:
                said.append(f"{folder}: checksums are not recorded; indexing the collection again records them.")
        if self.parts:
            said.append(f"{len(self.parts)} works of a stopped indexing are damaged; they are encoded again.")
        if self.pictures:
            said.append(
                f"{len(self.pictures)} copies of pictures are damaged; they are made again when they are shown."
            )
        return said

    def record(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return {
            "collection": self.name,
            "sound": self.sound,
            "database": {"damage": self.database or None, "newest_backup": self.newest_backup or None},
            "tables": [
                {
                    "folder": folder,
                    "recorded": condition.recorded,
                    "damaged": [
                        {"file": found.file, "works": "all" if found.all_works else list(found.works)}
                        for found in condition.damage
                    ],
                }
                for folder, condition in self.tables.items()
            ],
            "parts": [str(path) for path in self.parts],
            "pictures": [str(path) for path in self.pictures],
            "remarks": [asdict(each) for each in self.remarks],
        }


def check_collection(name: str, cache: Path, progress: Progress = silent) -> CheckReport:
    """Read all that is stored of a collection and compare it with its checksums; nothing is changed.

    Raises :class:`ExplorerError` when there is no such collection.
    """
    name = current_name(name, cache)
    root = collection_folder(name, cache)
    database = root / DATABASE
    if not root.is_dir() or not (database.is_file() or backup_files(database) or list(root.glob("*/manifest.json"))):
        raise ExplorerError(f"There is no collection {name!r} in {cache}.")
    troubles = database_troubles(database) if database.is_file() else "the file is missing"
    backups = backup_files(database)
    folders = sorted({path.parent for pattern in ("manifest.json", "tables-*") for path in root.glob(f"*/{pattern}")})
    tables: dict[str, Condition] = {}
    for done, folder in enumerate(folders):
        progress("Checking", done, len(folders) + 1)
        tables[folder.name] = _condition(folder)
    progress("Checking", len(folders), len(folders) + 1)
    pictures, _ = Derivatives(root / PICTURES).damaged()
    parts = [path for path in sorted(root.glob("*/parts/*.npz")) if _is_damaged_part(path)]
    progress("Checking", len(folders) + 1, len(folders) + 1)
    said = damaged(database, troubles) if troubles else ""
    remarks = remarks_in(database) if not troubles else []
    return CheckReport(name, said, str(backups[0]) if backups else "", tables, parts, pictures, remarks)


def repair_collection(
    name: str, cache: Path, progress: Progress = silent, runtime: RuntimeOptions | None = None
) -> CheckReport:  # fmt: skip
    """Make again what is damaged and can be computed, by indexing with the settings there were; returns what a check
    finds afterwards.

    Raises :class:`ExplorerError` where the database is damaged: what people made comes back from a backup only.
    """
    report = check_collection(name, cache, progress)
    if report.database:
        raise ExplorerError(report.database)
    for path in (*report.pictures, *report.parts):
        path.unlink(missing_ok=True)
    name = current_name(name, cache)
    root = collection_folder(name, cache)
    collection = Collection(root / DATABASE)
    features, folder = collection.fact("features"), moved_along(root, collection.fact("folder") or "")
    manifest = Manifest.read(root / features) if features else None
    if manifest is None or not folder:
        raise ExplorerError(f"The settings of {name!r} are not to be had; run explorer index again, as the first time.")
    if manifest.config.vectors:
        vectors, catalogue = (Path(collection.fact(fact) or "") for fact in (VECTORS_FACT, CATALOGUE_FACT))
        given = read_given_vectors(vectors, catalogue, manifest.config.model)
        index_vectors(Path(folder), name, cache, given, progress)
    else:
        index_folder(Path(folder), name, cache, manifest.config, progress=progress, runtime=runtime)
    return check_collection(name, cache, progress)


def _condition(folder: Path) -> Condition:
    manifest = Manifest.read(folder)
    if manifest is None:
        return Condition(recorded=False)
    return check_tables(folder / manifest.tables)


def _is_damaged_part(path: Path) -> bool:
    return path.name != "reduction.npz" and WorkFeatures.load(path) is None
