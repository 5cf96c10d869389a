"""The settings of training: folders, seconds per stage, batch and crop sizes; and the same as command-line options."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

STAGES = ("prepare", "heads", "tune", "tower", "distil", "gauge", "write")


def _setting(default: Any, text: str) -> Any:
    """A field with its help text on the command line."""
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True)
class Settings:
    """``prepared``: the prepared folder; ``run``: checkpoints and reports; ``out``: weights and exported models;
    ``data``: the data folder, for the stage ``prepare`` only. The others: see their help texts."""

    prepared: Path
    run: Path
    out: Path
    data: Path | None = None
    device: str = _setting("cpu", "cpu, cuda or mps")
    heads_seconds: float = _setting(60.0, "seconds of the heads on the frozen network")
    tune_seconds: float = _setting(600.0, "seconds of the network's upper blocks (a GPU is strongly recommended)")
    tower_seconds: float = _setting(600.0, "seconds of the text tower")
    distil_seconds: float = _setting(1200.0, "seconds of the plain CLIP's vision tower")
    side: int = _setting(224, "pixels of a side of the crops that are trained on: fewer are quicker")
    batch: int = _setting(384, "crops of a step of the upper blocks; other stages follow")
    limit: int = _setting(0, "only about so many pictures and texts, to try everything in a minute; 0: all")
    threads: int = _setting(8, "threads that read pictures")
    share: float = _setting(0.5, "how far the written upper blocks lie on the way from frozen (0) to tuned (1)")


def add_options(parser: argparse.ArgumentParser) -> None:
    """An option for every setting, and one for the stages to run."""
    parser.add_argument("--prepared", type=Path, required=True, metavar="DIR", help="the folder that prepare writes")
    parser.add_argument(
        "--run",
        dest="states",
        type=Path,
        required=True,
        metavar="DIR",
        help="checkpoints of the stages, to resume",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the weights and models go")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder of the data, for prepare")
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES), help="all of them by default")
    for setting in fields(Settings):
        if text := setting.metadata.get("help"):
            name = f"--{setting.name.replace('_', '-')}"
            parser.add_argument(name, type=type(setting.default), default=setting.default, help=f"{text} (%(default)s)")


def settings_from(options: argparse.Namespace) -> Settings:
    """The settings of parsed options (``run`` is stored as ``states``, the name being taken by the subcommand)."""
    values = {setting.name: getattr(options, setting.name) for setting in fields(Settings) if setting.name != "run"}
    return Settings(run=options.states, **values)
