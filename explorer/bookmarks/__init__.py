"""Sets of bookmarks taken away as files, and read back in. What is kept is in :mod:`explorer.collection.bookmarks`."""
