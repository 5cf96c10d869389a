"""Fill a workspace: read the folder, encode what is new, write tables, build the index, calibrate."""

from explorer.indexing.run import IndexReport, index_folder

__all__ = ["IndexReport", "index_folder"]
