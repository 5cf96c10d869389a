"""CLIPs of every published shape, OpenCLIP's variants and SigLIP go all the way: indexed, searched, labelled."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from generated import folder_of, save, work
from PIL import Image
from random_models import SHAPES, save_clip, save_siglip

from explorer.config import Config
from explorer.encoder import Layer, open_encoder
from explorer.encoder.siglip import SiglipEncoder
from explorer.errors import ExplorerError
from explorer.features.grid import unit_rows
from explorer.geometry import Box, intersection_over_union
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.query import Query, RegionPart, WordsPart
from explorer.words import label_works
from explorer.workspace import Workspace

SIZE = (320, 240)
DETAIL = Box(0.2, 0.2, 0.8, 0.8)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three works, and the first of them again in other bytes."""
    folder = folder_of(tmp_path_factory.mktemp("pictures"), 3, size=SIZE)
    save(work(0, *SIZE), folder / "copy.png")
    return folder


@pytest.fixture(scope="module")
def siglip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_siglip(tmp_path_factory.mktemp("models") / "siglip")


@pytest.fixture(scope="module")
def siglip(siglip_folder: Path) -> SiglipEncoder:
    encoder = open_encoder(Config(model=str(siglip_folder), resolution=224))
    assert isinstance(encoder, SiglipEncoder)
    return encoder


def goes_all_the_way(model: Path, pictures: Path, cache: Path, joint: int) -> Workspace:
    """Index, search for a detail and for words, label."""
    config = Config(model=str(model), resolution=224, cell_dims=32)
    assert index_folder(pictures, "c", cache, config).works == 4
    workspace = Workspace.open("c", cache)
    assert workspace.tables.region_joint.shape[1] == joint
    np.testing.assert_allclose(np.linalg.norm(workspace.tables.whole(), axis=1), 1, atol=2e-3)
    first = search(workspace, Query((RegionPart("work-000.jpg", DETAIL),)))[0]
    overlap = intersection_over_union(np.array([first.box.as_tuple()]), np.array([DETAIL.as_tuple()]))
    assert first.work == "copy.png" and overlap[0, 0] > 0.6
    assert len(search(workspace, Query((WordsPart("a windmill"),)))) == 4
    table = label_works(workspace, ["a windmill", "a ship"])
    np.testing.assert_allclose(table.scores.sum(axis=1), 1, atol=1e-5)
    return workspace


