"""Files are replaced whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from explorer.files import content_hash, replacing, write_atomically


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    for text in ("first", "second, überall\n"):
        write_atomically(path, text)
        assert path.read_bytes() == text.encode("utf-8")
        assert content_hash(path) == hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    write_atomically(path, "old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as file:
        file.write(b"half of the n")
        raise KeyboardInterrupt
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
