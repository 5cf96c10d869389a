"""The networks that training fits or learns from."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
from training import generator

from explorer.adapt.data.prompts import corpus
from explorer.adapt.models.clip_init import POSITION_DIMS
from explorer.adapt.models.clip_student import ClipShape, build_clip, normalise_pixels, save_folder, vision_forward
from explorer.adapt.models.heads import Heads
from explorer.adapt.models.joint_space import JointSpace
from explorer.adapt.models.mobilenet import MobileNet
from explorer.adapt.models.text_tower import TextShape, TextTokens, build_text_tower, embed_tokens
from explorer.adapt.models.tokenizer import learn_tokenizer
from explorer.adapt.models.upper_blocks import UpperBlocks, interpolate_weights, pool_cells
from explorer.encoder.lite import LAST, Convolution, Lite, _fold
from explorer.errors import ExplorerError

TINY = ClipShape(
    width=64, layers=3, heads=2, text_width=32, text_layers=1, text_heads=2, vocabulary=600, joint=24, match_layer=-2
)
DATA = Path(__file__).parents[3] / "shared" / "data"
TEACHER_FILE = DATA / "teacher" / "mobilenet_v2_1.0_224_quant.tflite"


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
    assert (loaded.config.match_layer, loaded.config.match_facet) == (-2, "value")
    assert torch.allclose(seen.whole, found, atol=1e-4)


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
