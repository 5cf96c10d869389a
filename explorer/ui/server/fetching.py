"""Nothing is fetched on a visitor's behalf.

Where a picture is expected, gradio would take a web address as well and fetch what is there: from public hosts only,
but whom the server asks would be the visitor's choice. The page says that nothing is sent to other hosts, so what
gradio fetches with is put out of use.
"""

from __future__ import annotations

from typing import Any, NoReturn

import gradio as gr
from gradio import processing_utils

FETCHING = ("async_ssrf_protected_get", "async_ssrf_protected_download", "ssrf_protected_download", "save_url_to_cache")
"""Functions of gradio that ask a host; it calls them through the module."""


def fetch_nothing() -> None:
    """Let gradio refuse every web address that it is sent, with a sentence, for the rest of this process."""

    async def refused_later(*_: Any, **__: Any) -> NoReturn:
        _refuse()

    def refused(*_: Any, **__: Any) -> NoReturn:
        _refuse()

    for name in FETCHING:
        setattr(processing_utils, name, refused_later if name.startswith("async") else refused)


def _refuse() -> NoReturn:
    raise gr.Error("A web address is not fetched: send the picture itself.", print_exception=False)
