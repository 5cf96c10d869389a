"""Every stage on a tiny prepared folder, quick metrics, and the exported models."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from training import picture, unit

from explorer.adapt import evaluation
from explorer.adapt.data import picture_files
from explorer.adapt.data.captions import picture_texts
from explorer.adapt.data.prompts import corpus
from explorer.adapt.models.text_tower import TextShape, TextTokens, embed_tokens
from explorer.adapt.models.tokenizer import learn_tokenizer
from explorer.adapt.models.upper_blocks import pool_cells
from explorer.encoder.lite import LAST, Lite
from explorer.errors import ExplorerError


def varied_network() -> Lite:
    """A random network whose outputs differ from picture to picture: of one as it is made they are all but the same, so
    that the weights of what is fitted on them are no numbers in half precision."""
    net = Lite()
    for weights in net.parameters():
        if weights.ndim == 4:
            torch.nn.init.kaiming_normal_(weights, nonlinearity="relu")
        else:
            torch.nn.init.zeros_(weights)
    return net


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
    net = {f"net.{name}": value.half() for name, value in varied_network().state_dict().items()}
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

    encoder = open_encoder(Config(model=str(trained.out / "mini"), resolution=224), 2, "cpu")
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
    assert "tench" in encoder.vocabulary and "blorf" not in encoder.vocabulary


def test_the_exported_folder_says_what_pictures_of_art_are_like_on_average(trained):
    from explorer.adapt.data.pictures import read_pictures
    from explorer.adapt.export import add_picture_mean
    from explorer.config import Config
    from explorer.encoder import open_encoder

    pictures = read_pictures(trained.prepared, "cpu")
    art = [row for row in pictures.rows("train") if pictures.keys[row].startswith(("train-art/", "museum/"))]
    assert art
    encoder = open_encoder(Config(model=str(trained.out / "mini"), resolution=224), 2, "cpu")
    squares = [Image.fromarray(pictures.pixels[row].permute(1, 2, 0).numpy()) for row in art]
    truth = np.mean([encoder.wholes([square])[0] for square in squares], axis=0)
    add_picture_mean(trained.out / "mini", pictures)
    again = open_encoder(Config(model=str(trained.out / "mini"), resolution=224), 2, "cpu")
    np.testing.assert_allclose(again.picture_mean, truth, atol=1e-5)


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
