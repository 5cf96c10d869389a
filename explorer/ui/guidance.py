"""The tour and the help of each tab: texts of ``assets/help/help.json``, shown over the page by a script."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from explorer.paths import ASSETS
from explorer.ui.components import AssetComponent

HELP = ASSETS / "help" / "help.json"


class Guide(AssetComponent):
    """The tour and the help, over the page; other components' scripts open them by ``explorer:tour`` and
    ``explorer:help``. Its value is :func:`guidance`."""

    folder = "guide"


@cache
def guidance() -> dict[str, Any]:
    """``tour``: steps, each with a title, a text, and ``at``, selectors of what it points at: the first that is there.
    ``tabs``: by tab, or half of one, its title, what it ``does`` in sentences, and its ``keys``: pairs of keys and
    meaning, or a selector of a list that the tab has already. ``everywhere``: keys of all tabs."""
    found: dict[str, Any] = json.loads(HELP.read_text(encoding="utf-8"))
    return found
