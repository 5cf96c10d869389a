"""What several tests share: the demo collection painted and indexed once, and the model loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest
from generated import MINI, SMALL
from small_disk import SmallDisks

from explorer.config import Config
from explorer.demo import paint_demo
from explorer.indexing import IndexReport, index_folder
from explorer.workspace import Workspace


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 works of the demo collection: ``images/``, ``metadata.csv``, and the truth beside them. Do not change it."""
    folder = tmp_path_factory.mktemp("demo")
    paint_demo(folder, 24)
    return folder


@pytest.fixture(scope="session")
def demo_cache(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Path:
    """A cache folder that holds the demo collection, indexed with the embedded model under the name "demo"."""
    cache = tmp_path_factory.mktemp("demo-cache")
    index_folder(demo_folder / "images", "demo", cache, MINI, metadata=demo_folder / "metadata.csv")
    return cache


@pytest.fixture(scope="session")
def demo_workspace(demo_cache: Path) -> Workspace:
    """The demo collection, opened. Do not change it."""
    return Workspace.open("demo", demo_cache)


@pytest.fixture(scope="session")
def mini_encoder():
    """The embedded model, loaded once."""
    from explorer.encoder import open_encoder

    return open_encoder(MINI)


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random CLIP of three blocks whose config names no layer for matching, as ``save_pretrained`` leaves it, with
    tokenizer and colours of its own. Do not change it."""
    import torch
    from transformers import CLIPConfig, CLIPModel
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    from explorer.adapt.models.tokenizer import learn_tokenizer

    torch.manual_seed(1)
    shape = {"hidden_size": 48, "intermediate_size": 96, "num_attention_heads": 2, "projection_dim": 24}
    vision = {**shape, "num_hidden_layers": 3, "patch_size": 16, "image_size": 96}
    text = {**shape, "num_hidden_layers": 1, "vocab_size": 600, "bos_token_id": 598, "eos_token_id": 599}
    folder = tmp_path_factory.mktemp("models") / "random-clip"
    CLIPModel(CLIPConfig(vision_config=vision, text_config=text, projection_dim=24)).save_pretrained(folder)
    learn_tokenizer(["a painting of a windmill"], 600, 48).save_pretrained(folder)
    CLIPImageProcessorPil(image_mean=[0.5, 0.5, 0.5], image_std=[0.25, 0.25, 0.25]).save_pretrained(folder)
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """An empty cache folder of this test's own."""
    return tmp_path / "cache"


@pytest.fixture
def small_disk(tmp_path: Path):
    """Disks that this test may fill up, or make read-only."""
    disks = SmallDisks(tmp_path)
    yield disks
    disks.remove_all()


@pytest.fixture
def index(cache: Path):
    """Index a folder into this test's cache: ``index(folder)`` gives the report."""

    def run(folder: Path, name: str = "c", metadata: Path | None = None, config: Config = SMALL) -> IndexReport:
        return index_folder(folder, name, cache, config, metadata=metadata)

    return run
