"""Hugging Face ``SiglipModel`` as a dense encoder.

Zhai, Mustafa, Kolesnikov and Beyer, "Sigmoid loss for language image pre-training", ICCV 2023. It differs from CLIP in
what is read here: there is no class token; an attention pooling head (a learnt query that attends to all patches, then
a residual MLP) gives the whole picture; texts are not causal, have no end that is looked for, and were always padded
to one length without a mask, so the last token sums them up.

* *For words*, a patch token goes through the head by itself: with a single token to attend to, attention is the head's
  value path, as MaskCLIP (Zhou, Loy and Dai, ECCV 2022, section 3.2) has it for CLIPs that pool by attention.
* *For matching details*, tokens or values of an earlier block, as with CLIP.

The loss' bias is the same for all texts, so neither an order nor probabilities among labels depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from explorer.encoder import Layer
from explorer.encoder.clip import LONGEST_TEXT, ClipEncoder, attention_values
from explorer.features.grid import unit_rows


class SiglipEncoder(ClipEncoder):
    """A SigLIP and its tokenizer, on one device. See :class:`explorer.encoder.Encoder`."""

    @torch.inference_mode()
    def words(self, texts: Sequence[str]) -> np.ndarray:
        longest = self.model.config.text_config.max_position_embeddings
        tokens = self.tokenizer(
            [text[:LONGEST_TEXT].lower().encode("utf-8", "replace").decode() for text in texts],
            padding="max_length", truncation=True, max_length=longest, return_tensors="pt",
        )  # fmt: skip
        found = self.model.get_text_features(input_ids=tokens["input_ids"].to(self._device)).pooler_output
        return unit_rows(found.float().cpu().numpy())

    def _through_blocks(
        self, embedded: torch.Tensor, layers: Sequence[Layer]
    ) -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor]:
        """Embedded tokens ``(B, N, D)`` through all blocks and the pooling head, as the CLIP's."""
        vision, hidden = self.model.vision_model, embedded
        match: dict[Layer, torch.Tensor] = {}
        for number, block in enumerate(vision.encoder.layers, start=-self.blocks):
            last_input, hidden = hidden, block(hidden, None)
            for layer in layers:
                if layer.block == number:
                    match[layer] = attention_values(block, last_input) if layer.facet == "value" else hidden
        tokens = vision.post_layernorm(hidden)
        alone = vision.head(tokens.reshape(-1, 1, tokens.shape[-1]))
        return [match[layer] for layer in layers], alone.reshape(tokens.shape), vision.head(tokens)
