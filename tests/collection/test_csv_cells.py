"""No cell that we write is a formula; numbers and ordinary words are left alone."""

from __future__ import annotations

import csv
import io

import pytest

from explorer.collection.csv_cells import harmless

OWASP = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "－x",
    "-",
    "=",
    "-3.5 cm",
    "+31 20 123",
)
"""What the Open Worldwide Application Security Project warns of, and what only begins like a number."""
PLAIN = ("", "-3.5", "+7", "-1e-5", "-,5", "-3,5", "a = b", "'t Zwin", " =1", "1610", "Höllensturz", "0.1 0.2 -0.3")


@pytest.mark.parametrize("cell", OWASP)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(cell: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(["first", harmless(cell), "last"])
    out.seek(0)
    assert next(csv.reader(out)) == ["first", f"'{cell}", "last"]


@pytest.mark.parametrize("cell", [*PLAIN, -3.5, 0, None, 12])
def test_anything_else_is_left_alone(cell: object) -> None:
    assert harmless(cell) == cell
