"""The package as others get it: its metadata, and a wheel that works outside the checkout."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
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
    assert PROJECT["license"] == "Apache-2.0 AND LicenseRef-Model-Weights"
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
