"""How much memory does the running app take, after each of the things that people do? (Linux only.)

    python benchmarks/memory.py [NAME] [--cache DIR] [--imports] [--json]

Starts ``explorer serve`` on a collection, does one thing after another over its web API, and prints what
/proc/PID/smaps_rollup says once the process is idle: its own pages (anonymous memory), and pages of files that it has
mapped, such as libraries and tables, which the system takes back when it needs them. ``--imports`` prints what the
libraries alone take, imported one after another.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT)

from gradio_client import Client, handle_file

from explorer.paths import DEFAULT_CACHE
from explorer.workspace import Workspace

IMPORTS = (
    "numpy", "explorer.cli", "explorer.search", "cv2", "scipy.optimize", "torch", "transformers.CLIPModel",
    "explorer.encoder.clip", "gradio", "explorer.ui.page", "umap",
)  # fmt: skip
IDLE = 0.05  # processor seconds in a second that an idle server may take
MB = 1024  # kB

Memory = dict[str, float]


def memory(pid: int) -> Memory:
    """What a process has at the moment."""
    return parsed(Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines())


def parsed(rollup: list[str]) -> Memory:
    """MB: resident, its share of that, of it the process's own (anonymous), and of files."""
    kb = {line.split(":")[0]: int(line.split()[1]) for line in rollup[1:] if line}
    return {
        "rss": kb["Rss"] / MB,
        "pss": kb["Pss"] / MB,
        "own": kb["Anonymous"] / MB,
        "files": (kb["Rss"] - kb["Anonymous"]) / MB,
    }


def settled(pid: int) -> Memory:
    """Memory once the process, for eight seconds, has hardly done anything."""
    quiet, spent = 0, cpu(pid)
    while quiet < 8:
        time.sleep(1)
        now = cpu(pid)
        quiet = quiet + 1 if now - spent < IDLE else 0
        spent = now
    return memory(pid)


def cpu(pid: int) -> float:
    """Seconds of processor time that a process and the children that ended have taken."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(int(fields[place]) for place in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")


def deeds(client: Client, workspace: Workspace) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What people do, by name."""
    first, second, third = workspace.tables.works[:3]
    picture = str(workspace.view(third))
    box = [0.3, 0.3, 0.6, 0.6]

    def pixels(file: str) -> list[float]:
        work = workspace.collection.work(file)
        return [side * size for side, size in zip(box, (work.width, work.height) * 2, strict=True)]

    def ask(name: str, **what: Any) -> Callable[[], Any]:
        return lambda: client.predict(**what, api_name=f"/{name}")

    yield "the map", ask("map")
    yield "words", ask("search_words", text="a windmill")
    yield "a search with a box", ask("search_region", file=first, box=pixels(first))
    yield (
        "ten more",
        lambda: [ask("search_region", file=work, box=pixels(work))() for work in workspace.tables.works[1:11]],
    )
    yield "a click", ask("click_region", file=second, x=pixels(second)[0], y=pixels(second)[1])
    yield "a picture of one's own", ask("search_picture", picture=handle_file(picture))
    yield "comparing two works", ask("register", first=first, second=second)


def served(name: str, cache: Path) -> Iterator[tuple[str, Memory]]:
    """The server's memory after each deed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "explorer",
        "serve",
        name,
        "--cache",
        str(cache),
        "--port",
        str(port),
        "--no-browser",
    ]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        for line in server.stderr or ():
            if "is open at" in line:
                break
        yield "ready", memory(server.pid)
        client = Client(f"http://127.0.0.1:{port}", verbose=False, httpx_kwargs={"timeout": 300})
        for deed, do in deeds(client, Workspace.open(name, cache)):
            do()
            yield deed, settled(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def imported() -> Iterator[tuple[str, Memory]]:
    """What libraries take, imported one after another in this order."""
    script = ""
    for module in IMPORTS:
        package, _, name = module.rpartition(".")
        script += f"from {package} import {name}\n" if name[:1].isupper() else f"import {module}\n"
        script += f"print({module!r}, open('/proc/self/smaps_rollup').read().replace(chr(10), ';'), sep='|')\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    for line in done.stdout.splitlines():
        module, text = line.split("|")
        yield module, parsed(text.split(";"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default="demo")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--imports", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    records = {}
    for step, found in imported() if options.imports else served(options.name, options.cache.resolve()):
        records[step] = found
        if not options.json:
            print(f"| {step} | " + " | ".join(f"{value:.0f}" for value in found.values()) + " |", flush=True)
    if options.json:
        json.dump(records, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
