"""Which words the model knows: real ones are searched for, letters in no order are refused, and the user is told."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass

import pytest

from explorer.errors import ExplorerError
from explorer.search import notes, search
from explorer.search.query import Query, WordsPart
from explorer.words.known import refuse_unknown, understood

PHRASES = (
    "a windmill on a hill", "birds in the sky", "a sailing boat", "a covered wagon", "the Crucifixion",
    "lions and leopards",
    "skaters on the ice", "a woman with a lute", "a peasant wedding", "a still life with fish", "hunters with dogs",
    "Madonna and Child", "a BASKET of grapes", "ships in a storm", "an old man's beard", "a harbour with ships",
)  # fmt: skip


def nonsense(count: int, seed: int = 3) -> list[str]:
    """Strings of letters in no order, and pronounceable ones, alone and in phrases."""
    rng = random.Random(seed)

    def letters() -> str:
        return "".join(rng.choice(string.ascii_lowercase) for _ in range(rng.randint(6, 12)))

    def syllables() -> str:
        return "".join(rng.choice("bcdfghjkmnpqrstvwxz") + rng.choice("aeiou") for _ in range(rng.randint(3, 4)))

    kinds = (letters, syllables, lambda: f"a {syllables()} on a {letters()}")
    return [kinds[number % 3]() for number in range(count)]


@pytest.mark.parametrize("phrase", PHRASES)
def test_english_words_are_known(mini_encoder, phrase: str) -> None:
    found = understood(phrase, mini_encoder)
    assert found.unknown == () and found.sentence() == ""
    refuse_unknown(phrase, mini_encoder)


def test_letters_in_no_order_are_refused(mini_encoder) -> None:
    refused = [text for text in nonsense(60) if not understood(text, mini_encoder).is_known]
    assert len(refused) >= 57, "a chance word, such as hare, may be among them"


def test_a_word_that_is_not_known_is_named_and_the_rest_is_searched_for(mini_encoder) -> None:
    found = understood("a windmill beside a blorfing wug", mini_encoder)
    assert found.known == ("windmill", "beside") and found.unknown == ("blorfing", "wug")
    assert "“blorfing”, “wug”" in found.sentence() and "the rest" in found.sentence()


@pytest.mark.parametrize(
    ("text", "said"),
    [("ветряная мельница", "Cyrillic"), ("風車", "Chinese"), ("ανεμόμυλος", "Greek"), ("of the and", "no words here"),
     ("1568 !?", "no words here"), ("Windmühle", "windmühle")],
)  # fmt: skip
def test_what_it_cannot_read_is_said(mini_encoder, text: str, said: str) -> None:
    with pytest.raises(ExplorerError, match=said):
        refuse_unknown(text, mini_encoder)


@dataclass(frozen=True)
class _Unlisted:
    """A model that comes without a list of its words, as a CLIP does: its tokenizer's pieces are all there is."""

    pieces: dict[str, int]
    vocabulary: frozenset[str] = frozenset()

    def word_pieces(self, word: str) -> int:
        return self.pieces[word]


def test_without_a_list_a_word_in_many_pieces_is_not_known() -> None:
    found = understood("a windmill and a xqzvbkw", _Unlisted({"windmill": 2, "xqzvbkw": 6}))
    assert found.known == ("windmill",) and found.unknown == ("xqzvbkw",)


def test_a_search_for_nonsense_finds_nothing_and_says_so(demo_workspace) -> None:
    with pytest.raises(ExplorerError, match="Nothing stands out for these words: the model does not know “xqzvbk”"):
        search(demo_workspace, Query((WordsPart("xqzvbk"),)))
    with pytest.raises(ExplorerError, match="xqzvbk"):
        search(demo_workspace, Query((WordsPart("xqzvbk"), WordsPart("snow", -1.0))))


def test_beside_other_parts_unknown_words_are_left_out_and_named(demo_workspace) -> None:
    words = WordsPart("a windmill")
    for unknown in (WordsPart("xqzvbk"), WordsPart("снег", -1.0)):
        query = Query((words, unknown))
        assert search(demo_workspace, query) == search(demo_workspace, Query((words, WordsPart("blorf"))))
        (said,) = notes(demo_workspace, query)
        assert "it was left out" in said or "Cyrillic" in said


def test_a_slip_of_the_pen_is_told(mini_encoder) -> None:
    found = understood("a windmil on a hil", mini_encoder)
    assert found.unknown == ("windmil", "hil") and "windmill" in found.nearest
    assert "Did you mean “windmill”" in found.sentence()
    assert understood("a sheep beside a xqzvbk", mini_encoder).nearest == ()
