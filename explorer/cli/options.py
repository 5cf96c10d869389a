"""What several commands share: how a command is declared, and how its collection is opened."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import ExplorerError
from explorer.parallel import limit_threads
from explorer.paths import DEFAULT_CACHE

if TYPE_CHECKING:
    from explorer.collection import Collection
    from explorer.config import RuntimeOptions
    from explorer.workspace import Workspace


def command(commands: Any, name: str, run: Callable[[argparse.Namespace], int | None], text: str) -> Any:
    """Declare a command: ``run`` is called with its options, ``text`` is its help."""
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, metavar="DIR", help="where collections live")
    parser.set_defaults(run=run, wrong=parser.error)
    return parser


def json_option(parser: Any) -> None:
    """Declare ``--json``."""
    parser.add_argument("--json", action="store_true", help="write JSON to standard output, everything else elsewhere")


def machine_options(parser: Any) -> None:
    """Declare what the computations may run on."""
    parser.add_argument("--threads", type=int, default=0, help="most threads that compute at once; 0: all processors")
    parser.add_argument("--device", default="", help="cpu, cuda or mps; the best there is by default")


def runtime_options(options: argparse.Namespace, batch: int = 0) -> RuntimeOptions:
    """What the computations may run on; no pool of this process has more threads from here on."""
    from explorer.config import RuntimeOptions

    runtime = RuntimeOptions(options.threads, batch, options.device)
    limit_threads(runtime.threads)
    return runtime


def open_workspace(options: argparse.Namespace) -> Workspace:
    """The collection that the command names."""
    from explorer.workspace import Workspace

    return Workspace.open(options.name, options.cache, runtime_options(options))


def open_database(options: argparse.Namespace) -> Collection:
    """The database of the collection that the command names, whether or not it is indexed: judgements can be had in any
    case."""
    from explorer.collection import Collection
    from explorer.workspace import collection_folder, collection_names
    from explorer.workspace.managing import current_name

    path = collection_folder(current_name(options.name, options.cache), options.cache) / "collection.sqlite"
    if not path.is_file():
        known = ", ".join(collection_names(options.cache)) or "none yet"
        raise ExplorerError(f"There is no collection {options.name!r} in {options.cache} (there: {known}).")
    return Collection(path)
