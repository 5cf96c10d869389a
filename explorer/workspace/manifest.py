"""The manifest of an indexed collection: what its vectors were made with, and how many there are."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from explorer.config import Config
from explorer.files import write_atomically

MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a collection's vectors were made with, and how many there are. Written last, so that an indexed collection
    is whole when it has one."""

    config: Config
    model_hash: str
    """Names the model's weights, see :attr:`explorer.encoder.Encoder.hash`."""
    model_note: str
    """One sentence about the model that the user should know, or empty."""
    logit_scale: float
    """Factor that turns cosines between words and pictures into logits."""
    tables: str
    """Name of the folder of tables that is current."""
    index_hash: str
    """SHA-256 of the index file; empty for an engine that has none."""
    works: int
    regions: int
    created: str
    """UTC, ISO 8601."""

    def write(self, folder: Path) -> None:
        """Write ``manifest.json``, which makes the tables it names the current ones."""
        record = {**asdict(self), "config": self.config.to_json()}
        write_atomically(folder / MANIFEST_FILE, json.dumps(record, indent=1))

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """The manifest, or None when there is none that can be read (then nothing here counts as indexed).

        Raises :class:`ExplorerError` for settings of another version, see :meth:`explorer.config.Config.from_json`.
        """
        try:
            record = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
            return cls(**{**record, "config": Config.from_json(record["config"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None
