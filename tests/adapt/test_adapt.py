"""Training the small model, on generated pictures and teachers with random weights."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file
from torch import nn

from explorer.adapt import evaluation, heldout
from explorer.adapt.data import crops, picture_files
from explorer.adapt.data.augment import change_appearance, cutmix, transform_geometry
from explorer.adapt.data.captions import catalogue_captions, excluded_sources, picture_texts
from explorer.adapt.data.clip_vectors import ENSEMBLE, read_clip_vectors
from explorer.adapt.data.crops import augmented, mosaics, random_crops, squeezed
from explorer.adapt.data.pictures import SIDE, Pictures, read_pictures, split_of
from explorer.adapt.data.prompts import corpus, name_texts
from explorer.adapt.data.targets import Targets
from explorer.adapt.models.clip_init import POSITION_DIMS
from explorer.adapt.models.clip_student import ClipShape, build_clip, normalise_pixels, save_folder, vision_forward
from explorer.adapt.models.heads import Heads
from explorer.adapt.models.joint_space import JointSpace
from explorer.adapt.models.mobilenet import MobileNet
from explorer.adapt.models.text_tower import TextShape, TextTokens, build_text_tower, embed_tokens
from explorer.adapt.models.tokenizer import learn_tokenizer
from explorer.adapt.models.upper_blocks import UpperBlocks, interpolate_weights, pool_cells
from explorer.adapt.precision import compute_dtype, orthogonalise
from explorer.adapt.training import run as training_run
from explorer.adapt.training.checkpoint import SHARD_BYTES, load_state, save_state
from explorer.adapt.training.distil import dense_loss
from explorer.adapt.training.losses import contrastive_loss, label_loss
from explorer.adapt.training.ridge import ridge
from explorer.adapt.training.run import StagePlan, TrainingRun, WeightAverage
from explorer.encoder.lite import LAST, Convolution, Lite, _fold
from explorer.errors import ExplorerError

TINY = ClipShape(
    width=64, layers=3, heads=2, text_width=32, text_layers=1, text_heads=2, vocabulary=600, joint=24, match_layer=-2
)
DATA = Path(__file__).parents[3] / "shared" / "data"
TEACHER_FILE = DATA / "teacher" / "mobilenet_v2_1.0_224_quant.tflite"


@pytest.fixture(scope="module", autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def unit(rows: int, columns: int = 256, seed: int = 0) -> torch.Tensor:
    return F.normalize(torch.randn(rows, columns, generator=generator(seed)), dim=-1)


def blocks(count: int, side: int = SIDE) -> Pictures:
    """Pictures of large coloured blocks."""
    coarse = torch.randint(0, 255, (count, 3, 4, 4), generator=generator(), dtype=torch.uint8)
    return Pictures([f"train-art/{row}.png" for row in range(count)], coarse.repeat_interleave(side // 4, 2)
                    .repeat_interleave(side // 4, 3), torch.ones(count))  # fmt: skip


# -- what no training may see ------------------------------------------------------------------------------------------


def test_held_out_pictures_are_the_last_captioned_ones_and_a_tenth():
    photos = [f"flickr8k-{number:04}.jpg" for number in range(900)] + ["coco-1.jpg", "imagenet-2.jpg"]
    assert heldout.held_out_names("train-photos", reversed(photos)) == photos[400:900]
    art = [f"{number}.jpg" for number in range(3000)]
    assert 250 < len(heldout.held_out_names("train-art", art)) < 350
    assert heldout.held_out_names("old-masters", art) == []


def test_the_committed_list_is_of_the_right_size():
    listed = heldout.held_out()
    assert len([key for key in listed if key.startswith("train-photos/flickr8k-")]) == 500
    assert {key.split("/", 1)[0] for key in listed} == {"train-photos", "museum", "train-art"}


@pytest.mark.skipif(not DATA.is_dir(), reason="the data folder is not at hand (../shared/data)")
@pytest.mark.parametrize("folder", ["train-photos", "museum", "train-art"])
def test_the_committed_list_follows_the_rule(folder):
    names = [path.name for path in (DATA / folder / "images").iterdir()]
    listed = {key.split("/", 1)[1] for key in heldout.held_out() if key.startswith(folder + "/")}
    assert listed == set(heldout.held_out_names(folder, names))


def test_no_split_to_train_on_holds_an_evaluation_or_held_out_picture():
    kept_out = sorted(heldout.held_out())
    keys = [*kept_out, "objects/dog/1.jpg", "objects-art/1.jpg", *(f"train-art/new{n}.jpg" for n in range(200))]
    pictures = Pictures(keys, torch.zeros(0), torch.zeros(0))
    trained = {keys[row] for split in ("train", "validation") for row in pictures.rows(split)}
    assert trained == set(keys[-200:])
    assert len(pictures.rows("held-out")) == len(kept_out)
    assert 2 <= len(pictures.rows("validation")) <= 25
    assert {split_of(key) for key in keys[-202:-200]} == {"evaluation"}


# -- the data folder, prepared -----------------------------------------------------------------------------------------


def picture(number: int, width: int, height: int) -> Image.Image:
    rng = np.random.default_rng(number)
    small = Image.fromarray(rng.integers(0, 255, (6, 6, 3)).astype(np.uint8))
    return small.resize((width, height), Image.Resampling.NEAREST)


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


def test_pictures_are_packed_and_come_back(data, tmp_path):
    picture_files.write_pictures(data, tmp_path)
    found = read_pictures(tmp_path, "cpu", threads=2)
    assert "train-art/a6.jpg" in found.keys and "train-art/a7.jpg" not in found.keys  # planted/ was made from it
    assert found.pixels.shape == (len(found.keys), 3, SIDE, SIDE)
    row = found.keys.index("train-photos/imagenet-03.jpg")
    assert found.aspect[row] == pytest.approx(300 / 203)
    truth = np.asarray(picture(3, 300, 203).resize((SIDE,) * 2, Image.Resampling.NEAREST)).astype(float)
    assert np.abs(found.pixels[row].permute(1, 2, 0).numpy() - truth).mean() < 12
    assert {key for key in found.keys if key.startswith("objects/")} == {
        "objects/dog/0.jpg", "objects/cat/1.jpg", "objects/dog/2.jpg", "objects/cat/3.jpg"
    }  # fmt: skip
    assert len(read_pictures(tmp_path, "cpu", threads=2, limit=5).keys) <= 8


def test_texts_of_pictures_by_kind(data):
    for name in ("museum", "old-masters"):
        (data / name).mkdir(exist_ok=True)
        (data / name / "metadata.csv").write_text("file,title,genre\nm.jpg,The Mill,landscape\n", "utf-8")
    texts = picture_texts(data)
    assert texts["train-photos/imagenet-00.jpg"] == {"texts": name_texts("tench 0"), "kind": "name"}
    assert texts["train-photos/coco-1.jpg"] == {"texts": ["a man rides horse 1", "a horse 1"], "kind": "caption"}
    assert texts["museum/m.jpg"] == {"texts": ["The Mill", "landscape"], "kind": "title"}


def test_captions_of_a_catalogue_row_and_excluded_sources(tmp_path):
    row = {"title": "untitled", "genre": "['still_life']", "style": "NorthernRenaissance", "classes": "person"}
    assert catalogue_captions(row) == ("still life", "a Northern Renaissance still life", "a painting of a person")
    listed = tmp_path / "transforms.json"
    listed.write_text(json.dumps([{"source": "b"}, {"source": "a"}, {"source": "b"}, {"source": ""}]))
    assert excluded_sources(listed) == ["a", "b"]


def test_true_vectors_of_held_out_captions_are_not_read(tmp_path):
    held = next(key for key in sorted(heldout.held_out()) if "flickr8k-" in key).removeprefix("train-photos/flickr8k-")
    lists = {
        "lvis1203_a": ["wind_mill"], "openimages500_a": [], "objects365_a": [], "coco80_a": [],
        "lvis1203_a_photo": ["dog"], "coco80_a_photo": [], "lvis1203_templates": ["cart"], "coco80_templates": [],
        "lvis1203_descriptions_mean": ["cart\ta vehicle | it has wheels"],
        "flickr8k_captions500": [f"{held}\ta secret", "open.jpg\ta dog"], "lvis1203_IMAGE_exemplars_mean": ["cart"],
        "flickr8k_IMAGE_vectors": [f"{held}\t\ta secret", "open.jpg\timages/open.jpg\ta dog | dogs"],
        "unsplash125_IMAGE_vectors": ["images/x.jpg"],
    }  # fmt: skip
    for name, lines in lists.items():
        (tmp_path / f"{name}.txt").write_text("\n".join(lines), "utf-8")
        np.save(tmp_path / f"{name}.npy", np.ones((len(lines), 512), np.float16))
    found = read_clip_vectors(tmp_path, heldout.held_out())
    texts = [text for many in [*found.texts, *found.captions] for text in many]
    assert "a secret" not in texts
    assert ["a wind mill"] in found.texts and [template.format("cart") for template in ENSEMBLE] in found.texts
    assert ["a vehicle", "it has wheels"] in found.texts and ["a dog", "dogs"] in found.captions
    assert len(found.texts) == len(found.text_vectors) and len(found.captions) == len(found.image_vectors)


def test_texts_hold_what_is_given_and_are_the_same_for_a_seed():
    texts = corpus(["umbrella"], ["justice"], ["a  dog ", "a dog"], 9000, seed=1)
    assert texts[0] == "a dog" and len(texts) == len(set(texts)) == 9000
    assert "a umbrella" in texts and "justice" in texts
    assert texts == corpus(["umbrella"], ["justice"], ["a  dog ", "a dog"], 9000, seed=1)


def test_every_text_comes_back_from_the_tokenizer():
    tokenizer = learn_tokenizer(corpus(["giraffe"], [], [], 1500), 600, 48)
    assert len(tokenizer) == 600
    for text in ("a painting of a giraffe", "zdeněk’s étude no. 7: 夜 & day"):
        ids = tokenizer(text)["input_ids"]
        assert ids[0] == 598
        assert ids[-1] == 599
        assert "".join(tokenizer.decode(ids, skip_special_tokens=True).split()) == "".join(text.split())


# -- steps and losses, each against what it should give ----------------------------------------------------------------


def test_the_space_is_centred_and_keeps_pairs_together():
    gen = generator()
    meaning = torch.randn(400, 512, generator=gen)
    pictures = meaning + 5 + 0.1 * torch.randn(400, 512, generator=gen)
    texts = meaning - 3 + 0.1 * torch.randn(400, 512, generator=gen)
    space = JointSpace.fitted(pictures, texts)
    seen, named = space.pictures(pictures), space.texts(texts)
    assert torch.allclose(seen.norm(dim=1), torch.ones(400), atol=1e-5)
    assert torch.allclose(space.basis.T @ space.basis, torch.eye(256), atol=1e-4)
    assert seen.mean(0).norm() < 0.1
    assert ((named @ seen.T).argmax(1) == torch.arange(400)).all()


def test_ridge_is_least_squares_when_the_penalty_is_small_and_respects_weights():
    gen = generator()
    x, truth = torch.randn(200, 12, generator=gen) + 3, torch.randn(5, 12, generator=gen)
    y = x @ truth.T + 7
    y[150:] = 1000  # rows of no weight
    weight = torch.ones(200)
    weight[150:] = 0
    found, bias = ridge(x, y, weight, 1e-9)
    assert torch.allclose(found, truth, atol=1e-3)
    assert torch.allclose(bias, torch.full((5,), 7.0), atol=1e-2)
    assert ridge(x, y, weight, 10.0)[0].norm() < truth.norm()


def test_contrastive_loss_is_low_for_pairs_high_for_others_and_ignores_equal_texts():
    vectors = torch.eye(8)
    sharp = torch.tensor(20.0).log()
    assert contrastive_loss(vectors, vectors, sharp) < 1e-3
    assert contrastive_loss(vectors, vectors.roll(1, 0), sharp) > 10
    twice = vectors[[0, 0, 1, 2]]
    assert contrastive_loss(twice, twice, sharp) < 1e-3  # with equal texts as negatives it would be half of log 2


def test_label_loss_is_zero_when_pictures_rank_labels_as_the_classifier_does():
    pictures, labels, sharp = unit(6, 16), unit(9, 16, seed=1), torch.tensor(10.0).log()
    likely = (pictures @ labels.T * 10).softmax(1)
    assert label_loss(pictures, labels, likely, sharp).abs() < 1e-5
    assert label_loss(pictures.roll(1, 0), labels, likely, sharp) > 0.05


def test_dense_loss_is_low_when_cells_rank_one_another_as_the_teacher_does():
    teacher = torch.randn(2, 120, 4, 4, generator=generator())
    teacher = teacher - teacher.mean((0, 2, 3), keepdim=True)
    cells = teacher.flatten(2).transpose(1, 2)
    right = dense_loss(cells, F.normalize(cells, dim=-1), teacher, generator())
    wrong = dense_loss(cells.roll(1, 1), cells.roll(1, 1), teacher, generator())
    assert right < 0.05 < wrong


def test_whole_pictures_crops_and_mosaics_show_what_they_should(monkeypatch):
    pictures, rows = blocks(8), torch.arange(8)
    seen = squeezed(pictures, rows, 64)
    truth = F.avg_pool2d(pictures.pixels.float() / 255, 4)
    assert (seen - truth).abs().mean() < 0.03
    monkeypatch.setattr(crops, "WHOLE_SHARE", 0.0)
    cut = random_crops(pictures, rows, 64, generator())
    assert cut.shape == (8, 3, 64, 64) and cut.min() >= 0 and cut.max() <= 1
    colours = pictures.pixels[0].flatten(1).T.unique(dim=0).float() / 255
    apart = torch.cdist(cut[0].flatten(1).T, colours).amin(1)
    assert (apart < 0.02).float().mean() > 0.6  # nothing but the picture's own colours, save at their edges
    assert torch.equal(augmented(seen, generator(), share=0.0), seen)
    four = mosaics(seen[:4])
    assert torch.allclose(four[0, :, :32, 32:], F.avg_pool2d(seen[1], 2), atol=1e-6)
    assert torch.allclose(four[0, :, 32:, :32], F.avg_pool2d(seen[2], 2), atol=1e-6)


def test_augmented_views_keep_their_targets_in_place():
    """A picture that is its own target: after moving, the target map still shows the picture."""
    gen = generator()
    coarse = torch.rand(6, 3, 4, 4, generator=gen)
    images = F.interpolate(coarse, size=(128, 128), mode="bicubic").clamp(0, 1)
    targets = F.avg_pool2d(images, 16)
    halves = F.avg_pool2d(images, 32)
    images, (targets, halves) = transform_geometry(images, (targets, halves), gen)
    images, targets, halves, kept = cutmix(images, targets, halves, gen)
    assert (F.avg_pool2d(images, 16) - targets).abs().mean() < 0.03
    assert (F.avg_pool2d(images, 32) - halves).abs().mean() < 0.05
    assert kept.min() > 0.4
    changed = change_appearance(images, gen)
    assert changed.shape == images.shape
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_captions_are_shown_more_often_than_titles():
    none = torch.zeros(0)
    kinds = ["name", "caption", "title", ""]
    truth = Targets(none, none, none, kinds, none, none, none, none, none, none, none, none)
    name, caption, title, nothing = truth.sampling_weights(torch.arange(4)).tolist()
    assert caption > name > title > nothing == 0


def test_orthogonalised_matrices_have_singular_values_near_one():
    matrix = torch.randn(24, 60, generator=generator())
    for given in (matrix, matrix.T):
        values = torch.linalg.svdvals(orthogonalise(given, (3.4445, -4.775, 2.0315), 5, 1e-7))
        assert values.min() > 0.6 and values.max() < 1.3
    assert compute_dtype("cuda") is torch.bfloat16


# -- the network -------------------------------------------------------------------------------------------------------


def test_a_folded_convolution_is_the_convolution_and_its_normalisation():
    conv, norm = nn.Conv2d(3, 5, 3, bias=False), nn.BatchNorm2d(5, eps=1e-3).eval()
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.running_mean)
    nn.init.uniform_(norm.running_var, 0.5, 2)
    ours = Convolution(3, 5, 3, 2, clipped=False)
    stored = {"conv.weight": conv.weight.data} | {f"norm.{name}": value for name, value in norm.state_dict().items()}
    _fold(ours, stored, "conv", "norm")
    pixels = torch.randn(2, 3, 15, 12)
    # TensorFlow pads what is odd at the right and bottom: 1 and 1 of 15 rows, 0 and 1 of 12 columns.
    truth = norm(F.conv2d(F.pad(pixels, [0, 1, 1, 1]), conv.weight, stride=2))
    assert torch.allclose(ours(pixels), truth, atol=1e-5)


def test_the_upper_blocks_begin_as_the_network_and_interpolate():
    torch.manual_seed(0)
    net, head = Lite().eval(), Heads().eval()
    upper = UpperBlocks(net, head).eval()
    pixels = torch.rand(1, 3, 96, 64)
    with torch.inference_mode():
        middle, last = net(pixels)
        assert middle.shape == (1, 120, 6, 4) and last.shape == (1, LAST, 3, 2)
        truth = head.picture(last.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        assert torch.allclose(upper(middle), truth, atol=1e-4)
        mean = F.normalize(head.picture(last.mean((2, 3))), dim=-1)
        assert torch.allclose(pool_cells(upper(middle)), mean, atol=1e-4)  # linear: the mean of cells is the picture
    start, end = {"w": torch.zeros(2)}, {"w": torch.ones(2).half()}
    assert interpolate_weights(start, end, 0.25)["w"].tolist() == [0.25, 0.25]


def test_padding_changes_no_text(tmp_path):
    torch.manual_seed(0)
    shape = TextShape(width=32, layers=2, heads=2, vocabulary=600)
    learn_tokenizer(corpus([], [], [], 1500), 600, 48).save_pretrained(tmp_path)
    tokens, tower = TextTokens(tmp_path, shape), build_text_tower(shape).eval()
    ids, lengths = tokens(["a dog", "a dog and a windmill on a hill", "word " * 100])
    assert lengths.max() == ids.shape[1] == 48 and (ids[0, lengths[0] - 1 :] == 599).all()
    with torch.inference_mode():
        together, alone = embed_tokens(tower, ids), embed_tokens(tower, ids[:1, : lengths[0]])
    assert (together[:1] * alone).sum() > 0.9999  # of unit vectors; in half precision where the machine has it
    assert (together[0] * together[1]).sum() < 0.999


# -- checkpoints and resuming ------------------------------------------------------------------------------------------


def test_state_is_kept_in_small_shards_and_survives_a_kill_between_renames(tmp_path):
    tensors = {f"t{number}": torch.full((1_500_000,), float(number)) for number in range(5)}
    save_state(tmp_path / "state", tensors, {"step": 3})
    assert all(path.stat().st_size <= SHARD_BYTES + 65536 for path in (tmp_path / "state").iterdir())
    (tmp_path / "state").rename(tmp_path / "state.old")
    found, record = load_state(tmp_path / "state")
    assert record == {"step": 3}
    assert all(torch.equal(found[name], value) for name, value in tensors.items())


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_a_killed_save_left_does_not_stop_the_next(tmp_path, kind):
    for name in ("state.new", "state.old"):
        if kind == "folder":
            (tmp_path / name).mkdir()
            (tmp_path / name / "state-000.safetensors").write_bytes(b"half")
        else:
            (tmp_path / name).write_bytes(b"half")
    for step in (1, 2):
        save_state(tmp_path / "state", {"t": torch.ones(2) * step}, {"step": step})
    tensors, record = load_state(tmp_path / "state")
    assert record == {"step": 2} and tensors["t"].tolist() == [2, 2]
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_a_killed_stage_resumes_with_its_weights_moments_and_average(tmp_path, monkeypatch):
    monkeypatch.setattr(training_run, "SAVE_EVERY", -1.0)
    exported = []
    plan = StagePlan(tmp_path / "stage", 1000.0, exported.append, batch=4)

    def begin():
        torch.manual_seed(0)
        model = nn.Linear(3, 1)
        optimizer, average = torch.optim.AdamW(model.parameters(), lr=0.1), WeightAverage(model)
        return model, optimizer, average, TrainingRun(plan, model, [optimizer], average)

    model, optimizer, average, run = begin()
    for step in run.steps():
        if step == 5:
            break  # killed in the sixth step, after the fifth was saved
        run.minimise(model(torch.ones(2, 3)).square().mean())
    again, its_optimizer, its_average, resumed = begin()
    assert resumed.step == 5 and next(iter(resumed.steps())) == 5
    for name, value in model.state_dict().items():
        assert torch.equal(value, again.state_dict()[name])
        assert torch.equal(average.values[name], its_average.values[name])
    assert its_average.count == 5 and len(exported) == 5
    moments = [kept.state_dict()["state"][0]["exp_avg"] for kept in (optimizer, its_optimizer)]
    assert torch.equal(*moments)


def test_the_weight_average_forgets_the_start():
    model = nn.Linear(1, 1, bias=False)
    average = WeightAverage(model)
    with torch.no_grad():
        model.weight.fill_(5.0)
    for _ in range(200):
        average.update()
    assert average.values["weight"].item() == pytest.approx(5.0, abs=0.05)


# -- quick metrics -----------------------------------------------------------------------------------------------------


def test_quick_metrics_are_full_for_a_perfect_model_and_low_for_an_ignorant_one():
    classes = np.array(["cat", "dog"] * 4)
    right = torch.eye(2)[[0, 1] * 4]
    assert evaluation.mean_average_precision(right, classes) == 1
    assert evaluation.mean_average_precision(torch.eye(8), classes) < 0.7
    rows = {"a dog": 1, "a cat": 0}
    found = evaluation.caption_recall(
        torch.eye(2), [["a cat"], ["a dog"]], lambda texts: torch.eye(2)[[rows[t] for t in texts]]
    )
    assert found == {"captions recall@1": 1.0, "captions recall@10": 1.0}
    cells = torch.zeros(3, 28, 28)
    cells[2] = 1
    cells[:, 20:25, 3:8] = torch.tensor([1.0, 0, 0]).view(3, 1, 1)
    boxes = [[["mill", 0.1, 0.7, 0.3, 0.9], ["sky", 0.0, 0.0, 1.0, 1.0]]]
    assert evaluation.pointing(boxes, [cells], {"mill": torch.tensor([1.0, 0, 0])}) == {
        "pointing": 1.0, "pointing, picture's centre": 0.0
    }  # fmt: skip


# -- the plain CLIP ----------------------------------------------------------------------------------------------------


def test_a_new_model_attends_to_neighbours_first():
    """Every head of every block prefers one of the eight cells round its own, wherever that lies."""
    model = build_clip(replace(TINY, layers=4))
    vision = model.vision_model
    places = vision.embeddings.position_embedding.weight[1:, :POSITION_DIMS]
    seen_steps = set()
    with torch.inference_mode():
        for block in vision.encoder.layers:
            attention = block.self_attn
            query, key = (
                projection.weight[:, :POSITION_DIMS] @ places.T for projection in (attention.q_proj, attention.k_proj)
            )
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


def test_the_folder_loads_as_a_clip_model_that_sees_as_in_training(tmp_path):
    from transformers import AutoTokenizer, CLIPModel

    torch.manual_seed(0)
    model = build_clip(TINY, torch.randn(200, 3, 16, 16))
    tokenizer = learn_tokenizer(corpus([], [], [], 1500), TINY.vocabulary, TINY.text_length)
    save_folder(model, tokenizer, tmp_path)
    loaded = CLIPModel.from_pretrained(tmp_path, dtype=torch.float32).eval()
    words = AutoTokenizer.from_pretrained(tmp_path)(["a dog", "a tree"], padding=True, return_tensors="pt")
    pixels = torch.rand(1, 3, 448, 336)
    with torch.inference_mode():
        assert loaded.get_text_features(**words).pooler_output.shape == (2, TINY.joint)
        seen = vision_forward(loaded, pixels, TINY.match_layer)
        there = loaded.vision_model(normalise_pixels(pixels), interpolate_pos_encoding=True, output_hidden_states=True)
        found = loaded.get_image_features(normalise_pixels(pixels), interpolate_pos_encoding=True).pooler_output
        block = loaded.vision_model.encoder.layers[TINY.match_layer]
        values = block.self_attn.v_proj(block.layer_norm1(there.hidden_states[TINY.match_layer - 1][:, 1:]))
    assert torch.allclose(seen.match, values, atol=1e-4)
    assert (loaded.config.match_layer, loaded.config.match_facet, loaded.config.tiled) == (-2, "value", True)
    assert torch.allclose(seen.whole, found, atol=1e-4)


# -- all of it ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(data, tmp_path_factory) -> Path:
    """A prepared folder: the data's pictures, made-up true vectors, and teachers with random weights."""
    from safetensors.torch import save_file
    from transformers import BertConfig, BertModel, CLIPTokenizer

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("prepared")
    picture_files.write_pictures(data, folder)
    for name in ("museum", "old-masters"):
        (data / name).mkdir(exist_ok=True)
        (data / name / "metadata.csv").write_text("file,title\n", "utf-8")
    captions = picture_texts(data)
    texts = corpus(["tench"], [], [text for entry in captions.values() for text in entry["texts"]], 1)[:500]
    names = [f"a thing {number}" for number in range(60)]
    contents = {
        "texts": texts, "said": captions, "labels": ["tench", "goldfish"], "measured": {},
        "truths": {"said": [[name] for name in names], "shown": [["a horse 1"]] * 300,
                   "pictures": ["train-photos/coco-1.jpg"] + [""] * 299},
    }  # fmt: skip
    for name, value in contents.items():
        (folder / f"{name}.json").write_text(json.dumps(value), "utf-8")
    save_file({"texts": unit(60, 512), "images": unit(300, 512, seed=1)}, folder / "truths.safetensors")
    tokenizer = learn_tokenizer(texts, TextShape().vocabulary, TextShape().length)
    tokenizer.save_pretrained(folder / "tokenizer")
    assert isinstance(tokenizer, CLIPTokenizer)
    (folder / "minilm").mkdir()
    small = BertConfig(vocab_size=TextShape().vocabulary, num_hidden_layers=1, hidden_size=384,
                       num_attention_heads=6, intermediate_size=64)  # fmt: skip
    (folder / "minilm" / "config.json").write_text(small.to_json_string(), "utf-8")
    (folder / "minilm" / "tokenizer.json").write_bytes((folder / "tokenizer" / "tokenizer.json").read_bytes())
    weights = BertModel(small, add_pooling_layer=False).state_dict()
    save_file({name: value.contiguous() for name, value in weights.items()}, folder / "minilm" / "weights.safetensors")
    net = {f"net.{name}": value.half() for name, value in Lite().state_dict().items()}
    classifier = {"weight": torch.randn(1000, LAST).half() / 30, "bias": torch.zeros(1000).half()}
    save_file(net | classifier, folder / "lite.safetensors")
    return folder


