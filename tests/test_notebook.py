"""The notebook in ``examples/`` runs from its first cell to its last, and is kept without outputs."""

from __future__ import annotations

import base64
import io
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

NOTEBOOK = Path(__file__).parents[1] / "examples" / "quickstart.ipynb"


@pytest.fixture(scope="module")
def notebook() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def test_no_outputs_are_kept(notebook: nbformat.NotebookNode) -> None:
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


def test_every_cell_runs(
    notebook: nbformat.NotebookNode, demo_cache: Path, demo_workspace, tmp_path: Path, monkeypatch
) -> None:
    """On a copy of the tests' demo, so that the map that it computes stays out of the other tests."""
    shutil.copytree(demo_cache, tmp_path / "cache")
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOK.parents[1]))
    run = nbformat.from_dict(notebook)
    NotebookClient(run, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [output for cell in run.cells for output in cell.get("outputs", [])]
    pictures = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 5
    for encoded in pictures:
        assert min(Image.open(io.BytesIO(base64.b64decode(encoded))).size) >= 200
    assert "means (" in "".join(output.get("text", "") for output in outputs)
    assert not (tmp_path / "demo").exists(), "the demo was there, so it was not painted again"
