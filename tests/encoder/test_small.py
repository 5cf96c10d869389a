"""The embedded model: its maps, its words, and what becomes of a damaged folder."""

from __future__ import annotations

import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from generated import MINI, folder_of, ground, work

from explorer.config import Config
from explorer.encoder import Layer, open_encoder
from explorer.encoder.small import MINI_FOLDER
from explorer.errors import ExplorerError
from explorer.geometry import Box, intersection_over_union
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.query import Query, RegionPart
from explorer.workspace import Workspace

HASH = "1354c97d903d1436"
FOLDER_BEFORE = "small-448px-f274362e"
"""Of what was indexed at 448 pixels when the model was called small."""


def encoded(encoder, *images):
    return encoder.encode([encoder.prepare(image, *image.size) for image in images])


@pytest.mark.parametrize("size", [(640, 480), (300, 900), (448, 448)])
def test_details_have_cells_of_16_pixels_and_words_of_32(mini_encoder, size: tuple[int, int]) -> None:
    rows, columns = mini_encoder.grid_shape(*size)
    (encoding,) = encoded(mini_encoder, ground(1, *size))
    assert encoding.match.shape == (rows, columns) and max(rows, columns) == 448 / 16
    assert encoding.joint.shape == (rows // 2, columns // 2)
    np.testing.assert_allclose(np.linalg.norm(encoding.joint.vectors, axis=2), 1, atol=1e-4)
    assert np.linalg.norm(encoding.whole) == pytest.approx(1, abs=1e-4)


def test_a_picture_is_encoded_the_same_alone_and_among_others(mini_encoder) -> None:
    first, second = ground(2, 640, 320), work(3, 640, 320)
    alone, (_, among) = encoded(mini_encoder, second)[0], encoded(mini_encoder, first, second)
    np.testing.assert_allclose(alone.whole, among.whole, atol=1e-4)
    np.testing.assert_allclose(alone.match.vectors, among.match.vectors, atol=1e-3)


def test_words_that_mean_the_same_lie_together(mini_encoder) -> None:
    vectors = mini_encoder.words(["a photo of a dog", "a picture of a dog", "a windmill in a landscape"])
    assert vectors.shape == (3, len(vectors[0])) and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert vectors[0] @ vectors[1] > 0.8 > vectors[0] @ vectors[2]


def test_another_folder_is_the_same_model(tmp_path: Path, mini_encoder) -> None:
    folder = shutil.copytree(MINI_FOLDER, tmp_path / "copy")
    encoder = open_encoder(Config(model=str(folder), resolution=448))
    assert encoder.hash == mini_encoder.hash
    assert encoder.note == "" != mini_encoder.note
    np.testing.assert_array_equal(encoder.words(["a mill"]), mini_encoder.words(["a mill"]))


def test_its_name_of_before_is_the_same_model_and_keeps_the_folders_named_after_it(mini_encoder) -> None:
    before = replace(MINI, model="small")
    encoder = open_encoder(before)
    assert encoder.hash == mini_encoder.hash == HASH
    assert encoder.note == mini_encoder.note
    assert before.fingerprint(HASH) == FOLDER_BEFORE
    assert MINI.fingerprint(HASH) == FOLDER_BEFORE.replace("small", "mini")
    assert asdict(Config(model="small")) | {"model": "mini"} == asdict(Config(model="mini"))


@pytest.mark.parametrize("name", ["mini", "small"])
def test_without_its_files_it_is_not_looked_for_on_the_hub(name: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("explorer.encoder.small.MINI_FOLDER", tmp_path / "mini")
    with pytest.raises(ExplorerError, match="restore or replace the folder"):
        open_encoder(Config(model=name))


def test_it_has_one_map_for_details_and_offers_no_choice(mini_encoder) -> None:
    assert mini_encoder.candidates == ()
    assert mini_encoder.match_maps([work(3, 64, 64)], ()) == [[]]
    for asked in ({"match_layer": -2}, {"match_facet": "value"}):
        with pytest.raises(ExplorerError, match="one map"):
            open_encoder(Config(model="mini", **asked))
    with pytest.raises(ExplorerError, match="one map"):
        mini_encoder.matching_with(Layer(-2, "value"))


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("content", [None, b"", b"[]"], ids=["missing", "empty", "brackets"])
def test_a_damaged_folder_is_one_sentence(tmp_path: Path, file: str, content: bytes | None) -> None:
    broken = shutil.copytree(MINI_FOLDER, tmp_path / "broken")
    (broken / file).unlink() if content is None else (broken / file).write_bytes(content)
    with pytest.raises(ExplorerError, match=r"is damaged|does not hold a CLIPModel") as caught:
        open_encoder(Config(model=str(broken)))
    assert "\n" not in str(caught.value)


def test_a_collection_can_be_indexed_and_searched_with_it(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "works", 4, size=(480, 360))
    what = work(70, 160, 120)
    for name, at in (("one.png", (30, 40)), ("other.png", (250, 180))):
        picture = ground(5 if name == "one.png" else 6, 480, 360)
        picture.paste(what, at)
        picture.save(folder / name)
    index_folder(folder, "c", tmp_path / "cache", MINI)
    box = Box.from_pixels((30, 40, 190, 160), 480, 360)
    best, *_ = search(Workspace.open("c", tmp_path / "cache"), Query((RegionPart("one.png", box),)))
    truth = Box.from_pixels((250, 180, 410, 300), 480, 360)
    assert best.work == "other.png"
    overlap = intersection_over_union(np.array([best.box.as_tuple()]), np.array([truth.as_tuple()]))[0, 0]
    assert overlap > 0.7 and best.score > 0.5
