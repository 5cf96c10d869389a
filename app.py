"""Open the web app: ``python app.py`` on the demo collection, ``python app.py NAME`` on one of your own.

The demo is painted and indexed on the first run; that takes about a minute.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from explorer.cli import main as explorer
from explorer.errors import ExplorerError
from explorer.paths import ASSETS, DEFAULT_CACHE
from explorer.workspace import Workspace

DEMO = "demo"


def main(arguments: list[str] | None = None) -> int:
    """Serve a collection; returns the exit status."""
    options = _options(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        workspace = open_demo(options.cache) if options.name == DEMO else Workspace.open(options.name, options.cache)
        from explorer.ui import build_app, launch

        page = build_app(workspace)
        print(f"{workspace.name} is open at http://{options.host}:{options.port} (stop with Ctrl-C)", file=sys.stderr)
        launch(page, workspace, options.host, options.port, not options.no_browser)
    except ExplorerError as error:
        print(f"explorer: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return 0


def open_demo(cache: Path, folder: Path = ASSETS / "demo") -> Workspace:
    """The demo collection, painted and indexed if need be; a run that was stopped is gone on with."""
    try:
        return Workspace.open(DEMO, cache)
    except ExplorerError:
        print("First run: painting the demo collection and indexing it.", file=sys.stderr)
    catalogue = folder / "metadata.csv"
    if not catalogue.is_file():
        _run("demo", str(folder))
    _run("index", str(folder / "images"), "--metadata", str(catalogue), "--name", DEMO, "--model", "mini",
         "--cache", str(cache))  # fmt: skip
    return Workspace.open(DEMO, cache)


def _run(*arguments: str) -> None:
    """One command of ``explorer``, whose progress and errors are already on the terminal."""
    status = explorer(list(arguments))
    if status:
        raise SystemExit(status)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Open a collection in the browser.")
    parser.add_argument("name", nargs="?", default=DEMO, metavar="NAME", help="an indexed collection; else the demo")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, metavar="DIR", help="where they live")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
