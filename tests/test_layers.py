"""The shape of the program: which module may import which, and who owns each heavy library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "explorer"

LAYERS = (
    # values
    "paths", "errors", "progress", "parallel", "files", "geometry", "config", "features", "matching", "verification",
    # adapters
    "scratch", "collection", "encoder", "index",
    # the one stateful thing
    "workspace",
    # operations
    "plates", "iiif", "words", "search", "calibration", "indexing", "registration", "bookmarks", "motifs", "maps",
    "adapt", "evaluate", "demo", "fetch", "harvest",
    # fronts
    "ui", "api", "cli",
)  # fmt: skip
"""Imports point to the left in this list only; within one package they are free."""

VALUES = (
    "paths", "errors", "files", "progress", "parallel", "geometry", "config", "features", "matching", "verification",
)  # fmt: skip
OWNERS = {
    "torch": {"encoder", "adapt"},
    "transformers": {"encoder", "adapt"},
    "tokenizers": {"encoder", "adapt"},
    "huggingface_hub": {"encoder", "adapt"},
    "gradio": {"ui"},
    "starlette": {"ui"},
    "fastapi": {"ui"},
    "hnswlib": {"index"},
    "umap": {"maps"},
    "sklearn": {"maps", "evaluate"},
    "cv2": {"features", "verification", "registration"},
    "pi_heif": {"collection"},
    "sqlite3": {"collection"},
    "python_calamine": {"collection"},
    "networkx": {"motifs"},
    "reportlab": {"motifs"},
}
NOT_IN_VALUES = {"PIL", "tqdm", "filelock", "sqlite3", *OWNERS} - {"cv2"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or not path.stem.startswith("__"))


def unit(path: Path) -> str:
    """The layer that a file belongs to: its top-level module or package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, *, at_run_time: bool = False) -> set[str]:
    """Dotted names that a file imports, those under TYPE_CHECKING left out when only run time counts."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if at_run_time and isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            here = ("explorer", *path.relative_to(PACKAGE).parts[: -node.level])
            names |= {".".join((*here, *([node.module] if node.module else []), alias.name)) for alias in node.names}
    return names


def id_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", modules(), ids=id_of)
def test_every_module_has_its_place_in_the_list(path: Path) -> None:
    assert unit(path) in LAYERS


@pytest.mark.parametrize("path", modules(), ids=id_of)
def test_imports_point_upwards_only(path: Path) -> None:
    used = {name.split(".")[1] for name in imports(path) if name.startswith("explorer.")} & set(LAYERS)
    too_low = {name for name in used if LAYERS.index(name) > LAYERS.index(unit(path))}
    assert not too_low


@pytest.mark.parametrize("path", modules(), ids=id_of)
def test_every_heavy_library_has_one_owner(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(path)}
    assert not {library for library in used & set(OWNERS) if unit(path) not in OWNERS[library]}


@pytest.mark.parametrize("name", VALUES)
def test_value_modules_touch_neither_files_of_pictures_nor_models(name: str) -> None:
    paths = [path for path in modules() if unit(path) == name]
    assert paths
    for path in paths:
        assert not {module.split(".")[0] for module in imports(path)} & NOT_IN_VALUES


@pytest.mark.parametrize("path", modules(), ids=id_of)
def test_no_pickle_no_assert_no_star(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not any(isinstance(node, ast.Assert) for node in ast.walk(tree))
    assert not any(isinstance(node, ast.ExceptHandler) and node.type is None for node in ast.walk(tree))
    assert not {"pickle", "joblib", "dill"} & {name.split(".")[0] for name in imports(path)}
    assert not any(name.endswith(".*") for name in imports(path))


def test_no_drawer_for_odds_and_ends() -> None:
    assert not {"utils", "helpers", "common", "types"} & {path.stem for path in modules()}


def test_opening_a_collection_or_asking_for_help_loads_no_model_library() -> None:
    heavy = ("torch", "transformers", "gradio", "umap", "hnswlib", "cv2", "networkx", "reportlab", "sklearn")
    script = (
        "import sys, explorer.cli, explorer.workspace, explorer.search, explorer.maps\n"
        f"print(*[name for name in {heavy!r} if name in sys.modules])"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("path", modules(), ids=id_of)
def test_no_module_imports_a_private_name_of_another(path: Path) -> None:
    private = {name for name in imports(path) if name.startswith("explorer.") and name.split(".")[-1].startswith("_")}
    assert not {name for name in private if not name.endswith("__")}
