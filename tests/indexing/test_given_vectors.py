"""Works by vectors that were computed elsewhere: rows belong to rows, what is near is near, and nothing else is had."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from generated import SMALL, folder_of, save, work, write_csv

from explorer.collection import Judgement
from explorer.encoder.absent import ModelAbsent
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.indexing import IndexReport, index_folder, index_vectors, read_given_vectors
from explorer.indexing.checking import check_collection, repair_collection
from explorer.maps import work_map
from explorer.registration.compare import register
from explorer.search import search
from explorer.search.click.proposals import click_proposals
from explorer.search.query import PicturePart, Query, RegionPart, SearchOptions, WordsPart
from explorer.workspace import Manifest, Workspace

COUNT, DIMENSIONS = 6, 16
MODEL = "Some CLIP ViT-B/32"


class Given:
    """A folder of six works, a catalogue in another order than their names', and a vector for each row."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.cache = folder_of(folder / "pictures", COUNT), cache
        self.files = [f"work-{number:03d}.jpg" for number in (3, 0, 5, 1, 4, 2)]
        self.csv = write_csv(folder / "works.csv", [{"file": file, "title": f"T {file}"} for file in self.files])
        self.vectors = np.random.default_rng(1).normal(size=(COUNT, DIMENSIONS))
        self.npy = folder / "vectors.npy"
        np.save(self.npy, self.vectors.astype(np.float32))

    def index(self, model: str = MODEL) -> IndexReport:
        return index_vectors(self.folder, "c", self.cache, read_given_vectors(self.npy, self.csv, model))

    def open(self) -> Workspace:
        return Workspace.open("c", self.cache)

    def vector(self, file: str) -> np.ndarray:
        vector = self.vectors[self.files.index(file)]
        return vector / np.linalg.norm(vector)

    def nearest(self, file: str) -> list[str]:
        """The oracle: other works by the cosine of their rows."""
        others = [other for other in sorted(self.files) if other != file]
        return sorted(others, key=lambda other: -float(self.vector(other) @ self.vector(file)))


@pytest.fixture
def given(tmp_path: Path, cache: Path) -> Given:
    return Given(tmp_path, cache)


def everything(folder: Path) -> dict[str, int]:
    """All files below a folder and when they were written."""
    kept = (path for path in folder.rglob("*") if path.is_file() and path.name != "indexing.lock")
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in kept}


def whole(file: str) -> Query:
    return Query((RegionPart(file, Box.whole()),))


# -- what can be had ---------------------------------------------------------------------------------------------------


def test_a_row_of_vectors_belongs_to_its_row_of_the_catalogue(given: Given) -> None:
    report = given.index()
    assert (report.works, report.encoded, report.skipped, report.model) == (COUNT, 0, [], MODEL)
    workspace = given.open()
    assert workspace.config.model == MODEL and not workspace.has_details
    for row, file in enumerate(workspace.tables.works):
        np.testing.assert_allclose(workspace.tables.whole()[row], given.vector(file), atol=1e-3)
        assert workspace.collection.work(file).title == f"T {file}"


def test_works_near_a_work_are_those_with_the_nearest_vectors(given: Given) -> None:
    given.index()
    for file in given.files:
        found = search(given.open(), whole(file))
        assert [match.work for match in found] == given.nearest(file)
        assert all(match.evidence is None and match.box == Box.whole() for match in found)
        for match in found:
            assert match.score == pytest.approx(given.vector(match.work) @ given.vector(file), abs=2e-3)
    own = search(given.open(), whole(given.files[0]), SearchOptions(top=2, own=True))
    assert [match.work for match in own] == [given.files[0], given.nearest(given.files[0])[0]]
    by_path = search(given.open(), Query((PicturePart(given.folder / given.files[0]),)))
    assert [match.work for match in by_path] == given.nearest(given.files[0])


def test_the_map_lays_out_all_works(given: Given) -> None:
    for file in given.files[4:]:  # so few that they are set along a line, without UMAP
        (given.folder / file).unlink()
    given.index()
    layout = work_map(given.open())
    assert sorted(layout.works) == sorted(given.files[:4]) and layout.xy.shape == (4, 2)


def test_two_works_can_be_compared_by_their_key_points(given: Given) -> None:
    """The same picture in another size is another file with the same marks."""
    save(work(0, 320, 240).resize((480, 360)), given.folder / "larger.jpg", quality=90)
    rows = [*given.files, "larger.jpg"]
    write_csv(given.csv, [{"file": file, "title": file} for file in rows])
    np.save(given.npy, np.vstack([given.vectors, given.vectors[:1]]))
    given.index()
    found = register(given.open(), "work-000.jpg", "larger.jpg")
    np.testing.assert_allclose(found.matrix / found.matrix[2, 2], np.eye(3), atol=0.01)


