"""Archives that others serve, fetched into a folder: downloaded, checked against a digest, unpacked.

``DIR`` is the unpacked folder. Beside it lie ``DIR.zip.part`` during the download and ``DIR.zip.sha256`` afterwards:
the authors publish no digest, so the first fetch can only record that of what came, and later ones must have the same.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import filelock

from explorer.errors import ExplorerError
from explorer.fetch.download import discard, download
from explorer.fetch.unpack import NoRoom, Unpacked, unpack
from explorer.files import content_hash, write_atomically
from explorer.progress import Progress, silent

__all__ = ["BRUEGHEL_URL", "Fetched", "fetch_archive"]

BRUEGHEL_URL = "http://imagine.enpc.fr/~shenx/data/Brueghel.zip"
"""Where the authors serve the Brueghel benchmark of ArtMiner, about 400 MB."""


@dataclass(frozen=True)
class Fetched:
    """The result of a fetch."""

    folder: Path
    sha256: str
    unpacked: Unpacked | None
    """None when the folder was there already."""
    digest_file: Path
    was_expected: bool
    """The digest was one asked for, or that of an earlier fetch."""

    def lines(self) -> list[str]:
        """The result in sentences, for the command line."""
        lines = [f"{self.folder} is there already; remove it to fetch it again."]
        if self.unpacked:
            lines = [f"{self.folder}: {self.unpacked.files:,} files, {self.unpacked.bytes / 1e6:,.0f} MB."]
        lines.append(f"SHA-256 {self.sha256}")
        if self.was_expected:
            lines.append("It is the digest that was expected.")
        else:
            lines.append(f"Its authors publish no digest to compare with: this one is kept in {self.digest_file}, "
                        "and a later fetch is checked against it.")  # fmt: skip
        return lines


def fetch_archive(
    url: str, folder: Path, sha256: str | None = None, progress: Progress = silent, pause: float = 2.0
) -> Fetched:
    """Fetch an archive (ZIP, tar) and unpack it into ``folder``; ``sha256`` (hex) is the digest it must have.

    A download that broke off is resumed. Without ``sha256`` the digest of an earlier fetch to the same folder is
    required, if there was one. Raises :class:`ExplorerError` with one sentence for whatever goes wrong; the folder is
    then as it was before.
    """
    if sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise ExplorerError(f"{sha256!r} is no SHA-256 digest: it needs 64 hex digits.")
    folder = Path(os.path.abspath(folder))  # "." has no name to put files beside
    archive = folder.with_name(f"{folder.name}.zip")
    digest_file = archive.with_name(f"{archive.name}.sha256")
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(archive.with_name(f".{archive.name}.lock"), timeout=0):
            expected = sha256.lower() if sha256 else _recorded(digest_file)
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                return _there_already(folder, digest_file, expected)
            part = download(url, archive, progress, pause)
            digest = content_hash(part)
            if expected and digest != expected:
                discard(archive)
                raise ExplorerError(_other_digest(url, digest, expected, None if sha256 else digest_file))
            unpacked = _unpack_or_discard(archive, part, folder, progress)
            write_atomically(digest_file, f"{digest}  {archive.name}\n")
            discard(archive)
    except filelock.Timeout:
        raise ExplorerError(f"Another fetch to {folder} is at work; wait for it, or give another --to.") from None
    return Fetched(folder, digest, unpacked, digest_file, expected is not None)


def _unpack_or_discard(archive: Path, part: Path, folder: Path, progress: Progress) -> Unpacked:
    """Unpack the ``part`` file that an archive was downloaded to. One that cannot be unpacked is not kept: the next
    fetch would only find it bad again."""
    try:
        return unpack(part, folder, progress)
    except NoRoom:
        raise
    except ExplorerError:
        discard(archive)
        raise


def _there_already(folder: Path, digest_file: Path, expected: str | None) -> Fetched:
    recorded = _recorded(digest_file)
    if recorded is None:
        raise ExplorerError(f"{folder} exists and was not fetched by this command; give another folder with --to.")
    if expected != recorded:
        raise ExplorerError(f"{folder} was fetched before with SHA-256 {recorded}, not {expected}; remove it to fetch "
                            "it again.")  # fmt: skip
    return Fetched(folder, recorded, None, digest_file, was_expected=True)


def _recorded(digest_file: Path) -> str | None:
    """The digest in a file that an earlier fetch wrote; None when there is none that can be read."""
    try:
        words = digest_file.read_text("ascii").split()
    except (OSError, UnicodeDecodeError):
        return None
    return words[0].lower() if words and re.fullmatch(r"[0-9a-fA-F]{64}", words[0]) else None


def _other_digest(url: str, digest: str, expected: str, record: Path | None) -> str:
    remedy = f", as the last time; delete {record} to accept it" if record else " as asked for"
    return f"What {url} sends has SHA-256 {digest}, not {expected}{remedy}; it was not unpacked."
