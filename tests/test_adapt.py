"""The small CLIP's training, on generated pictures and teachers of no weight."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.adapt import picture_stage
from explorer.adapt.augment import moved, pasted, seen_otherwise
from explorer.adapt.checkpoint import SHARD_BYTES, load_state, save_state
from explorer.adapt.learn_words import Vocabulary, WordSettings, restore_words, teach_words
from explorer.adapt.picture_stage import PictureStage, Schedule
from explorer.adapt.pictures import Album, load_works, names_to_leave_out
from explorer.adapt.student import Shape, Window, build, normalised, save_folder, see
from explorer.adapt.teacher import Teacher, TeacherOutput
from explorer.adapt.tokens import learn_tokenizer
from explorer.adapt.words import label_phrases, sentences
from explorer.errors import ExplorerError

TINY = Shape(
    width=32, layers=3, heads=2, text_width=32, text_layers=1, text_heads=2, vocabulary=600, joint=24, dense_block=2
)
TEACHER_FILE = Path(__file__).parents[2] / "shared" / "data" / "teacher" / "mobilenet_v2_1.0_224_quant.tflite"


class PaintedTeacher:
    """Stands for MobileNet: a fixed random linear view of every cell."""

    device = "cpu"

    def __init__(self) -> None:
        gen = torch.Generator().manual_seed(7)
        self.cells = torch.randn(96, 48, generator=gen)
        self.whole = torch.randn(1280, 48, generator=gen)
        self.labels = torch.randn(20, 48, generator=gen)

    def run(self, pixels, dense_only=False):
        patches = torch.nn.functional.avg_pool2d(pixels, 4).unfold(2, 4, 4).unfold(3, 4, 4)
        cells = patches.permute(0, 2, 3, 1, 4, 5).flatten(3)
        mean = cells.mean(dim=(1, 2))
        dense = (cells @ self.cells.T).permute(0, 3, 1, 2)
        return TeacherOutput(dense, mean @ self.whole.T, mean @ self.labels.T)


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


def test_crops_have_whole_cells(works):
    crops = Album(works).random_crops(np.arange(5), (4, 6), np.random.default_rng(0))
    assert crops.pixels.shape == (5, 3, 64, 96)
    assert ((crops.shares > 0) & (crops.shares <= 1)).all()
    assert min(crops.sharp.shape[2:]) > 64


def test_a_cut_box_shows_what_is_there(works):
    whole = Image.fromarray(works[0].pixels)
    found = Album(works).cut(np.array([0]), np.array([[20.0, 10.0, 96.0, 64.0]]), (32, 48))
    truth = torch.from_numpy(np.array(whole.resize((48, 32), Image.Resampling.BOX, box=(20, 10, 116, 74))))
    assert (found[0].permute(1, 2, 0) * 255 - truth).abs().mean() < 3


def test_changed_views_keep_their_targets_in_place():
    """A picture that is its own target: after moving, the target map still shows the picture."""
    gen = torch.Generator().manual_seed(0)
    coarse = torch.rand(6, 3, 4, 4, generator=gen)
    images = torch.nn.functional.interpolate(coarse, size=(128, 128), mode="bicubic").clamp(0, 1)
    targets = torch.nn.functional.avg_pool2d(images, 16)
    images, targets = moved(images, targets, gen)
    images, targets, own = pasted(images, targets, gen)
    assert (torch.nn.functional.avg_pool2d(images, 16) - targets).abs().mean() < 0.03
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
        seen = see(loaded, pixels, TINY.dense_block)
        there = loaded.vision_model(normalised(pixels), interpolate_pos_encoding=True, output_hidden_states=True)
        whole = loaded.get_image_features(normalised(pixels), interpolate_pos_encoding=True).pooler_output
    assert torch.allclose(seen.dense, there.hidden_states[TINY.dense_block][:, 1:], atol=1e-4)
    assert torch.allclose(seen.whole, whole, atol=1e-4)


def test_a_window_has_the_positions_of_its_place():
    model = build(replace(TINY, positions=True))
    with torch.no_grad():
        large = picture_positions(model, Window(20, 30), 20, 30)
        part = picture_positions(model, Window(20, 30, top=4, left=7), 5, 6)
    assert torch.allclose(large[4:9, 7:13], part, atol=1e-5)


def test_patches_that_do_not_know_their_place_are_the_same_everywhere(trained):
    """The trained model's raw tokens of one patch repeated are equal wherever it lies, and at any size."""
    model, _, _ = trained
    patch = torch.rand(1, 3, 16, 16)
    with torch.inference_mode():
        for rows, columns in ((3, 4), (14, 14), (20, 28)):
            pixels = normalised(patch.repeat(1, 1, rows, columns))
            tokens = model.vision_model(pixels, interpolate_pos_encoding=True).last_hidden_state[0, 1:]
            assert torch.allclose(tokens, tokens[:1].expand_as(tokens), atol=1e-4)


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
    assert int(best.argmax()) in ours.logits[0].topk(3).indices.tolist()
