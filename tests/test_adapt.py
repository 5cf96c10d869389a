"""The small CLIP's training, on generated pictures and teachers of no weight."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from explorer.adapt.learn_words import Vocabulary, WordSettings, restore_words, teach_words
from explorer.adapt.picture_stage import PictureStage, Schedule
from explorer.adapt.sheets import CELL, LEVELS, SQUARE, Sheets
from explorer.adapt.words import label_phrases, sentences
from PIL import Image

from explorer.adapt import picture_stage
from explorer.adapt.augment import moved, pasted, seen_otherwise
from explorer.adapt.checkpoint import SHARD_BYTES, load_state, save_state
from explorer.adapt.pictures import load_works, names_to_leave_out
from explorer.adapt.precision import _orthogonalised, fast_dtype
from explorer.adapt.student import PLACES, Shape, Window, build, normalised, save_folder, see
from explorer.adapt.teacher import Teacher, TeacherOutput
from explorer.adapt.tokens import learn_tokenizer
from explorer.errors import ExplorerError

TINY = Shape(
    width=64, layers=3, heads=2, text_width=32, text_layers=1, text_heads=2, vocabulary=600, joint=24, match_layer=-2
)
TEACHER_FILE = Path(__file__).parents[2] / "shared" / "data" / "teacher" / "mobilenet_v2_1.0_224_quant.tflite"


class PaintedTeacher:
    """Stands for MobileNet: a fixed random linear view of every cell."""

    device = "cpu"

    def __init__(self) -> None:
        gen = torch.Generator().manual_seed(7)
        self.cells = torch.randn(96, 48, generator=gen)
        self.wide = torch.randn(1280, 48, generator=gen)
        self.labels = torch.randn(20, 1280, generator=gen) / 30
        self.asked = 0

    def run(self, pixels):
        self.asked += len(pixels)
        patches = torch.nn.functional.avg_pool2d(pixels, 4).unfold(2, 4, 4).unfold(3, 4, 4)
        cells = patches.permute(0, 2, 3, 1, 4, 5).flatten(3).permute(0, 3, 1, 2)
        dense = torch.einsum("dc,nchw->ndhw", self.cells, cells)
        meaning = torch.einsum("dc,nchw->ndhw", self.wide, torch.nn.functional.avg_pool2d(cells, 2))
        return TeacherOutput(dense, meaning)

    def logits(self, features):
        return features @ self.labels.T


@pytest.fixture(scope="module", autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve pictures of coloured blocks with a catalogue, and one file that is no picture."""
    root = tmp_path_factory.mktemp("works")
    (root / "images").mkdir()
    rng = np.random.default_rng(0)
    lines = ["file,title,genre,style,classes"]
    for number in range(12):
        blocks = rng.integers(0, 255, (6 + number % 3, 8, 3)).astype(np.uint8)
        Image.fromarray(blocks).resize((160, 130), Image.Resampling.NEAREST).save(root / "images" / f"w{number:02}.png")
        lines.append(f"w{number:02}.png,a dog and a tree {number},still_life,Rococo,Rococo|person")
    (root / "images" / "broken.jpg").write_bytes(b"no picture")
    (root / "metadata.csv").write_text("\n".join(lines), "utf-8")
    return root


@pytest.fixture(scope="module")
def works(folder):
    return load_works([folder], leave_out=["w11"])


