"""What visitors read: where on the server a file is stays on the server."""

from __future__ import annotations

import re

_FOLDERS = re.compile(r"(?<![\w.:/\\])(?:[A-Za-z]:)?[/\\](?:[^\s/\\'\"()]+[/\\])*(?=[^\s/\\'\"()])")


def said(error: Exception) -> str:
    """The sentence of an error, each path in it by its last name.

    >>> said(ValueError("There is no file /srv/prints/a b/mill.jpg."))
    'There is no file a b/mill.jpg.'
    >>> said(ValueError(r"C:\\Users\\anna\\prints is a file; see '/pictures'"))
    "prints is a file; see 'pictures'"
    >>> said(OSError(28, "No space left on device", "/srv/prints"))
    'The system says: No space left on device.'
    >>> said(ValueError("1/2 of https://museum.example/a/b and/or 3/4"))
    '1/2 of https://museum.example/a/b and/or 3/4'
    """
    if isinstance(error, OSError) and error.strerror:
        return f"The system says: {error.strerror}."
    return without_folders(str(error))


def without_folders(text: str) -> str:
    """A text, each absolute path in it by its last name.

    >>> without_folders("explorer index /srv/prints --name prints")
    'explorer index prints --name prints'
    """
    return _FOLDERS.sub("", text)
