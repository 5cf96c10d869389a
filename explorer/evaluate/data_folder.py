"""A benchmark's folder made a collection: indexed first, or only what is missing, so that it can be stopped and gone on
with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from explorer.config import DEFAULT_MODEL, Config, RuntimeOptions, model_name
from explorer.errors import ExplorerError
from explorer.indexing import index_folder
from explorer.progress import Progress, silent
from explorer.workspace import Workspace


def collection_of(folder: Path, config: Config) -> str:
    """The name of the collection of a folder's pictures with a model: the same every time, and no other folder's."""
    place = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:6]
    size = "" if config.resolution == Config(model=config.model).resolution else f"{config.resolution}px"
    parts = filter(None, ("evaluate", folder.resolve().name[:24], place, model_name(config.model.rstrip("/")), size))
    return "-".join(re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.") for part in parts)[:64].rstrip("-.")


def indexed(
    folder: Path, config: Config, cache: Path, runtime: RuntimeOptions, progress: Progress = silent
) -> Workspace:
    """The collection of a folder's pictures, opened; made or brought up to date first.

    Raises :class:`ExplorerError` where there is no folder, or none of its pictures can be read.
    """
    if not folder.is_dir():
        raise ExplorerError(f"There is no folder {folder}; --data names the folder of a benchmark's pictures.")
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
