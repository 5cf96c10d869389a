"""A map, written to the files that somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.maps.drawn import DrawnMap
from explorer.maps.sheet import SIDES, USUAL_SIDE
from explorer.progress import Progress, silent
from explorer.workspace import Workspace


@dataclass(frozen=True)
class Wanted:
    """The files that are asked for, each None where it is not. Raises :class:`ExplorerError` for a size of pictures
    that will not do."""

    csv: Path | None = None
    png: Path | None = None
    svg: Path | None = None
    html: Path | None = None
    pixels: int = USUAL_SIDE
    """Of the longer side of pictures."""
    title: str = ""
    """Of pictures and of the page; the collection's name without one."""

    def __post_init__(self) -> None:
        if not SIDES[0] <= self.pixels <= SIDES[1]:
            raise ExplorerError(f"A picture of the map has {SIDES[0]:,} to {SIDES[1]:,} pixels on its longer side.")
        for path in self.files:
            if not path.absolute().parent.is_dir():
                raise ExplorerError(f"There is no folder {path.absolute().parent} for {path.name}.")

    @property
    def files(self) -> list[Path]:
        return [path for path in (self.csv, self.png, self.svg, self.html) if path is not None]


def take_away(workspace: Workspace, drawn: DrawnMap, wanted: Wanted, progress: Progress = silent) -> list[str]:
    """Write the map to the files that are wanted, each whole or not at all; what was written, in sentences."""
    said: list[str] = []
    if wanted.csv is not None:
        from explorer.maps.table import write_csv

        write_csv(workspace, drawn, wanted.csv)
    if wanted.png is not None:
        from explorer.maps.picture import write_png

        write_png(workspace, drawn, wanted.png, wanted.pixels, wanted.title)
    if wanted.svg is not None:
        from explorer.maps.svg import write_svg

        write_svg(workspace, drawn, wanted.svg, wanted.pixels, wanted.title)
    if wanted.html is not None:
        from explorer.maps.page import write_page

        said = write_page(workspace, drawn, wanted.html, wanted.title, progress)
    return [*(f"Written to {path}." for path in wanted.files), *said]
