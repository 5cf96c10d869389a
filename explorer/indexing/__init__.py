"""Fill a workspace: read the folder, encode what is new, write tables, build the index, calibrate."""

from explorer.indexing.given_vectors import index_vectors, read_given_vectors
from explorer.indexing.run import IndexReport, index_folder

__all__ = ["IndexReport", "index_folder", "index_vectors", "read_given_vectors"]
