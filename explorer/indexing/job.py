"""What a run of indexing works on, and where it writes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.collection import Collection, Derivatives
from explorer.config import Config, RuntimeOptions
from explorer.errors import ExplorerError
from explorer.progress import Progress
from explorer.workspace import Manifest
from explorer.workspace.layout import PICTURES

if TYPE_CHECKING:
    from explorer.encoder import Encoder

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One run of indexing: pictures of ``folder`` into the collection at ``root``, with a config and its encoder."""

    root: Path
    """``index_cache/<collection>/``."""
    folder: Path
    """The pictures, as an absolute path."""
    collection: Collection
    config: Config
    encoder: Encoder
    runtime: RuntimeOptions
    progress: Progress

    @property
    def features(self) -> Path:
        """The folder for this config and model: another fingerprint is another folder."""
        return self.root / self.config.fingerprint(self.encoder.hash)

    @property
    def parts(self) -> Path:
        """The folder of works that are encoded and not yet in tables."""
        return self.features / "parts"

    @property
    def derivatives(self) -> Derivatives:
        """Where thumbnails go."""
        return Derivatives(self.root / PICTURES)

    def manifest(self) -> Manifest | None:
        """The manifest of the tables that are there already; None where there is none that this version can use."""
        try:
            return Manifest.read(self.features)
        except ExplorerError as error:
            log.warning("%s", error)
            return None
