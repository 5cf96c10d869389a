"""Words about pictures: label prompts, and works sorted under them (zero-shot classification)."""

from explorer.words.zero_shot import LabelTable, label_works

__all__ = ["LabelTable", "label_works"]
