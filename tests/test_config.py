"""Settings: refused where they make no sense, kept apart where they change no vectors, known under earlier names."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from explorer import config as module
from explorer.config import LOOKUP_SETTINGS, Config, RuntimeOptions
from explorer.errors import ExplorerError


@pytest.mark.parametrize(
    "wrong",
    [
        {"cell_dims": -5}, {"cell_dims": 3.5}, {"whitening": float("nan")}, {"whitening": 1.5}, {"hog_weight": -1},
        {"hog_weight": float("inf")}, {"resolution": 31}, {"resolution": 832.5}, {"match_layer": 2.5}, {"overlap": 1.0},
        {"overlap": float("nan")}, {"scales": ()}, {"scales": (1.0, 0.0)}, {"scales": (float("nan"),)},
        {"candidate_works": 0}, {"rerank_works": -1}, {"candidate_regions": True}, {"match_facet": "key"},
        {"bfloat16": 1},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused_in_a_sentence(wrong: dict) -> None:
    with pytest.raises(ExplorerError, match=next(iter(wrong)).split("_")[-1].rstrip("s")):
        Config(**wrong)


def test_settings_of_a_search_are_not_kept_with_a_collection() -> None:
    """So a change of their defaults holds for every index, and a new one makes no index old."""
    record = Config(candidate_works=7, rerank_works=3).to_json()
    assert not LOOKUP_SETTINGS & set(record)
    earlier = json.loads(json.dumps({**record, "candidate_works": 7, "laid_works": 3, "candidate_regions": 9}))
    assert Config.from_json(earlier) == Config()


def test_settings_of_a_search_leave_the_fingerprint_and_the_others_do_not() -> None:
    config = Config(model="mini")
    for name in LOOKUP_SETTINGS:
        assert replace(config, **{name: 5}).fingerprint("m") == config.fingerprint("m")
    for change in (
        {"resolution": 640},
        {"hog_weight": 1.0},
        {"cell_dims": 64},
        {"scales": (1.0,)},
        {"overlap": 0.5},
        {"bfloat16": True},
    ):
        assert replace(config, **change).fingerprint("m") != config.fingerprint("m")


def test_another_version_of_the_features_is_another_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Config(model="mini").fingerprint("m")
    monkeypatch.setattr(module, "FEATURES_VERSION", module.FEATURES_VERSION + 1)
    assert Config(model="mini").fingerprint("m") != before


def test_threads_and_pictures_per_pass_cannot_be_negative() -> None:
    for wrong in ({"threads": -1}, {"batch": -1}):
        with pytest.raises(ExplorerError):
            RuntimeOptions(**wrong)
