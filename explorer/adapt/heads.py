"""The teacher's heads into the space of pictures and words, on features of a frozen network: ridge, then contrast.

The picture's head is linear, so the mean over cells is the whole picture's vector and every cell has its own. The text
head takes a sentence vector. Contrastive learning with soft positives: Radford et al., "Learning transferable visual
models from natural language supervision" (ICML 2021), texts that say nearly the same being left out of the negatives.
"""

from __future__ import annotations

import logging
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from explorer.adapt.course import Course
from explorer.adapt.crops import changed, crops, wholes
from explorer.adapt.precision import mixed
from explorer.adapt.said import Said, means
from explorer.adapt.sentences import WIDTH
from explorer.adapt.space import DIMS
from explorer.adapt.store import Pictures
from explorer.encoder.lite import LAST, Lite

log = logging.getLogger(__name__)
VIEWS = 8  # crops of every picture that features are kept of; the first is the whole
ALIKE = 0.8  # texts of a greater cosine count as saying the same
BATCH = 1024
PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)
NOISE = 0.01  # added to every number of a sentence vector in training
OFTEN = {"name": 1.0, "caption": 3.0, "title": 0.6}


class TextHead(nn.Module):
    """Sentence vectors ``(N, 384)`` to the joint space ``(N, 256)``, unit rows."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(WIDTH, DIMS)
        self.wide, self.narrow = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, DIMS)
        nn.init.zeros_(self.narrow.weight)
        nn.init.zeros_(self.narrow.bias)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        if self.training:
            vectors = vectors + NOISE * torch.randn_like(vectors)
        inner = F.dropout(F.gelu(self.wide(vectors * WIDTH**0.5)), 0.3, self.training)
        return F.normalize(self.linear(vectors) + self.narrow(inner), dim=-1)


class Heads(nn.Module):
    """Both heads, and the sharpness of the contrast."""

    def __init__(self) -> None:
        super().__init__()
        self.picture, self.text = nn.Linear(LAST, DIMS), TextHead()
        self.sharpness = nn.Parameter(torch.tensor(np.log(20.0), dtype=torch.float32))


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


@torch.no_grad()
def features(net: Lite, pictures: Pictures, side: int, views: int, gen: torch.Generator, batch: int = 256) -> torch.Tensor:
    """Average-pooled last maps of the whole and of changed crops, ``(views, N, 1280) float16``."""
    out = torch.zeros(views, len(pictures.keys), LAST, dtype=torch.float16, device=pictures.pixels.device)
    for view in range(views):
        for rows in torch.arange(len(pictures.keys), device=out.device).split(batch):
            seen = wholes(pictures, rows, side) if view == 0 else crops(pictures, rows, side, gen)
            seen = changed(seen, gen) if view > 1 else seen
            with mixed(out.device):
                out[view, rows] = net(seen.contiguous(memory_format=torch.channels_last))[1].mean((2, 3)).half()
    return out


def ridge(x: torch.Tensor, y: torch.Tensor, weight: torch.Tensor, penalty: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights ``(D_out, D_in)`` and bias of the penalised least squares from ``x`` (columns of unit spread) to ``y``."""
    weight = weight.double().view(-1, 1) / weight.double().mean()
    middle, aim = (x.double() * weight).mean(0), (y.double() * weight).mean(0)
    centred = x.double() - middle
    gram = (centred * weight).T @ centred / len(x)
    spread = gram.diagonal().mean()
    gram += penalty * spread * torch.eye(len(gram), dtype=gram.dtype, device=gram.device)
    found = torch.linalg.solve(gram, (centred * weight).T @ (y.double() - aim) / len(x))
    return found.T.float(), (aim - middle @ found).float()


