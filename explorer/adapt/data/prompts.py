"""The text corpus of training: names in prompt templates, captions, titles, and generated scene descriptions.

The text tower learns from texts alone, so they cost nothing but must cover what people type: names of things in prompt
ensembles ("a painting of a windmill"), scenes ("two peasants dancing in front of an inn"), titles and captions. The
stage ``prepare`` writes the corpus to the prepared folder.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer.paths import ASSETS

WORDS_FILE = ASSETS / "prompts" / "training_words.txt"

TEMPLATES = (
    "{}", "a {}", "the {}", "a painting of a {}", "a painting of {}", "a picture of a {}", "a drawing of a {}",
    "a photo of a {}", "a photo of the {}", "a photo of a {}.", "an artwork showing a {}", "a print of a {}",
    "a detail of a painting with a {}", "a work of art: {}", "a sketch of a {}", "an engraving of a {}",
    "a watercolour of a {}", "an oil painting of a {}", "a small {}", "a painting with a {} in it", "a cartoon of a {}",
    "a close-up of a {}", "one {}", "several {}", "a photo of many {}", "there is a {} in the picture", "an old {}",
    "a black and white photo of a {}", "a {} in a landscape", "art of a {}", "a rendering of a {}", "a large {}",
    "a painting of the {}", "a sculpture of a {}", "a statue of a {}", "an etching of a {}", "a woodcut of a {}",
    "a Flemish painting of a {}", "a still life with a {}", "a portrait of a {}", "a {} seen from afar",
    "a bad photo of a {}", "a good painting of a {}", "a cropped photo of a {}", "a {}, detail",
    "an illustration of a {}", "a {} in the foreground", "a {} in the background", "{} in a painting",
    "a fresco with a {}", "a miniature of a {}",
)  # fmt: skip
ADJECTIVES = (
    "old", "small", "large", "young", "red", "blue", "white", "black", "green", "yellow", "brown", "golden", "dark",
    "bright", "wooden", "broken", "ruined", "dead", "sleeping", "standing", "seated", "dancing", "running", "snowy",
    "stormy", "quiet", "crowded", "empty", "distant", "beautiful", "ragged", "rich", "poor", "naked", "crowned",
    "medieval", "rustic", "rocky", "flowering", "frozen", "burning", "open", "half-hidden", "round", "tall", "thatched",
)  # fmt: skip
ACTIONS = (
    "dancing", "drinking", "eating", "fighting", "skating", "walking", "riding a horse", "playing the bagpipes",
    "playing cards", "reading a book", "praying", "sleeping", "working in the field", "carrying a basket", "hunting",
    "fishing", "mowing hay", "harvesting wheat", "herding cattle", "sitting at a table", "cooking", "singing",
    "holding a child", "looking out of a window", "running", "crossing a bridge", "warming themselves at a fire",
    "throwing snowballs", "playing games", "selling fish", "weeping", "kneeling", "climbing a tree", "swimming",
    "holding a sword", "gathering wood", "shearing sheep", "travelling", "begging", "bathing", "rowing a boat",
)  # fmt: skip
COMPOSITIONS = (
    "a {} and a {}", "a {} with a {}", "a {} in front of a {}", "a {} beside a {}", "a {} near a {}", "a {} under a {}",
    "{} with {}", "a {} behind a {}", "a {} on a {}", "{} and {}", "a {} among {}", "a {} next to the {}",
    "a {} between a {} and a tree", "a {} by the {}",
)  # fmt: skip
FRAMES = (
    "{}", "a painting of {}", "a picture of {}", "an oil painting of {}", "a photo of {}", "a drawing of {}",
    "a Flemish painting of {}", "a landscape with {}", "a view of {}", "{}, oil on panel", "a scene with {}",
    "an engraving of {}", "a genre painting of {}", "a winter landscape with {}",
)  # fmt: skip
PEOPLE = (
    "a man", "a woman", "a child", "children", "two men", "two women", "peasants", "a peasant", "a crowd", "soldiers",
    "a knight", "a king", "a queen", "a saint", "an angel", "a monk", "a shepherd", "villagers", "a couple", "a family",
    "a hunter", "hunters", "a beggar", "a musician", "a boy", "a girl", "an old man", "an old woman", "people",
    "figures", "a young woman", "a lady", "a priest", "travellers", "a fisherman", "sailors", "a group of people",
    "three people",
)  # fmt: skip
PLACES = (
    "in a village", "in a landscape", "in front of an inn", "on the ice", "in the snow", "in a church", "on a hill",
    "by the river", "in the forest", "at the market", "in a kitchen", "in a field", "on the beach", "under a tree",
    "in a garden", "in a room", "in the street", "near a windmill", "at sea", "in the mountains", "at night",
    "in summer", "in winter", "in spring", "in autumn", "on a bridge", "before a castle", "in a tavern",
    "on a road", "in hell",
)  # fmt: skip
TEMPLATES_PER_NAME = 14  # for a name of a visible thing; other nouns get three


def vocabulary(path: Path = WORDS_FILE) -> list[str]:
    """Words of painting from the project's own list, kinds included."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    pairs = [line.split(":", 1) for line in lines]
    return list(dict.fromkeys(word.strip() for kind, words in pairs for word in [kind, *words.split(",")]))


def name_texts(name: str) -> list[str]:
    """Prompts for the name of a pictured thing, the plainest first.

    >>> name_texts("windmill")[:2]
    ['a windmill', 'windmill']
    """
    return [f"a {name}", name, f"a photo of a {name}", f"a picture of a {name}", f"a painting of a {name}"]


def corpus(visible: list[str], nouns: list[str], given: list[str], count: int, seed: int = 0) -> list[str]:
    """About ``count`` different texts: ``given`` sentences as they are, names in templates, then generated scenes.

    ``visible`` names get many templates, ``nouns`` few. The same seed gives the same texts.
    """
    rng = np.random.default_rng(seed)
    words = vocabulary()
    texts = dict.fromkeys(" ".join(text.split()) for text in given)
    visible = list(dict.fromkeys([*visible, *words]))
    for names, template_count in ((visible, TEMPLATES_PER_NAME), (nouns, 3)):
        for name in names:
            drawn = rng.choice(np.arange(2, len(TEMPLATES)), max(1, template_count - 2), replace=False)
            for number in (0, 1, *drawn):
                texts[TEMPLATES[number].format(name)] = None
    for _ in range(4 * count):  # bounded: a short list cannot make many sentences
        if len(texts) >= count:
            break
        texts[_scene(words, visible, rng)] = None
    return [text for text in texts if text]


def _scene(words: list[str], visible: list[str], rng: np.random.Generator) -> str:
    def choose(choices: tuple[str, ...] | list[str]) -> str:
        return choices[rng.integers(len(choices))]

    def thing() -> str:
        name = choose(words) if rng.random() < 0.5 else choose(visible)
        return f"{choose(ADJECTIVES)} {name}" if rng.random() < 0.35 else name

    kind = rng.random()
    if kind < 0.4:
        scene = choose(COMPOSITIONS).format(thing(), thing())
    elif kind < 0.7:
        scene = f"{choose(PEOPLE)} {choose(ACTIONS)}" + (f" {choose(PLACES)}" if rng.random() < 0.6 else "")
    elif kind < 0.85:
        scene = f"a {thing()} {choose(PLACES)}"
    else:
        scene = f"{choose(PEOPLE)} with a {thing()}" + (f" {choose(PLACES)}" if rng.random() < 0.4 else "")
    return choose(FRAMES).format(scene) if rng.random() < 0.6 else scene