# -- what cannot -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ask", "what"), [
    (lambda w, f: search(w, Query((WordsPart("a ship"),))), "Words"),
    (lambda w, f: search(w, Query((RegionPart(f, Box(0.1, 0.1, 0.5, 0.5)),))), "Details"),
    (lambda w, f: search(w, Query((RegionPart(f, Box.whole()), WordsPart("snow")))), "Several parts"),
    (lambda w, f: search(w, Query((PicturePart(w.folder.parent / "mine.jpg"),))), "not in the collection"),
    (lambda w, f: click_proposals(w, f, 0.5, 0.5), "Details"),
    (lambda w, f: w.encoder.words(["a ship"]), "Words"),
    (lambda w, f: w.encode(w.folder / f), "pictures"),
])  # fmt: skip
def test_what_needs_the_model_is_refused_with_the_way_out(given: Given, ask: Callable, what: str) -> None:
    given.index()
    save(work(77), given.folder.parent / "mine.jpg")
    with pytest.raises(ModelAbsent, match=what) as refused:
        ask(given.open(), given.files[0])
    assert MODEL in str(refused.value) and "explorer index" in str(refused.value)


# -- run again ---------------------------------------------------------------------------------------------------------


def test_the_same_files_again_change_nothing(given: Given) -> None:
    given.index()
    before = everything(given.cache / "c" / given.open().tables.folder.parent.name)
    assert given.index().works == COUNT
    assert everything(given.cache / "c" / given.open().tables.folder.parent.name) == before


def test_other_vectors_make_new_tables_and_touch_no_judgement(given: Given) -> None:
    given.index()
    opened = given.open()
    kept = opened.collection.judgements.judge(
        Judgement(given.files[0], Box.whole(), given.files[1], Box.whole(), "accepted", "a note", "Anna")
    )
    first = opened.tables.folder
    given.vectors = np.random.default_rng(2).normal(size=(COUNT, 2 * DIMENSIONS))
    np.save(given.npy, given.vectors)
    given.index()
    assert given.open().tables.folder.name != first.name and not first.exists()
    assert [match.work for match in search(given.open(), whole(given.files[2]))] == given.nearest(given.files[2])
    assert given.open().collection.judgements.all() == [kept]


def test_a_catalogue_in_another_order_moves_the_vectors(given: Given) -> None:
    given.index()
    given.files.reverse()
    write_csv(given.csv, [{"file": file, "title": f"T {file}"} for file in given.files])
    given.index()
    assert [match.work for match in search(given.open(), whole(given.files[0]))] == given.nearest(given.files[0])


def test_a_collection_goes_from_a_model_to_vectors_and_back(given: Given) -> None:
    """A picture that has no vector is encoded again when it needs none."""
    for file in given.files[2:]:
        (given.folder / file).unlink()
    index_folder(given.folder, "c", given.cache, SMALL)
    encoded = given.open().tables.folder
    save(work(50), given.folder / "unknown.jpg")
    assert given.index().works == 2 and not given.open().has_details and encoded.exists()
    report = index_folder(given.folder, "c", given.cache, SMALL)
    assert (report.works, report.encoded, report.skipped) == (3, 1, []) and given.open().has_details


def test_a_picture_without_a_row_is_listed_until_it_has_one(given: Given) -> None:
    save(work(50), given.folder / "unknown.jpg")
    report = given.index()
    assert [(file.file, "no row" in file.reason) for file in report.skipped] == [("unknown.jpg", True)]
    assert report.works == COUNT
    given.files.append("unknown.jpg")
    given.vectors = np.vstack([given.vectors, np.ones(DIMENSIONS)])
    np.save(given.npy, given.vectors)
    write_csv(given.csv, [{"file": file, "title": file} for file in given.files])
    report = given.index()
    assert (report.works, report.skipped) == (COUNT + 1, [])


def test_rows_without_a_picture_and_damaged_pictures_are_left_out(given: Given) -> None:
    (given.folder / given.files[0]).unlink()
    broken = given.folder / given.files[1]
    broken.write_bytes(broken.read_bytes()[:900])
    report = given.index()
    assert report.works == COUNT - 2
    assert [file.file for file in report.skipped] == [given.files[1]]
    workspace = given.open()
    for row, file in enumerate(workspace.tables.works):
        np.testing.assert_allclose(workspace.tables.whole()[row], given.vector(file), atol=1e-3)


def test_damaged_tables_are_found_and_made_again(given: Given) -> None:
    given.index()
    path = given.open().tables.folder / "region_joint.npy"
    raw = bytearray(path.read_bytes())
    raw[-9] ^= 0xFF
    path.write_bytes(bytes(raw))
    assert not check_collection("c", given.cache).sound
    assert repair_collection("c", given.cache).sound
    assert [match.work for match in search(given.open(), whole(given.files[0]))] == given.nearest(given.files[0])


