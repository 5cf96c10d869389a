"""What people made follows a work's file; a folder that vanishes comes back whole and nothing is encoded twice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from generated import SMALL, folder_of, save, work

from explorer.cli import main
from explorer.collection.judgements import Judgement
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.indexing.forgetting import forget_gone_works
from explorer.search import search
from explorer.search.query import Query, RegionPart
from explorer.workspace import Workspace

BOX = Box(0.2, 0.2, 0.6, 0.7)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder_of(tmp_path / "pictures" / "disk", 3, first=20)
    return folder_of(tmp_path / "pictures", 4)


def judged(cache: Path) -> None:
    verdict = Judgement("disk/work-020.jpg", BOX, "work-001.jpg", BOX, "accepted")
    Workspace.open("c", cache).collection.judgements.judge(verdict)


def found_in(cache: Path, query: str) -> set[str]:
    workspace = Workspace.open("c", cache)
    return {match.work for match in search(workspace, Query((RegionPart(query, BOX),)))}


def test_a_disk_that_is_not_mounted(folder: Path, cache: Path, tmp_path: Path) -> None:
    index_folder(folder, "c", cache, SMALL)
    judged(cache)
    before = Workspace.open("c", cache)
    cells = {name: np.array(before.tables.cells(row)) for name, row in before.tables.rows.items()}
    shutil.move(folder / "disk", tmp_path / "unmounted")

    report = index_folder(folder, "c", cache, SMALL)
    assert (report.works, report.sync.files.removed, len(report.gone)) == (4, 3, 3)
    assert not any(work.startswith("disk/") for work in found_in(cache, "work-001.jpg"))
    save(work(5, 300, 200), folder / "work-000.jpg")
    assert index_folder(folder, "c", cache, SMALL).encoded == 1, "tables are built anew meanwhile"

    shutil.move(tmp_path / "unmounted", folder / "Disk 2")
    report = index_folder(folder, "c", cache, SMALL)
    assert (report.works, report.encoded, report.sync.files.back, report.gone) == (7, 0, 3, [])
    workspace = Workspace.open("c", cache)
    for name in ("disk/work-020.jpg", "work-003.jpg"):
        np.testing.assert_array_equal(workspace.tables.cells(workspace.row(name)), cells[name])
    (verdict,) = workspace.collection.judgements.all()
    assert workspace.collection.work(verdict.query_work).file == "Disk 2/work-020.jpg"
    assert workspace.view("disk/work-020.jpg").is_file()
    assert not list(cache.glob("c/*/gone")), "what was kept is in the tables again"


def test_forgetting_removes_what_was_computed_and_nothing_that_people_made(
    folder: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index_folder(folder, "c", cache, SMALL)
    judged(cache)
    content = Workspace.open("c", cache).collection.work("disk/work-020.jpg").content
    assert list(cache.rglob(f"{content}.jpg"))
    shutil.rmtree(folder / "disk")
    index_folder(folder, "c", cache, SMALL)
    assert list(cache.rglob(f"{content}.npz"))
    assert main(["forget", "c", "--cache", str(cache)]) == 0
    assert "3 works are no longer expected" in capsys.readouterr().out
    assert not list(cache.rglob(f"{content}*"))
    assert len(Workspace.open("c", cache).collection.judgements.all()) == 1
    assert forget_gone_works("c", cache) == []
    assert index_folder(folder, "c", cache, SMALL).gone == []


def test_the_command_says_what_moved_and_what_is_gone(
    folder: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index_folder(folder, "c", cache, SMALL)
    (folder / "work-001.jpg").rename(folder / "Höllensturz, #3 100%.jpg")
    shutil.rmtree(folder / "disk")
    small = ["--model", SMALL.model, "--resolution", str(SMALL.resolution), "--cell-dims", str(SMALL.cell_dims)]
    assert main(["index", str(folder), "--name", "c", "--cache", str(cache), *small]) == 0
    said = capsys.readouterr().out
    assert "1 file was renamed or moved" in said
    assert "3 works are gone" in said
    assert "explorer forget c" in said


def test_files_that_exchanged_their_names_keep_their_judgements(folder: Path, cache: Path) -> None:
    index_folder(folder, "c", cache, SMALL)
    contents = {each.id: each.content for each in Workspace.open("c", cache).collection.works()}
    one, other = folder / "work-000.jpg", folder / "work-001.jpg"
    one.rename(folder / "x")
    other.rename(one)
    (folder / "x").rename(other)
    report = index_folder(folder, "c", cache, SMALL)
    assert (report.encoded, report.sync.files.moved) == (0, 2)
    after = {each.id: (each.content, each.file) for each in Workspace.open("c", cache).collection.works()}
    assert after["work-000.jpg"] == (contents["work-000.jpg"], "work-001.jpg")


def test_a_folder_in_another_order_under_another_path_is_the_same_collection(folder: Path, cache: Path) -> None:
    index_folder(folder, "c", cache, SMALL)
    elsewhere = folder.parent / "Scans 2026"
    elsewhere.mkdir()
    for number, path in enumerate(sorted(folder.rglob("*.jpg"))):
        path.rename(elsewhere / f"KMSKA {number}.jpg")
    report = index_folder(elsewhere, "c", cache, SMALL)
    assert (report.works, report.encoded, report.gone, report.sync.files.moved) == (7, 0, [], 7)
    assert found_in(cache, "disk/work-020.jpg")


def test_what_is_kept_of_gone_works_is_not_used_under_another_reduction(folder: Path, cache: Path) -> None:
    index_folder(folder, "c", cache, SMALL)
    aside = folder.parent / "aside"
    shutil.move(folder / "disk", aside)
    index_folder(folder, "c", cache, SMALL)
    for tables in cache.glob("c/*/tables-*"):
        (tables / "cells.npy").write_bytes(b"damaged")
    assert index_folder(folder, "c", cache, SMALL).encoded == 4
    shutil.move(aside, folder / "disk")
    report = index_folder(folder, "c", cache, SMALL)
    assert (report.works, report.gone) == (7, [])
    other = replace(SMALL, cell_dims=SMALL.cell_dims // 2)
    assert index_folder(folder, "c", cache, other).encoded == 7
