"""Docstrings are written with Sphinx roles; pages of the site show the names alone."""

from __future__ import annotations

import re
from typing import Any

ROLE = re.compile(r":(?:mod|class|func|meth|data|attr):<code>~?([^<]+)</code>")


def on_page_content(html: str, **_: Any) -> str:
    """Called by MkDocs with the HTML of each page."""
    return ROLE.sub(r"<code>\1</code>", html).replace("::</p>", ":</p>")
