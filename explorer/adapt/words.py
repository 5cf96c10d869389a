"""Words to learn from: kinds of things, ImageNet's labels, the catalogue, and sentences made of them.

ImageNet has no giraffe and no person; a sentence encoder knows both and where they lie among the labels. So the
joint space of pictures and words is the sentence encoder's, reduced: pictures are drawn towards the words that
a classifier gives them, and words that no picture carried find their place among those.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

WORDS_FILE = Path(__file__).parents[2] / "assets" / "prompts" / "training_words.txt"

TEMPLATES = (
    "{}", "a {}", "a painting of a {}", "a painting of {}", "a picture of a {}", "a drawing of a {}", "a photo of a {}",
    "an artwork showing a {}", "a print of a {}", "a detail of a painting with a {}", "the {}", "a work of art: {}",
    "a sketch of a {}", "an engraving of a {}", "a watercolour of a {}", "an oil painting of a {}", "a small {}",
)  # fmt: skip
JOINED = (
    "a {} and a {}", "a painting of a {} with a {}", "a {} in front of a {}", "a {} beside a {}", "a {} near a {}",
    "a {} under a {}", "{} with {}", "a picture of a {} and a {}", "a {} behind a {}",
)  # fmt: skip
PICTURE_OF = ("a painting of a {}", "a {}", "a picture of a {}")

# What an ImageNet label is a kind of, by the label's place in the list (the animals are sorted; the first is 0).
ANIMAL_KINDS = (
    (0, 6, "fish"), (7, 24, "bird"), (25, 32, "frog or salamander"), (33, 37, "turtle"), (38, 48, "lizard"),
    (49, 50, "crocodile"), (51, 51, "dinosaur"), (52, 68, "snake"), (69, 79, "spider or insect"), (80, 100, "bird"),
    (101, 101, "elephant"), (102, 106, "animal"), (107, 117, "sea creature or shell"), (118, 126, "crab or lobster"),
    (127, 146, "bird"), (147, 148, "whale"), (149, 150, "seal"), (151, 268, "dog"), (269, 276, "wolf or wild dog"),
    (277, 280, "fox"), (281, 285, "cat"), (286, 293, "lion or big cat"), (294, 297, "bear"), (298, 299, "animal"),
    (300, 326, "insect or butterfly"), (327, 329, "sea creature"), (330, 332, "rabbit or hare"), (333, 338, "animal"),
    (339, 339, "horse"), (340, 340, "zebra"), (341, 343, "pig or boar"), (344, 344, "hippopotamus"),
    (345, 347, "ox or cow"), (348, 349, "sheep or ram"), (350, 350, "goat"), (351, 353, "deer or antelope"),
    (354, 355, "camel"), (356, 364, "animal"), (365, 384, "monkey or ape"), (385, 386, "elephant"), (387, 388, "bear"),
    (389, 397, "fish"),
)  # fmt: skip
# The same for things, by words in the label; the first kind that fits holds.
THING_KINDS = (
    ("person wearing clothes",
     "academic gown|tie$|suit$|gown$|kimono|cloak|groom|ballplayer|scuba diver|^wig|mortarboard"
     "|military uniform|abaya|sarong|hoopskirt|vestment|bonnet|cowboy hat|sombrero|trench coat|fur coat"
     "|lab coat|miniskirt|overskirt|jersey|cardigan|^stole|poncho|breastplate|cuirass|hair slide|neck brace"
     "|brassiere|bikini|maillot|swimming trunks|pajama|apron|mask|sunglass|lipstick|bearskin|shower cap"
     "|bathing cap|diaper|^bib|necklace|feather boa"),
    ("house or building",
     "^barn$|boathouse|^church|castle|palace|monastery|mosque|mobile home|library|greenhouse|stupa|^dome"
     "|bell cote|patio|picket fence|thatch|tile roof|cinema|restaurant|bakery|barbershop|bookshop|butcher shop"
     "|prison|yurt|cliff dwelling|triumphal arch|water tower|birdhouse|beacon|grocery|shoe shop"),
    ("guitar",
     "guitar|banjo"),
    ("musical instrument",
     "violin|cello|harp|flute|drum|trombone|french horn|cornet|oboe|bassoon|sax|accordion|harmonica|organ"
     "|piano|gong|chime|maraca|marimba|panpipe|ocarina|steel drum"),
    ("ship or boat",
     "ship|boat|canoe|gondola|catamaran|trimaran|schooner|yawl|pirate|liner|gallee"),
    ("carriage or vehicle",
     "car$|wagon|truck|bus|van$|cab$|bullet train|locomotive|bicycle|motor|horse cart|oxcart|jinrikisha"
     "|tractor|tank|sled|ambulance|limousine|tricycle|barrow"),
    ("landscape",
     "^alp|cliff|valley|lakeside|seashore|promontory|sandbar|volcano|coral reef|geyser"),
    ("flower or plant",
     "daisy|lady's slipper|rapeseed|corn|acorn|hip|buckeye|^pot$|vase"),
    ("mushroom",
     "mushroom|fungus|agaric|stinkhorn|earthstar|hen-of-the-woods|bolete|gyromitra"),
    ("fruit or food",
     "apple|strawberry|orange|lemon|^fig|pineapple|banana|jackfruit|pomegranate|hay|bread|bagel|pretzel|pizza"
     "|soup|ice|meat loaf|burrito|potato|cabbage|broccoli|cauliflower|squash|cucumber|artichoke|pepper|dough"),
    ("furniture",
     "chair|table|sofa|couch|bed$|cradle|wardrobe|desk|bookcase|cabinet|chest|chiffonier|throne|crib|stool"),
    ("pot or vessel",
     "jug|pitcher|bottle|goblet|cup$|bowl|teapot|coffeepot|barrel|bucket|beaker|tub$|caldron|urn|mortar"),
    ("weapon or armour",
     "shield|scabbard|rifle|revolver|cannon|chain mail|bow$|missile|projectile"),
)  # fmt: skip


def kinds_and_words(path: Path = WORDS_FILE) -> dict[str, list[str]]:
    """The word list: ``{kind: [word, ...]}``."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    pairs = (line.split(":", 1) for line in lines)
    return {kind.strip(): [word.strip() for word in words.split(",")] for kind, words in pairs}


