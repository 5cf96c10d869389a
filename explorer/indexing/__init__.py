"""Fill a workspace: look at the folder, encode what is new, write tables, build the index, calibrate."""

from explorer.indexing.build import IndexReport, index_folder

__all__ = ["IndexReport", "index_folder"]
