"""One collection's folder, opened: its manifest, tables, database and pictures. The only thing that holds state."""

from explorer.workspace.layout import (
    CALIBRATION_FILE,
    INDEX_FILE,
    collection_folder,
    collection_names,
    collection_pictures,
)
from explorer.workspace.manifest import MANIFEST_FILE, Manifest
from explorer.workspace.picture_encoder import gradient_histograms_of, open_for_encoding
from explorer.workspace.upkeep import start_upkeep
from explorer.workspace.workspace import Workspace

__all__ = [
    "CALIBRATION_FILE",
    "INDEX_FILE",
    "MANIFEST_FILE",
    "Manifest",
    "Workspace",
    "collection_folder",
    "collection_names",
    "collection_pictures",
    "gradient_histograms_of",
    "open_for_encoding",
    "start_upkeep",
]
