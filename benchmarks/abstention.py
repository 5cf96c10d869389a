"""When is no answer given? ``python benchmarks/abstention.py --data FOLDER [--cache DIR] [--json FILE]``.

*Labels*: the pictures of ``objects`` (seven kinds) and of ``objects-art`` (fifty), sorted under the names of the kinds,
and under the same without the picture's own. How many are left without a label at the usual threshold, how many of the
others are right. Halves by the hash of the file's name: the share of the mean picture that is taken off and the
threshold were chosen with all pictures of ``objects`` in view, so the halves only show how far the figures scatter.

*Words*: 50 strings of letters that are no words, by a seeded generator, and 50 phrases of what the demo and old
paintings show; how many are refused because the model knows no word of them. And the demo: how far phrases that are
true of it, and names of things that it does not show, stand above everyday words.
"""

from __future__ import annotations

import argparse
import json
import random
import string
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT)
sys.path.append(str(ROOT / "benchmarks"))  # last: click.py there is not the library of that name

from demo_words import PHRASES as TRUE_OF_THE_DEMO
from words_rows import annotated

from explorer.config import Config
from explorer.demo.opening import open_demo
from explorer.encoder.small import NATIVE, SmallEncoder, load_small
from explorer.search.standing import LEAST_STANDING, standing
from explorer.words.abstention import USUAL_THRESHOLD, fit
from explorer.words.known import understood
from explorer.words.labels import MEAN_SHARE
from explorer.words.prompts import prompt_lines, usual_templates
from explorer.words.zero_shot import class_vectors

OLD_PAINTINGS = (
    "a portrait of a man with a ruff", "the Crucifixion", "Madonna and Child", "a landscape with a river",
    "hunters with dogs",
    "a cavalry battle", "a still life with fish", "ships in a storm", "a saint reading a book", "a woman with a lute",
    "skaters on the ice", "a peasant wedding", "the Tower of Babel", "a basket of grapes", "an old man with a beard",
    "a horse drinking", "lions and leopards", "a bouquet of tulips", "a village fair", "angels in the clouds",
)  # fmt: skip
ABSENT = (
    "an elephant", "a giraffe", "a telephone", "an aeroplane", "a guitar", "a computer", "a motorcycle", "a train",
    "a penguin", "a baseball player", "a traffic light", "a pizza", "a shark", "a rocket", "a nun praying",
    "a crucifixion", "a battle with knights", "a nude woman", "a portrait of a man with a ruff", "a camel", "a lion",
    "a snake", "a skyscraper", "a football match", "a swimming pool", "a portrait of a woman", "an angel",
    "a ship wreck in a storm", "a kitchen with fish", "a map", "a volcano", "a dragon", "a wolf", "a tiger", "a parrot",
)  # fmt: skip
"""Things that the demo does not show."""


def nonsense(count: int, seed: int = 11) -> list[str]:
    """Letters in no order, and pronounceable syllables; one word, two, and in a phrase."""
    rng = random.Random(seed)

    def letters() -> str:
        return "".join(rng.choice(string.ascii_lowercase) for _ in range(rng.randint(5, 12)))

    def syllables() -> str:
        return "".join(rng.choice("bcdfghjklmnpqrstvwxz") + rng.choice("aeiou") for _ in range(rng.randint(2, 4)))

    kinds = (letters, lambda: f"{letters()} {letters()}", syllables, lambda: f"a {syllables()} on a {syllables()}")
    return [kinds[number % len(kinds)]() for number in range(count)]


def wholes(encoder: SmallEncoder, paths: list[Path]) -> np.ndarray:
    """``(N, P)``, as an index has them."""
    squares = [Image.open(path).convert("RGB").resize((NATIVE, NATIVE), Image.Resampling.BICUBIC) for path in paths]
    return np.concatenate([encoder.wholes(squares[at : at + 16]) for at in range(0, len(squares), 16)])


def label_rows(encoder: SmallEncoder, name: str, pictures: list[tuple[Path, str]]) -> list[dict]:
    """Left without a label, with the true name on the list and without it; the halves after the whole."""
    kinds = sorted({kind for _, kind in pictures})
    true = np.array([kinds.index(kind) for _, kind in pictures])
    templates = usual_templates()
    classes = class_vectors(kinds, templates, encoder.words)
    neutral = class_vectors(prompt_lines("neutral"), templates, encoder.words)
    compared = wholes(encoder, [path for path, _ in pictures]) - MEAN_SHARE * encoder.picture_mean
    cosines, everyday = compared @ classes.T, compared @ neutral.T
    fits = fit(cosines, everyday, encoder.logit_scale)
    without = np.zeros(len(true), np.float32)
    for number in range(len(kinds)):
        others = np.delete(cosines, number, axis=1)
        without[true == number] = fit(others, everyday, encoder.logit_scale)[true == number]
    half = np.array([zlib.crc32(path.name.encode()) % 2 for path, _ in pictures])
    right, labelled = cosines.argmax(axis=1) == true, fits >= USUAL_THRESHOLD
    rows = []
    for part, chosen in (("all", half >= 0), ("first half", half == 0), ("second half", half == 1)):
        rows.append(
            {
                "set": f"{name}, {part}", "pictures": int(chosen.sum()), "right": float(right[chosen].mean()),
                "without a label": float((~labelled[chosen]).mean()),
                "right of the labelled": float(right[chosen & labelled].mean()),
                "without a label, name not listed": float((without[chosen] < USUAL_THRESHOLD).mean()),
            }
        )  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder with objects and objects-art")
    parser.add_argument("--cache", type=Path, help="where the demo is, or is made")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    encoder = load_small(Config(model="mini"))
    objects = [(path, path.parent.name) for path in sorted((options.data / "objects").glob("*/*.jpg"))]
    rows = label_rows(encoder, "objects", objects)
    art = annotated(options.data / "objects-art")
    one_kind = {file: {kind for kind, _ in boxes} for file, boxes in art.items()}
    shown = [
        (options.data / "objects-art/images" / file, kinds.pop()) for file, kinds in one_kind.items() if len(kinds) == 1
    ]
    rows += label_rows(encoder, "objects-art", shown)
    for row in rows:
        print(
            "  ".join(
                f"{key} {value:.3f}" if isinstance(value, float) else f"{key} {value}" for key, value in row.items()
            )
        )

    strings, phrases = nonsense(50), [*list(TRUE_OF_THE_DEMO)[:30], *OLD_PAINTINGS]
    refused = {
        kind: [text for text in texts if not understood(text, encoder).is_known]
        for kind, texts in (("no words", strings), ("phrases", phrases))
    }
    print({kind: len(texts) for kind, texts in refused.items()}, "of 50 refused each")

    with tempfile.TemporaryDirectory() as made:
        workspace = open_demo(
            options.cache or Path(made) / "cache", pictures=None if options.cache else Path(made) / "demo"
        )
        shares = {
            "true of the demo": [standing(workspace, text) for text in TRUE_OF_THE_DEMO],
            "not in the demo": [standing(workspace, text) for text in ABSENT],
        }
    for kind, values in shares.items():
        print(f"{kind}: median {np.median(values):.2f}, warned of {np.mean(np.array(values) < LEAST_STANDING):.2f}")
    if options.json:
        record = {"labels": rows, "refused": refused, "standing": shares}
        options.json.write_text(json.dumps(record, indent=1), "utf-8")


if __name__ == "__main__":
    main()
