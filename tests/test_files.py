"""Files are replaced whole or not at all."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from explorer.files import (
    content_hash,
    partial_name,
    remove_partial_files,
    remove_partial_versions,
    replacing,
    write_atomically,
)


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


KILLED = """
import os, sys
from pathlib import Path
from explorer.files import replacing
with replacing(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    os._exit(9)
"""


def killed_while_writing(path: Path) -> Path:
    before = set(path.parent.iterdir())
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    (left,) = set(path.parent.iterdir()) - before
    return left


@pytest.mark.skipif(sys.platform == "win32", reason="there, only their age tells")
def test_what_a_killed_process_left_is_removed_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    left = killed_while_writing(tmp_path / "a.npy")
    with replacing(tmp_path / "b.npy") as file:
        file.write(b"whole in a moment")
        of_another_machine = tmp_path / "c.npy.ffffff-1-1.part"
        of_another_machine.write_bytes(b"half")
        unnamed = tmp_path / "d.part"
        unnamed.write_bytes(b"half")
        os.utime(unnamed, (time.time() - 100_000,) * 2)
        assert set(remove_partial_files(tmp_path)) == {left, unnamed}
    assert {path.name for path in tmp_path.iterdir()} == {"b.npy", of_another_machine.name}


@pytest.mark.skipif(sys.platform == "win32", reason="there, only their age tells")
def test_beside_other_peoples_files_only_the_versions_of_one_are_removed(tmp_path: Path) -> None:
    others = [tmp_path / "download.part", partial_name(tmp_path / "demo-2"), tmp_path / "demo.part"]
    for other in others:
        other.write_text("x")
        os.utime(other, (1, 1))
    left = killed_while_writing(tmp_path / "demo")
    assert remove_partial_versions(tmp_path / "demo") == [left]
    assert set(tmp_path.iterdir()) == set(others)
