"""The pictures of manifests, fetched one after another into a folder; what cannot be had is listed with the reason."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from explorer.collection import open_picture
from explorer.errors import ExplorerError
from explorer.files import partial_name
from explorer.harvest.addresses import NotFetched, shown, without_scheme
from explorer.harvest.bodies import Picture
from explorer.harvest.documents import Documents
from explorer.harvest.ledger import Fetched, Ledger
from explorer.harvest.sizes import requests, served_as
from explorer.harvest.walk import LeftOut, Wish
from explorer.progress import Progress, silent

STAGE = "Fetching pictures"
MOST_BYTES = 256_000_000
"""Of one picture."""
_MAY_HAVE_ANOTHER = (400, 403, 404, 405, 406, 413, 414, 415, 416, 422, 500, 501)
"""Answers after which the same picture may be had in another size: servers refuse a size with any of these."""
_HEADS = (
    (b"\xff\xd8\xff", ".jpg"), (b"\x89PNG", ".png"), (b"II*\0", ".tif"), (b"MM\0*", ".tif"), (b"GIF8", ".gif"),
    (b"\0\0\0\x0cjP  ", ".jp2"), (b"\xff\x4f\xff\x51", ".jp2"), (b"BM", ".bmp"),
)  # fmt: skip
_WEBP = (b"RIFF", b"WEBP")


@dataclass
class Gathered:
    """What came of the pictures."""

    fetched: int = 0
    here: int = 0
    """Those that were there already."""
    left_out: list[LeftOut] = field(default_factory=list)
    files: list[tuple[Wish, str]] = field(default_factory=list)
    """Those that are there now, with their files below the folder of pictures."""


def source_of(picture: Picture, wanted: int) -> str:
    """What is asked for: where it is the same again, nothing is fetched."""
    at = picture.service or picture.image
    return json.dumps([without_scheme(at), picture.region, picture.rotation, wanted])


def is_to_be_fetched(wish: Wish, ledger: Ledger, wanted: int) -> bool:
    """Whether a picture is new, or another than the one that came before, or its file has gone."""
    known = ledger.known(wish.key)
    return known is None or known.source != source_of(wish.picture, wanted) or not ledger.is_here(known)


def gather(
    wishes: Sequence[Wish], ledger: Ledger, documents: Documents, wanted: int, progress: Progress = silent
) -> Gathered:
    """Fetch the pictures that are not there yet, of about ``wanted`` pixels on the longer side.

    One that fails is left out, and whatever came of it earlier stays.
    """
    done = Gathered()
    for number, wish in enumerate(wishes):
        progress(STAGE, number, len(wishes))
        if is_to_be_fetched(wish, ledger, wanted):
            try:
                _bring(wish, ledger, documents, wanted)
                done.fetched += 1
            except ExplorerError as error:
                done.left_out.append(LeftOut(wish.title, str(error)))
        else:
            done.here += 1
        known = ledger.known(wish.key)
        if known and ledger.is_here(known):
            done.files.append((wish, known.file))
    progress(STAGE, len(wishes), max(len(wishes), 1))
    return done


def _bring(wish: Wish, ledger: Ledger, documents: Documents, wanted: int) -> None:
    """Fetch one picture into its place. Raises :class:`ExplorerError` with the reason where it does not come."""
    ledger.pictures.mkdir(parents=True, exist_ok=True)
    source = source_of(wish.picture, wanted)
    arriving = partial_name(ledger.pictures.parent / "arriving")
    try:
        if same := ledger.same_picture(source):
            shutil.copyfile(ledger.pictures / same.file, arriving)
            ending = Path(same.file).suffix
        else:
            ending = _arrived(wish.picture, arriving, documents, wanted)
        fetched = Fetched(wish.key, ledger.name_for(wish, ending), source, arriving.stat().st_size)
        place = ledger.pictures / fetched.file
        place.parent.mkdir(parents=True, exist_ok=True)
        ledger.add(fetched)
        os.replace(arriving, place)
    finally:
        arriving.unlink(missing_ok=True)


def _arrived(picture: Picture, arriving: Path, documents: Documents, wanted: int) -> str:
    """Fetch a picture, by the first of its addresses at which one is; the ending that its file is to have."""
    info = None
    if picture.service:
        try:
            info = documents.read(f"{picture.service}/info.json")
        except NotFetched as error:
            if error.status in (0, 401):  # no answer, or none to anybody who is not signed in
                raise
    refused: NotFetched | None = None
    for address in requests(picture, served_as(picture, info), wanted):
        try:
            return _received(address, arriving, documents)
        except NotFetched as error:
            refused = refused or error
            if error.status not in _MAY_HAVE_ANOTHER:
                raise
    raise refused or NotFetched("The manifest names no address of this picture.")


def _received(address: str, arriving: Path, documents: Documents) -> str:
    with arriving.open("wb") as file:
        documents.servers.fetch(address, file, MOST_BYTES, {"Accept": "image/jpeg, image/*;q=0.9"})
    with arriving.open("rb") as file:
        head = file.read(32)
    if head.lstrip()[:1] == b"<":
        raise NotFetched(f"{shown(address)} sends a web page instead of a picture.", 415)
    ending = next((ending for start, ending in _HEADS if head.startswith(start)), "")
    if head[:4] == _WEBP[0] and head[8:12] == _WEBP[1]:
        ending = ".webp"
    try:
        if not ending:
            raise ExplorerError("it is of no kind that is read.")
        open_picture(arriving, 512)
    except ExplorerError as error:
        reason = str(error).replace(arriving.name, "it")
        raise NotFetched(f"{shown(address)} sends no picture that can be used: {reason}", 415) from error
    return ending
