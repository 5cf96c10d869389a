"""All canvases of manifests and collections, collections within collections included, each manifest once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from explorer.errors import ExplorerError
from explorer.harvest.addresses import parsed, shown, without_scheme
from explorer.harvest.bodies import Picture
from explorer.harvest.documents import Documents
from explorer.harvest.manifests import Canvas, Listing, Manifest, read_document
from explorer.progress import Progress, silent

MOST_CANVASES = 50_000
"""Of one collection; what is beyond is left out, and said."""
MOST_DOCUMENTS = 20_000
DEEPEST = 8
"""Collections within collections."""
STAGE = "Reading manifests"


@dataclass(frozen=True)
class LeftOut:
    """A canvas, a manifest or a collection of which nothing came, and why in a sentence."""

    what: str
    reason: str


@dataclass(frozen=True)
class Wish:
    """A picture that a manifest has."""

    key: str
    """By which it is known in every run: the addresses of manifest and canvas."""
    address: str
    """Of its manifest, as it was asked for."""
    manifest: Manifest
    canvas: Canvas
    picture: Picture
    above: str
    """The label of the collection that lists the manifest; empty for one that was named itself."""

    @property
    def title(self) -> str:
        """What the manifest calls it; where that has several canvases, with the name of this one.

        A canvas that is called as its manifest is goes by its number.
        """
        whole, part = self.manifest.label, self.canvas.label
        if len(self.manifest.canvases) == 1:
            return whole or part
        if not part or part == whole:
            part = str(self.canvas.number)
        return f"{whole}, {part}" if whole else part


@dataclass
class Walked:
    """What was found."""

    wishes: list[Wish] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    manifests: int = 0


@dataclass(frozen=True)
class _Ahead:
    address: str
    document: Any
    """Where it came inside another; else None."""
    depth: int
    above: str


def walk(documents: Documents, addresses: tuple[str, ...], progress: Progress = silent) -> Walked:
    """Read what is at some addresses and all that is listed there. What cannot be read is left out, and listed."""
    found, seen, read = Walked(), set[str](), 0
    ahead = [_Ahead(address, None, 0, "") for address in reversed(addresses)]
    while ahead:
        each = ahead.pop()
        place = each.address.partition("#")[0]
        if place in seen:
            continue
        seen.add(place)
        if len(found.wishes) >= MOST_CANVASES or read >= MOST_DOCUMENTS:
            reason = (
                f"More than {MOST_CANVASES:,} canvases or {MOST_DOCUMENTS:,} manifests are too many for one collection."
            )
            found.left_out.append(LeftOut(shown(place), reason))
            break
        read += 1
        progress(STAGE, read - 1, read + len(ahead))
        try:
            parsed(place)
            document = read_document(documents.read(place) if each.document is None else each.document, place)
        except ExplorerError as error:
            found.left_out.append(LeftOut(shown(place), str(error)))
            continue
        if isinstance(document, Manifest):
            _take(document, each, found)
        else:
            ahead += reversed(_listed(document, each, found))
    progress(STAGE, read, max(read, 1))
    return found


def _listed(listing: Listing, at: _Ahead, found: Walked) -> list[_Ahead]:
    """What a collection lists, in its order, then its next page."""
    if at.depth >= DEEPEST and listing.members:
        reason = f"Its members are not read: collections within collections are followed {DEEPEST} deep."
        found.left_out.append(LeftOut(listing.label or shown(listing.id), reason))
        return []
    members = [_Ahead(address, document, at.depth + 1, listing.label) for address, document in listing.members]
    return [*members, *(_Ahead(page, None, at.depth, at.above) for page in listing.pages)]


def _take(manifest: Manifest, at: _Ahead, found: Walked) -> None:
    """Its pictures, and those canvases that have none."""
    found.manifests += 1
    if not manifest.canvases:
        found.left_out.append(LeftOut(manifest.label or shown(manifest.id), "This manifest has no canvases."))
    times = Counter(canvas.id for canvas in manifest.canvases)
    for canvas in manifest.canvases:
        if len(found.wishes) >= MOST_CANVASES:
            reason = f"More than {MOST_CANVASES:,} canvases are too many at once; the rest was left out."
            found.left_out.append(LeftOut(manifest.label or shown(manifest.id), reason))
            return
        own = canvas.id if canvas.id and times[canvas.id] == 1 else f"{canvas.id} {canvas.number}"
        if canvas.picture is None:
            name = ", ".join(part for part in (manifest.label, canvas.label or str(canvas.number)) if part)
            found.left_out.append(LeftOut(name, "This canvas has no picture."))
            continue
        key = f"{without_scheme(at.address.partition('#')[0])} {without_scheme(own)}"
        found.wishes.append(Wish(key, at.address, manifest, canvas, canvas.picture, at.above))
