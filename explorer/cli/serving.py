"""``explorer serve`` and ``explorer password``: the page, and who may sign in to it."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from explorer.cli.options import command, machine_options, runtime_options
from explorer.cli.output import ProgressBar
from explorer.cli.process import visitors_folder
from explorer.errors import ExplorerError


def add_serve(commands: Any) -> None:
    """Declare ``serve``."""
    serve = command(commands, "serve", _serve, "open a collection in the browser")
    serve.add_argument("name", metavar="NAME", nargs="?", default="", help="a collection, or demo, which is made if it "
                       "is not there; left out: one that is there, else a page that makes the first")  # fmt: skip
    serve.add_argument("--demo", action="store_true", help="without NAME, open the demo")
    serve.add_argument("--host", default="127.0.0.1", help="the address to serve at; 0.0.0.0: all of this computer's")
    serve.add_argument("--port", type=int, default=7860)
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    serve.add_argument(
        "--allow-host", action="append", default=[], metavar="HOST",
        help="another name under which the page is asked for, as that of a proxy; may be given again",
    )  # fmt: skip
    serve.add_argument(
        "--password-file", type=Path, metavar="FILE", help="ask for a name and a password: see explorer password",
    )  # fmt: skip
    serve.add_argument(
        "--iiif-viewer", action="append", default=[], metavar="ORIGIN",
        help="let the pages of a IIIF viewer read the pictures, as https://projectmirador.org; *: every page's",
    )  # fmt: skip
    serve.add_argument("--root-path", default="", metavar="/PATH", help="where a proxy shows the page, as /brueghel")
    serve.add_argument(
        "--base-url", default="", metavar="URL",
        help="the address that citations give, where it is not that at which the page is open",
    )  # fmt: skip
    machine_options(serve)


def add_password(commands: Any) -> None:
    """Declare ``password``."""
    text = "set a person's password in a file for explorer serve --password-file"
    password = commands.add_parser("password", help=text, description=f"{text[0].upper()}{text[1:]}. "
                                   "It is asked for twice, or read from standard input.")  # fmt: skip
    password.add_argument("file", type=Path, metavar="FILE", help="made if it is not there")
    password.add_argument("name", metavar="NAME", help="whose password it is")
    password.add_argument("--remove", action="store_true", help="take the person out of the file")
    password.set_defaults(run=_password)


def _serve(options: argparse.Namespace) -> None:
    from explorer.demo.opening import DEMO, open_or_make
    from explorer.iiif.annotations import base_address
    from explorer.ui.server.guard import Access

    access = Access.of(options.host, options.allow_host, options.password_file, options.root_path,
                       options.iiif_viewer)  # fmt: skip
    runtime, base_url = runtime_options(options), base_address(options.base_url)

    def tell(sentence: str) -> None:
        for each in (f"{sentence} (stop with Ctrl-C)", *who_can_come(options)):
            print(each, file=sys.stderr)

    with visitors_folder():  # before gradio is loaded, which makes folders at once
        from explorer.ui import build_app, launch
        from explorer.ui.beginning import begin, first_collection

        name, port, browser = options.name or (DEMO if options.demo else ""), options.port, not options.no_browser
        name = name or first_collection(options.cache)
        try:
            if not name:
                name, port = begin(
                    options.cache, runtime, options.host, port, browser, access=access,
                    ready=lambda address: tell(f"There is no collection yet; make the first one at {address}"),
                )  # fmt: skip
                browser = False  # its window is there
            with ProgressBar() as progress:
                workspace = open_or_make(name, options.cache, progress, runtime)
            launch(build_app(workspace, runtime, base_url), workspace, options.host, port, browser, access=access,
                   ready=lambda address: tell(f"{workspace.name} is open at {address}"))  # fmt: skip
        except KeyboardInterrupt:
            print(file=sys.stderr)


def who_can_come(options: argparse.Namespace) -> list[str]:
    """What somebody who opens the page to others should know."""
    from explorer.ui.server.hosts import THIS_COMPUTER

    shared = options.host not in THIS_COMPUTER
    if options.password_file is None:
        if shared:
            return ["Everybody who can reach this computer can open it, search and judge: there is no sign-in."]
        if options.allow_host or options.root_path:
            return ["Everybody who can reach the proxy can open it, search and judge: there is no sign-in."]
        return []
    if shared:
        return ["Passwords and pictures cross the network as they are: put a proxy with TLS (https) before the page."]
    return []


def _password(options: argparse.Namespace) -> None:
    from explorer.ui.server.passwords import remove_password, set_password

    if options.remove:
        remove_password(options.file, options.name)
        print(f"{options.name} is no longer in {options.file}.")
    else:
        new = set_password(options.file, options.name, _typed())
        print(f"{options.name} {'is new in' if new else 'has a new password in'} {options.file}.")
    print("A page that is open already knows it when it is started again.")


def _typed() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise ExplorerError("The two passwords differ; nothing was written, try again.")
    return password
