"""What several commands share: how a command is declared, and the collection that it is about."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.paths import DEFAULT_CACHE

if TYPE_CHECKING:
    from explorer.workspace import Workspace


def command(commands: Any, name: str, run: Callable[[argparse.Namespace], int | None], text: str) -> Any:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, metavar="DIR", help="where collections live")
    parser.set_defaults(run=run, wrong=parser.error)
    return parser


def json_option(parser: Any) -> None:
    parser.add_argument("--json", action="store_true", help="write JSON to standard output, everything else elsewhere")


def machine_options(parser: Any) -> None:
    parser.add_argument("--threads", type=int, default=0, help="processor threads; 0 takes all")
    parser.add_argument("--device", default="", help="cpu, cuda or mps; the best there is by default")


def open_workspace(options: argparse.Namespace) -> Workspace:
    from explorer.config import RuntimeOptions
    from explorer.workspace import Workspace

    return Workspace.open(options.name, options.cache, RuntimeOptions(options.threads, device=options.device))
