"""Which block and facet match details: chosen by what finds copies, once, kept, said, and never where one is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from generated import MINI, folder_of, work
from PIL import Image

from explorer.calibration import blocks, layer_copies
from explorer.calibration.blocks import Choice, Score, choose
from explorer.calibration.copies import Alteration
from explorer.cli import main
from explorer.config import Config
from explorer.encoder import Layer, open_encoder
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap
from explorer.indexing import IndexReport, index_folder, plan
from explorer.ui.collection import settings
from explorer.workspace import Manifest, Workspace

FINGERPRINT_BEFORE = "clip-vit-base-patch16-448px-539db0c3"
"""Of the default config, with a model whose hash is "abc", as it was before there were facets."""
BLOCKS = 3
CANDIDATES = tuple(Layer(block, facet) for block in (-1, -2, -3) for facet in ("token", "value"))


@pytest.fixture
def config(clip_folder: Path) -> Config:
    return Config(model=str(clip_folder), resolution=160, cell_dims=32)


# -- the encoder -------------------------------------------------------------------------------------------------------


def test_maps_of_all_candidates_are_those_of_encoders_configured_so(config: Config) -> None:
    config = replace(config, resolution=224)
    encoder = open_encoder(config)
    assert encoder.candidates == CANDIDATES
    assert encoder.blocks == BLOCKS
    pictures = [encoder.prepare(work(n, 320, 240), 320, 240) for n in range(2)]
    maps = encoder.match_maps(pictures, encoder.candidates)
    for number, layer in enumerate(CANDIDATES):
        single = open_encoder(replace(config, match_layer=layer.block, match_facet=layer.facet))
        assert single.hash == encoder.hash
        for other in (single, encoder.matching_with(layer)):
            for picture, encoding in enumerate(other.encode(pictures)):
                np.testing.assert_allclose(maps[picture][number].vectors, encoding.match.vectors, atol=1e-5)
    differing = {maps[0][n].vectors.tobytes() for n in range(len(CANDIDATES))}
    assert len(differing) == len(CANDIDATES)


def test_values_are_what_attention_would_gather(config: Config) -> None:
    """By the model's own hidden states: ``v_proj(layer_norm1(x))`` of what enters the block."""
    import torch

    encoder = open_encoder(config)
    picture = encoder.prepare(work(3, 320, 240), 320, 240)
    vision = encoder.model.vision_model
    with torch.inference_mode():
        seen = vision(encoder._pixels([picture]), output_hidden_states=True, interpolate_pos_encoding=True)
        block = vision.encoder.layers[-2]
        values = block.self_attn.v_proj(block.layer_norm1(seen.hidden_states[-3]))[0, 1:]
    tokens = seen.hidden_states[-2][0, 1:]
    found = encoder.match_maps([picture], [Layer(-2, "value"), Layer(-2, "token")])[0]
    np.testing.assert_allclose(found[0].vectors.reshape(tokens.shape), values.numpy(), atol=1e-5)
    np.testing.assert_allclose(found[1].vectors.reshape(tokens.shape), tokens.numpy(), atol=1e-5)


def test_another_layer_leaves_the_encoder_as_it_is(config: Config) -> None:
    encoder = open_encoder(config)
    before = encoder.layer
    with pytest.raises(ExplorerError, match="3 blocks"):
        encoder.matching_with(Layer(-4, "token"))
    assert encoder.matching_with(Layer(-1, "value")).layer == Layer(-1, "value")
    assert encoder.layer == before == Layer(-3, "token")


