"""A benchmark's folder made a collection: indexed first, or only what is missing, so that it can be stopped and gone on
with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from explorer.collection.files import picture_files
from explorer.collection.pictures import EXTENSIONS
from explorer.config import DEFAULT_MODEL, Config, RuntimeOptions, model_name
from explorer.errors import ExplorerError
from explorer.indexing import index_folder
from explorer.progress import Progress, silent
from explorer.workspace import Workspace


def collection_of(folder: Path, config: Config) -> str:
    """The name of the collection of a folder's pictures with a model: the same every time, and no other folder's."""
    place = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:6]
    size = "" if config.resolution == Config(model=config.model).resolution else f"{config.resolution}px"
    called = folder.resolve().parent.name if folder.name == "images" else folder.resolve().name
    parts = filter(None, ("evaluate", called[:24], place, model_name(config.model.rstrip("/")), size))
    return "-".join(re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.") for part in parts)[:64].rstrip("-.")


def pictures_of(folder: Path) -> Path:
    """Where a benchmark's pictures lie: in its folder ``images``, where no other folder beside that has any."""
    inside = folder / "images"
    if not inside.is_dir() or any(other != inside and _has_pictures(other) for other in folder.iterdir()):
        return folder
    return inside


def truth_folder(workspace: Workspace) -> Path:
    """Where the truth of a collection may lie: with its pictures or, where those are a folder ``images``, beside it."""
    return workspace.folder.parent if workspace.folder.name == "images" else workspace.folder


def _has_pictures(path: Path) -> bool:
    if not path.is_dir():
        return path.suffix.lower() in EXTENSIONS
    try:
        return bool(picture_files(path))
    except ExplorerError:
        return False


def indexed(
    folder: Path, config: Config, cache: Path, runtime: RuntimeOptions, progress: Progress = silent
) -> Workspace:
    """The collection of a folder's pictures, opened; made or brought up to date first.

    Raises :class:`ExplorerError` where none of its pictures can be read.
    """
    name = collection_of(folder, config)
    index_folder(folder, name, cache, config, progress=progress, runtime=runtime)
    return Workspace.open(name, cache, runtime)


def configs(models: Sequence[str], resolution: int | None) -> list[Config]:
    """The settings of every model that was asked for; of none, the usual one's."""
    return [Config(model=model, resolution=resolution) if resolution else Config(model=model)
            for model in models or [DEFAULT_MODEL]]  # fmt: skip


def refuse_both(names: Sequence[str], data: Path | None, models: Sequence[str]) -> None:
    """Raises :class:`ExplorerError` where it is not clear which collections are meant."""
    if not names and data is None:
        raise ExplorerError("Name a collection, or a benchmark's folder with --data.")
    if names and models:
        raise ExplorerError("--model is for --data; a collection is evaluated with the model it was indexed with. Name "
                            "several collections to compare them.")  # fmt: skip