@pytest.fixture(scope="module")
def trained(prepared, tmp_path_factory):
    """Every stage, for a moment each; the settings they ran with."""
    from explorer.adapt.pipeline import train_mini
    from explorer.adapt.settings import Settings

    root = tmp_path_factory.mktemp("training")
    settings = Settings(prepared, root / "run", root / "out", side=64, batch=8, limit=1000, threads=2, heads_seconds=1,
                        tune_seconds=1, tower_seconds=1, distil_seconds=0.5)  # fmt: skip
    train_mini(settings, ["heads", "tune", "tower", "distil", "gauge", "write"])
    return settings


def test_every_stage_runs_and_reports_its_metrics(trained):
    reports = {path.name for path in trained.run.glob("report-*.json")}
    assert reports == {"report-heads.json", "report-tune.json", "report-tower.json", "report-gauge.json"}
    figures = json.loads((trained.run / "report-gauge.json").read_text("utf-8"))
    assert {"gauge heads, MiniLM", "gauge tuned half, tower", "gauge student, tower"} <= set(figures)
    assert all(0 <= value <= 1 for metrics in figures.values() for value in metrics.values())
    assert not [path for path in trained.out.iterdir() if path.suffix == ".part"]


def test_a_stage_started_again_resumes(trained, tmp_path, caplog):
    """Its time being up, it trains no more and writes the same weights again."""
    from explorer.adapt.pipeline import train_mini

    before = load_file(trained.out / "tower.safetensors")
    with caplog.at_level("INFO", logger="explorer"):
        train_mini(trained, ["tower"])
    assert "tower: resuming at step" in caplog.text
    after = load_file(trained.out / "tower.safetensors")
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_the_exported_folder_gives_what_training_saw(trained):
    """The app's model: the network, half way from frozen to tuned, and the text tower, in half precision."""
    from explorer.adapt.weights import StageWeights
    from explorer.config import Config
    from explorer.encoder import open_encoder

    encoder = open_encoder(Config(model=str(trained.out / "small"), resolution=224), 2, "cpu")
    image = picture(5, 224, 224)
    (seen,) = encoder.encode([encoder.prepare(image, 224, 224)])
    pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255
    kept = StageWeights(trained.prepared, trained.run, trained.out, "cpu")
    with torch.inference_mode():
        middle, upper = kept.net.middle(pixels), kept.upper_blocks(0.5)
        truth = pool_cells(upper(middle))[0].numpy()
    assert seen.match.shape == (14, 14) and seen.joint.shape == (7, 7)
    ours = seen.match.vectors.ravel()
    theirs = middle[0].permute(1, 2, 0).numpy().ravel()
    assert np.corrcoef(ours, theirs)[0, 1] > 0.999
    assert seen.whole @ truth > 0.999
    texts = ["a dog", "a windmill on a hill"]
    ids, _ = TextTokens(trained.prepared / "tokenizer", TextShape())(texts)
    with torch.inference_mode():
        vectors = embed_tokens(kept.text_tower(), ids).numpy()
    assert ((encoder.words(texts) * vectors).sum(1) > 0.999).all()


