"""The names that the page answers to. A page of any other name cannot reach it through a visitor's browser: an address
that an attacker makes such a name lead to (DNS rebinding) is refused by the name, which the browser always sends."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from explorer.errors import ExplorerError

THIS_COMPUTER = ("127.0.0.1", "localhost", "::1")
"""Addresses to bind that only this computer reaches."""
ANYWHERE = ("0.0.0.0", "::", "")
"""Addresses to bind that stand for every address of the machine."""
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\[\]:/@?#\s]+)(:(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True)
class Host:
    """Where a request is addressed to: a name or an address, in lower case and without brackets, and perhaps a port."""

    name: str
    port: str = ""

    @classmethod
    def parse(cls, text: str) -> Host | None:
        """What a ``Host`` header says; None for what is none.

        >>> Host.parse("Museum.example.:8080"), Host.parse("[::1]"), Host.parse("a b")
        (Host(name='museum.example', port='8080'), Host(name='::1', port=''), None)
        """
        found = _HOST.fullmatch(text.strip().lower())
        if found is None:
            return None
        return cls(found["name"].strip("[]").removesuffix("."), found["port"] or "")

    @classmethod
    def of_origin(cls, origin: str) -> Host | None:
        """Whom an ``Origin`` or a ``Referer`` names, without the port that goes without saying; None for what is no web
        address (as ``null``, which a browser sends for a page that hides where it is from).

        >>> Host.of_origin("https://museum.example:443"), Host.of_origin("http://[::1]:7860/?a"), Host.of_origin("null")
        (Host(name='museum.example', port=''), Host(name='::1', port='7860'), None)
        """
        scheme, _, rest = origin.strip().lower().partition("://")
        usual = {"http": "80", "https": "443"}.get(scheme)
        found = cls.parse(re.split(r"[/?#]", rest, maxsplit=1)[0])
        if usual is None or found is None:
            return None
        return cls(found.name, "" if found.port == usual else found.port)

    def without_usual_port(self) -> Host:
        """The same, without a port that may go without saying."""
        return Host(self.name, "" if self.port in ("80", "443") else self.port)


class KnownHosts:
    """The names and addresses under which the page is served: this computer's own for itself, the address that is
    bound, with ``0.0.0.0`` the machine's names, and those ``allowed`` beside them.

    Raises :class:`ExplorerError` for an allowed host that is no name.
    """

    def __init__(self, bound: str = "127.0.0.1", allowed: Iterable[str] = ()) -> None:
        names = {"localhost", bound.lower().strip("[]")} | (machine_names() if bound in ANYWHERE else set())
        self._names = {name for name in names if name not in ANYWHERE} | {allowed_name(name) for name in allowed}

    def __contains__(self, host: Host) -> bool:
        return host.name in self._names or _is_loopback(host.name)

    def serve(self, host: Host, arrived_at: str) -> bool:
        """Whether a request to ``host`` is answered, which arrived at this address of the machine: an address is bound
        if requests arrive at it."""
        return host in self or _same_address(host.name, arrived_at)


def allowed_name(text: str) -> str:
    """A name that ``--allow-host`` gives. Raises :class:`ExplorerError` for what is none.

    >>> allowed_name("Prints.Museum.example")
    'prints.museum.example'
    """
    host = Host.parse(text if text.count(":") < 2 or text.startswith("[") else f"[{text}]")
    if host is None or host.port or "*" in text:
        raise ExplorerError(f"{text!r} is no host to allow: give its name or address alone, as prints.museum.example.")
    return host.name


def machine_names() -> set[str]:
    """What this machine calls itself, also on a local network (``.local``)."""
    own = socket.gethostname().lower()
    short = own.partition(".")[0]
    return {name for name in (own, short, f"{short}.local", socket.getfqdn().lower()) if name}


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None) or address


def _is_loopback(name: str) -> bool:
    address = _address(name)
    return address is not None and address.is_loopback


def _same_address(name: str, arrived_at: str) -> bool:
    address = _address(name)
    return address is not None and address == _address(arrived_at)