@torch.no_grad()
def start_by_ridge(
    heads: Heads, seen: torch.Tensor, truth: Targets, train: torch.Tensor, validation: torch.Tensor
) -> None:
    """Both heads as ridge regressions: texts on true pairs, pictures on true vectors and on their texts' vectors."""
    weight, bias = ridge(truth.text_groups, truth.text_truth, 1.0 - truth.text_held.float(), 0.1)
    heads.text.linear.weight.copy_(weight)
    heads.text.linear.bias.copy_(bias)
    heads.eval()
    spoken = F.normalize(sum(heads.text(truth.sentences[truth.rows[:, k]]) * (k < truth.counts)[:, None]
                             for k in range(truth.rows.shape[1])), dim=-1)  # fmt: skip
    known = truth.known >= 0
    aims = torch.where(known[:, None], truth.image_truth[truth.known.clamp_min(0)], spoken)
    kinds = np.array(truth.kinds)[train.cpu().numpy()]
    weights = torch.tensor(np.select([kinds == "name", kinds == "caption", kinds == "title"], [1.0, 1.0, 0.3], 0.0))
    weights = torch.where(known[train], torch.tensor(3.0, device=train.device), weights.float().to(train.device))
    views = min(4, len(seen))
    x = seen[:views, train].flatten(0, 1).float()
    best = -1.0
    for penalty in PENALTIES:
        weight, bias = ridge(x, aims[train].repeat(views, 1), weights.repeat(views), penalty)
        kept = heads.picture.weight.clone(), heads.picture.bias.clone()
        heads.picture.weight.copy_(weight)
        heads.picture.bias.copy_(bias)
        figures = judged(heads, seen[0], truth, validation)
        log.info("ridge, penalty %g: %s", penalty, figures)
        if figures["mean"] > best:
            best = figures["mean"]
        else:
            heads.picture.weight.copy_(kept[0])
            heads.picture.bias.copy_(kept[1])


def contrast(pictures: torch.Tensor, texts: torch.Tensor, sharpness: torch.Tensor) -> torch.Tensor:
    """Each picture should find its text among the batch's and each text its picture, ``(N, D)`` unit rows both."""
    logits = pictures @ texts.T * sharpness.exp().clamp(max=60)
    alike = (texts.detach() @ texts.detach().T > ALIKE) & ~torch.eye(len(texts), dtype=torch.bool, device=texts.device)
    logits = logits.masked_fill(alike, -1e4)
    aims = torch.arange(len(texts), device=texts.device)
    return 0.5 * (F.cross_entropy(logits, aims) + F.cross_entropy(logits.T, aims))


def named(pictures: torch.Tensor, labels: torch.Tensor, likely: torch.Tensor, sharpness: torch.Tensor) -> torch.Tensor:
    """The classifier's opinion ``likely (N, 1000)``, put into words: the pictures should rank its labels' texts alike."""
    logits = pictures @ labels.T * sharpness.exp().clamp(max=60)
    return F.kl_div(logits.log_softmax(1), likely, reduction="batchmean")


