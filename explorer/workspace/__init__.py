"""One collection's folder, opened: its manifest, its tables, its pictures. The only thing that holds state."""

from explorer.workspace.manifest import Manifest
from explorer.workspace.workspace import (
    CALIBRATION_FILE,
    INDEX_FILE,
    Workspace,
    collection_folder,
    collection_names,
    gradient_histograms_of,
    open_for_encoding,
)

__all__ = [
    "CALIBRATION_FILE",
    "INDEX_FILE",
    "Manifest",
    "Workspace",
    "collection_folder",
    "collection_names",
    "gradient_histograms_of",
    "open_for_encoding",
]
