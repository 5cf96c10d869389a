"""Connections to servers of the public web, and to none of the local network.

What a manifest names is asked for by this computer, which may reach more than the manifest's author does: the router,
a database, the metadata service of a cloud. So a host is resolved here, every address that it has is looked at, and the
connection is made to one of those that were looked at: a name that resolves to something else a moment later gains
nothing. (OWASP, Server-Side Request Forgery Prevention Cheat Sheet, case 2.)
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from explorer import __version__
from explorer.errors import ExplorerError

PATIENCE = 30.0
"""Seconds of silence after which a connection counts as cut."""
_UNRESERVED = "/%:@!$&'()*+,;=~-._"  # what a path may hold as it is (RFC 3986), and what is encoded already
_SHOWN = 200  # characters of an address in a sentence
Endpoint = tuple[socket.AddressFamily, str]
"""A family and a numeric address that was looked at."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


class NotFetched(ExplorerError):
    """Nothing comes from an address: the sentence says why. ``status`` is that of HTTP, 0 where there was no answer."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Address:
    """An address of the web, taken apart."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query, as a request has them."""

    @property
    def server(self) -> str:
        """Host and port, by which a server is known."""
        return f"{self.host}:{self.port}"


def shown(url: str) -> str:
    """An address as it is put into a sentence, which may be printed in a terminal.

    >>> shown("https://x.org/\x1b[2Jfirst\\nsecond")
    'https://x.org/?[2Jfirst?second'
    """
    plain = "".join(letter if letter.isprintable() else "?" for letter in url[: _SHOWN + 1])
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"


def without_scheme(url: str) -> str:
    """An address without http or https: a museum that changes from one to the other serves the same.

    >>> without_scheme("http://x.org/a") == without_scheme("https://x.org/a")
    True
    """
    return re.sub(r"^https?:", "", url, flags=re.IGNORECASE)


def parsed(url: str) -> Address:
    """Take an address apart. Raises :class:`NotFetched` for what is none of http or https.

    >>> parsed("https://Example.org/iiif/a b?x=1#part")
    Address(scheme='https', host='example.org', port=443, target='/iiif/a%20b?x=1')
    """
    sentence = f"{shown(url)!r} is no address to fetch from; it must begin with http:// or https:// and name a server."
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        host = host if ":" in host else host.encode("idna").decode("ascii")
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:  # a port that is no number, letters that no host name has
        raise NotFetched(sentence) from error
    if parts.scheme not in ("http", "https") or not host or not url.strip().isprintable() or "@" in parts.netloc:
        raise NotFetched(sentence)
    query = f"?{quote(parts.query, safe=_UNRESERVED + '?[]')}" if parts.query else ""
    return Address(parts.scheme, host, port, (quote(parts.path, safe=_UNRESERVED) or "/") + query)


def is_public(numeric: str) -> bool:
    """Whether a numeric address is one of the public network, as is every address of version 4 that it holds inside.

    >>> [is_public(each) for each in ("8.8.8.8", "10.0.0.1", "::ffff:10.0.0.1", "100.64.0.1", "fe80::1%eth0", "::1")]
    [True, False, False, False, False, False]
    """
    try:
        address = ipaddress.ip_address(numeric.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and (address in _NAT64 or address in _COMPATIBLE):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if address.teredo or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def looked_at(address: Address, allow_private: bool) -> tuple[Endpoint, ...]:
    """The numeric addresses of a host. Raises :class:`NotFetched` where there are none, and where any of them is not
    public unless that is allowed."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NotFetched(
            f"The server {address.host} cannot be found ({reason}); check the address and the network."
        ) from error
    endpoints = tuple((family, str(place[0])) for family, _, _, _, place in found)
    if not allow_private and not all(is_public(numeric) for _, numeric in endpoints):
        raise NotFetched(f"{address.host} is in the local network, which is not asked for what a manifest names; "
                         "if it may be, say --allow-private.")  # fmt: skip
    return endpoints


def ask(
    url: str, headers: dict[str, str], allow_private: bool
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Send one GET request; redirections are not followed. The caller closes the connection.

    Raises :class:`NotFetched` where nothing may be or can be asked, :class:`OSError` or
    :class:`http.client.HTTPException` where the connection comes to nothing.
    """
    address = parsed(url)
    endpoints = looked_at(address, allow_private)
    kind = _Secure if address.scheme == "https" else _Plain
    connection = kind(address, endpoints)
    try:
        sent = {"User-Agent": f"brueghel-explorer/{__version__}", "Connection": "close", **headers}
        connection.request("GET", address.target, headers=sent)
        return connection, connection.getresponse()
    except BaseException:
        connection.close()
        raise


def _connected(endpoints: tuple[Endpoint, ...], port: int) -> socket.socket:
    """A socket to the first of the addresses that answers."""
    failed: OSError = OSError("no address")
    for family, numeric in endpoints:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(PATIENCE)
        try:
            sock.connect((numeric, port))
            return sock
        except OSError as error:
            sock.close()
            failed = error
    raise failed


class _Plain(http.client.HTTPConnection):
    def __init__(self, address: Address, endpoints: tuple[Endpoint, ...]) -> None:
        super().__init__(address.host, address.port, timeout=PATIENCE)
        self._endpoints = endpoints

    def connect(self) -> None:
        self.sock = _connected(self._endpoints, self.port)


class _Secure(http.client.HTTPSConnection):
    def __init__(self, address: Address, endpoints: tuple[Endpoint, ...]) -> None:
        self._certified = ssl.create_default_context()
        super().__init__(address.host, address.port, timeout=PATIENCE, context=self._certified)
        self._endpoints = endpoints

    def connect(self) -> None:
        plain = _connected(self._endpoints, self.port)
        self.sock = self._certified.wrap_socket(plain, server_hostname=self.host)
