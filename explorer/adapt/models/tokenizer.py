"""The text tower's own small vocabulary: byte-level BPE as CLIP's, learnt from the corpus by the stage ``prepare``."""

from __future__ import annotations

import json

from tokenizers import Tokenizer, trainers
from transformers import CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"


def learn_tokenizer(texts: list[str], size: int, length: int) -> CLIPTokenizer:
    """A ``CLIPTokenizer`` of exactly ``size`` tokens whose last two are the start and the end, as in CLIP.

    Sennrich et al., "Neural machine translation of rare words with subword units" (ACL 2016). ``length`` is the
    longest text in tokens. When the texts are too few for ``size`` tokens, unused ones fill the gap.
    """
    backend = CLIPTokenizer().backend_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=size - 2, initial_alphabet=_byte_alphabet(), end_of_word_suffix="</w>", show_progress=False
    )
    learner = Tokenizer.from_str(backend.to_str())
    learner.train_from_iterator(texts, trainer)
    model = json.loads(learner.to_str())["model"]
    ranked = sorted(model["vocab"], key=model["vocab"].get)
    # A word of one letter needs its end-of-word form even when no text had it: nothing may be unknown.
    endings = [letter + "</w>" for letter in _byte_alphabet()]
    kept = dict.fromkeys([*_byte_alphabet(), *endings, *(token for token in ranked if token not in (START, END))])
    tokens = list(kept)[: size - 2]
    tokens += [f"<|unused{number}|>" for number in range(size - 2 - len(tokens))]
    known = set(tokens)
    merges = [tuple(pair) for pair in model["merges"] if {*pair, "".join(pair)} <= known]
    vocabulary = {token: number for number, token in enumerate([*tokens, START, END])}
    # The constructor takes pairs, whatever its annotation says.
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=length)  # type: ignore[arg-type]


def _byte_alphabet() -> list[str]:
    from tokenizers.pre_tokenizers import ByteLevel

    return sorted(ByteLevel.alphabet())
