"""What a search found, written to the files that somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from explorer.search.export import Findings, write_findings_csv, write_findings_json


@dataclass(frozen=True)
class Wanted:
    """The files that are asked for, each None where it is not."""

    csv: Path | None = None
    html: Path | None = None
    json: Path | None = None

    @property
    def any(self) -> bool:
        """Whether any file is."""
        return any((self.csv, self.html, self.json))


def take_away(found: Findings, wanted: Wanted) -> list[str]:
    """Write what was found to the files that are wanted, each whole or not at all; what was written, in sentences."""
    said: list[str] = []
    if wanted.csv is not None:
        write_findings_csv(found, wanted.csv)
        said.append(f"Written to {wanted.csv}.")
    if wanted.json is not None:
        write_findings_json(found, wanted.json)
        said.append(f"Written to {wanted.json}.")
    if wanted.html is not None:
        from explorer.plates.single_page import write_page
        from explorer.search.sheet import sheet_of

        missing = write_page(sheet_of(found), wanted.html)
        said.append(f"Written to {wanted.html}.")
        said += [f"Without picture: {', '.join(missing)}."] if missing else []
    return said
