"""Pages of a TIFF file as pictures of their own: ``scan.tif#page=2``.

The largest page goes by the file's own path, with or without the others: so a work stays the same when its collection
is indexed with ``--pages`` later. Numbers count from 1.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

from PIL import Image

from explorer.collection.deep_tiff import MOST_PAGES, largest_page

_PAGE = re.compile(r"^(?P<file>.+\.tiff?)#page=(?P<page>[1-9]\d{0,3})$", re.IGNORECASE)
_SUBFILE = 254
_REDUCED = 1
"""Tag of TIFF, and its bit for a smaller copy of another page."""


def file_and_page(path: Path) -> tuple[Path, int]:
    """The file of a path, and the page that it names; 0 where it names none.

    >>> file_and_page(Path("A/scan.tif#page=2"))
    (PosixPath('A/scan.tif'), 2)
    """
    found = _PAGE.match(path.name)
    if found is None or path.exists():  # a file may be called so
        return path, 0
    return path.with_name(found["file"]), int(found["page"])


def split_page(name: str) -> tuple[str, int]:
    """The same of a path as text, which need not be there.

    >>> split_page("A/scan.tif#page=2"), split_page("a.jpg")
    (('A/scan.tif', 2), ('a.jpg', 0))
    """
    found = _PAGE.match(name)
    return (found["file"], int(found["page"])) if found else (name, 0)


def further_pages(path: Path) -> list[int]:
    """The pages of a file that are pictures of their own beside the largest; none where the file has one page or cannot
    be read. Smaller copies of a page, marked as such, are left aside."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=("TIFF",)) as image:
                pages = min(getattr(image, "n_frames", 1), MOST_PAGES)
                shown = largest_page(image)
                return [page + 1 for page in range(pages) if page != shown and _is_own(image, page)]
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, OverflowError, Image.DecompressionBombError):
        return []  # it is listed as unreadable when it is opened


def _is_own(image: Image.Image, page: int) -> bool:
    image.seek(page)
    return not getattr(image, "tag_v2", {}).get(_SUBFILE, 0) & _REDUCED
