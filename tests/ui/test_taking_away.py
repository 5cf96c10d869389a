"""Motifs taken away from the page: the file that was asked for, or a sentence."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile

import networkx
import pytest

from explorer.collection.kept_motifs import KeptInstance, KeptMotif
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.motifs.layer import ShownMotif
from explorer.ui.taking_away import taken_away
from explorer.verification.transforms import Transform
from explorer.workspace import Workspace

ADDRESS = "http://127.0.0.1:7860/"


@pytest.fixture
def motifs(demo_workspace: Workspace) -> list[ShownMotif]:
    works = demo_workspace.tables.works
    same = Transform(1.0, 0.0, False)

    def motif(name: str, number: int, **more: bool) -> ShownMotif:
        instances = tuple(KeptInstance(work, Box(0.2, 0.2, 0.6, 0.7), same, 0.9) for work in works[number : number + 2])
        return ShownMotif(name, instances, probability=0.9, name='The "Mill" / <script>', **more)

    return [motif("m-1", 0), motif("m-2", 1), motif("m-3", 2, dropped=True)]


def data(taken: dict) -> bytes:
    return base64.b64decode(taken["data"], validate=True)


def test_a_motif_as_each_kind_of_file(demo_workspace: Workspace, motifs: list[ShownMotif]) -> None:
    made = {
        kind: taken_away(demo_workspace, motifs, {"as": kind, "motif": "m-1", "address": ADDRESS})
        for kind in ("csv", "json", "zip", "pdf", "html", "annotations", "graphml")
    }
    rows = list(csv.DictReader(io.StringIO(data(made["csv"]).decode("utf-8-sig"))))
    assert [row["file"] for row in rows] == list(demo_workspace.tables.works[:2])
    assert [each["id"] for each in json.loads(data(made["json"]))["motifs"]] == ["m-1"]
    assert sum(name.endswith(".jpg") for name in zipfile.ZipFile(io.BytesIO(data(made["zip"]))).namelist()) == 2
    assert data(made["pdf"]).startswith(b"%PDF")
    assert b"<script>" not in data(made["html"]) and b"Mill" in data(made["html"])
    assert json.loads(data(made["annotations"]))["type"] == "AnnotationCollection"
    assert networkx.read_graphml(io.BytesIO(data(made["graphml"]))).number_of_edges() == 1
    for taken in made.values():
        assert not set(taken["name"]) & set('/\\"<>:*?|') and taken["name"].startswith("demo-")


def test_a_motif_that_was_merged_is_the_one_that_it_is_in_now(
    demo_workspace: Workspace, motifs: list[ShownMotif]
) -> None:
    kept = {name: KeptMotif(name, motifs[0].instances[:1]) for name in ("m-1", "m-gone")}
    store = demo_workspace.collection.motifs
    store.by("the test", kept).merge("m-1", "m-gone")
    try:
        taken = taken_away(demo_workspace, motifs, {"as": "json", "motif": "m-gone"})
    finally:
        store.undo("the test")
    assert [each["id"] for each in json.loads(data(taken))["motifs"]] == ["m-1"]


def test_without_a_motif_all_that_are_not_hidden(demo_workspace: Workspace, motifs: list[ShownMotif]) -> None:
    taken = taken_away(demo_workspace, motifs, {"as": "json"})
    assert [each["id"] for each in json.loads(data(taken))["motifs"]] == ["m-1", "m-2"]
    assert taken["name"] == "demo-motifs.json"


@pytest.mark.parametrize(
    "sent",
    [
        None, {}, {"as": "exe"}, {"as": ["csv"]}, {"as": "pdf"}, {"as": "zip", "motif": ""},
        {"as": "csv", "motif": "m-9"},
        {"as": "annotations", "motif": "m-1", "address": "javascript:alert(1)"}, {"as": "annotations", "motif": "m-1"},
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused(demo_workspace: Workspace, motifs: list[ShownMotif], sent: object) -> None:
    with pytest.raises(ExplorerError):
        taken_away(demo_workspace, motifs, sent)
