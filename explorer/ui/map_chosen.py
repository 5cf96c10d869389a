"""What is done with points that were chosen on a map: a scope for searches, a set of bookmarks, files, a placement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from explorer.collection.bookmarks import MOST_IN_SET, Bookmark, BookmarkSet, Place, checked_bookmark
from explorer.collection.facets import MOST_MARKED, work_marks
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.maps.clusters import Clusters
from explorer.maps.drawn import DrawnMap
from explorer.maps.faithful import Faithfulness
from explorer.maps.heat import placement
from explorer.maps.settings import MOST_REGIONS
from explorer.maps.table import write_csv
from explorer.maps.take_away import Wanted, take_away
from explorer.plates.details_zip import ABOUT_WORK, CutDetail, write_cut_details
from explorer.plates.origin import origin_of
from explorer.ui import views
from explorer.ui.map_making import HeldMap
from explorer.ui.taking_away import handed_over

KINDS = ("csv", "zip", "png", "svg", "html")
"""What a map can be taken away as, and how the file's name ends; the first two are of what is chosen, if any is."""
MOST_CUT = 300
"""Pictures in a ZIP."""
_PAGE_PIXELS = 3000


def numbers(held: HeldMap, sent: Any) -> np.ndarray:
    """The numbers of points that were sent, ascending. Raises :class:`ExplorerError` where there is none."""
    listed = sent[: 2 * MOST_REGIONS] if isinstance(sent, list) else []
    count = len(held.drawn.layout)
    found = sorted({number for number in listed if type(number) is int and 0 <= number < count})
    if not found:
        raise ExplorerError("Nothing is chosen on the map: draw round some works first, or hold Shift and click them.")
    return np.array(found, np.int64)


def scope(held: HeldMap, chosen: np.ndarray) -> views.Props:
    """The works of the chosen points as a limit of searches, as the page's address has it."""
    works = _works(held, chosen)
    if len(works) > MOST_MARKED:
        raise ExplorerError(f"Searches can keep to {MOST_MARKED} chosen works, not {len(works):,}: choose fewer.")
    return {"limit": work_marks(works), "count": len(works)}


def kept_as_set(held: HeldMap, chosen: np.ndarray, name: str, who: str) -> views.Props:
    """The chosen points as bookmarks in a new set."""
    if len(chosen) > MOST_IN_SET:
        raise ExplorerError(f"A set holds {MOST_IN_SET:,} bookmarks, not {len(chosen):,}: choose fewer.")
    store, origin = held.workspace.collection.bookmarks, origin_of(held.workspace)
    known, marks = held.workspace.collection.ids(), list[Bookmark]()
    for work, box in _places(held, chosen):
        if work in known:
            marks.append(_mark(work, box, f"{origin.model}, {origin.settings}"))
    if not marks:
        raise ExplorerError("The works that are chosen are no longer in the collection.")
    return {"set": store.read_in(BookmarkSet(name=name or "From the map"), marks, who=who), "count": len(marks)}


def _mark(work: str, box: Box, model: str) -> Bookmark:
    kind = "work" if box == Box.whole() else "detail"
    place = Place(work=work, box=box.as_tuple())
    return checked_bookmark({"kind": kind, "places": [place.model_dump()], "model": model})


def heat(held: HeldMap, chosen: np.ndarray) -> views.Props:
    """Where on the canvas the chosen details sit, and how much more often than all details of the map do."""
    boxes = held.drawn.layout.points.boxes
    if held.drawn.layout.points.kind != "regions":
        raise ExplorerError("Only details have a place on a canvas: choose some on the map of details.")
    return dict(placement(boxes[chosen], boxes).to_json())


def taken_away(held: HeldMap, kind: str, chosen: np.ndarray | None) -> views.Props:
    """The map, or of a table and of pictures what is ``chosen`` of it, as one of :data:`KINDS`; as
    :func:`explorer.ui.taking_away.handed_over` gives it."""
    workspace, drawn = held.workspace, held.drawn
    if kind not in KINDS:
        raise ExplorerError(f"A map can be taken away as {', '.join(KINDS)}, not as {kind[:20]!r}.")
    if kind == "zip" and chosen is None:
        raise ExplorerError("A ZIP is of the works that are chosen: draw round some first.")

    def write(path: Any) -> list[str]:
        if kind == "zip":
            return _cut(held, chosen if chosen is not None else np.zeros(0, np.int64), path)
        if kind == "csv" and chosen is not None:
            write_csv(workspace, part_of(drawn, chosen), path)
            return []
        said = take_away(workspace, drawn, Wanted(**{kind: path}, pixels=_PAGE_PIXELS))
        return [line for line in said if not line.startswith("Written to ")]

    what = "map" if chosen is None or kind not in ("csv", "zip") else "chosen"
    return handed_over(
        f"{workspace.name} {what} {drawn.layout.settings.layout}", kind, write,
        f"make it with: explorer map {workspace.name} --{kind} FILE",
    )  # fmt: skip


def part_of(drawn: DrawnMap, chosen: np.ndarray) -> DrawnMap:
    """A map with the chosen points only, for a table."""
    layout = drawn.layout
    return DrawnMap(
        replace(layout, points=layout.points.only(chosen), xy=layout.xy[chosen], near=layout.near[chosen]),
        drawn.ranks, Faithfulness(drawn.kept.kept[chosen]),
        Clusters(drawn.clusters.levels[:, chosen], drawn.clusters.clusters),
    )  # fmt: skip


def _cut(held: HeldMap, chosen: np.ndarray, path: Any) -> list[str]:
    works = {work.id: work for work in held.workspace.collection.works()}
    places = _places(held, chosen)
    details = [
        CutDetail("pictures", number, work, works.get(work), box, {})
        for number, (work, box) in enumerate(places[:MOST_CUT], 1)
    ]
    missing = write_cut_details(held.workspace, details, ABOUT_WORK, origin_of(held.workspace), path)
    left = len(places) - len(details)
    return [
        *([f"The first {MOST_CUT} pictures; {left:,} more are chosen."] if left else []),
        *([f"Without picture: {', '.join(missing[:5])}."] if missing else []),
    ]


def _works(held: HeldMap, chosen: np.ndarray) -> list[str]:
    rows = np.unique(held.drawn.layout.points.works[chosen])
    return [held.workspace.tables.works[row] for row in rows.tolist()]


def _places(held: HeldMap, chosen: Sequence[int] | np.ndarray) -> list[tuple[str, Box]]:
    points = held.drawn.layout.points
    whole = points.kind == "works"
    return [
        (held.workspace.tables.works[int(points.works[number])],
         Box.whole() if whole else Box(*points.boxes[number].tolist()).clipped())
        for number in np.asarray(chosen).tolist()
    ]  # fmt: skip
