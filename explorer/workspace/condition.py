"""In what condition a collection's tables are: sound, damaged (which file, which works), or without checksums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.errors import ExplorerError
from explorer.workspace.checksums import FileDamage, damage_in, recorded
from explorer.workspace.tables import TABLE_FILES, Tables

_NAMED = 5  # works that a sentence names
_OF_WORKS = ("cells", "region_boxes", "region_vectors", "region_joint", "key_places", "key_descriptors")
_COMPUTED = ("coarse_cells.npy", "reference_cells.npy")  # from the cells, without any encoding


@dataclass(frozen=True)
class TableDamage:
    """A damaged file of the tables, and the works whose features it has lost."""

    file: str
    works: tuple[str, ...] = ()
    """Ids of the works that have to be encoded again; none where the file follows from others."""
    all_works: bool = False
    """Whether all works have to be, since the file says what lies where in the others."""

    def sentence(self) -> str:
        """What it means for searches, and what to do, in a sentence."""
        if self.all_works:
            return f"{self.file} is damaged, and searches may be wrong; index the collection again: it is encoded anew."
        if not self.works:
            return (
                f"{self.file} is damaged, and searches may be wrong; index the collection again: the file is made from "
                f"what is sound, and nothing is encoded."
            )
        named = ", ".join(self.works[:_NAMED])
        more = f" and {len(self.works) - _NAMED:,} more" if len(self.works) > _NAMED else ""
        return (
            f"{self.file} is damaged: searches that meet {named}{more} may be wrong; index the collection again, which "
            f"encodes {'this work' if len(self.works) == 1 else 'these works'} anew."
        )


@dataclass(frozen=True)
class Condition:
    """What a check of the tables found."""

    recorded: bool
    """Whether there are checksums to compare with; an earlier version wrote none."""
    damage: tuple[TableDamage, ...] = ()

    @property
    def works(self) -> frozenset[str]:
        """Ids of the works that are known to need encoding again."""
        return frozenset(work for found in self.damage for work in found.works)

    @property
    def all_works(self) -> bool:
        """Whether all works need it."""
        return any(found.all_works for found in self.damage)

    def sentences(self) -> list[str]:
        """What is damaged, a sentence for each file."""
        return [found.sentence() for found in self.damage]


def check_tables(folder: Path, between: Callable[[], None] = lambda: None) -> Condition:
    """Compare every file of a folder of tables with its checksums; ``between`` is called after every 64 KiB."""
    known = recorded(folder)
    if known is None:
        return Condition(recorded=False, damage=_unreadable(folder))
    compared = [damage_in(folder / file, sums, between) for file, sums in known.items()]
    return Condition(True, tuple(_placed(folder, damage) for damage in compared if damage is not None))


def _unreadable(folder: Path) -> tuple[TableDamage, ...]:
    """What can be seen without checksums: tables that cannot be opened."""
    try:
        _ = Tables(folder).reduction
    except ExplorerError:
        return (TableDamage(folder.name, all_works=True),)
    return ()


def _placed(folder: Path, damage: FileDamage) -> TableDamage:
    """The works that a damaged file is about."""
    if damage.file in _COMPUTED or damage.file not in TABLE_FILES:
        return TableDamage(damage.file)
    name = damage.file.removesuffix(".npy")
    if name not in _OF_WORKS or not damage.parts:
        return TableDamage(damage.file, all_works=True)
    try:
        tables = Tables(folder)
    except ExplorerError:
        return TableDamage(damage.file, all_works=True)
    rows = np.unique(np.concatenate([tables.rows_in(name, *part) for part in damage.parts]))
    return TableDamage(damage.file, tuple(tables.works[row] for row in rows))
