"""Which words of a text the model knows: it gives a vector for any string, and that of an unknown word means nothing.

A model that comes with the list of words it has learnt is asked that. Of any other its tokenizer tells something: words
that were common where it learnt are one token or two, letters in no order are many (Sennrich, Haddow and Birch, "Neural
machine translation of rare words with subword units", ACL 2016, describe such tokenizers).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches

from explorer.encoder import Encoder
from explorer.errors import ExplorerError

LETTERS_PER_TOKEN = 2.0
"""A word of which a token holds fewer letters than this, on average, is taken for unknown where there is no list."""
_WORD = re.compile(r"[^\W\d_]+")
_SMALL_WORDS = frozenset((
    "a", "an", "the", "of", "in", "on", "at", "by", "to", "for", "from", "with", "without", "and", "or", "not",
    "no", "nor", "but", "as", "is", "are", "was", "be", "been", "it", "its", "this", "that", "these", "those",
    "there", "some", "any", "his", "her", "their", "my", "our", "your", "he", "she", "they", "we", "you", "i", "s",
    "t",
))  # fmt: skip
"""Words that say nothing of a picture by themselves."""
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"))
_MOST_NAMED = 4
_ALIKE = 0.85  # a letter too many or too few in a word of six is 0.92


@dataclass(frozen=True)
class Understanding:
    """The words of a text that say something of a picture: those that the model ``knows``, and those it does not."""

    known: tuple[str, ...]
    unknown: tuple[str, ...]
    script: str = ""
    """The name of a script that the model has not learnt, where the text is written in one."""

    nearest: tuple[str, ...] = ()
    """Words that the model knows and that look like the unknown ones."""

    @property
    def is_known(self) -> bool:
        """Whether the model knows at least one of the words."""
        return bool(self.known)

    def sentence(self) -> str:
        """What to tell the user; empty where every word is known.

        >>> Understanding(("windmill",), ("blorf",)).sentence()
        'The model does not know the word “blorf”; it went by the rest.'
        """
        if self.script:
            return f"The model reads English in Latin letters; it has not learnt the {self.script} script."
        if not self.known and not self.unknown:
            return "There are no words here that say what a picture shows; try some such as: a windmill on a hill."
        if not self.unknown:
            return ""
        named = ", ".join(f"“{word}”" for word in self.unknown[:_MOST_NAMED])
        words = "the word" if len(self.unknown) == 1 else "the words"
        if self.known:
            return f"The model does not know {words} {named}; it went by the rest.{self._guess()}"
        advice = self._guess() or " Try common English words."
        return f"Nothing stands out for these words: the model does not know {named}.{advice}"

    def beside(self) -> str:
        """What to tell the user of a text without a known word that was asked for beside other things."""
        named = ", ".join(f"“{word}”" for word in self.unknown[:_MOST_NAMED])
        if not named:
            return "One part of the search has no words that say what a picture shows: it was left out."
        return f"The model does not know {named}: it was left out of the search.{self._guess()}"

    def _guess(self) -> str:
        if not self.nearest:
            return ""
        return f" Did you mean {' or '.join(f'“{word}”' for word in self.nearest[:_MOST_NAMED])}?"


def understood(text: str, encoder: Encoder) -> Understanding:
    """What a model knows of a text's words. Endings of English words do not count: "windmills" is "windmill"."""
    words = [word for word in dict.fromkeys(_WORD.findall(text.lower())) if word not in _SMALL_WORDS]
    foreign = [script for word in words if (script := _foreign_script(word))]
    if foreign and len(foreign) == len(words):
        return Understanding((), tuple(words), foreign[0])
    known = tuple(word for word in words if _is_known(word, encoder))
    unknown = tuple(word for word in words if word not in known)
    return Understanding(known, unknown, nearest=_nearest(unknown, encoder.vocabulary))


def refuse_unknown(text: str, encoder: Encoder) -> None:
    """Raises :class:`ExplorerError` for a text of which the model knows no word."""
    found = understood(text, encoder)
    if not found.is_known:
        raise ExplorerError(found.sentence())


def _nearest(unknown: tuple[str, ...], vocabulary: frozenset[str]) -> tuple[str, ...]:
    """Of each unknown word the known one that is most like it (Ratcliff and Obershelp's measure), if one is."""
    found = [get_close_matches(word, vocabulary, 1, _ALIKE) for word in unknown[:_MOST_NAMED] if len(word) > 3]
    return tuple(dict.fromkeys(match[0] for match in found if match))


def _is_known(word: str, encoder: Encoder) -> bool:
    if _foreign_script(word):
        return False
    if encoder.vocabulary:
        return any(form in encoder.vocabulary for form in _forms(word))
    return len(word) >= LETTERS_PER_TOKEN * encoder.word_pieces(word)


def _forms(word: str) -> list[str]:
    """A word, and what it may be a form of.

    >>> _forms("parties")
    ['parties', 'party', 'parti', 'partie']
    """
    forms = [word]
    forms += [
        word.removesuffix(ending) + stem
        for ending, stem in _ENDINGS
        if word.endswith(ending) and len(word) - len(ending) >= 3
    ]
    return forms


def _foreign_script(word: str) -> str:
    """The name of the script of a word that is not in Latin letters; empty for one that is.

    >>> _foreign_script("мельница"), _foreign_script("mühle")
    ('Cyrillic', '')
    """
    for letter in word:
        script = unicodedata.name(letter, "unknown letter").split()[0]
        if script not in ("LATIN", "FEMININE", "MASCULINE", "MICRO"):
            return {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese"}.get(script, script.capitalize())
    return ""
