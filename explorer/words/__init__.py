"""Words about pictures: labels in plain words, and works sorted under them (zero-shot classification)."""

from explorer.words.given_vectors import GivenClasses, read_class_vectors
from explorer.words.labels import LabelTable, label_works, label_works_by_vectors
from explorer.words.prompts import parse_prompts

__all__ = [
    "GivenClasses",
    "LabelTable",
    "label_works",
    "label_works_by_vectors",
    "parse_prompts",
    "read_class_vectors",
]
