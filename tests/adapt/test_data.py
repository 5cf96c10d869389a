"""The prepared folder, captions, published vectors, crops and augmentation."""

import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from training import blocks, generator, picture

from explorer.adapt import heldout
from explorer.adapt.data import crops, picture_files
from explorer.adapt.data.augment import change_appearance, cutmix, transform_geometry
from explorer.adapt.data.captions import catalogue_captions, excluded_sources, picture_texts
from explorer.adapt.data.clip_vectors import ENSEMBLE, read_clip_vectors
from explorer.adapt.data.crops import augmented, mosaics, random_crops, squeezed
from explorer.adapt.data.pictures import SIDE, read_pictures
from explorer.adapt.data.prompts import corpus, name_texts
from explorer.adapt.data.targets import Targets
from explorer.adapt.models.tokenizer import learn_tokenizer


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
