"""What groups of a map are called: by the words that suit them better than the rest of the collection, and by what the
catalogue says of them more often than of the rest.

The words are those of ``assets/prompts``; the model compares them with pictures (as :mod:`explorer.words` does). They
say what the model makes of a group, and are no description. Terms of the catalogue are weighed as in class-based TF-IDF
(Grootendorst, "BERTopic", 2022): how often in the group, times the logarithm of how much oftener than elsewhere.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.maps.points import Points
from explorer.words.prompts import label_sets, prompt_lines, usual_templates
from explorer.words.zero_shot import class_vectors, probabilities
from explorer.workspace import Workspace

SETS = ("genres", "animals", "media", "seasons", "flemish-subjects")
"""Ready sets of labels whose words may name a group, beside everyday words."""
COLUMNS = ("genre", "style", "artist", "medium")
_WORDS, _TERMS = 3, 2
_ALIKE = 0.85  # cosine of two words of which only the better names a group
_LEAST = 0.03  # mean probability in the group that a word must have, of some 550 words
_BESIDE = 0.3  # of that of the likeliest word
_OFTENER = 1.5  # times that of all
_OFTEN = 0.2  # share of a group's works that a term must be said of
_STEP = 16_384
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Names:
    """Names of one group, best first; either may be empty."""

    words: tuple[str, ...] = ()
    """By the model."""
    terms: tuple[str, ...] = ()
    """By the catalogue."""

    @property
    def name(self) -> str:
        """The words, or without any the terms, in a line."""
        return ", ".join(self.words or self.terms)


def names_of(workspace: Workspace, points: Points, levels: np.ndarray) -> dict[tuple[int, int], Names]:
    """Names by level and number of the groups in ``levels (L, N)``; a level's groups have names of their own as far as
    there are any."""
    groups = [
        (level, number) for level in range(len(levels)) for number in range(int(levels[level].max(initial=-1)) + 1)
    ]
    if not groups:
        return {}
    members = [np.flatnonzero(levels[level] == number) for level, number in groups]
    words = _words_of(workspace, points, members)
    known = {work.id: work for work in workspace.collection.works()}
    works = [known.get(work) for work in workspace.tables.works]
    terms = terms_of([[works[row] for row in np.unique(points.works[numbers])] for numbers in members],
                     [works[row] for row in np.unique(points.works)])  # fmt: skip
    return {group: Names(words[at], terms[at]) for at, group in enumerate(groups)}


def vocabulary() -> tuple[str, ...]:
    """All words that may name a group, each once."""
    ready = {labels.name: labels.labels for labels in label_sets()}
    words = [*prompt_lines("neutral"), *(label for name in SETS for label in ready.get(name, ()))]
    return tuple(dict.fromkeys(_ARTICLE.sub("", word) for word in words))


def _words_of(workspace: Workspace, points: Points, members: Sequence[np.ndarray]) -> list[tuple[str, ...]]:
    """None where the collection's model knows no words, or is not to be had."""
    words, templates = vocabulary(), usual_templates()
    asked = hashlib.sha256("\n".join([*words, "", *templates]).encode()).hexdigest()[:12]
    try:
        vectors = workspace.cached(f"map-words-{asked}",
                                   lambda: class_vectors(words, templates, workspace.encoder.words))  # fmt: skip
    except ExplorerError:
        return [() for _ in members]
    if vectors.shape[1] != workspace.tables.region_joint.shape[1]:
        return [() for _ in members]
    return best_words(words, vectors, _fits(workspace, points, vectors), members,
                      workspace.manifest.logit_scale)  # fmt: skip


def _fits(workspace: Workspace, points: Points, vectors: np.ndarray) -> np.ndarray:
    """The cosine of every point with every word, ``(N, W) float32``."""
    joint = workspace.tables.region_joint
    parts = [
        np.asarray(joint[points.regions[start : start + _STEP]], np.float32) @ vectors.T
        for start in range(0, len(points), _STEP)
    ]
    return np.concatenate([*parts, np.zeros((0, len(vectors)), np.float32)])


def best_words(
    words: Sequence[str], vectors: np.ndarray, fits: np.ndarray, members: Sequence[np.ndarray], logit_scale: float
) -> list[tuple[str, ...]]:
    """For each group the words that are likely in its pictures, and likelier than in all; of words that mean nearly the
    same the best. ``vectors (W, P)`` are the words', ``fits (N, W)`` the cosines of the points with them.

    A word's mean over all points is taken off first, since some words fit everything; then each point gives every word
    a probability, as in zero-shot classification. A word counts by its mean probability in the group times the
    logarithm of how many times that is the mean of all. A group of which no word is likely has none.
    """
    shares = probabilities(fits - fits.mean(axis=0), logit_scale)
    usual = np.maximum(shares.mean(axis=0), 1e-9)
    named = []
    for numbers in members:
        share = shares[numbers].mean(axis=0)
        score = share * np.log(np.maximum(share / usual, 1.0))
        chosen: list[int] = []
        for word in np.argsort(-score, kind="stable")[: 10 * _WORDS].tolist():
            if share[word] < max(_LEAST, _BESIDE * share.max()) or share[word] < _OFTENER * usual[word]:
                continue
            if len(chosen) < _WORDS and all(vectors[word] @ vectors[other] < _ALIKE for other in chosen):
                chosen.append(word)
        named.append(tuple(words[word] for word in chosen))
    return named


def terms_of(groups: Sequence[Sequence[Work | None]], everything: Sequence[Work | None]) -> list[tuple[str, ...]]:
    """For each group of works the terms of the catalogue (:data:`COLUMNS`) that are said of it more than of all."""
    whole, total = _counted(everything), max(len(everything), 1)
    named = []
    for group in groups:
        scores = {}
        for term, count in _counted(group).items():
            share, usual = count / max(len(group), 1), whole[term] / total
            if share >= _OFTEN and count > 1 and share > usual:
                scores[term] = share * math.log(share / usual)
        named.append(tuple(sorted(scores, key=lambda term: (-scores[term], term))[:_TERMS]))
    return named


def _counted(works: Sequence[Work | None]) -> Counter[str]:
    return Counter(
        term for work in works if work for term in {value for column in COLUMNS for value in work.values(column)}
    )
