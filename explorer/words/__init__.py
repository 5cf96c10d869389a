"""Words about pictures: labels in plain words, and works sorted under them (zero-shot classification)."""

from explorer.words.labels import LabelTable, label_works
from explorer.words.prompts import parse_prompts

__all__ = ["LabelTable", "label_works", "parse_prompts"]
