"""The manifest of an indexed collection: what its vectors were made with, and how many there are."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from explorer.config import Config
from explorer.files import write_atomically


@dataclass(frozen=True)
class Manifest:
    """What a collection's vectors were made with, and how many there are."""

    config: Config
    model_hash: str
    model_note: str
    logit_scale: float
    tables: str
    index_hash: str
    works: int
    regions: int
    created: str

    def write(self, folder: Path) -> None:
        record = {**asdict(self), "config": self.config.to_json()}
        write_atomically(folder / "manifest.json", json.dumps(record, indent=1))

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """The manifest, or None when there is none that can be read (then nothing here counts as indexed)."""
        try:
            record = json.loads((folder / "manifest.json").read_text("utf-8"))
            return cls(**{**record, "config": Config.from_json(record["config"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None
