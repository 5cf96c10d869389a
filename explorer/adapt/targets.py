"""What the stages learn from, on the device: pictures, what is said of them, true vectors, the frozen network."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import torch

from explorer.adapt.said import Said, means
from explorer.adapt.store import Pictures
from explorer.encoder.lite import Lite

OFTEN = {"name": 1.0, "caption": 3.0, "title": 0.6}


@dataclass(frozen=True)
class Targets:
    """Training truth on the device. ``rows[i]`` the ``K`` texts of picture ``i`` as rows of ``sentences``, of which
    ``counts[i]`` are real; ``known[i]`` the row of ``image_truth`` or -1; ``label_texts (1000, 384)``."""

    sentences: torch.Tensor
    rows: torch.Tensor
    counts: torch.Tensor
    kinds: list[str]
    known: torch.Tensor
    text_groups: torch.Tensor
    text_truth: torch.Tensor
    shown_rows: torch.Tensor
    shown_counts: torch.Tensor
    image_truth: torch.Tensor
    label_texts: torch.Tensor
    text_held: torch.Tensor
    """True text vectors that only judge, ``(T,) bool``: one name in twenty."""

    def some(self, chosen: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
        """One random sentence vector for each chosen picture (with at least one text), ``(N, 384)``."""
        return self.sentences[_pick(self.rows[chosen], self.counts[chosen], gen)]

    def shown(self, chosen: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
        """The same for pictures that only their true vector is known of."""
        return self.sentences[_pick(self.shown_rows[chosen], self.shown_counts[chosen], gen)]

    def often(self, chosen: torch.Tensor) -> torch.Tensor:
        """How often each of the chosen pictures is to be shown: captions say most and are few, titles say little."""
        return torch.tensor([OFTEN.get(self.kinds[row], 0.0) for row in chosen.tolist()], device=chosen.device)


def _pick(rows: torch.Tensor, counts: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
    at = (torch.rand(len(rows), generator=gen, device=gen.device) * counts).long()
    return rows.gather(1, at[:, None]).squeeze(1)


def targets(pictures: Pictures, said: Said, device: str) -> Targets:
    """Looks up what is said of every picture; a true image vector belongs to a picture by its key."""
    entries = [said.said.get(key, {"texts": [], "kind": ""}) for key in pictures.keys]
    rows, counts = _table(said, [entry["texts"] for entry in entries], device)
    place = {key: row for row, key in enumerate(said.truths["pictures"]) if key}
    known = torch.tensor([place.get(key, -1) for key in pictures.keys], device=device)
    shown_rows, shown_counts = _table(said, said.truths["shown"], device)
    labels = means(said, [[f"a {label}", f"a photo of a {label}"] for label in said.labels])
    return Targets(
        said.vectors.to(device).float(), rows, counts, [entry["kind"] for entry in entries], known,
        means(said, said.truths["said"]).to(device), said.text_truth.to(device), shown_rows, shown_counts,
        said.image_truth.to(device), labels.to(device),
        torch.tensor([zlib.crc32(_name(many[0]).encode()) % 20 == 3 for many in said.truths["said"]], device=device),
    )  # fmt: skip


def _name(text: str) -> str:
    return text.removeprefix("a photo of ").removeprefix("a ").rstrip(" .")


def _table(said: Said, groups: list[list[str]], device: str, most: int = 8) -> tuple[torch.Tensor, torch.Tensor]:
    table = torch.zeros(len(groups), most, dtype=torch.int64)
    for row, texts in enumerate(groups):
        for at, text in enumerate(texts[:most]):
            table[row, at] = said.rows[text]
    counts = torch.tensor([min(len(texts), most) for texts in groups])
    return table.to(device), counts.to(device)


@dataclass(frozen=True)
class Material:
    """The frozen network, its classifier ``(weight (1000, 1280), bias (1000,))``, the pictures and the truth about
    them, and the rows of the pictures to train on and to judge by."""

    net: Lite
    classifier: tuple[torch.Tensor, torch.Tensor]
    pictures: Pictures
    truth: Targets
    train: torch.Tensor
    validation: torch.Tensor

    @property
    def spoken(self) -> torch.Tensor:
        """Rows to train on of which something is said."""
        return self.train[self.truth.counts[self.train] > 0]

    def likely(self, last: torch.Tensor) -> torch.Tensor:
        """ImageNet's classes by pooled last maps ``(N, 1280)``: ``(N, 1000)``, rows of sum 1."""
        return (last.float() @ self.classifier[0].T + self.classifier[1]).softmax(1)
