"""Zero-shot classification held against known classes: how often the label is right, and how sure it may be.

The labels are those that :mod:`explorer.words.labels` gives, asked with templates and, beside them, with the bare name:
what an ensemble of prompts is worth (Radford et al., "Learning transferable visual models from natural language
supervision", ICML 2021, section 3.1.4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from explorer.calibration.reliability import ReliabilityBin, expected_calibration_error, reliability
from explorer.evaluate.metrics import ClassScore, class_scores
from explorer.evaluate.truth import ClassTruth
from explorer.words.labels import LabelTable, label_pictures, label_works
from explorer.words.prompts import PLACE, usual_templates
from explorer.workspace import Workspace

BARE = (PLACE,)
"""Templates that ask for a class's name and nothing else."""


@dataclass(frozen=True)
class Sorting:
    """One way of asking: what every picture was labelled, beside what it is."""

    templates: tuple[str, ...]
    labels: tuple[str, ...]
    true: np.ndarray
    """``(N,)``: numbers of classes."""
    top: np.ndarray
    """``(N,)``: the best label, whether or not it fits."""
    confidence: np.ndarray
    """``(N,)``: its probability."""
    fits: np.ndarray
    """``(N,) bool``: whether it is given at the usual threshold."""
    threshold: float

    @property
    def top1(self) -> float:
        """Share of the pictures whose best label is right."""
        return float(self.right.mean())

    @cached_property
    def right(self) -> np.ndarray:
        """``(N,) bool``."""
        return np.asarray(self.top == self.true)

    @cached_property
    def scores(self) -> tuple[ClassScore, ...]:
        """Precision, recall and F1 of each label."""
        return class_scores(self.true.tolist(), self.top.tolist(), len(self.labels))

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the classes that have pictures."""
        return float(np.mean([score.f1 for score in self.scores if score.count]))

    @cached_property
    def reliability(self) -> tuple[ReliabilityBin, ...]:
        """The best label's probability against the share that is right."""
        return reliability(self.confidence, self.right)

    @property
    def calibration_error(self) -> float:
        """Expected calibration error, 0 to 1."""
        return expected_calibration_error(self.reliability)

    @property
    def without(self) -> float:
        """Share of the pictures that are left without a label."""
        return float(1 - self.fits.mean())

    @property
    def labelled_right(self) -> float:
        """Share right of the pictures that are given a label; NaN where none is."""
        return float(self.right[self.fits].mean()) if self.fits.any() else math.nan

    def to_json(self) -> dict[str, Any]:
        bins = [
            {"low": row.low, "high": row.high, "count": row.count, "confidence": _number(row.confidence),
             "right": _number(row.right)}
            for row in self.reliability
        ]  # fmt: skip
        classes = [
            {"class": label, "n": score.count, "precision": _number(score.precision), "recall": _number(score.recall),
             "f1": _number(score.f1)}
            for label, score in zip(self.labels, self.scores, strict=True)
        ]  # fmt: skip
        return {
            "templates": list(self.templates), "top1": _number(self.top1), "macro_f1": _number(self.macro_f1),
            "calibration_error": _number(self.calibration_error), "reliability": bins,
            "abstention": {"threshold": self.threshold, "without": _number(self.without),
                           "labelled": int(self.fits.sum()), "right_of_labelled": _number(self.labelled_right)},
            "classes": classes,
        }  # fmt: skip


