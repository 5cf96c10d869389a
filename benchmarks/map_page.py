"""The Map tab in a real browser: what is hidden at the opening view, the script's time in a frame while the map is
moved, bytes sent, time to the first picture, memory.

    python benchmarks/map_page.py NAME [--cache DIR] [--details] [--json FILE]

It serves the collection, opens its map in Chromium at 1440 x 900 and drags it about. The time of a frame is the
script's own (its handler of the frame, from its first line to its last): how long the graphics take depends on the
computer, and the renderer is named.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: the web server has a library called click

SIZE = {"width": 1440, "height": 900}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info", "--js-flags=--expose-gc"]
ROUNDS = 120
"""Movements of the pointer."""


def hidden_share(points: list[dict[str, Any]]) -> float:
    """The share of works of which more than half is covered by what is drawn after them (pictures lie over dots)."""
    order = sorted(points, key=lambda each: each["picture"])
    x, y, wide, tall = (np.array([each[name] for each in order], float) for name in ("x", "y", "wide", "tall"))
    hidden = 0
    for one in range(len(order)):
        later = slice(one + 1, None)
        across = np.minimum((wide[one] + wide[later]) / 2 - abs(x[one] - x[later]), np.minimum(wide[one], wide[later]))
        along = np.minimum((tall[one] + tall[later]) / 2 - abs(y[one] - y[later]), np.minimum(tall[one], tall[later]))
        covered = (np.clip(across, 0, None) * np.clip(along, 0, None)).sum()
        hidden += bool(covered > wide[one] * tall[one] / 2)
    return hidden / max(len(order), 1)


def measure(address: str, details: bool) -> dict[str, Any]:
    """One visit to the map."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
        sent: dict[str, int] = {}
        page.on("requestfinished", lambda request: sent.update({request.url: request.sizes()["responseBodySize"]}))
        began = time.perf_counter()
        page.goto(f"{address}?tab=map{'&map=regions' if details else ''}")
        page.wait_for_function("document.querySelector('.map .over')?.frames?.length > 0", timeout=900_000)
        first = time.perf_counter() - began
        page.wait_for_timeout(6000)
        found = page.locator(".map .over").evaluate(
            "over => ({ points: over.drawn().length < 20000 ? over.drawn() : [], count: over.drawn().length,"
            " renderer: over.renderer, pictures: over.drawn().filter((each) => each.picture).length })"
        )
        record = {
            "points": found["count"], "pictures": found["pictures"], "renderer": found["renderer"],
            "seconds_to_first_frame": round(first, 2),
            "hidden": round(hidden_share(found["points"]), 4) if found["points"] else None,
            "bytes_points": sum(size for url, size in sent.items() if url.endswith("/points")),
            "bytes_colour": sum(size for url, size in sent.items() if "/colour?" in url),
            "bytes_sheets": sum(size for url, size in sent.items() if "/atlas/" in url),
            "bytes_pictures": sum(size for url, size in sent.items() if "/thumbnails/" in url),
            **_moved(page),
        }  # fmt: skip
        record["heap_mb"] = round(page.evaluate("performance.memory.usedJSHeapSize") / 2**20, 1)
        browser.close()
    return record


def _moved(page: Any) -> dict[str, Any]:
    """The script's time while the map is dragged about, in milliseconds: of each frame, and of each movement of the
    pointer (where pictures are chosen anew when the map has been moved far)."""
    over = page.locator(".map .over")
    box = over.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.wheel(0, -500)
    page.wait_for_timeout(3000)
    over.evaluate(
        """over => { over.frames.length = 0; over.moves = [];
        let began = 0;
        over.addEventListener("pointermove", () => { began = performance.now(); }, true);
        over.parentElement.addEventListener("pointermove", () => { over.moves.push(performance.now() - began); }); }"""
    )
    page.mouse.down()
    for step in range(ROUNDS):
        angle = step / 12
        page.mouse.move(middle[0] + 320 * np.sin(angle), middle[1] + 160 * np.sin(1.7 * angle))
    page.mouse.up()
    page.wait_for_timeout(1500)
    frames, moves = over.evaluate("over => [over.frames, over.moves]")
    return {
        "frames": len(frames), "frame_median_ms": round(float(np.median(frames)), 2),
        "frame_p95_ms": round(float(np.percentile(frames, 95)), 2), "frame_worst_ms": round(max(frames), 1),
        "move_median_ms": round(float(np.median(moves)), 2), "move_p95_ms": round(float(np.percentile(moves, 95)), 2),
        "move_worst_ms": round(max(moves), 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", help="a collection")
    parser.add_argument("--cache", type=Path, default=Path("index_cache"))
    parser.add_argument("--details", action="store_true", help="the map of details")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()

    from explorer.maps.drawn import draw
    from explorer.maps.settings import MapSettings
    from explorer.ui import build_app, launch
    from explorer.workspace import Workspace

    workspace = Workspace.open(options.name, options.cache)
    draw(workspace, MapSettings(kind="regions" if options.details else "works"))
    page = build_app(workspace)
    address = launch(page, workspace, port=0, block=False)
    record = {"collection": options.name, **measure(address, options.details)}
    page.close(verbose=False)
    for name, value in record.items():
        print(f"{name:24} {value}")
    if options.json:
        options.json.write_text(json.dumps(record, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