def test_the_plain_candidate_opens_as_a_clip(trained):
    from explorer.config import Config
    from explorer.encoder import open_encoder

    encoder = open_encoder(Config(model=str(trained.out / "clip"), resolution=224), 2, "cpu")
    (seen,) = encoder.encode([encoder.prepare(picture(5, 224, 224), 224, 224)])
    assert seen.joint.shape == (14, 14) and seen.whole @ encoder.words(["a dog"])[0] == pytest.approx(0, abs=1)


def test_a_stage_without_its_input_is_refused_in_a_sentence(prepared, tmp_path):
    from explorer.adapt.pipeline import train_mini
    from explorer.adapt.settings import Settings

    settings = Settings(prepared, tmp_path / "run", tmp_path / "out", threads=2, limit=1000)
    with pytest.raises(ExplorerError, match="run the stage before this one"):
        train_mini(settings, ["gauge"])
    with pytest.raises(ExplorerError, match="--data"):
        train_mini(settings, ["prepare"])


def test_the_command_line_lists_what_training_takes(capsys):
    from explorer.cli import main

    with pytest.raises(SystemExit):
        main(["train-mini", "--help"])
    printed = capsys.readouterr().out
    assert all(option in printed for option in ("--tune-seconds", "--stages", "--prepared"))


# -- MobileNet, the teacher of mini ------------------------------------------------------------------------------------


def test_the_teacher_must_be_there_and_be_one(tmp_path):
    with pytest.raises(ExplorerError, match="missing"):
        MobileNet(tmp_path / "none.tflite")
    (tmp_path / "other.tflite").write_bytes(b"something else altogether")
    with pytest.raises(ExplorerError, match="not a TensorFlow Lite model"):
        MobileNet(tmp_path / "other.tflite")


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
    net = MobileNet(TEACHER_FILE)
    ours = net.run(torch.from_numpy(np.array(noise)).permute(2, 0, 1)[None] / 255)
    dense = ours.dense[0].permute(1, 2, 0).numpy()
    cosine = (dense * truth).sum(-1) / np.linalg.norm(dense, axis=-1) / np.linalg.norm(truth, axis=-1)
    assert cosine.mean() > 0.97
    best = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
    classifier = net.steps[-1]
    logits = F.conv2d(ours.last.mean(dim=(2, 3), keepdim=True), classifier.weight, classifier.bias).flatten(1)
    assert int(best.argmax()) in logits[0].topk(3).indices.tolist()