@dataclass(frozen=True)
class ZeroShot:
    """Both ways of asking, and what was measured on."""

    truth: ClassTruth
    ensemble: Sorting
    bare: Sorting
    unknown: tuple[str, ...]
    """Classes of which the model knows no word: no picture is put there, and theirs all count as wrong."""

    @property
    def commonest(self) -> float:
        """Share of the pictures in the largest class: what always giving its label would reach."""
        return float(np.bincount(self.truth.true).max() / len(self.truth.true))

    def to_json(self) -> dict[str, Any]:
        return {
            "pictures": len(self.truth.true), "classes": len(self.truth.classes), "source": self.truth.source,
            "commonest": _number(self.commonest), "ensemble": self.ensemble.to_json(), "bare": self.bare.to_json(),
            "unknown": list(self.unknown), "left_out": list(self.truth.left_out),
            "skipped": [{"file": file, "reason": reason} for file, reason in self.truth.skipped],
        }  # fmt: skip

    def lines(self) -> list[str]:
        """Tables for people: both ways of asking, then per class and calibration of the templates."""
        asked = (f"{len(self.ensemble.templates)} templates", self.ensemble), ("the bare name", self.bare)
        rows = [f"{len(self.truth.true):,} pictures in {len(self.truth.classes)} classes, by {self.truth.source}; "
                f"the commonest class alone {self.commonest:.3f}.", ""]  # fmt: skip
        heads = f"{'top-1':>6} {'macro-F1':>9} {'ECE':>6} {'no label':>9} {'right of labelled':>18}"
        rows.append(f"{'asked with':<16} {heads}")
        for name, way in asked:
            rows.append(f"{name:<16} {way.top1:>6.3f} {way.macro_f1:>9.3f} {way.calibration_error:>6.3f} "
                        f"{way.without:>9.3f} {_shown(way.labelled_right, 18)}")  # fmt: skip
        rows += ["", f"{'class (templates)':<32} {'n':>6} {'precision':>10} {'recall':>7} {'F1':>6}"]
        for label, score in zip(self.ensemble.labels, self.ensemble.scores, strict=True):
            rows.append(f"{_short(label):<32} {score.count:>6} {_shown(score.precision, 10)} {_shown(score.recall, 7)} "
                        f"{_shown(score.f1, 6)}")  # fmt: skip
        rows += ["", f"{'probability (templates)':<24} {'n':>6} {'mean':>6} {'right':>6}"]
        rows += [
            f"{f'{row.low:.1f} to {row.high:.1f}':<24} {row.count:>6} {row.confidence:>6.3f} {row.right:>6.3f}"
            for row in self.ensemble.reliability
            if row.count
        ]
        rows.append("")
        rows += [f"The model knows no word of {label!r}: all its pictures count as wrong." for label in self.unknown]
        rows += [f"Left out: {sentence}." for sentence in self.truth.left_out]
        rows += [f"Skipped {file!r}: {reason}" for file, reason in self.truth.skipped]
        rows.append(f"No label: below the threshold of {self.ensemble.threshold}. ECE: mean distance between the best "
                    "label's probability and the share right.")  # fmt: skip
        return rows


def evaluate(workspace: Workspace, truth: ClassTruth, templates: Sequence[str] | None = None) -> ZeroShot:
    """Label pictures whose classes are known, with ``templates`` (those of ``assets/prompts`` by default) and without.

    Works of the collection are labelled among all of its works, as users see them. Raises :class:`ExplorerError` where
    the model knows none of the classes, or there is no model.
    """
    ways = tuple(usual_templates() if templates is None else templates), BARE
    tables = [_table(workspace, truth, way) for way in ways]
    ensemble, bare = (_sorting(table, truth, way) for table, way in zip(tables, ways, strict=True))
    return ZeroShot(truth, ensemble, bare, tables[0].unknown)


def _table(workspace: Workspace, truth: ClassTruth, templates: tuple[str, ...]) -> LabelTable:
    if truth.wholes is None:
        return label_works(workspace, truth.classes, templates)
    return label_pictures(workspace, truth.names, truth.wholes, truth.classes, templates)


def _sorting(table: LabelTable, truth: ClassTruth, templates: tuple[str, ...]) -> Sorting:
    at = {name: row for row, name in enumerate(table.works)}
    rows = [at[name] for name in truth.names]
    confidence, fits = table.scores.max(axis=1)[rows], table.abstention.stands_out(table.fits)[rows]
    return Sorting(templates, table.labels, truth.true, table.top[rows], np.clip(confidence, 0, 1), fits,
                   table.abstention.threshold)  # fmt: skip


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def _shown(value: float, width: int) -> str:
    return f"{'-' if math.isnan(value) else f'{value:.3f}':>{width}}"


def _short(label: str) -> str:
    plain = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in label)
    return plain if len(plain) <= 32 else f"{plain[:31]}…"
