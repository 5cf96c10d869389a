"""Whether words stand out in a collection: how well their best places fit, beside those of everyday words.

A model gives every text some best place, in any collection. So what the best works of a text score is compared with
what those of neutral, everyday words score in the same collection: most of these are not to be seen in it, or in few
works. In the demo, phrases that are true of it stand above 58 % of everyday words (median), names of things that are
not in it above 20 % (``benchmarks/README.md``, "Words that stand out").
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from explorer.search.query import Query, WordsPart
from explorer.search.text_query import text_scores
from explorer.words.known import understood
from explorer.words.prompts import prompt_lines
from explorer.words.where import WordMap, word_map, words_in_work
from explorer.workspace import Workspace

LEAST_STANDING = 0.15
"""Share of everyday words below which a text's places are shown with a warning."""
EXAMPLES_STAND = 0.5
"""Share of everyday words that a description must stand above to be offered as an example."""
MOST_EXAMPLES = 5
_FIRST = 5  # works of a text that count
_WARNING = (
    "Nothing stands out for “{}”: {} of 100 everyday words have better places in this collection. What is shown may "
    "have nothing to do with it."
)


def standing(workspace: Workspace, text: str) -> float:
    """The share, 0 to 1, of neutral words whose best places in the collection fit them less than a text's best places
    fit it. The neutral words' scores are kept with the collection's tables."""
    words = prompt_lines("neutral")
    name = f"neutral_scores_{_digest(words)}"
    neutral = workspace.cached(name, lambda: _first_scores(workspace, words))
    return float(np.mean(neutral < _first_scores(workspace, [text])[0]))


def examples(workspace: Workspace, most: int = MOST_EXAMPLES) -> list[str]:
    """Descriptions to try in a collection: the first ``most`` of those in ``assets/prompts`` that stand out there. None
    where the collection has no model. What stands out is kept with the collection's tables."""
    if not workspace.has_details:
        return []
    offered = [*prompt_lines("examples"), *prompt_lines("more_examples")]

    def shares() -> np.ndarray:
        return np.array([standing(workspace, text) for text in offered])

    kept = workspace.cached(f"examples_{_digest([*offered, *prompt_lines('neutral')])}", shares)
    return [text for text, share in zip(offered, kept, strict=True) if share >= EXAMPLES_STAND][:most]


def notes(workspace: Workspace, query: Query) -> list[str]:
    """What to say with the matches of a query: which of its words the model does not know, and which wanted ones do not
    stand out in the collection. Empty where all is well, and where the collection has no model."""
    words = [part for part in query.parts if isinstance(part, WordsPart)]
    said = [note(workspace, part.text, wanted=part.weight > 0) for part in words]
    return list(dict.fromkeys(sentence for sentence in said if sentence))


def note(workspace: Workspace, text: str, wanted: bool = True) -> str:
    """The same of one text; empty where all is well."""
    if not workspace.has_details:
        return ""
    found = understood(text, workspace.encoder)
    if not found.is_known and not found.script:
        return found.beside()
    if found.sentence() or not wanted:
        return found.sentence()
    share = standing(workspace, text)
    return "" if share >= LEAST_STANDING else _WARNING.format(text, round(100 * (1 - share)))


def where_in_work(workspace: Workspace, work_id: str, text: str) -> WordMap:
    """:func:`explorer.words.where.words_in_work`, with a sentence where the words do not stand out in the collection:
    some place of a picture always fits best."""
    return _with_note(workspace, text, words_in_work(workspace, work_id, text))


def where_in_picture(workspace: Workspace, picture: Path, text: str) -> WordMap:
    """The same of any picture file."""
    return _with_note(workspace, text, word_map(workspace, picture, text))


def _with_note(workspace: Workspace, text: str, found: WordMap) -> WordMap:
    return found if found.sentence else replace(found, sentence=note(workspace, text))


def _first_scores(workspace: Workspace, texts: list[str]) -> np.ndarray:
    """Of every text the mean score of its best works, ``(T,) float32``."""
    scores = text_scores(workspace, workspace.encoder.words(texts))
    return np.asarray(np.sort(scores, axis=1)[:, -_FIRST:].mean(axis=1))


def _digest(texts: list[str]) -> str:
    return hashlib.sha256(repr(texts).encode()).hexdigest()[:12]