def kind_of_label(number: int, label: str) -> str:
    """What an ImageNet label is a kind of, or nothing when no kind fits; ``number`` counts from 0 without background.

    >>> [kind_of_label(*label) for label in ((207, "golden retriever"), (546, "banjo"), (409, "analog clock"))]
    ['dog', 'guitar', '']
    """
    for first, last, kind in ANIMAL_KINDS:
        if first <= number <= last:
            return kind
    for kind, pattern in THING_KINDS:
        if re.search(rf"\b(?:{pattern})", label, re.IGNORECASE):
            return kind
    return ""


def label_phrases(labels: list[str]) -> list[list[str]]:
    """Per classifier output, what may be said of a picture that shows it; ``labels`` begins with the background.

    >>> label_phrases(["background", "tench, Tinca tinca"])[1][:2]
    ['a painting of a tench', 'a tench']
    """
    phrases = []
    for number, synonyms in enumerate(labels):
        name = synonyms.split(",")[0].strip()
        kind = kind_of_label(number - 1, name) if number else ""
        said = [template.format(name) for template in PICTURE_OF]
        phrases.append(said + [template.format(kind) for template in PICTURE_OF] if kind else said)
    return phrases


def sentences(labels: list[str], captions: list[str], more_words: list[str], count: int, seed: int) -> list[str]:
    """Up to ``count`` different sentences: every word in every template, labels, captions, then two words together.

    ``more_words`` is any further vocabulary.
    """
    rng = np.random.default_rng(seed)
    kinds = kinds_and_words()
    common = [word for words in kinds.values() for word in words] + list(kinds)
    common += sorted({kind for *_, kind in ANIMAL_KINDS} | {kind for kind, _ in THING_KINDS})
    named = [name.strip() for label in labels for name in label.split(",")]
    found = dict.fromkeys(template.format(word) for word in common for template in TEMPLATES)
    found |= dict.fromkeys(named)
    found |= dict.fromkeys(phrase for phrases in label_phrases(labels) for phrase in phrases)
    found |= dict.fromkeys(captions)
    found |= dict.fromkeys(PICTURE_OF[0].format(word) for word in more_words)
    found |= dict.fromkeys(more_words)
    for _ in range(20 * count):  # bounded: a short word list cannot make many sentences
        if len(found) >= count:
            break
        first, second = (common[rng.integers(len(common))] for _ in range(2))
        if rng.random() < 0.4:
            second = named[rng.integers(len(named))]
        found[JOINED[rng.integers(len(JOINED))].format(first, second)] = None
    return list(found)[:count]
