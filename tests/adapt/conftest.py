"""A small data folder for training, and two threads for PyTorch."""

import json
from pathlib import Path

import pytest
import torch
from training import picture

from explorer.adapt import heldout


@pytest.fixture(scope="module", autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A data folder of a few pictures, one of them held out and one of an evaluation set."""
    root = tmp_path_factory.mktemp("data")
    held = next(key for key in sorted(heldout.held_out()) if key.startswith("train-photos/")).split("/")[1]
    photos = {**{f"imagenet-{n:02}.jpg": f"tench {n % 4}, a fish" for n in range(24)}, held: "a dog runs | a dog"}
    photos |= {f"coco-{n}.jpg": f"a man rides horse {n} | a horse {n}" for n in range(8)}
    folders = {"train-photos": photos, "train-art": {f"a{n}.jpg": f"a mill {n}" for n in range(8)}}
    for name, rows in folders.items():
        (root / name / "images").mkdir(parents=True)
        lines = ["file,words"]
        for number, (file, words) in enumerate(rows.items()):
            picture(number, 300, 200 + number).save(root / name / "images" / file)
            lines.append(f'{file},"{words}"')
        (root / name / "metadata.csv").write_text("\n".join(lines), "utf-8")
    (root / "objects" / "dog").mkdir(parents=True)
    (root / "objects" / "cat").mkdir()
    for number, kind in enumerate(("dog", "cat", "dog", "cat")):
        picture(number // 2, 200, 200).save(root / "objects" / kind / f"{number}.jpg")
    (root / "planted").mkdir()
    (root / "planted" / "transforms.json").write_text(json.dumps([{"source": "a7"}, {"source": "a7"}]))
    return root
