"""``info.json`` of a picture: what may be asked of it (section 5 of the IIIF Image API 3.0)."""

from __future__ import annotations

from typing import Any

from explorer.collection.tile_pyramid import TILE, levels
from explorer.iiif.image_request import FORMATS, MOST_ASKED, QUALITIES

CONTEXT = "http://iiif.io/api/image/3/context.json"
PROFILE = "http://iiif.io/api/image/3/level2.json"
LD_JSON = f'application/ld+json;profile="{CONTEXT}"'
FEATURES = ("mirroring", "regionSquare", "rotationArbitrary", "sizeUpscaling")
"""What level 2 does not ask for and is there all the same, but for formats and qualities."""
_LEVEL2_FORMATS = ("jpg", "png")


def image_info(address: str, size: tuple[int, int]) -> dict[str, Any]:
    """The document of a picture of so many pixels, which is at ``address`` (without a slash at its end).

    >>> image_info("https://example.org/iiif/a", (3000, 2000))["tiles"]
    [{'width': 512, 'height': 512, 'scaleFactors': [1, 2, 4, 8]}]
    """
    reduced = [reduced_size for _, reduced_size in levels(size)]
    return {
        "@context": CONTEXT, "id": address, "type": "ImageService3", "protocol": "http://iiif.io/api/image",
        "profile": "level2", "width": size[0], "height": size[1], "maxWidth": MOST_ASKED, "maxHeight": MOST_ASKED,
        "sizes": [{"width": width, "height": height} for width, height in reversed(reduced)
                  if max(width, height) <= MOST_ASKED],
        "tiles": [{"width": TILE, "height": TILE, "scaleFactors": [factor for factor, _ in levels(size)]}],
        "extraFormats": [name for name in FORMATS if name not in _LEVEL2_FORMATS],
        "extraQualities": [name for name in QUALITIES if name != "default"],
        "extraFeatures": list(FEATURES),
    }  # fmt: skip