@pytest.fixture(scope="module")
def said(works):
    captions = sorted({caption for work in works for caption in work.captions})
    texts = sentences(["background", "tench, Tinca tinca", "golden retriever"], captions, ["umbrella"], 2000, seed=0)
    rng = np.random.default_rng(1)

    def unit(count):
        rows = rng.standard_normal((count, TINY.joint)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    return Vocabulary(texts, unit(len(texts)), unit(20), unit(len(captions)))


def train(run, works, said, steps):
    captions = sorted({caption for work in works for caption in work.captions})
    torch.manual_seed(0)
    model = build(TINY)
    schedule = Schedule(steps, cells=300, warm_up=2, validate_every=4, save_minutes=0.0, rate=3e-3, cool_down=1e-9)
    stage = PictureStage(run, schedule, TINY, seed=0)
    figures = stage.train(model, works, captions, said, PaintedTeacher())
    return model, figures


@pytest.fixture(scope="module")
def trained(tmp_path_factory, works, said):
    run = tmp_path_factory.mktemp("run")
    return *train(run, works, said, 16), run


def test_unreadable_and_left_out_pictures_are_not_trained_on(works):
    assert len(works) == 11
    assert {"still life", "a Rococo still life", "a painting of a person"} <= set(works[0].captions)


def test_names_to_leave_out_come_from_a_list_of_sources(tmp_path):
    listed = tmp_path / "transforms.json"
    listed.write_text(json.dumps([{"source": "b"}, {"source": "a"}, {"source": "b"}]))
    assert names_to_leave_out(listed) == ["a", "b"]
    assert names_to_leave_out(None) == []


def test_a_missing_folder_is_named():
    with pytest.raises(ExplorerError, match="no training folder"):
        load_works([Path("nowhere-at-all")], [])


def test_sheets_are_whole_cells_and_a_crop_is_a_part_of_one(works, tmp_path):
    teacher = PaintedTeacher()
    sheets = Sheets(works, teacher, tmp_path)
    assert len(sheets.shapes) == len(works) * (len(LEVELS) + 1)
    assert (sheets.shapes % 2 == 0).all() and sheets.shapes.max() == max(LEVELS)
    for sheet in (0, len(sheets.shapes) - 1):
        rows, columns = sheets.shapes[sheet]
        pixels, dense, meaning = sheets.crop(sheet, 2, 4, (6, 8))
        assert pixels.shape == (6 * CELL, 8 * CELL, 3) and dense.shape == (6, 8, 96) and meaning.shape[:2] == (3, 4)
        whole = sheets.crop(sheet, 0, 0, (rows, columns))
        np.testing.assert_array_equal(whole[0][2 * CELL : 8 * CELL, 4 * CELL : 12 * CELL], pixels)
        np.testing.assert_array_equal(whole[1][2:8, 4:12], dense)
        np.testing.assert_array_equal(whole[2][1:4, 2:6], meaning)
        asked = teacher.run(torch.from_numpy(np.array(whole[0])).permute(2, 0, 1)[None] / 255).dense[0]
        np.testing.assert_allclose(whole[1], asked.permute(1, 2, 0).numpy(), rtol=0.01, atol=0.05)
    assert sheets.shapes[sheets.square].tolist() == [[SQUARE, SQUARE]] * len(works)


def test_the_teacher_is_asked_once(works, tmp_path):
    Sheets(works, PaintedTeacher(), tmp_path)
    again, other = PaintedTeacher(), PaintedTeacher()
    Sheets(works, again, tmp_path)
    assert again.asked == 0
    Sheets(works[1:], other, tmp_path)
    assert other.asked > 0, "other pictures have maps of their own"


def test_a_new_model_attends_to_neighbours_first():
    """Every head of every block prefers one of the eight cells round its own, wherever that lies."""
    model = build(replace(TINY, layers=4))
    vision = model.vision_model
    places = vision.embeddings.position_embedding.weight[1:, :PLACES]
    seen_steps = set()
    with torch.inference_mode():
        for block in vision.encoder.layers:
            attention = block.self_attn
            query, key = (part.weight[:, :PLACES] @ places.T for part in (attention.q_proj, attention.k_proj))
            for head in range(attention.num_heads):
                rows = slice(head * attention.head_dim, (head + 1) * attention.head_dim)
                likes = (query[rows].T @ key[rows]).argmax(dim=1)
                middle = torch.arange(196).view(14, 14)[2:12, 2:12].flatten()
                down = likes[middle] // 14 - middle // 14
                across = likes[middle] % 14 - middle % 14
                steps = set(zip(down.tolist(), across.tolist(), strict=True))
                assert len(steps) == 1
                seen_steps |= steps
    assert len(seen_steps) == 8 and (0, 0) not in seen_steps
    assert all(max(abs(down), abs(across)) == 1 for down, across in seen_steps)


def test_orthogonalised_matrices_have_singular_values_near_one():
    matrix = torch.randn(24, 60, generator=torch.Generator().manual_seed(0))
    for given in (matrix, matrix.T):
        values = torch.linalg.svdvals(_orthogonalised(given, (3.4445, -4.775, 2.0315), 5, 1e-7))
        assert values.min() > 0.6 and values.max() < 1.3
    assert fast_dtype("cuda") is torch.bfloat16


def test_changed_views_keep_their_targets_in_place():
    """A picture that is its own target: after moving, the target map still shows the picture."""
    gen = torch.Generator().manual_seed(0)
    coarse = torch.rand(6, 3, 4, 4, generator=gen)
    images = torch.nn.functional.interpolate(coarse, size=(128, 128), mode="bicubic").clamp(0, 1)
    targets = torch.nn.functional.avg_pool2d(images, 16)
    halves = torch.nn.functional.avg_pool2d(images, 32)
    images, (targets, halves) = moved(images, (targets, halves), gen)
    images, targets, halves, own = pasted(images, targets, halves, gen)
    assert (torch.nn.functional.avg_pool2d(images, 16) - targets).abs().mean() < 0.03
    assert (torch.nn.functional.avg_pool2d(images, 32) - halves).abs().mean() < 0.05
    assert own.min() > 0.4
    changed = seen_otherwise(images, gen)
    assert changed.shape == images.shape
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_every_text_comes_back_from_the_tokenizer(said):
    tokenizer = learn_tokenizer(said.texts, 600, 48)
    assert len(tokenizer) == 600
    for text in ("a painting of a giraffe", "zdeněk’s étude no. 7: 夜 & day"):
        ids = tokenizer(text)["input_ids"]
        assert ids[0] == 598
        assert ids[-1] == 599
        assert "".join(tokenizer.decode(ids, skip_special_tokens=True).split()) == "".join(text.split())


def test_labels_are_said_with_their_kind():
    said = label_phrases(["background", "tench, Tinca tinca"])[1]
    assert "a painting of a tench" in said
    assert "a painting of a fish" in said


def test_training_lowers_the_loss(trained, works, said, tmp_path):
    _, figures, _ = trained
    _, begun = train(tmp_path / "short", works, said, 1)
    assert figures["total"] < begun["total"]
    assert figures["cells"] < begun["cells"]


def test_a_killed_run_ends_as_if_it_had_not_been(trained, works, said, tmp_path, monkeypatch):
    whole, _, _ = trained
    real, calls = picture_stage._Learner.step, []

    def dies(self, *args):
        calls.append(1)
        if len(calls) == 11:
            raise KeyboardInterrupt
        return real(self, *args)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(picture_stage._Learner, "step", dies)
        train(tmp_path, works, said, 16)
    assert load_state(tmp_path / "state")[1]["step"] == 10
    resumed, _ = train(tmp_path, works, said, 16)
    for name, value in whole.vision_model.state_dict().items():
        assert torch.equal(value, resumed.vision_model.state_dict()[name]), name


def test_the_folder_loads_as_a_clip_model(trained, said, tmp_path):
    from transformers import AutoTokenizer, CLIPModel

    model, _, _ = trained
    tokenizer = learn_tokenizer(said.texts, TINY.vocabulary, TINY.text_length)
    few = replace(said, texts=said.texts[:400], vectors=said.vectors[:400])
    run = tmp_path / "run"
    assert not restore_words(model, run)
    assert -1 <= teach_words(model, tokenizer, few, WordSettings(run, steps=3)) <= 1
    torch.nn.init.zeros_(model.text_projection.weight)
    assert restore_words(model, run)
    assert model.text_projection.weight.abs().sum() > 0
    save_folder(model, tokenizer, tmp_path)
    loaded = CLIPModel.from_pretrained(tmp_path, dtype=torch.float32).eval()
    texts = ["a dog", "a painting of a tree"]
    words = AutoTokenizer.from_pretrained(tmp_path)(texts, padding=True, return_tensors="pt")
    pixels = torch.rand(1, 3, 448, 336)
    with torch.inference_mode():
        assert loaded.get_text_features(**words).pooler_output.shape == (2, TINY.joint)
        seen = see(loaded, pixels, TINY.match_layer)
        there = loaded.vision_model(normalised(pixels), interpolate_pos_encoding=True, output_hidden_states=True)
        whole = loaded.get_image_features(normalised(pixels), interpolate_pos_encoding=True).pooler_output
        block = loaded.vision_model.encoder.layers[TINY.match_layer]
        values = block.self_attn.v_proj(block.layer_norm1(there.hidden_states[TINY.match_layer - 1][:, 1:]))
    assert torch.allclose(seen.match, values, atol=1e-4)
    assert (loaded.config.match_layer, loaded.config.match_facet, loaded.config.tiled) == (-2, "value", True)
    assert torch.allclose(seen.whole, whole, atol=1e-4)


def test_a_window_has_the_positions_of_its_place():
    model = build(TINY)
    with torch.no_grad():
        large = picture_positions(model, Window(20, 30), 20, 30)
        part = picture_positions(model, Window(20, 30, top=4, left=7), 5, 6)
    assert torch.allclose(large[4:9, 7:13], part, atol=1e-5)


def picture_positions(model, window, rows, columns):
    from explorer.adapt.student import _positions

    return _positions(model.vision_model.embeddings, rows, columns, window).reshape(rows, columns, -1)


def test_state_is_kept_in_small_shards_and_survives_a_kill_between_renames(tmp_path):
    tensors = {f"t{number}": torch.full((1_500_000,), float(number)) for number in range(5)}
    save_state(tmp_path / "state", tensors, {"step": 3})
    assert all(path.stat().st_size <= SHARD_BYTES + 65536 for path in (tmp_path / "state").iterdir())
    (tmp_path / "state").rename(tmp_path / "state.old")
    found, record = load_state(tmp_path / "state")
    assert record == {"step": 3}
    assert all(torch.equal(found[name], value) for name, value in tensors.items())


def test_the_teacher_must_be_there_and_be_one(tmp_path):
    with pytest.raises(ExplorerError, match="missing"):
        Teacher(tmp_path / "none.tflite")
    (tmp_path / "other.tflite").write_bytes(b"something else altogether")
    with pytest.raises(ExplorerError, match="not a TensorFlow Lite model"):
        Teacher(tmp_path / "other.tflite")


@pytest.mark.skipif(not TEACHER_FILE.is_file(), reason="the teacher file is not at hand (../shared/data/teacher)")
@pytest.mark.skipif(importlib.util.find_spec("ai_edge_litert") is None, reason="ai-edge-litert is not installed")
def test_the_teacher_gives_what_its_interpreter_gives():
    from ai_edge_litert.interpreter import Interpreter

    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 255, (9, 9, 3)).astype(np.uint8))
    noise = noise.resize((224, 224), Image.Resampling.BICUBIC)
    interpreter = Interpreter(str(TEACHER_FILE), experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], np.asarray(noise)[None])
    interpreter.invoke()
    layer = next(d for d in interpreter.get_tensor_details() if d["name"] == "MobilenetV2/expanded_conv_12/add")
    scale, zero = layer["quantization"]
    truth = (interpreter.get_tensor(layer["index"])[0].astype(np.float32) - zero) * scale
    ours = Teacher(TEACHER_FILE).run(torch.from_numpy(np.array(noise)).permute(2, 0, 1)[None] / 255)
    dense = ours.dense[0].permute(1, 2, 0).numpy()
    cosine = (dense * truth).sum(-1) / np.linalg.norm(dense, axis=-1) / np.linalg.norm(truth, axis=-1)
    assert cosine.mean() > 0.97
    best = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
    logits = Teacher(TEACHER_FILE).logits(ours.meaning.mean(dim=(2, 3)))
    assert int(best.argmax()) in logits[0].topk(3).indices.tolist()