def test_a_model_that_names_its_layer_offers_no_choice(clip_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(clip_folder, tmp_path / "named")
    own = json.loads((folder / "config.json").read_text("utf-8")) | {"match_layer": -2, "match_facet": "value"}
    (folder / "config.json").write_text(json.dumps(own), "utf-8")
    encoder = open_encoder(Config(model=str(folder), resolution=160))
    assert encoder.candidates == ()
    assert encoder.layer == Layer(-2, "value")


# -- the config --------------------------------------------------------------------------------------------------------


def test_a_manifest_from_before_facets_is_read_and_keeps_its_folder() -> None:
    config = Config(model="openai/clip-vit-base-patch16")
    record = config.to_json()
    del record["match_facet"]
    assert Config.from_json(record) == config
    assert config.fingerprint("abc") == FINGERPRINT_BEFORE
    assert Config.from_json({**record, "match_facet": "value"}).fingerprint("abc") != FINGERPRINT_BEFORE
    with pytest.raises(ExplorerError, match="another version"):
        Config.from_json({**record, "facets": 2})


@pytest.mark.parametrize("facet", ["values", "key", " "])
def test_a_facet_that_there_is_not_is_refused(facet: str) -> None:
    with pytest.raises(ExplorerError, match="token, value"):
        Config(match_facet=facet)


# -- choosing ----------------------------------------------------------------------------------------------------------


class Planted:
    """An encoder of which one layer alone knows what lies where: the colours in and round a cell. The others do not."""

    hash, note, logit_scale, blocks, candidates = "planted", "", 1.0, BLOCKS, CANDIDATES

    def __init__(self, right: Layer) -> None:
        self.right, self.passes = right, 0

    def grid_shape(self, width: int, height: int) -> tuple[int, int]:
        return max(2, round(28 * height / max(width, height))), max(2, round(28 * width / max(width, height)))

    def prepare(self, picture: Image.Image, width: int, height: int) -> Image.Image:
        rows, columns = self.grid_shape(width, height)
        return picture.resize((16 * columns, 16 * rows))

    def match_maps(self, pictures: Sequence[Image.Image], layers: Sequence[Layer]) -> list[list[FeatureMap]]:
        self.passes += len(pictures)
        return [[self._map(picture, layer) for layer in layers] for picture in pictures]

    def _map(self, picture: Image.Image, layer: Layer) -> FeatureMap:
        rows, columns = picture.height // 16, picture.width // 16
        if layer == self.right:
            colours = np.asarray(picture, np.float32).reshape(rows, 16, columns, 16, 3).mean(axis=(1, 3))
            padded = np.pad(colours - colours.mean(axis=(0, 1)), ((1, 1), (1, 1), (0, 0)), mode="edge")
            near = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
            return FeatureMap(np.concatenate(near, axis=2))
        rng = np.random.default_rng([self.passes, CANDIDATES.index(layer)])
        return FeatureMap(rng.normal(size=(rows, columns, 27)).astype(np.float32))


PLAIN = Config(model="planted", resolution=448, hog_weight=0)
SPOTS = [np.random.default_rng(n).integers(0, 255, (16, 16, 3)).astype(np.uint8) for n in range(9)]
BUSY = [Image.fromarray(spots).resize((400, 400), Image.Resampling.BICUBIC) for spots in SPOTS]
"""Pictures with something to see everywhere."""


@pytest.mark.parametrize("right", CANDIDATES)
def test_the_one_layer_that_knows_what_lies_where_is_chosen(right: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    """With copies to which nothing was done it finds nearly all, for what is asked and what lies there are alike."""
    same = Alteration(scale=1.0, mirror=False, turn=0.0, medium="paint", seed=0)
    monkeypatch.setattr(layer_copies, "random_alteration", lambda _: same)
    encoder = Planted(right)
    choice = choose(encoder, PLAIN, BUSY)
    assert choice.layer == right
    assert encoder.passes == 2 * len(BUSY), "each picture goes through the model once, and each host"
    assert [score.found for score in choice.scores] == sorted((score.found for score in choice.scores), reverse=True)
    assert {score.layer for score in choice.scores} == set(CANDIDATES)
    assert choice.scores[0].found > 0.75 * choice.copies
    assert choice.scores[1].found < 0.15 * choice.copies, "the others find what chance finds"


def test_it_is_chosen_by_altered_copies_too_and_again() -> None:
    first, again = (choose(Planted(CANDIDATES[3]), PLAIN, BUSY) for _ in range(2))
    assert first == again
    assert first.layer == CANDIDATES[3]


def test_a_facet_that_was_asked_for_is_all_that_is_tried() -> None:
    choice = choose(Planted(CANDIDATES[0]), replace(PLAIN, match_facet="value"), [work(n) for n in range(8)])
    assert {score.layer.facet for score in choice.scores} == {"value"}


def test_pictures_of_extreme_shapes_do_no_harm() -> None:
    shapes = [(1200, 40), (40, 1200), (16, 16), (400, 300)]
    pictures = [Image.new("RGB", size, "teal") for size in shapes] + [work(n) for n in range(4)]
    told: list[tuple[int, int]] = []
    choice = choose(Planted(CANDIDATES[2]), PLAIN, pictures, lambda _, done, total: told.append((done, total)))
    assert choice.copies > 8
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


def test_a_choice_is_kept_whole_and_anything_else_is_none() -> None:
    choice = Choice((Score(Layer(-1, "token"), 5, 0.5), Score(Layer(-2, "value"), 4, 0.4)), 9, 12)
    assert Choice.from_json(choice.to_json()) == choice
    for damaged in (None, "", "{}", "[]", '{"scores": []}', '{"scores": [{}], "copies": 1, "blocks": 1}'):
        assert Choice.from_json(damaged) is None


# -- indexing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures each choice was made by; every one prefers the values of the second block, by decree."""
    made: list[int] = []

    def decide(encoder, config: Config, pictures, progress) -> Choice:
        made.append(len(pictures))
        found = choose(encoder, config, pictures[: blocks.FEWEST_WORKS], progress)
        first = sorted(found.scores, key=lambda score: score.layer != Layer(-2, "value"))
        return replace(found, scores=tuple(first))

    monkeypatch.setattr(plan, "choose", decide)
    return made


@pytest.fixture
def run(tmp_path: Path, cache: Path, config: Config):
    def index(**changes: object) -> IndexReport:
        return index_folder(tmp_path / "pictures", "c", cache, replace(config, **changes))

    return index


def test_the_choice_is_made_once_kept_and_used_again(run, cache: Path, tmp_path: Path, asked) -> None:
    folder = folder_of(tmp_path / "pictures", 14)
    first = run()
    assert (first.works, first.encoded, asked) == (14, 14, [min(14, blocks.WORKS)])
    assert first.matching.layer == Layer(-2, "value")
    workspace = Workspace.open("c", cache)
    assert (workspace.config.match_layer, workspace.config.match_facet) == (-2, "value")
    assert workspace.encoder.layer == Layer(-2, "value"), "what is asked is read as what was indexed"
    again = run()
    assert (again.encoded, again.matching) == (0, first.matching)
    folder_of(folder, 2, first=20)
    assert run().encoded == 2
    assert asked == [min(14, blocks.WORKS)]
    assert run(match_layer=-2, match_facet="value").matching == first.matching, "as the Collection tab writes it"


def test_a_kept_grid_is_what_the_opened_collection_makes_of_the_same_picture(run, cache, tmp_path, asked) -> None:
    folder_of(tmp_path / "pictures", 8)
    run()
    workspace = Workspace.open("c", cache)
    grid = workspace.encode(workspace.folder / workspace.tables.works[3])[0].vectors
    np.testing.assert_allclose(grid, workspace.tables.cells(3).astype(np.float32), atol=5e-3)


def test_a_layer_that_was_asked_for_wins(run, cache: Path, tmp_path: Path, asked) -> None:
    folder_of(tmp_path / "pictures", 8)
    report = run(match_layer=-1)
    assert (report.matching, asked) == (None, [])
    assert Workspace.open("c", cache).encoder.layer == Layer(-1, "token")


def test_a_model_that_names_its_layer_is_never_asked(cache: Path, tmp_path: Path, asked, clip_folder: Path) -> None:
    folder = folder_of(tmp_path / "pictures", 8)
    named = _changed(clip_folder, tmp_path / "named", match_layer=-1, match_facet="value")
    report = index_folder(folder, "c", cache, Config(model=str(named), resolution=96))
    assert (report.matching, asked) == (None, [])
    workspace = Workspace.open("c", cache)
    assert (workspace.config.match_layer, workspace.config.match_facet) == (0, "")
    assert workspace.encoder.layer == Layer(-1, "value")
    assert blocks.chosen(workspace.collection, workspace.config, workspace.manifest.model_hash) is None


def test_a_few_works_are_matched_as_usual_until_there_are_more(run, cache: Path, tmp_path: Path, asked) -> None:
    folder = folder_of(tmp_path / "pictures", 7)
    (folder / "work-900.jpg").write_bytes((folder / "work-000.jpg").read_bytes()[:2000])
    report = run()
    assert (report.works, report.matching, asked) == (7, None, [])
    assert Workspace.open("c", cache).encoder.layer == Layer(-3, "token")
    folder_of(folder, 3, first=50)
    report = run()
    assert (report.works, report.encoded, asked) == (10, 10, [10])


def test_a_collection_indexed_before_there_was_a_choice_stays_as_it_is(
    run, cache: Path, tmp_path: Path, asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path / "pictures", 8)
    with monkeypatch.context() as earlier:
        earlier.setattr(plan, "choose", lambda *_: None)
        run()
    path = cache / "c" / Workspace.open("c", cache).collection.fact("features") / "manifest.json"
    record = json.loads(path.read_text("utf-8"))
    del record["config"]["match_facet"]
    path.write_text(json.dumps(record), "utf-8")
    assert Workspace.open("c", cache).config.match_facet == ""
    folder_of(folder, 1, first=30)
    report = run()
    assert (report.encoded, report.matching, asked) == (1, None, [])
    assert isinstance(Manifest.read(path.parent), Manifest)


# -- what is said ------------------------------------------------------------------------------------------------------


def test_indexing_says_what_was_chosen_and_so_does_the_collection(
    tmp_path: Path, cache: Path, config: Config, asked, capsys: pytest.CaptureFixture[str]
) -> None:
    from explorer.ui.collection import facts

    folder = folder_of(tmp_path / "pictures", 8)
    arguments = ["index", str(folder), "--name", "c", "--cache", str(cache), "--model", config.model,
                 "--resolution", "160", "--cell-dims", "32"]  # fmt: skip
    assert main(arguments) == 0
    said = capsys.readouterr()
    assert "Details are matched by the values of block 2 of 3, which found " in said.out
    assert "Choosing the block that matches details" in said.err
    assert main([*arguments, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["matching"]["block"], record["matching"]["facet"], record["encoded"]) == (-2, "value", 0)
    workspace = Workspace.open("c", cache)
    assert dict(facts(workspace))["Details matched by"].startswith("the values of block 2 of 3, which found ")
    assert "--match-facet" not in settings(MINI)
    options = settings(workspace.config)
    assert main(["index", str(folder), "--name", "c", "--cache", str(cache), *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["encoded"] == 0


def _changed(model: Path, to: Path, **changes: object) -> Path:
    """A copy of a model's folder with other settings in its config."""
    import shutil

    shutil.copytree(model, to)
    record = json.loads((to / "config.json").read_text("utf-8"))
    (to / "config.json").write_text(json.dumps({**record, **changes}), "utf-8")
    return to
