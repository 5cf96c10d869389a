"""The demo's invented catalogue: titles as museums write them, artists, years, mediums, sizes, collections."""

from __future__ import annotations

from explorer.demo.noise import random_stream
from explorer.demo.plan import WorkPlan

_TITLES = {
    "mill": (
        "Landscape with a Windmill",
        "The Mill on the Dyke",
        "Windmill beside a Country Road",
        "Hilly Landscape with a Post Mill and Travellers",
    ),
    "harbour": (
        "Harbour at Low Tide",
        "Estuary with a Sailing Boat",
        "View of a Port with Shipping",
        "River Mouth with Boats Becalmed, a Church Tower beyond",
    ),
    "village": (
        "Village Street with a Church",
        "Market Day in a Village",
        "The Village Well",
        "View of a Village with Peasants, a Covered Cart and Cattle on the Way to Market",
    ),
    "still life": (
        "Flowers in an Earthenware Vase",
        "Still Life with a Jug and a Lemon",
        "Breakfast Piece",
        "Banquet Piece with Bread, a Roemer, Fruit and a Butterfly on a Table's Edge",
    ),
    "road": (
        "The Country Road",
        "Travellers on the Highway",
        "Wooded Road with a Covered Cart",
        "Evening Landscape with a Rider overtaking a Cart near a Tall Oak",
    ),
    "river": (
        "River Landscape with a Stone Bridge",
        "The Bridge",
        "Bridge with a Sailing Boat passing",
        "Wide River Valley with a Three-Arched Bridge and Cattle at the Water",
    ),
    "winter": (
        "Winter Landscape with Dancers",
        "The Frozen Village",
        "Snow",
        "Winter Day with Crows about a Bare Tree",
    ),
    "kermis": (
        "Peasant Kermis",
        "Dance before the Inn",
        "The Wedding Dance",
        "Village Feast with Peasants dancing in a Ring before an Inn",
    ),
    "farm": ("Farmyard with Cattle", "The Cottage", "Farm by a Well", "Summer Pasture with a Cow near a Thatched Farm"),
}
_GENRES = {
    "mill": "landscape",
    "harbour": "harbour",
    "village": "village",
    "still life": "still life",
    "road": "landscape",
    "river": "landscape",
    "winter": "winter landscape",
    "kermis": "village",
    "farm": "landscape",
}
_PAINTERS = (
    "Pieter van Elst the Elder",
    "Pieter van Elst the Elder and workshop",
    "Workshop of Pieter van Elst, Hand A",
    "Workshop of Pieter van Elst, Hand B",
    "Adriaen van Elst (son)",
    "Follower of Pieter van Elst",
)
_MEDIUMS = {
    "oil": ("oil on panel", "oil on panel", "oil on copper", "oil on canvas"),
    "grisaille": ("oil sketch on paper, en grisaille",),
    "watercolour": ("watercolour and pen on paper",),
    "pen": ("pen and brown ink with wash on paper",),
    "chalk": ("red chalk on paper",),
    "engraving": ("engraving",),
}
_COLLECTIONS = (
    "Stadsmuseum Oudewater",
    "Kunstkabinet De Witte Raaf",
    "Prentenkabinet Sint-Lucas",
    "Schloss Birkenfels",
    "Musée de la Halle aux Draps",
    "Private collection",
)
_HEIGHTS = {"oil on panel": (32, 74), "oil on copper": (16, 27), "oil on canvas": (68, 118)}
_PAPER = (14, 31)
FIELDS = (
    "file",
    "title",
    "artist",
    "year",
    "genre",
    "medium",
    "inventory number",
    "height_cm",
    "width_cm",
    "collection",
)


def catalogue_row(plan: WorkPlan, seed: int) -> dict[str, str]:
    """The catalogue row of a work, under the headings of :data:`FIELDS`.

    Versions share title and date range; the second painted version of a composition has the size of the first, as if
    both came from one cartoon.
    """
    group_rng, work_rng = random_stream(seed, "catalogue", plan.group), random_stream(seed, "entry", plan.number)
    title = str(group_rng.choice(_TITLES[plan.kind]))
    year, scale = int(group_rng.integers(1572, 1622)), float(group_rng.uniform())
    medium = str((group_rng if plan.version == 0 else work_rng).choice(_MEDIUMS[plan.technique]))
    low, high = _HEIGHTS.get(medium, _PAPER)
    height = round(low + (high - low) * scale, 1)
    width, tall = plan.size
    return {
        "file": f"{_file_name(title)}_{plan.number + 1:03d}.jpg",
        "title": title if plan.version == 0 else f"{title} (version {plan.version + 1})",
        "artist": _artist(plan, title, str(work_rng.choice(_PAINTERS))),
        "year": str(year + (int(work_rng.integers(1, 16)) if plan.version else 0)),
        "genre": _GENRES[plan.kind],
        "medium": medium,
        "inventory number": f"{'PDS'[work_rng.integers(3)]}.{work_rng.integers(100, 2000)}",
        "height_cm": f"{height:g}",
        "width_cm": f"{round(height * width / tall, 1):g}",
        "collection": str(work_rng.choice(_COLLECTIONS)),
    }


def _artist(plan: WorkPlan, title: str, painter: str) -> str:
    if plan.technique == "engraving":
        return "Anonymous engraver after Pieter van Elst"
    return "Pieter van Elst the Elder" if plan.version == 0 and plan.number % 3 == 0 else painter


def _file_name(title: str) -> str:
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in title.lower()).split()
    return "_".join(words[:6])
