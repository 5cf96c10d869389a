"""The small text tower: a transformer on byte-pair tokens that learns to give every text its vector.

It learns the text head's vectors of the whole corpus, true CLIP vectors where there are any, and on the side that
captions and names find the pictures they were said of.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from transformers import CLIPTextConfig, CLIPTextModelWithProjection

from explorer.adapt.course import Average, Course, Plan
from explorer.adapt.heads import Heads, contrast
from explorer.adapt.precision import mixed
from explorer.adapt.said import Said
from explorer.adapt.space import DIMS
from explorer.adapt.targets import Targets

log = logging.getLogger(__name__)
LIKENESS_TEMPERATURE = 0.05


@dataclass(frozen=True)
class TextShape:
    """Sizes of the text tower."""

    width: int = 256
    layers: int = 4
    heads: int = 4
    length: int = 48
    vocabulary: int = 10_240


def build_tower(shape: TextShape) -> CLIPTextModelWithProjection:
    return CLIPTextModelWithProjection(CLIPTextConfig(**text_config(shape)))


def text_config(shape: TextShape) -> dict[str, object]:
    """As transformers wants it."""
    end = shape.vocabulary - 1
    return {
        "hidden_size": shape.width, "intermediate_size": 4 * shape.width, "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads, "max_position_embeddings": shape.length, "vocab_size": shape.vocabulary,
        "hidden_act": "gelu", "projection_dim": DIMS, "bos_token_id": end - 1, "eos_token_id": end, "pad_token_id": end,
    }  # fmt: skip


class Reader:
    """Texts to token numbers, ends padded with ends: attention looks back only, so padding changes nothing."""

    def __init__(self, folder: Path, shape: TextShape) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(shape.length)
        self.tokenizer.no_padding()
        self.end = shape.vocabulary - 1

    def __call__(self, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """``(N, L) int32`` and lengths ``(N,)``."""
        read = [one.ids for one in self.tokenizer.encode_batch(texts)]
        lengths = torch.tensor([len(ids) for ids in read])
        out = torch.full((len(read), int(lengths.max())), self.end, dtype=torch.int32)
        for row, ids in enumerate(read):
            out[row, : len(ids)] = torch.tensor(ids, dtype=torch.int32)
        return out, lengths


def spoken(tower: CLIPTextModelWithProjection, ids: torch.Tensor) -> torch.Tensor:
    """Unit vectors ``(N, 256)`` of token numbers ``(N, L)``."""
    with mixed(ids.device):
        found = tower(input_ids=ids.long()).text_embeds
    return F.normalize(found.float(), dim=-1)


@dataclass(frozen=True)
class Heard:
    """What the tower learns from: texts, the truth about them, and ``views (V, N, 256)``, unit rows of several crops
    of every picture, of which the rows ``spoken`` have texts."""

    said: Said
    truth: Targets
    views: torch.Tensor
    spoken: torch.Tensor


def train_tower(
    tower: CLIPTextModelWithProjection, reader: Reader, heads: Heads, heard_of: Heard, plan: Plan
) -> dict[str, float]:
    """Train by the plan. Returns the mean cosine on texts held out."""
    said, truth, views, train = heard_of.said, heard_of.truth, heard_of.views, heard_of.spoken
    device, batch = views.device, plan.batch
    gen = torch.Generator(device).manual_seed(13)
    texts = list(said.rows)
    ids, lengths = reader(texts)
    with torch.no_grad():
        heads.eval()
        aims = torch.cat([heads.text(part) for part in truth.sentences.split(8192)])
    exact = [(said.rows[many[0]], row) for row, many in enumerate(said.truths["said"]) if len(many) <= 2]
    places, rows = (torch.tensor(numbers, device=device) for numbers in zip(*exact, strict=True))
    aims[places] = said.text_truth.to(device)[rows]
    order = torch.from_numpy(np.random.default_rng(5).permutation(len(texts)))
    checked, kept = order[: len(order) // 50], order[len(order) // 50 :]
    ids, kept = ids.to(device), kept.to(device)
    tower.train()
    decayed = [p for p in tower.parameters() if p.ndim > 1]
    plain = [p for p in tower.parameters() if p.ndim < 2]
    groups = [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1.5e-3, betas=(0.9, 0.98))
    average = Average(tower)
    course = Course(plan, tower, [optimizer], average)
    for step in course.steps():
        chosen = kept[torch.randint(len(kept), (batch,), generator=gen, device=device)]
        if step % 4 == 0:  # true vectors more often than their number
            chosen[: batch // 4] = places[torch.randint(len(places), (batch // 4,), generator=gen, device=device)]
        longest = int(lengths[chosen.cpu()].max())
        found, aim = spoken(tower, ids[chosen, :longest]), aims[chosen]
        ranks = (aim @ aim.T / LIKENESS_TEMPERATURE).softmax(1)
        likeness = -(ranks * (found @ aim.T / LIKENESS_TEMPERATURE).log_softmax(1)).sum(1).mean()
        loss = 2 * (1 - (found * aim).sum(1)).mean() + 0.1 * likeness
        some = train[torch.randint(len(train), (512,), generator=gen, device=device)]
        at = (torch.rand(512, generator=gen, device=device) * truth.counts[some]).long()
        said_rows = truth.rows[some].gather(1, at[:, None]).squeeze(1)
        view = torch.randint(len(views), (512,), generator=gen, device=device)
        heard = spoken(tower, ids[said_rows, : int(lengths[said_rows.cpu()].max())])
        loss = loss + 0.1 * contrast(views[view, some], heard, heads.sharpness.detach())
        course.down(loss)
        average.update()
        if step % 200 == 0:
            cosine = (found * aim).sum(1).mean().item()
            log.info("tower %d: loss %.4f, cosine %.3f, %.0f s", step, loss.item(), cosine, course.spent)
    tower.load_state_dict(average.values)
    tower.eval()
    with torch.no_grad():
        parts = [F.cosine_similarity(spoken(tower, ids[part]), aims[part]) for part in checked.to(device).split(batch)]
    return {"words cosine": round(float(torch.cat(parts).mean()), 4)}
