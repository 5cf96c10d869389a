"""Folders for a while: gone at the end, whoever made them, and never while somebody is at work in them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from explorer.scratch import remove_abandoned, scratch_folder

HOLDS = """
import sys, time
from pathlib import Path
from explorer.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "picture.png").write_bytes(b"a visitor's")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_it_is_gone_with_all_in_it(tmp_path: Path) -> None:
    with pytest.raises(KeyError), scratch_folder(tmp_path) as folder:
        (folder / "a").mkdir()
        (folder / "a" / "b").write_text("x")
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_that_of_a_killed_process_goes_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    (tmp_path / "brueghel-explorer.txt").write_text("somebody else's")
    (tmp_path / "gradio").mkdir()
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    holders = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        killed, living = (Path(holder.stdout.readline().strip()) for holder in holders)
        holders[0].kill()
        holders[0].wait()
        assert remove_abandoned(tmp_path) == [killed]
        assert not killed.exists()
        assert (living / "picture.png").exists()
    finally:
        for holder in holders:
            holder.communicate()
    assert {path.name for path in tmp_path.iterdir()} == {"brueghel-explorer.txt", "gradio"}
