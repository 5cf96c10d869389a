"""Whether words stand out in a collection: how well their best places fit, beside those of everyday words.

A model gives every text some best place, in any collection. So what the best works of a text score is compared with
what those of neutral, everyday words score in the same collection: most of these are not to be seen in it, or in few
works. In the demo, phrases that are true of it stand above 58 % of everyday words (median), names of things that are
not in it above 20 % (``benchmarks/README.md``, "Words that stand out").
"""

from __future__ import annotations

import hashlib

import numpy as np

from explorer.search.query import Query, WordsPart
from explorer.search.text_query import text_scores
from explorer.words.known import understood
from explorer.words.prompts import prompt_lines
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
    """What to say with the matches of a query: of its wanted words, those that the model does not know, and those that
    do not stand out in the collection. Empty where all is well, and where the collection has no model."""
    wanted = [part.text for part in query.parts if isinstance(part, WordsPart) and part.weight > 0]
    return list(dict.fromkeys(note for text in wanted if (note := _note(workspace, text))))


def _note(workspace: Workspace, text: str) -> str:
    if not workspace.has_details:
        return ""
    if unknown := understood(text, workspace.encoder).sentence():
        return unknown
    share = standing(workspace, text)
    return "" if share >= LEAST_STANDING else _WARNING.format(text, round(100 * (1 - share)))


def _first_scores(workspace: Workspace, texts: list[str]) -> np.ndarray:
    """Of every text the mean score of its best works, ``(T,) float32``."""
    scores = text_scores(workspace, workspace.encoder.words(texts))
    return np.asarray(np.sort(scores, axis=1)[:, -_FIRST:].mean(axis=1))


def _digest(texts: list[str]) -> str:
    return hashlib.sha256(repr(texts).encode()).hexdigest()[:12]
