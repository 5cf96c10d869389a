"""What a browser may do with an answer: the headers that every answer carries, and the content policy of the page.

Gradio needs ``unsafe-eval`` (it makes functions of the components' scripts and templates) and styles in the markup. It
needs no script in the markup but those that it sends itself, and they are allowed by their digests: a script that is
smuggled into the page by anything else does not run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer: no type is guessed, no other page may frame or embed it, and no other host is told the address, in
which is what was searched for."""

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The policy of what is no page."""


def digests(html: bytes) -> list[str]:
    """Policy sources that allow the scripts that stand in the markup.

    >>> digests(b'<script src="a.js"></script><script>1</script>')
    ["'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"]
    """
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in _INLINE.findall(html)
    ]


def page_policy(scripts: Iterable[str]) -> str:
    """The policy of the page, which loads from and speaks to its own host only. ``scripts`` are its digests."""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self' 'unsafe-eval'", *scripts)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
