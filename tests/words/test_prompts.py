"""Lists of labels and ways of asking: those that ship, those of users, and what is refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.words.prompts import (
    LONGEST_LABEL,
    MOST_IN_FILE,
    MOST_TEMPLATES,
    check_templates,
    label_set,
    label_sets,
    parse_prompts,
    prompt_lines,
    read_labels,
    read_templates,
    sentences,
    usual_templates,
    words_of,
)


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# -- what ships --------------------------------------------------------------------------------------------------------


def test_every_ready_set_has_a_title_and_labels_without_repeats() -> None:
    sets = label_sets()
    assert {ready.name for ready in sets} == {
        "animals", "flemish-subjects", "genres", "iconclass", "media", "seasons",
    }  # fmt: skip
    for ready in sets:
        assert ready.title and not ready.title.startswith("#")
        assert len(ready.labels) >= 4 and len(set(ready.labels)) == len(ready.labels)
        assert len({words_of(label) for label in ready.labels}) == len(ready.labels)
    assert label_set("seasons").title == "Seasons"


def test_labels_of_the_iconclass_set_have_a_notation_that_is_not_asked() -> None:
    for label in label_set("iconclass").labels:
        words = words_of(label)
        assert label.endswith(" " + words), label
        assert not any(character.isdigit() for character in words), label


def test_neutral_words_are_some_hundred_different_ones() -> None:
    words = prompt_lines("neutral")
    assert 300 <= len(words) == len(set(words)) <= 1000


def test_the_usual_ways_of_asking_may_be_used_as_they_are() -> None:
    assert "{}" in usual_templates()
    assert sentences("a mill", usual_templates())[0] == "a mill"


def test_a_set_that_is_none_is_refused_and_the_sets_are_named() -> None:
    for name in ("absent", "../templates", ""):
        with pytest.raises(ExplorerError, match="animals, flemish-subjects"):
            label_set(name)


# -- labels ------------------------------------------------------------------------------------------------------------


def test_prompts_keep_their_order_lose_blanks_and_repeats() -> None:
    assert parse_prompts("ship\r\n\n village \nship\n") == ["ship", "village"]
    assert parse_prompts("a {brace}; b\n c", ";") == ["a {brace}", "b\n c"]


@pytest.mark.parametrize("text", ["", "  \n ", ";;"])
def test_no_prompt_at_all_is_an_error(text: str) -> None:
    with pytest.raises(ExplorerError, match="at least one label"):
        parse_prompts(text, ";" if ";" in text else "\n")


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("25F23(LION) a lion", "a lion"), ("11HH(MARY MAGDALENE)51 a saint in the desert", "a saint in the desert"),
        ("25FF411 a dragon", "a dragon"), ("61B\ta portrait", "a portrait"), ("3 ships", "3 ships"),
        ("12 apostles", "12 apostles"), ("17th century", "17th century"), ("25F23(LION)", "25F23(LION)"),
        ("A4 sheet", "A4 sheet"),
    ],
)  # fmt: skip
def test_only_a_notation_in_front_is_left_out(label: str, words: str) -> None:
    assert words_of(label) == words
    assert sentences(label, ["a {}!"]) == [f"a {words}!"]


def test_labels_of_a_text_file(tmp_path: Path) -> None:
    text = "# Title\n a ship \r\n\nM\xfchle\na ship\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850", "mac_roman"):
        assert read_labels(written(tmp_path / "labels.txt", text.encode(encoding))) == ["a ship", "M\xfchle"]


def test_labels_of_a_table(tmp_path: Path) -> None:
    table = written(tmp_path / "a.csv", "Notation;note;Label\n25F23(LION);x;a lion\n;y;a mill\n31D;z;\n")
    assert read_labels(table) == ["25F23(LION) a lion", "a mill"]
    assert read_labels(written(tmp_path / "b.csv", 'a ship\n"a man, old"\n')) == ["a ship", "a man, old"]
    assert read_labels(written(tmp_path / "c.CSV", "prompt\na ship\n")) == ["a ship"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", "# only a title\n\n", "holds no labels"),
        ("a.txt", b"a\0b", "not a text"),
        ("a.txt", "M\xfchle, Schl\xf6sser".encode() + b"\n\xfc", "damaged in line 2; save it as plain text or CSV"),
        ("a.txt", "ship\n" + "x" * (LONGEST_LABEL + 1), "more than 300 characters"),
        ("a.txt", "\n".join(map(str, range(MOST_IN_FILE + 1))), "2,001 labels"),
        ("a.txt", "a" * 1_000_001, "larger than 1 MB"),
        ("a.csv", "a man, old\na ship, new\n", "several columns"),
        ("a.csv", 'label\n"never closed\n', "quotation mark"),
        ("a.csv", "", "holds no labels"),
    ],
)
def test_a_file_that_will_not_do_is_refused_by_its_name(
    tmp_path: Path, name: str, content: str | bytes, sentence: str
) -> None:  # fmt: skip
    with pytest.raises(ExplorerError, match=sentence) as caught:
        read_labels(written(tmp_path / name, content))
    assert str(caught.value).startswith(name) and str(tmp_path) not in str(caught.value)


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.txt", tmp_path):
        with pytest.raises(ExplorerError, match="cannot be read"):
            read_labels(path)


# -- ways of asking ----------------------------------------------------------------------------------------------------


def test_templates_of_a_file(tmp_path: Path) -> None:
    path = written(tmp_path / "t.txt", "# ours\n{}\nan etching of {} \n\n{}\n")
    assert read_templates(path) == ("{}", "an etching of {}")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "at least one way"),
        (["", "  "], "at least one way"),
        (["a painting"], "“a painting” has no {}"),
        (["{} and {}"], "more than once"),
        (["{} {0}"], "other braces"),
        (["a {} in {"], "other braces"),
        (["a { } b"], "has no {}"),
        (["{}" + "x" * LONGEST_LABEL], "300 characters at most"),
        ([f"{number} {{}}" for number in range(MOST_TEMPLATES + 1)], "20 ways at most"),
    ],
)
def test_templates_that_will_not_do_are_refused_in_a_sentence(lines: list[str], sentence: str) -> None:
    with pytest.raises(ExplorerError, match=sentence) as caught:
        check_templates(lines)
    assert len(str(caught.value)) < 200


def test_letters_that_had_to_be_guessed_are_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_labels(written(tmp_path / "labels.txt", "Blumenst\xfcck".encode("mac_roman"))) == ["Blumenst\xfcck"]
    assert "it was read as mac_roman, so that it has words such as Blumenst\xfcck" in caplog.text