# -- files that will not do --------------------------------------------------------------------------------------------


def stored(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


GOOD = np.ones((COUNT, DIMENSIONS), np.float32)
WITH_NAN, WITH_INF, WITH_ZEROS = GOOD.copy(), GOOD.copy(), GOOD.copy()
WITH_NAN[3, 2], WITH_INF[0, 0], WITH_ZEROS[5] = np.nan, -np.inf, 0
BAD = {
    "one too few": (stored(GOOD[1:]), "5 vectors"),
    "one too many": (stored(np.vstack([GOOD, GOOD[:1]])), "7 vectors"),
    "not a number": (stored(WITH_NAN), "Row 4 "),
    "infinite": (stored(WITH_INF), "Row 1 "),
    "all zeros": (stored(WITH_ZEROS), "Row 6 "),
    "objects": (stored(np.array([[object()] * 2] * COUNT, dtype=object)), "Python objects"),
    "whole numbers": (stored(GOOD.astype(np.int64)), "int64"),
    "complex": (stored(GOOD.astype(np.complex64)), "complex64"),
    "texts": (stored(np.full((COUNT, 2), "a")), "numbers of type"),
    "one axis": (stored(GOOD[0]), "1 axes"),
    "three axes": (stored(GOOD[None]), "3 axes"),
    "no dimensions": (stored(GOOD[:, :0]), "0 numbers"),
    "no rows": (stored(GOOD[:0]), "0 rows"),
    "cut short": (stored(GOOD)[:-5], "cut short"),
    "something behind": (stored(GOOD) + b"more", "longer than it says"),
    "not numpy": (b"file,title\n", "no NumPy file"),
    "empty": (b"", "no NumPy file"),
    "a header only": (stored(GOOD)[:40], "no NumPy file"),
    "an archive": (b"PK\x03\x04" + b"\0" * 100, "no NumPy file"),
    "negative": (stored(GOOD).replace(b"(6, 16)", b"(-6, 6)"), "-6 rows"),
    "a bomb": (stored(GOOD).replace(b"(6, 16),", b"(9**99),"), "no NumPy file"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_will_not_do_is_a_sentence_and_changes_nothing(given: Given, name: str) -> None:
    raw, said = BAD[name]
    given.index()
    before = everything(given.cache)
    given.npy.write_bytes(raw)
    with pytest.raises(ExplorerError) as refused:
        given.index()
    assert said in str(refused.value) and "\n" not in str(refused.value)
    assert everything(given.cache) == before


def test_without_a_catalogue_or_a_picture_that_it_names_nothing_is_made(given: Given, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="--metadata"):
        read_given_vectors(given.npy, None)
    with pytest.raises(ExplorerError, match="cannot be opened"):
        read_given_vectors(tmp_path / "none.npy", given.csv)
    with pytest.raises(ExplorerError, match="up to 100 characters"):
        read_given_vectors(given.npy, given.csv, "x" * 101)
    with pytest.raises(ExplorerError, match="none of them names a picture"):
        index_vectors(
            folder_of(tmp_path / "others", 2, first=90), "c", given.cache, read_given_vectors(given.npy, given.csv)
        )
    assert not (given.cache / "c").exists()


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.dtype(">f4")])
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_any_kind_and_order_of_bytes_give_the_same_vectors(given: Given, kind, order: str) -> None:
    np.save(given.npy, np.asarray(given.vectors, dtype=kind, order=order))
    np.testing.assert_allclose(
        read_given_vectors(given.npy, given.csv).vectors, [given.vector(file) for file in given.files], atol=2e-3
    )


def test_very_large_and_very_small_numbers_keep_their_direction(given: Given) -> None:
    np.save(given.npy, given.vectors * 10.0 ** np.array([300, -300, 0, 150, -150, 5])[:, None])
    np.testing.assert_allclose(
        read_given_vectors(given.npy, given.csv).vectors, [given.vector(file) for file in given.files], atol=1e-6
    )


def test_without_a_name_the_model_goes_by_its_file_and_the_manifest_says_so(given: Given) -> None:
    given.index(model="")
    manifest = Manifest.read(given.open().tables.folder.parent)
    assert manifest is not None and manifest.config.vectors
    assert manifest.config.model == "a model that is not named, vectors.npy"
    assert manifest.config.model in manifest.model_note


def test_rows_without_any_text_do_not_count(given: Given) -> None:
    with given.csv.open("a", newline="") as file:
        csv.writer(file).writerows([["", ""], ["", ""]])
    assert given.index().works == COUNT
