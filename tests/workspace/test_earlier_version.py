"""A cache and a database as the first version wrote them: what people judged opens now and after every later change.

``tests/fixtures/version-0`` holds three pictures, their catalogue, and the collection "kept" indexed from them: its
manifest has the names that the settings had then, its folder of pictures does not exist, and the model that was called
mini then is no longer there: another one is. Thumbnails and the index file are left out, as both are made again when
needed. The files are never changed: every test works on a copy.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from generated import ground, save

from explorer.collection import Judgement
from explorer.config import Config
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.query import PicturePart, Query, RegionPart, WordsPart
from explorer.workspace import Workspace

FIXTURE = Path(__file__).parents[1] / "fixtures" / "version-0"
WORKS = ("work-0.png", "work-1.png", "work-2.png")
FEATURES = "mini-64px-52055791"
"""Readable name and fingerprint of the folder of features; it holds whatever the settings are called today."""
CONFIG = Config(model="mini", resolution=64, hog_weight=2.0, cell_dims=16, scales=(1.0, 0.5))


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A copy of the earlier version's cache and pictures."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "version-0"))


def judged(workspace: Workspace) -> list[tuple[object, ...]]:
    return [content(judgement) for judgement in workspace.collection.judgements.all()]


def content(judgement: Judgement) -> tuple[object, ...]:
    """All that a person entered, and when."""
    pair = (judgement.query_work, judgement.query_box.as_tuple(), judgement.match_work, judgement.match_box.as_tuple())
    return (*pair, judgement.verdict, judgement.who, judgement.note, judgement.when)


JUDGED = [
    ("work-0.png", (0.1, 0.1, 0.4, 0.5), "work-1.png", (0.2, 0.2, 0.5, 0.6),
     "accepted", "K. S.", "same mill, reversed", "2026-11-26T16:33:59Z"),
    ("work-0.png", (0.1, 0.1, 0.4, 0.5), "work-2.png", (0.0, 0.0, 0.5, 0.5),
     "rejected", "K. S.", "a tree", "2026-11-26T16:33:59Z"),
    ("work-1.png", (0.5, 0.5, 0.9, 0.9), "work-2.png", (0.3, 0.3, 0.8, 0.8),
     "doubtful", "anonymous", "", "2026-11-26T16:33:59Z"),
]  # fmt: skip


def test_the_fixture_is_of_the_earlier_version() -> None:
    manifest = json.loads((FIXTURE / "cache" / "kept" / FEATURES / "manifest.json").read_text("utf-8"))
    assert {"outlines", "laid_works"} <= set(manifest["config"])
    assert not {"hog_weight", "rerank_works"} & set(manifest["config"])


def test_it_opens_under_its_settings_old_names(earlier: Path) -> None:
    workspace = Workspace.open("kept", earlier / "cache")
    assert workspace.config == replace(CONFIG, engine="hnsw?M=12&ef_construction=60&ef=400"), "the default of the time"
    assert (workspace.config.hog_weight, workspace.config.rerank_works) == (2.0, 100)
    assert workspace.tables.works == WORKS
    assert (workspace.manifest.works, workspace.manifest.regions) == (3, len(workspace.tables.region_vectors))
    assert workspace.collection.work("work-0.png").title == "A mill"


def test_its_judgements_are_read_in_full(earlier: Path) -> None:
    workspace = Workspace.open("kept", earlier / "cache")
    assert judged(workspace) == JUDGED
    judgements = workspace.collection.judgements
    found = judgements.of_pair("work-1.png", Box(0.2, 0.2, 0.5, 0.6), "work-0.png", Box(0.1, 0.1, 0.4, 0.5))
    assert found is not None
    assert (found.verdict, found.note) == ("accepted", "same mill, reversed"), "seen from the other work, too"


def test_its_judgements_can_be_changed(earlier: Path) -> None:
    judgements = Workspace.open("kept", earlier / "cache").collection.judgements
    tree = judgements.all()[1]
    judgements.withdraw(tree.id)
    again = Workspace.open("kept", earlier / "cache")
    assert judged(again) == [JUDGED[0], JUDGED[2]]
    assert [content(judgement) for judgement in judgements.history(tree)] == [JUDGED[1]], "kept, as withdrawn"


def test_it_is_searched_without_its_pictures(earlier: Path) -> None:
    """The folder of pictures is stored as an absolute path, and that is gone: searches need only the tables, and the
    index, whose file is missing, is made again. Only pictures for the screen need the folder."""
    workspace = Workspace.open("kept", earlier / "cache")
    assert not workspace.folder.exists()
    matches = search(workspace, Query((RegionPart("work-0.png", Box.whole()),)))
    assert {match.work for match in matches} <= {"work-1.png", "work-2.png"}
    with pytest.raises(ExplorerError, match="no file"):
        workspace.view("work-0.png")


def test_what_needs_its_model_says_in_a_sentence_that_there_is_another(earlier: Path) -> None:
    """Words and pictures from outside would be compared with vectors of another model: that is refused."""
    workspace, outside = Workspace.open("kept", earlier / "cache"), save(ground(1, 96, 72), earlier / "outside.png")
    for part in (WordsPart("a mill"), PicturePart(outside, Box.whole())):
        with pytest.raises(ExplorerError, match="not the one that 'kept' was indexed with") as caught:
            search(workspace, Query((part,)))
        assert "explorer index" in str(caught.value) and "\n" not in str(caught.value)


def test_indexing_again_keeps_judgements_and_the_vectors_of_before(earlier: Path) -> None:
    """The folder of pictures is named anew, as `explorer index FOLDER --name kept` does. With a model of other weights
    all is encoded anew, into a folder of its own; with the same ones the folder of before would be gone on with."""
    before = Workspace.open("kept", earlier / "cache")
    vectors = np.array(before.tables.region_vectors)
    assert CONFIG.fingerprint(before.manifest.model_hash) == FEATURES, "under the settings' new names as well"
    report = index_folder(earlier / "pictures", "kept", earlier / "cache", CONFIG, metadata=earlier / "metadata.csv")
    assert (report.works, report.encoded, report.skipped) == (3, 3, [])
    np.testing.assert_array_equal(before.tables.region_vectors, vectors)
    after = Workspace.open("kept", earlier / "cache")
    assert after.tables.folder.parent.name == CONFIG.fingerprint(after.encoder.hash) != FEATURES
    assert judged(after) == JUDGED
    assert {match.work for match in search(after, Query((WordsPart("a mill"),)))} == set(WORKS)
    assert after.folder == (earlier / "pictures").resolve()
    assert after.view("work-0.png").is_file()
    assert after.thumbnail("work-0.png").is_file()
