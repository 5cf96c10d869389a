"""The demo collection opens at once when it is there, and is painted and indexed when it is not."""

from pathlib import Path

import pytest

from explorer.demo import opening, paint_demo
from explorer.demo.opening import open_demo


def test_a_demo_that_is_there_is_opened_as_it_is(demo_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "paint_demo", None)
    monkeypatch.setattr(opening, "index_folder", None)
    assert open_demo(demo_cache).manifest.works == 24


def test_a_missing_demo_is_painted_and_indexed_and_a_stopped_run_goes_on(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = tmp_path / "pictures"
    stages: list[str] = []
    monkeypatch.setattr(opening, "paint_demo", lambda folder, progress: paint_demo(folder, 2, progress=progress))
    with monkeypatch.context() as stopped:
        stopped.setattr(opening, "index_folder", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            open_demo(cache, pictures=pictures)
    monkeypatch.setattr(opening, "paint_demo", None)  # not painted a second time
    workspace = open_demo(cache, lambda stage, done, total: stages.append(stage), pictures=pictures)
    assert workspace.name == "demo" and workspace.manifest.works == 2
    assert stages
