"""One collection's folder, opened: its manifest, its tables, its pictures. The only thing that holds state."""

from explorer.workspace.manifest import Manifest
from explorer.workspace.workspace import (
    CALIBRATION_FILE,
    INDEX_FILE,
    Workspace,
    collection_folder,
    collection_names,
    open_for_encoding,
    outlines_of,
)

__all__ = [
    "CALIBRATION_FILE",
    "INDEX_FILE",
    "Manifest",
    "Workspace",
    "collection_folder",
    "collection_names",
    "open_for_encoding",
    "outlines_of",
]
