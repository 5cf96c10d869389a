"""Sentence vectors of every text of the prepared folder, with the captions and CLIP vectors that they belong to.

The sentence encoder runs once over all texts; its vectors are kept in the run's folder. The stages take them from
:class:`~explorer.adapt.data.targets.Targets`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from explorer.adapt.data.captions import PictureTexts
from explorer.adapt.data.pictures import read_json
from explorer.adapt.data.prompts import name_texts
from explorer.adapt.models.joint_space import JointSpace
from explorer.adapt.models.sentence_encoder import SentenceEncoder

log = logging.getLogger(__name__)
FEW_TEXTS = 4  # a CLIP vector of fewer texts is of a name or a caption, one of more is the mean of descriptions


@dataclass(frozen=True)
class TextEmbeddings:
    """``rows`` of texts in ``vectors (M, 384) float16``; ``captions`` by picture key; ``labels`` of the classifier;
    ``clip_texts`` and ``clip_captions``, the texts of the published vectors ``clip_text_vectors (T, 256)`` and
    ``clip_image_vectors (I, 256)``, unit rows in the joint ``space``; ``clip_pictures``, the keys of the latter."""

    rows: dict[str, int]
    vectors: torch.Tensor
    captions: dict[str, PictureTexts]
    labels: list[str]
    clip_texts: list[list[str]]
    clip_captions: list[list[str]]
    clip_pictures: list[str]
    clip_text_vectors: torch.Tensor
    clip_image_vectors: torch.Tensor
    space: JointSpace

    def vectors_of(self, texts: list[str]) -> torch.Tensor:
        """Sentence vectors ``(N, 384) float32``."""
        return self.vectors[[self.rows[text] for text in texts]].float()

    def mean_vectors(self, groups: list[list[str]]) -> torch.Tensor:
        """Mean sentence vector of each group of texts, ``(N, 384)``; the nearly linear text head accepts means."""
        vectors = self.vectors_of([text for group in groups for text in group])
        lengths = np.array([len(group) for group in groups])
        group_of = torch.from_numpy(np.repeat(np.arange(len(groups)), lengths))
        total = torch.zeros(len(groups), vectors.shape[1]).index_add_(0, group_of, vectors)
        return total / torch.from_numpy(lengths).view(-1, 1).clamp_min(1)


def read_text_embeddings(prepared: Path, run: Path, device: str, keys: list[str], limit: int = 0) -> TextEmbeddings:
    """Embed the corpus and the texts of the pictures ``keys``, or read what an earlier call kept in the run's folder;
    ``limit`` takes about so many texts and CLIP vectors only."""
    corpus, captions, clip = (read_json(prepared, name) for name in ("texts", "said", "truths"))
    labels = read_json(prepared, "labels")
    captions = {key: captions[key] for key in keys if key in captions}
    vectors = {name: value.float() for name, value in load_file(prepared / "truths.safetensors").items()}
    if limit:
        corpus, labels = corpus[:: max(1, len(corpus) // limit)], labels[:20]
        clip = {name: values[:limit] for name, values in clip.items()}
        vectors = {"images": vectors["images"][:limit], "texts": vectors["texts"][:limit]}
    texts = list(corpus)
    texts += [text for entry in captions.values() for text in entry["texts"]]
    texts += [text for group in [*clip["said"], *clip["shown"]] for text in group]
    texts += [text for label in labels for text in name_texts(label)]
    rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    short = [row for row, group in enumerate(clip["said"]) if len(group) < FEW_TEXTS]
    space = JointSpace.fitted(vectors["images"], vectors["texts"][short])
    sentences = _sentence_vectors(prepared, run, device, list(rows))
    return TextEmbeddings(rows, sentences, captions, labels, clip["said"], clip["shown"], clip["pictures"],
                          space.texts(vectors["texts"]), space.pictures(vectors["images"]), space)  # fmt: skip


def _sentence_vectors(prepared: Path, run: Path, device: str, texts: list[str]) -> torch.Tensor:
    path = run / f"sentences-{len(texts)}.safetensors"
    if not path.is_file():
        run.mkdir(parents=True, exist_ok=True)
        save_file({"vectors": SentenceEncoder(prepared / "minilm", device).vectors(texts)}, path)
        log.info("%d sentence vectors", len(texts))
    return load_file(path)["vectors"]
