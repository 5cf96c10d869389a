"""The pictures and what is known about them: files, catalogue, database, judgements, derivatives for the screen."""

from explorer.collection.catalogue import Catalogue, read_catalogue
from explorer.collection.derivatives import Derivatives
from explorer.collection.files import PictureFile, picture_files
from explorer.collection.judgements import Judgement
from explorer.collection.pictures import Picture, open_picture
from explorer.collection.store import Collection, Skipped, SyncReport
from explorer.collection.work import Work

__all__ = [
    "Catalogue",
    "Collection",
    "Derivatives",
    "Judgement",
    "Picture",
    "PictureFile",
    "Skipped",
    "SyncReport",
    "Work",
    "open_picture",
    "picture_files",
    "read_catalogue",
]
