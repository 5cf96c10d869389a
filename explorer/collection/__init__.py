"""The pictures and what is known about them: files, catalogue, database, smaller copies for the screen."""

from explorer.collection.catalogue import Catalogue, read_catalogue
from explorer.collection.files import PictureFile, picture_files
from explorer.collection.judgements import Judgement
from explorer.collection.pictures import Picture, open_picture
from explorer.collection.renditions import Renditions
from explorer.collection.store import Collection, Skipped, SyncReport, Work

__all__ = [
    "Catalogue",
    "Collection",
    "Judgement",
    "Picture",
    "PictureFile",
    "Renditions",
    "Skipped",
    "SyncReport",
    "Work",
    "open_picture",
    "picture_files",
    "read_catalogue",
]
