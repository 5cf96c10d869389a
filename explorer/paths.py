"""Folders of the program's own files and, by default, of the indexed collections."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_PACKED = _PACKAGE / "_assets"
_CHECKOUT = None if _PACKED.is_dir() else _PACKAGE.parent
"""The checkout that the package is run from; None where it was installed from a wheel, which holds its assets."""

IN_CHECKOUT = _CHECKOUT is not None
ASSETS = _CHECKOUT / "assets" if _CHECKOUT else _PACKED
"""Styles, components, prompts and bundled models: at the top of a checkout, inside an installed package."""
DEFAULT_CACHE = Path(os.environ.get("EXPLORER_CACHE") or (_CHECKOUT / "index_cache" if _CHECKOUT else "index_cache"))
"""Folder of all collections: the one that ``EXPLORER_CACHE`` names; else ``index_cache`` beside ``app.py`` in a
checkout, or in the current folder where the package is installed."""