def train_heads(
    heads: Heads, seen: torch.Tensor, classifier: tuple[torch.Tensor, torch.Tensor], truth: Targets,
    parts: dict[str, torch.Tensor], run: Path, seconds: float,
) -> dict[str, float]:  # fmt: skip
    """Contrastive learning of both heads on kept features; the state of the best validation figure is loaded at last."""
    device = seen.device
    gen = torch.Generator(device).manual_seed(11)
    train = parts["train"][truth.counts[parts["train"]] > 0]
    with_truth = parts["train"][truth.known[parts["train"]] >= 0]
    often, learnt = truth.often(train), torch.nonzero(~truth.text_held).squeeze(1)
    spoken_for = torch.nonzero(truth.shown_counts).squeeze(1)
    optimizer = torch.optim.AdamW(
        [{"params": heads.picture.parameters(), "lr": 3e-4}, {"params": heads.text.parameters(), "lr": 5e-4},
         {"params": [heads.sharpness], "lr": 1e-3, "weight_decay": 0.0}], weight_decay=0.05,
    )  # fmt: skip
    course = Course(run / "heads", seconds, heads, [optimizer])
    best, kept = judged(heads, seen[0], truth, parts["validation"]), None
    log.info("heads by ridge: %s", best)
    first = best
    for step in course.steps():
        heads.train()
        rows = train[torch.multinomial(often, BATCH, replacement=True, generator=gen)]
        view = torch.randint(len(seen), (BATCH,), generator=gen, device=device)
        vectors = seen[view, rows].float()
        pictures = F.normalize(heads.picture(vectors), dim=-1)
        loss = contrast(pictures, heads.text(truth.some(rows, gen)), heads.sharpness)
        likely = (seen[0, rows].float() @ classifier[0].T + classifier[1]).softmax(1)
        loss = loss + 0.5 * named(pictures, heads.text(truth.label_texts), likely, heads.sharpness)
        if len(with_truth):
            some = with_truth[torch.randint(len(with_truth), (256,), generator=gen, device=device)]
            view = torch.randint(len(seen), (256,), generator=gen, device=device)
            found = F.normalize(heads.picture(seen[view, some].float()), dim=-1)
            loss = loss + 2 * (1 - (found * truth.image_truth[truth.known[some]]).sum(1)).mean()
        pairs = learnt[torch.randint(len(learnt), (1024,), generator=gen, device=device)]
        loss = loss + 4 * (1 - (heads.text(truth.text_groups[pairs]) * truth.text_truth[pairs]).sum(1)).mean()
        shown = spoken_for[torch.randint(len(spoken_for), (512,), generator=gen, device=device)]
        loss = loss + contrast(truth.image_truth[shown], heads.text(truth.shown(shown, gen)), heads.sharpness)
        course.down(loss)
        if step % 200 == 199:
            figures = judged(heads, seen[0], truth, parts["validation"])
            log.info("heads %d: loss %.3f %s", step, loss.item(), figures)
            if figures["mean"] > best["mean"] or kept is None:
                best, kept = figures, {name: value.clone() for name, value in heads.state_dict().items()}
    if kept:
        heads.load_state_dict(kept)
    heads.eval()
    return {f"ridge {name}": value for name, value in first.items()} | best


@torch.no_grad()
def judged(heads: Heads, seen: torch.Tensor, truth: Targets, rows: torch.Tensor) -> dict[str, float]:
    """On validation pictures: names found among all their names, captions finding their picture within ten of them,
    cosine with true vectors, and the mean of the three."""
    heads.eval()
    pictures = F.normalize(heads.picture(seen.float()), dim=-1)
    return judged_vectors(pictures, heads, truth, rows)


@torch.no_grad()
def judged_vectors(pictures: torch.Tensor, heads: Heads, truth: Targets, rows: torch.Tensor) -> dict[str, float]:
    kinds = np.array(truth.kinds)
    chosen = rows.cpu().numpy()
    every = torch.from_numpy(np.flatnonzero(kinds == "name")).to(rows.device)
    first = truth.rows[:, 0]
    names = first[every].unique() if len(every) else first[:1]
    one = rows[torch.from_numpy(kinds[chosen] == "name").to(rows.device)]
    top = names[(pictures[one] @ heads.text(truth.sentences[names]).T).argmax(1)] if len(one) else first[one]
    figures = {"names": float((top == first[one]).float().mean()) if len(one) else 0.0}
    some = rows[torch.from_numpy(kinds[chosen] == "caption").to(rows.device)]
    if len(some):
        likeness = heads.text(truth.sentences[first[some]]) @ pictures[some].T
        better = (likeness > likeness.diagonal()[:, None]).sum(1)
        figures["captions"] = float((better < 10).float().mean())
    known = rows[truth.known[rows] >= 0]
    if len(known):
        figures["cosine"] = float((pictures[known] * truth.image_truth[truth.known[known]]).sum(1).mean())
    if bool(truth.text_held.any()):
        said = heads.text(truth.text_groups[truth.text_held])
        figures["texts"] = float((said * truth.text_truth[truth.text_held]).sum(1).mean())
    return {name: round(value, 4) for name, value in (figures | {"mean": float(np.mean(list(figures.values())))}).items()}
