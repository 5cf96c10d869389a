"""The picture that answers a request of the IIIF Image API, as the bytes of a file."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image

from explorer.collection import Work
from explorer.collection.derivatives import THUMBNAIL_SIDE, VIEW_SIDE
from explorer.iiif.image_request import ImageRequest
from explorer.workspace import Workspace

_QUALITY = 90
_QUARTERS = {90.0: Image.Transpose.ROTATE_270, 180.0: Image.Transpose.ROTATE_180, 270.0: Image.Transpose.ROTATE_90}
"""Clockwise, as the API counts; Pillow counts the other way round."""


def answer(workspace: Workspace, work: Work, request: ImageRequest) -> bytes:
    """A file with what is asked for of a work. Raises :class:`ExplorerError` when the original cannot be read, or when
    the disk takes nothing."""
    return encoded(formed(_region(workspace, work, request), request), request.format)


def _region(workspace: Workspace, work: Work, request: ImageRequest) -> Image.Image:
    """The region, scaled: of the smallest copy that is as large as it has to be."""
    side = request.scale * max(work.width, work.height)
    if side > VIEW_SIDE:
        return workspace.tiles.part(work.content, workspace.original(work), request.region, request.size)
    path = workspace.thumbnail(work.id) if side <= THUMBNAIL_SIDE else workspace.view(work.id)
    return _part_of_copy(path, work, request)


def _part_of_copy(path: Path, work: Work, request: ImageRequest) -> Image.Image:
    left, top, width, height = request.region
    with Image.open(path) as copy:
        across, down = copy.width / work.width, copy.height / work.height
        box = (left * across, top * down, (left + width) * across, (top + height) * down)
        return copy.convert("RGB").resize(
            request.size, Image.Resampling.LANCZOS, (box[0], box[1], min(box[2], copy.width), min(box[3], copy.height))
        )


def formed(image: Image.Image, request: ImageRequest) -> Image.Image:
    """A picture mirrored, turned clockwise and brought to a quality, in this order; corners that come in are white."""
    if request.mirror:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    turn = request.turn % 360
    if turn in _QUARTERS:
        image = image.transpose(_QUARTERS[turn])
    elif turn:
        image = image.rotate(-turn, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    if request.quality == "gray":
        return image.convert("L")
    return image.convert("1") if request.quality == "bitonal" else image


def encoded(image: Image.Image, form: str) -> bytes:
    """A picture as a file of a format."""
    file = BytesIO()
    if form == "png":
        image.save(file, "PNG")
    else:
        full = image.convert("L") if image.mode == "1" else image
        full.convert("RGB" if form == "webp" else full.mode).save(
            file, {"jpg": "JPEG", "webp": "WEBP"}[form], quality=_QUALITY
        )
    return file.getvalue()
