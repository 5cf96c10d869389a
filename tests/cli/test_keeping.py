"""``explorer check``, ``backup``, ``restore``, and a served page that is told to end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.cli import main
from explorer.collection import Collection, Judgement
from explorer.geometry import Box

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).parents[1] / "fixtures" / "version-0" / "cache"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A cache with the collection "kept", made by an earlier version: three works and three judgements."""
    return Path(shutil.copytree(KEPT, tmp_path / "cache"))


@pytest.fixture
def run(kept: Path, capsys: pytest.CaptureFixture[str]):
    """Run a command; its exit status, and what it wrote."""

    def command(*arguments: object) -> tuple[int, str, str]:
        status = main([*map(str, arguments), "--cache", str(kept)])
        written = capsys.readouterr()
        return status, written.out, written.err

    return command


def test_check_tells_sound_from_damaged(run, kept: Path) -> None:
    status, out, _ = run("check", "kept", "--json")
    record = json.loads(out)
    assert (status, record["sound"], record["tables"][0]["recorded"]) == (0, True, False)
    assert "not recorded" in run("check", "kept")[1]
    cells = next(kept.rglob("cells.npy"))
    cells.write_bytes(cells.read_bytes()[:-10])
    status, out, _ = run("check", "kept", "--json")
    record = json.loads(out)
    assert (status, record["sound"]) == (1, False)
    assert record["tables"][0]["damaged"][0]["works"] == "all"


def test_check_says_that_a_database_is_damaged_and_how_it_comes_back(run, kept: Path, tmp_path: Path) -> None:
    database = kept / "kept" / "collection.sqlite"
    assert run("backup", "kept", tmp_path / "copy.sqlite")[0] == 0
    (kept / "kept" / "backups").mkdir()
    shutil.copy(tmp_path / "copy.sqlite", kept / "kept" / "backups" / "2020-01-01.sqlite")
    database.write_bytes(b"Dear colleague, " * 100)
    status, out, _ = run("check", "kept")
    assert status == 1
    assert "explorer restore kept" in out
    assert run("judgements", "kept")[0] == 1
    status, out, _ = run("restore", "kept", kept / "kept" / "backups" / "2020-01-01.sqlite")
    assert status == 0
    assert "is kept:" in out
    assert len(Collection(database).judgements.all()) == 3
    assert run("check", "kept")[0] == 0


def test_backup_and_restore(run, kept: Path, tmp_path: Path) -> None:
    database, box = kept / "kept" / "collection.sqlite", Box(0, 0, 0.5, 0.5)
    (tmp_path / "safe").mkdir()
    assert run("backup", "kept", tmp_path / "safe")[0] == 0
    (copy,) = (tmp_path / "safe").iterdir()
    status, _, err = run("backup", "kept", copy)
    assert status == 1
    assert "there already" in err
    Collection(database).judgements.judge(Judgement("work-0.png", box, "work-2.png", box, "doubtful"))
    assert run("restore", "kept", copy)[0] == 0
    assert len(Collection(database).judgements.all()) == 3
    (replaced,) = database.parent.glob("backups/replaced-*.sqlite")
    assert run("restore", "kept", replaced)[0] == 0
    assert len(Collection(database).judgements.all()) == 4
    (tmp_path / "letter").write_text("Dear colleague")
    for wrong in (tmp_path / "letter", tmp_path / "absent"):
        status, _, err = run("restore", "kept", wrong)
        assert status == 1
        assert err.startswith("explorer: ")
    assert len(Collection(database).judgements.all()) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
def test_a_served_page_that_is_told_to_end_leaves_no_visitors_pictures(demo_cache: Path, tmp_path: Path) -> None:
    import httpx

    command = [sys.executable, "-m", "explorer", "serve", "demo", "--port", "0", "--no-browser", "--cache"]
    server = subprocess.Popen(
        [*command, str(demo_cache)], cwd=ROOT, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "GRADIO_TEMP_DIR": str(tmp_path)},
    )  # fmt: skip
    try:
        address = next(line.split(" at ")[1].split()[0] for line in server.stderr if " is open at " in line)
        sent = httpx.post(f"{address}gradio_api/upload", files={"files": ("a.png", b"a visitor's")}, timeout=60)
        (arrived,) = sent.json()
        assert Path(arrived).is_relative_to(tmp_path)
        assert Path(arrived).read_bytes() == b"a visitor's"
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
        assert server.returncode == 0
        assert list(tmp_path.iterdir()) == []
    finally:
        server.kill()
