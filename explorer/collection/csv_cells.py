"""Tables for spreadsheets hold nothing that a spreadsheet would run.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or the end of a line is a formula to Excel, LibreOffice and
others, and a formula can call programs and send data away. Notes and names are typed by visitors. As OWASP advises
("CSV Injection"), such a cell gets an apostrophe in front. Numbers, which may begin with a sign, are left alone.
"""

from __future__ import annotations

import re
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula begins with; some spreadsheets take full-width signs for the plain ones."""
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula.

    >>> [harmless(cell) for cell in ("=1+1", "-10 to 20", "-3.5", -3.5, "a = b")]
    ["'=1+1", "'-10 to 20", '-3.5', -3.5, 'a = b']
    """
    is_formula = isinstance(cell, str) and cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula else cell
