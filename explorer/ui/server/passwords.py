"""The file of passwords for a page that is shared: one line per person, the name, a colon, and a salted hash (scrypt).

Lines that are empty or begin with ``#`` are passed over. What a password is cannot be read from the file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.files import replacing

SHORTEST, LONGEST = 8, 1000
"""Characters of a password."""
LONGEST_NAME = 80
MOST_MEMORY = 2**28
"""Bytes that checking one password may take: a file that asks for more is damaged."""


@dataclass(frozen=True)
class PasswordHash:
    """A salted scrypt hash (RFC 7914) and its costs: 32 MB and about a quarter of a second, as OWASP advises."""

    salt: bytes
    digest: bytes
    n: int = 2**15
    r: int = 8
    p: int = 3

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """The hash of a new password, with a salt of its own."""
        empty = cls(secrets.token_bytes(16), b"")
        return cls(empty.salt, empty._hashed(password))

    @classmethod
    def parse(cls, text: str) -> PasswordHash:
        """What :meth:`line` wrote. Raises :class:`ValueError` for anything else."""
        kind, n, r, p, salt, digest = text.split("$")
        found = cls(_decoded(salt), _decoded(digest), int(n), int(r), int(p))
        whole = kind == "scrypt" and len(found.salt) >= 8 and len(found.digest) == 32
        costs = found.n > 1 and found.n & (found.n - 1) == 0 and 0 < found.r <= 64 and 0 < found.p <= 64
        if not whole or not costs or found._memory > MOST_MEMORY:
            raise ValueError("no scrypt hash")
        return found

    def line(self) -> str:
        """The hash as text, costs and salt with it."""
        salt, digest = (base64.b64encode(part).decode() for part in (self.salt, self.digest))
        return f"scrypt${self.n}${self.r}${self.p}${salt}${digest}"

    def fits(self, password: str) -> bool:
        """Whether a password is the one; the time that it takes does not tell how far it is right."""
        return hmac.compare_digest(self.digest, self._hashed(password))

    @property
    def _memory(self) -> int:
        return 128 * self.r * (self.n + self.p + 2)

    def _hashed(self, password: str) -> bytes:
        typed = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
        return hashlib.scrypt(
            typed, salt=self.salt, n=self.n, r=self.r, p=self.p, maxmem=2 * self._memory, dklen=32
        )  # fmt: skip


class Users:
    """Who may sign in: names and the hashes of their passwords, one at least."""

    def __init__(self, hashes: dict[str, PasswordHash]) -> None:
        self._hashes = hashes
        self._nobody = replace(next(iter(hashes.values())), digest=secrets.token_bytes(32))

    @classmethod
    def read(cls, path: Path) -> Users:
        """The people of a file. Raises :class:`ExplorerError` for a file that is not there, is damaged or names nobody:
        a page that asks for passwords is never served without them."""
        hashes = _read(path)
        if not hashes:
            raise ExplorerError(f"{path} names nobody; add somebody with: explorer password {path} NAME")
        return cls(hashes)

    def fits(self, name: str, password: str) -> bool:
        """Whether a name and a password belong together. A name that is not known takes as long as one that is."""
        known = self._hashes.get(_name(name))
        fits = (known or self._nobody).fits(password[:LONGEST])
        return fits and known is not None

    def __contains__(self, name: str) -> bool:
        return _name(name) in self._hashes


def set_password(path: Path, name: str, password: str) -> bool:
    """Write a person's password into a file, which is made if it is not there and which only its owner may read;
    returns whether the name is new. Raises :class:`ExplorerError` for a name or a password that will not do."""
    name, hashes = _name(name), _read(path) if path.exists() else {}
    if not name or len(name) > LONGEST_NAME or ":" in name or name.startswith("#") or not name.isprintable():
        raise ExplorerError(f"A name has 1 to {LONGEST_NAME} characters, no colon, and does not begin with #.")
    if not SHORTEST <= len(password) <= LONGEST:
        raise ExplorerError(f"A password has {SHORTEST} characters or more; several words are better than one.")
    known = name in hashes
    _write(path, {**hashes, name: PasswordHash.of(password)})
    return not known


def remove_password(path: Path, name: str) -> None:
    """Take a person out of a file. Raises :class:`ExplorerError` for somebody who is not in it."""
    hashes = _read(path)
    if hashes.pop(_name(name), None) is None:
        raise ExplorerError(f"{path} does not name {name!r}.")
    _write(path, hashes)


def _write(path: Path, hashes: dict[str, PasswordHash]) -> None:
    with replacing(path) as file:
        os.chmod(file.name, 0o600)
        file.write("".join(f"{name}:{known.line()}\n" for name, known in hashes.items()).encode())


def _read(path: Path) -> dict[str, PasswordHash]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        raise ExplorerError(f"There is no password file {path}; make it with: explorer password {path} NAME") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text file"
        raise ExplorerError(f"The password file {path} cannot be read ({reason}).") from error
    return dict(_entries(path, lines))


def _entries(path: Path, lines: Iterable[str]) -> Iterable[tuple[str, PasswordHash]]:
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, text = line.partition(":")
        try:
            if not _name(name):
                raise ValueError("no name")
            yield _name(name), PasswordHash.parse(text.strip())
        except (ValueError, binascii.Error) as error:
            raise ExplorerError(
                f"Line {number} of the password file {path} is damaged; remove it and set that password again with: "
                f"explorer password {path} NAME"
            ) from error


def _name(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
