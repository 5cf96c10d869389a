"""The package as others get it: its metadata, and a wheel that works outside the checkout."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from generated import folder_of
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import explorer

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DEPENDENCIES = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {name: [Requirement(line) for line in lines] for name, lines in PROJECT["optional-dependencies"].items()}

# -- metadata ----------------------------------------------------------------------------------------------------------


def test_the_version_is_written_in_one_place() -> None:
    assert "version" in PROJECT["dynamic"]
    assert importlib.metadata.version("brueghel-explorer") == explorer.__version__


def test_the_licence_of_the_weights_is_named_beside_that_of_the_code() -> None:
    assert PROJECT["license"] == "Apache-2.0 AND Bitstream-Vera AND LicenseRef-Model-Weights"
    for name in PROJECT["license-files"]:
        assert (ROOT / name).is_file()
    text = (ROOT / "MODEL_LICENCE.md").read_text("utf-8")
    for card in sorted((ROOT / "assets" / "models").glob("*/README.md")):
        assert card.relative_to(ROOT).as_posix() in text
        assert "license: other" in card.read_text("utf-8")


# -- dependencies ------------------------------------------------------------------------------------------------------


def imported(path: Path) -> set[str]:
    """Top-level names of the libraries that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - {"explorer"}


def imported_by_package() -> set[str]:
    return set().union(*(imported(path) for path in (ROOT / "explorer").rglob("*.py")), imported(ROOT / "app.py"))


def names_of(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in requirements}


def test_every_library_that_is_imported_is_declared() -> None:
    declared = names_of(DEPENDENCIES) | names_of(EXTRAS["train"])
    by_import = importlib.metadata.packages_distributions()
    undeclared = {}
    for name in imported_by_package():
        distributions = {canonicalize_name(known) for known in by_import.get(name, [name])}
        if not distributions & declared:
            undeclared[name] = distributions
    assert not undeclared


def pins() -> dict[str, str]:
    """Version by distribution, from requirements.txt; any line that is not a plain pin fails."""
    pinned = {}
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            match = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9._]+)", line)
            assert match, f"{line!r} is not a plain pin, the same on every system"
            pinned[canonicalize_name(match[1])] = match[2]
    return pinned


@pytest.mark.parametrize("requirement", DEPENDENCIES, ids=str)
def test_the_tested_version_lies_in_the_declared_range(requirement: Requirement) -> None:
    assert len(list(requirement.specifier)) == 2, "a range has a lowest version and an end"
    assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)])


@pytest.mark.parametrize("extra", ["test", "train"])
def test_what_tests_and_training_use_is_pinned(extra: str) -> None:
    for requirement in EXTRAS[extra]:
        assert [part.operator for part in requirement.specifier] == ["=="]


# -- wheel -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory):
    """Run a command of an environment in which the wheel is installed, in a folder outside the checkout.

    The environment sees the libraries of the one that runs the tests, so that nothing is downloaded; what is installed
    in it comes first.
    """
    folder = tmp_path_factory.mktemp("installed")
    environment = venv.EnvBuilder(with_pip=False)
    environment.create(folder / "venv")
    binaries = Path(environment.ensure_directories(folder / "venv").bin_path)
    pip = [sys.executable, "-m", "pip", "--python", str(binaries / "python"), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    site = next((folder / "venv").rglob("site-packages"))
    libraries = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (site / "libraries.pth").write_text("\n".join(libraries), "utf-8")
    (folder / "elsewhere").mkdir()
    folder_of(folder / "elsewhere" / "pictures", 3, size=(160, 120))
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "EXPLORER_CACHE")}

    def run(name: str, *arguments: object) -> str:
        command = [str(binaries / name), *map(str, arguments)]
        done = subprocess.run(command, cwd=folder / "elsewhere", env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_the_wheel_holds_the_assets_and_nothing_that_is_generated(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    packed = {name.removeprefix("explorer/_assets/") for name in names if name.startswith("explorer/_assets/")}
    assets = ROOT / "assets"
    there = {path.relative_to(assets).as_posix() for path in assets.rglob("*") if path.is_file()}
    assert packed == {name for name in there if not name.startswith("demo/")} - {"screenshot.png"}
    assert {name.split("/")[0] for name in names} == {"explorer", f"brueghel_explorer-{explorer.__version__}.dist-info"}
    assert not [name for name in names if name.endswith(".pyi")]


def test_the_archive_holds_no_collection_and_no_demo(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = [name.split("/", 1)[1] for name in archive.getnames()]
    assert {"app.py", "requirements.txt", "MODEL_LICENCE.md", "tests/test_package.py"} <= set(names)
    assert not [name for name in names if name.startswith(("assets/demo", "index_cache", ".venv", "shared"))]


def test_the_wheel_works_outside_the_checkout(installed) -> None:
    script = "import explorer, explorer.paths as p; print(explorer.__file__, p.ASSETS, p.DEFAULT_CACHE, sep='\\n')"
    module, assets, cache = installed("python", "-c", script).splitlines()
    assert not Path(module).is_relative_to(ROOT)
    assert Path(assets) == Path(module).parent / "_assets"
    assert cache == "index_cache"
    assert installed("explorer", "--version").strip() == explorer.__version__

    mini = ("--name", "c", "--model", "mini", "--resolution", 224)
    assert json.loads(installed("explorer", "index", "pictures", *mini, "--json"))["works"] == 3
    query = ("--image", "pictures/work-001.jpg", "--box", 20, 20, 100, 100, "--own", "--top", 1)
    matches = json.loads(installed("explorer", "search", "c", *query, "--json"))["matches"]
    assert len(matches) == 1
    page = "import explorer; from explorer.ui import build_app; build_app(explorer.open('c').workspace); print('built')"
    assert installed("python", "-c", page).strip() == "built"


# -- papers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "CITATION.cff", "Dockerfile"])
def test_the_files_that_a_text_names_are_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    named = set(re.findall(r"`((?:explorer|tests|assets|benchmarks|examples|docs)/[\w./-]*)`", text))
    named |= set(re.findall(r"`([A-Z]\w+(?:\.\w+)?\.(?:md|cff))`", text))
    assert not {path for path in named if not (ROOT / path).exists()}


def test_the_packages_of_the_contributors_guide_are_those_that_there_are() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = text.split("| packages and modules |")[1].split("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    package = ROOT / "explorer"
    there = {path.stem for path in package.glob("*.py") if not path.stem.startswith("__")}
    there |= {path.parent.name for path in package.glob("*/__init__.py")}
    assert named == there
