"""What no training stage may see: the held-out set and the split."""

from pathlib import Path

import pytest
import torch

from explorer.adapt import heldout
from explorer.adapt.data.pictures import Pictures, split_of

DATA = Path(__file__).parents[3] / "shared" / "data"


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
