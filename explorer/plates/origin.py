"""What something was found with, and when it was written down: every file that is taken away says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from explorer import __version__
from explorer.config import model_name

if TYPE_CHECKING:
    from explorer.workspace import Workspace


@dataclass(frozen=True)
class Origin:
    """What it was found with, and when it was written down."""

    model: str
    """Its short name: of a folder the last part, for a file that is sent away does not say where it was made."""
    settings: str
    """The fingerprint of all settings, which is the name of the collection's folder of vectors."""
    version: str
    """Of this program."""
    date: str
    """UTC, ISO 8601."""


def origin_of(workspace: Workspace) -> Origin:
    """The origin of what is written of a collection now."""
    manifest = workspace.manifest
    settings = manifest.config.fingerprint(manifest.model_hash)
    date = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Origin(model_name(manifest.config.model), settings, __version__, date)
