"""How long do people wait when many search at once, and do pages still open meanwhile?

    python benchmarks/load.py ADDRESS [--clients N] [--searches N] [--way run|call] [--pid PID] [--json]

Asks an app that is running on this computer (``explorer serve``), and no other. Every client makes its searches one
after the other, for boxes drawn (seeded) from the works that the app has; all clients begin at once. Meanwhile one more
visitor opens the page, its configuration and a thumbnail again and again. ``run`` are direct calls, ``call`` goes by
the queue as the page and gradio's own clients do.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: click.py here is not the library of that name

import httpx

MOST_CLIENTS, MOST_SEARCHES = 200, 20
SEED = 1568
SIDES = (0.12, 0.3)
"""Sides of the boxes that are searched for, as fractions of the picture's sides."""
PATIENCE = 300.0
"""Seconds after which a search counts as not answered."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass
class Visit:
    """What the clients and the visitor saw: seconds of every search, and of every page by its name."""

    searches: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    pages: dict[str, list[float]] = field(default_factory=dict)


def load(
    app_address: str, clients: int = 50, searches: int = 3, way: str = "run", pid: int = 0, seed: int = SEED
) -> dict[str, Any]:
    """Figures of ``clients`` that make ``searches`` each, all at once; ``pid`` is the app's process, if its memory is
    to be measured. Raises ValueError for an app on another computer, and for more than the bounds above."""
    if urlsplit(app_address).hostname not in _LOOPBACK:
        raise ValueError(f"{app_address} is not on this computer; only an app that runs here is put under load.")
    if not (1 <= clients <= MOST_CLIENTS and 1 <= searches <= MOST_SEARCHES):
        raise ValueError(f"At most {MOST_CLIENTS} clients with {MOST_SEARCHES} searches each.")
    api, generator, seen = f"{app_address.rstrip('/')}/gradio_api", np.random.default_rng(seed), Visit()
    works = httpx.post(f"{api}/run/find", json={"data": ["", 100_000, ""]}, timeout=PATIENCE).json()["data"][0]
    asked = [[_question(works, generator) for _ in range(searches)] for _ in range(clients)]
    before, done, start = _memory(pid), threading.Event(), threading.Barrier(clients)
    opener = threading.Thread(target=_open_pages, args=(app_address, works[0]["file"], seen, done))
    threads = [threading.Thread(target=_ask, args=(api, way, own, start, seen)) for own in asked]
    began = time.perf_counter()
    for thread in (opener, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    done.set()
    opener.join()
    return _figures(seen, clients * searches, seconds, (before, _memory(pid)))


def _question(works: list[dict[str, Any]], generator: np.random.Generator) -> list[Any]:
    """The arguments of a search for a box of one of the works, in pixels."""
    work = works[int(generator.integers(len(works)))]
    sides = generator.uniform(*SIDES, size=2)
    corner = generator.uniform(0, 1 - sides)
    scale = np.array([work["width"], work["height"]] * 2)
    box = [float(side) for side in np.concatenate([corner, corner + sides]) * scale]
    return [work["file"], box, 20, 1, False, "", None]


def _ask(api: str, way: str, questions: list[list[Any]], start: threading.Barrier, seen: Visit) -> None:
    """One client: its searches one after the other."""
    call = _by_queue if way == "call" else _directly
    with httpx.Client(timeout=PATIENCE) as client:
        start.wait()
        for question in questions:
            began = time.perf_counter()
            try:
                failure = call(client, api, question)
            except httpx.HTTPError as error:
                failure = f"{type(error).__name__}: {error}"
            seen.searches.append(time.perf_counter() - began)
            if failure:
                seen.failed.append(failure)


def _directly(client: httpx.Client, api: str, question: list[Any]) -> str:
    """A direct call; what went wrong, or nothing."""
    answer = client.post(f"{api}/run/search_region", json={"data": question})
    return "" if answer.status_code == 200 and "data" in answer.json() else f"{answer.status_code} {answer.text[:200]}"


def _by_queue(client: httpx.Client, api: str, question: list[Any]) -> str:
    """A call by the queue; what went wrong, or nothing."""
    joined = client.post(f"{api}/call/search_region", json={"data": question})
    if joined.status_code != 200:
        return f"{joined.status_code} {joined.text[:200]}"
    answer = client.get(f"{api}/call/search_region/{joined.json()['event_id']}").text
    return "" if "event: complete" in answer else answer[-200:]


def _open_pages(address: str, work: str, seen: Visit, done: threading.Event) -> None:
    """Another visitor: the page, its configuration and a thumbnail, again and again."""
    with httpx.Client(timeout=PATIENCE, base_url=address) as client:
        config = client.get("/config").json()
        parts = config["components"]
        gallery = next(part["id"] for part in parts if "part-gallery" in str(part["props"].get("elem_classes")))
        thumbnails = {"data": {"works": [work]}, "component_id": gallery, "session_hash": "load",
                      "fn_name": "thumbnails"}  # fmt: skip

        def thumbnail() -> httpx.Response:
            made = client.post("/gradio_api/component_server", json=thumbnails).json()
            return client.get(made[work])

        opened: dict[str, Callable[[], httpx.Response]] = {
            "GET /": lambda: client.get("/"), "GET /config": lambda: client.get("/config"), "thumbnail": thumbnail,
        }  # fmt: skip
        while not done.is_set():
            for name, get in opened.items():
                began = time.perf_counter()
                get().raise_for_status()
                seen.pages.setdefault(name, []).append(time.perf_counter() - began)
            done.wait(0.5)


def _memory(pid: int) -> float:
    """Memory of a process in MB, without the files that it has mapped, on Linux; 0 where it cannot be read."""
    try:
        lines = Path(f"/proc/{pid or 'none'}/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))


def _figures(seen: Visit, asked: int, seconds: float, memory: tuple[float, float]) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "asked": asked, "answered": len(seen.searches) - len(seen.failed), "seconds": seconds,
        "search_p50_s": float(np.percentile(seen.searches, 50)),
        "search_p95_s": float(np.percentile(seen.searches, 95)),
    }  # fmt: skip
    for name, taken in seen.pages.items():
        figures |= {f"{name} p50_s": float(np.percentile(taken, 50)), f"{name} max_s": max(taken)}
    if all(memory):
        figures |= {"memory_mb": memory[1], "memory_growth_mb": memory[1] - memory[0]}
    return figures | ({"failures": sorted(set(seen.failed))[:5]} if seen.failed else {})


_AIMS = {
    "answered": "all", "search_p50_s": "at most 15", "GET / max_s": "at most 1", "GET /config max_s": "at most 1",
    "thumbnail max_s": "at most 1", "memory_growth_mb": "at most 50",
}  # fmt: skip


def table(figures: dict[str, Any]) -> str:
    """Figures as they are printed."""
    lines = [f"{os.cpu_count()} processors", "", "| measure | figure | aim |", "|---|---:|---|"]
    for name, value in figures.items():
        shown = f"{value:,.2f}" if isinstance(value, float) else str(value)
        lines.append(f"| {name} | {shown} | {_AIMS.get(name, '')} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="where the app is open, http://127.0.0.1:7860")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--searches", type=int, default=3)
    parser.add_argument("--way", choices=["run", "call"], default="run")
    parser.add_argument("--pid", type=int, default=0, help="the app's process, to measure its memory")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = load(options.address, options.clients, options.searches, options.way, options.pid)
    print(json.dumps(figures) if options.json else table(figures))
    return 0 if figures["answered"] == figures["asked"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