@pytest.mark.parametrize("name", SHAPES)
def test_a_clip_of_a_published_shape(name: str, pictures: Path, tmp_path: Path, cache: Path) -> None:
    patch, joint = SHAPES[name]
    workspace = goes_all_the_way(save_clip(tmp_path / "clip", name), pictures, cache, joint)
    rows, columns = workspace.tables.shapes[0]
    assert (rows, columns) == (round(168 / patch), 224 // patch)


def test_a_clip_as_openclip_trains_them(pictures: Path, tmp_path: Path, cache: Path) -> None:
    """Another activation, a text tower of its own width, padding that is not the end, and the early mark of the end."""
    folder = save_clip(tmp_path / "open", "ViT-B/16", {"hidden_size": 64}, hidden_act="gelu")
    settings = json.loads((folder / "config.json").read_text("utf-8"))
    settings["text_config"] |= {"eos_token_id": 2, "pad_token_id": 0}
    (folder / "config.json").write_text(json.dumps(settings), "utf-8")
    named = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    (folder / "tokenizer_config.json").write_text(json.dumps({**named, "pad_token": "!"}), "utf-8")
    workspace = goes_all_the_way(folder, pictures, cache, 512)
    words = workspace.encoder.words
    together = words(["a windmill", "a windmill on a hill by the sea"])
    np.testing.assert_allclose(words(["a windmill"])[0], together[0], atol=1e-4)
    assert together[0] @ together[1] < 0.9999


def test_a_tokenizer_with_another_end_is_refused(tmp_path: Path) -> None:
    """The model would take the first token of every text for its end, and all texts for the same."""
    folder = save_clip(tmp_path / "clip", "ViT-B/32", None)
    settings = json.loads((folder / "config.json").read_text("utf-8"))
    settings["text_config"]["eos_token_id"] = 17
    (folder / "config.json").write_text(json.dumps(settings), "utf-8")
    with pytest.raises(ExplorerError, match="ends texts with another token"):
        open_encoder(Config(model=str(folder)))


# -- SigLIP ------------------------------------------------------------------------------------------------------------


def test_a_siglip_goes_all_the_way(siglip_folder: Path, pictures: Path, cache: Path) -> None:
    goes_all_the_way(siglip_folder, pictures, cache, 96)


def test_its_whole_picture_and_its_words_are_those_of_transformers(siglip: SiglipEncoder, siglip_folder: Path) -> None:
    """A square picture at the model's own size, so that nothing is interpolated; a text padded as in training."""
    from transformers import SiglipModel

    model = SiglipModel.from_pretrained(siglip_folder).eval()
    picture = siglip.prepare(work(1, 224, 224), 224, 224)
    pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255 * 2 - 1
    tokens = siglip.tokenizer(["a windmill"], padding="max_length", max_length=64, return_tensors="pt")
    with torch.inference_mode():
        whole = model.get_image_features(pixel_values=pixels).pooler_output.numpy()
        text = model.get_text_features(input_ids=tokens["input_ids"]).pooler_output.numpy()
    np.testing.assert_allclose(siglip.encode([picture])[0].whole, unit_rows(whole)[0], atol=1e-5)
    np.testing.assert_allclose(siglip.words(["A windmill"]), unit_rows(text), atol=1e-5)


def test_its_cells_in_the_space_of_words_are_the_heads_value_path(siglip: SiglipEncoder) -> None:
    """The oracle: values and output projection of the head's attention, written out, then its residual MLP."""
    picture = siglip.prepare(work(2, 160, 128), 160, 128)
    joint = siglip.encode([picture])[0].joint
    vision = siglip.model.vision_model
    with torch.inference_mode():
        tokens = vision(siglip._pixels([picture]), interpolate_pos_encoding=True).last_hidden_state[0]
        attention, wide = vision.head.attention, tokens.shape[1]
        value = tokens @ attention.in_proj_weight[2 * wide :].T + attention.in_proj_bias[2 * wide :]
        hidden = attention.out_proj(value)
        expected = hidden + vision.head.mlp(vision.head.layernorm(hidden))
    np.testing.assert_allclose(joint.vectors.reshape(-1, wide), unit_rows(expected.numpy()), atol=1e-4)


def test_its_layers_are_tokens_and_values_of_its_blocks(siglip: SiglipEncoder) -> None:
    picture = siglip.prepare(work(3, 160, 128), 160, 128)
    (maps,) = siglip.match_maps([picture], [Layer(-1, "token"), Layer(-2, "token"), Layer(-1, "value")])
    vision, shape = siglip.model.vision_model, siglip.grid_shape(160, 128)
    with torch.inference_mode():
        states = vision(
            siglip._pixels([picture]), interpolate_pos_encoding=True, output_hidden_states=True
        ).hidden_states
        block = vision.encoder.layers[-1]
        value = block.self_attn.v_proj(block.layer_norm1(states[-2]))
    for found, expected in ((maps[1], states[-2]), (maps[2], value)):
        assert found.shape == shape
        np.testing.assert_allclose(found.vectors.reshape(-1, expected.shape[-1]), expected[0].numpy(), atol=1e-4)


def test_its_words_do_not_depend_on_their_neighbours(siglip: SiglipEncoder) -> None:
    texts = ["a windmill", "", "w" * 10_000, "brûlée 画 💣", "\0", "\ud800"]
    together = siglip.words(texts)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    for text, expected in zip(texts, together, strict=True):
        np.testing.assert_allclose(siglip.words([text])[0], expected, atol=1e-4)


def test_a_batch_gives_what_single_pictures_give(siglip: SiglipEncoder) -> None:
    prepared = [siglip.prepare(work(number, *SIZE), *SIZE) for number in range(3)]
    for alone, together in zip(
        (siglip.encode([picture])[0] for picture in prepared), siglip.encode(prepared), strict=True
    ):
        np.testing.assert_allclose(alone.whole, together.whole, atol=1e-4)
        np.testing.assert_allclose(alone.joint.vectors, together.joint.vectors, atol=1e-3)


def test_a_siglip_without_a_head_or_with_words_elsewhere_is_refused(siglip_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="no pooling head"):
        open_encoder(Config(model=str(save_siglip(tmp_path / "headless", vision_use_head=False))))
    changed = shutil.copytree(siglip_folder, tmp_path / "changed")
    settings = json.loads((changed / "config.json").read_text("utf-8"))
    settings["model_type"] = "siglip2"
    (changed / "config.json").write_text(json.dumps(settings), "utf-8")
    with pytest.raises(ExplorerError, match="does not hold a CLIPModel or SiglipModel"):
        open_encoder(Config(model=str(changed)))


def test_a_tokenizer_that_needs_another_package_says_which(siglip_folder: Path, tmp_path: Path) -> None:
    """As the first SigLIPs have it: a file of sentencepiece, and no other."""
    pytest.importorskip("transformers")
    try:
        import sentencepiece  # noqa: F401

        pytest.skip("sentencepiece is installed")
    except ImportError:
        pass
    changed = shutil.copytree(siglip_folder, tmp_path / "changed")
    (changed / "tokenizer.json").unlink()
    (changed / "spiece.model").write_bytes(b"\0")
    (changed / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "SiglipTokenizer"}), "utf-8")
    with pytest.raises(ExplorerError, match="sentencepiece"):
        open_encoder(Config(model=str(changed)))


def test_a_black_picture_is_no_trouble(siglip: SiglipEncoder) -> None:
    encoding = siglip.encode([siglip.prepare(Image.new("RGB", SIZE), *SIZE)])[0]
    assert np.isfinite(encoding.match.vectors).all() and np.isfinite(encoding.joint.vectors).all()
