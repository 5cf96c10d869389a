"""Labels as the user types them, and the table of works and labels."""

from __future__ import annotations

import json

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.words import LabelTable, parse_prompts


def test_prompts_keep_their_order_lose_blanks_and_repeats() -> None:
    assert parse_prompts("ship\r\n\n village \nship\n") == ["ship", "village"]
    assert parse_prompts("a {brace}; b\n c", ";") == ["a {brace}", "b\n c"]


@pytest.mark.parametrize("text", ["", "  \n ", ";;"])
def test_no_prompt_at_all_is_an_error(text: str) -> None:
    with pytest.raises(ExplorerError, match="at least one label"):
        parse_prompts(text, ";" if ";" in text else "\n")


def test_a_table_as_json_has_a_label_only_where_one_stands_out() -> None:
    scores = np.array([[0.25, 0.7500004], [0.5, 0.5]], dtype=np.float32)
    table = LabelTable(("a ship", "a mill"), ("b/sea.jpg", "a.jpg"), scores, (1, None))
    record = {
        "labels": ["a ship", "a mill"],
        "works": [
            {"file": "b/sea.jpg", "label": "a mill", "scores": {"a ship": 0.25, "a mill": 0.75}},
            {"file": "a.jpg", "label": None, "scores": {"a ship": 0.5, "a mill": 0.5}},
        ],
    }
    assert json.loads(json.dumps(table.to_json())) == record
    assert list(table.to_json()) == list(record)
