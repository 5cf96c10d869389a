"""A report of evaluations as one page of HTML, complete in itself: figures, published ones beside them, plots, and
pictures of what was found and missed. It loads nothing."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from explorer import __version__
from explorer.collection import open_picture
from explorer.errors import ExplorerError
from explorer.evaluate.difference import differences, lines
from explorer.evaluate.outcome import Item, Outcome, Place
from explorer.evaluate.plots import precision_recall, reliability_plot
from explorer.files import replacing
from explorer.plates.pictures import pixels
from explorer.plates.single_page import POLICY, STYLE
from explorer.workspace import Workspace

SHOWN = 6
"""Queries that are shown of the best, and of the worst."""
PICTURE_SIDE = 220
_TABLE_STYLE = """
table { border-collapse: collapse; margin: 14px 0; } td, th { padding: 3px 12px 3px 0; text-align: right;
border-bottom: 1px solid var(--line); font-weight: inherit; vertical-align: top; } td:first-child, th:first-child {
text-align: left; } h2 { font-size: 20px; margin: 34px 0 6px; } h3 { font-size: 15px; margin: 20px 0 6px; }
.row { display: flex; flex-wrap: wrap; gap: 10px; align-items: flex-start; margin: 0 0 16px; }
.row figure { width: 132px; } .row img { max-width: 100%; max-height: 132px; display: block; }
.row figcaption { font-size: 13px; margin-top: 3px; } svg { display: inline-block; margin-right: 24px; }
"""


def write_report(path: Path, found: Sequence[tuple[Workspace, Outcome]]) -> None:
    """Write the page, whole or not at all. Raises :class:`OSError` where that cannot be."""
    title = "Evaluation of searches"
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE.read_text('utf-8')}{_TABLE_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}</h1>\n"
    )
    with replacing(path) as file:
        file.write(head.encode())
        for workspace, outcome in found:
            file.write(_section(workspace, outcome).encode("utf-8", "replace"))
        file.write(_compared(found).encode("utf-8", "replace"))
        file.write(f"<footer>Brueghel Explorer {escape(__version__)}</footer>\n</main>\n</body>\n</html>\n".encode())


def _section(workspace: Workspace, outcome: Outcome) -> str:
    place = outcome.place or workspace.name
    about = f"{len(outcome.items):,} queries or pictures, {outcome.works:,} works, model {outcome.model}"
    plots = precision_recall(outcome.curves) if outcome.curves else ""
    plots += reliability_plot(outcome.reliability) if outcome.reliability else ""
    remarks = "".join(f'<p class="small">{escape(remark)}</p>\n' for remark in outcome.remarks)
    return (
        f"<h2>{escape(outcome.protocol)}: {escape(place)}</h2>\n<p>{escape(about)}</p>\n{_figures(outcome)}{remarks}"
        f"<div>{plots}</div>\n{_examples(workspace, outcome)}"
    )


def _figures(outcome: Outcome) -> str:
    """Our figures, and the published ones in the same table."""
    means = outcome.means
    measures = list(dict.fromkeys(measure for scores in means.values() for measure in scores))
    heads = "".join(f"<th>{escape(measure)}</th>" for measure in measures)
    rows = [
        f"<tr><td>{escape(way)}</td>"
        + "".join(f"<td>{_percent(scores.get(measure, math.nan))}</td>" for measure in measures)
        + "</tr>"
        for way, scores in means.items()
    ]
    rows += [
        f'<tr><td>published: {escape(row.method)}<br><span class="small">{escape(row.source)}</span></td>'
        f"<td>{row.figure:.1f}</td></tr>"
        for row in outcome.published
    ]
    return f"<table><tr><th>percent</th>{heads}</tr>\n{''.join(rows)}</table>\n"


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f}"


def _examples(workspace: Workspace, outcome: Outcome) -> str:
    """The best and the worst queries, each with what was found first."""
    shown = [item for item in outcome.items if item.query is not None and item.found]
    ranked = sorted(shown, key=_first_score, reverse=True)
    best, worst = ranked[:SHOWN], ranked[max(SHOWN, len(ranked) - SHOWN) :][::-1]
    parts = []
    for title, items in (("Found best", best), ("Found worst", worst)):
        if items:
            parts.append(f"<h3>{title}</h3>\n" + "".join(_row(workspace, item) for item in items))
    return "".join(parts)


def _first_score(item: Item) -> float:
    for scores in item.scores.values():
        for value in scores.values():
            if not math.isnan(value):
                return value
    return 0.0


def _row(workspace: Workspace, item: Item) -> str:
    query = _figure(workspace, item.query, f"Query {item.label}: {100 * _first_score(item):.0f}") if item.query else ""
    words = {True: "right", False: "wrong", None: "counts neither way"}
    found = "".join(
        _figure(workspace, place, f"{rank}. {words[place.right]}: {place.work}")
        for rank, place in enumerate(item.found[:6], start=1)
    )
    return f'<div class="row">{query}{found}</div>\n'


def _figure(workspace: Workspace, place: Place, caption: str) -> str:
    """A small picture with the box outlined; words where it cannot be read."""
    try:
        encoded = b64encode(_small(workspace, place)).decode()
        shown = f'<img alt="{escape(place.work)}" src="data:image/jpeg;base64,{encoded}">'
    except (ExplorerError, OSError):
        shown = '<p class="small">The picture cannot be read.</p>'
    return f"<figure>{shown}<figcaption>{escape(caption)}</figcaption></figure>"


def _small(workspace: Workspace, place: Place) -> bytes:
    picture = open_picture(workspace.thumbnail(place.work), long_side=PICTURE_SIDE).image.convert("RGB")
    picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.LANCZOS)
    if place.box.area < 0.999:
        draw = ImageDraw.Draw(picture)
        x0, y0, x1, y1 = pixels(place.box, picture.size)
        draw.rectangle((x0, y0, x1 - 1, y1 - 1), outline=(20, 16, 12), width=3)
        draw.rectangle((x0 + 1, y0 + 1, x1 - 2, y1 - 2), outline=(255, 253, 246), width=1)
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=80)
    return encoded.getvalue()


def _compared(found: Sequence[tuple[Workspace, Outcome]]) -> str:
    """Every later outcome of a protocol and place with the first of it."""
    parts, first = [], dict[tuple[str, str], tuple[Workspace, Outcome]]()
    for workspace, outcome in found:
        key = outcome.protocol, outcome.place
        if key not in first:
            first[key] = workspace, outcome
            continue
        one, other = (f"{of.name} ({each.model})" for of, each in (first[key], (workspace, outcome)))
        rows = lines(one, other, differences(first[key][1], outcome))
        parts.append(f"<h2>{escape(rows[0])}</h2>\n" + "".join(f"<p>{escape(row)}</p>\n" for row in rows[1:]))
    return "".join(parts)
