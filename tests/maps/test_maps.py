"""Maps of a collection: kept, the same when opened again, of what is still there; and every way to take one away."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from generated import folder_of
from PIL import Image

from explorer.cli import main
from explorer.errors import ExplorerError
from explorer.maps import MapSettings, lay_out, work_map
from explorer.maps.atlas import CELLS, atlas, fitted
from explorer.maps.clusters import clusters_of
from explorer.maps.colours import by_cluster, by_column, by_motif
from explorer.maps.drawn import draw
from explorer.maps.layouts import neighbours_of, points_of
from explorer.maps.own import keep_places, read_places
from explorer.maps.packed import listing, unpacked
from explorer.maps.page import write_page
from explorer.maps.placing import likeness_vectors, place
from explorer.maps.regions import region_points, shared_ground
from explorer.workspace import Workspace

HOSTILE = "<script>alert(1)</script>\"&'=1+1"


@pytest.fixture(scope="module")
def own(demo_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the demo collection that tests may change."""
    cache = tmp_path_factory.mktemp("maps")
    shutil.copytree(demo_cache / "demo", cache / "demo")
    return Workspace.open("demo", cache)


@pytest.fixture(scope="module")
def drawn(own: Workspace):
    return draw(own, MapSettings(), apart=False)


# -- kept --------------------------------------------------------------------------------------------------------------


def test_the_map_of_a_collection_is_computed_once(demo_workspace: Workspace, demo_cache: Path, monkeypatch) -> None:
    first = work_map(demo_workspace)
    assert first.works == demo_workspace.tables.works
    assert first.xy.shape == (len(first.works), 2)
    monkeypatch.setattr("explorer.maps.layouts.project", None)  # nothing is computed any more
    again = work_map(Workspace.open("demo", demo_cache))
    np.testing.assert_array_equal(first.xy, again.xy)


def test_a_damaged_map_is_computed_again_and_a_changed_collection_has_its_own(
    tmp_path: Path, cache: Path, index
) -> None:
    folder = folder_of(tmp_path / "pictures", 6, size=(120, 90))
    index(folder)
    workspace = Workspace.open("c", cache)
    first = work_map(workspace)
    (kept,) = cache.rglob(f"map-{MapSettings().key}.npy")
    kept.write_bytes(b"damaged")
    np.testing.assert_array_equal(work_map(Workspace.open("c", cache)).xy, first.xy)
    folder_of(folder, 1, first=9, size=(120, 90))
    index(folder)
    assert work_map(Workspace.open("c", cache)).xy.shape == (7, 2)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_collection_of_few_works_has_every_map(tmp_path: Path, cache: Path, index, count: int) -> None:
    index(folder_of(tmp_path / "pictures", count, size=(120, 90)))
    workspace = Workspace.open("c", cache)
    for kind in ("works", "regions"):
        for layout in ("umap", "grid"):
            found = draw(workspace, MapSettings(kind, layout), apart=False)
            assert len(found.layout) >= count
            assert np.isfinite(found.layout.xy).all()
            header, _ = unpacked(found.packed())
            assert header["count"] == len(found.layout)
    with pytest.raises(ExplorerError, match="has a date"):
        lay_out(workspace, MapSettings(layout="time"), apart=False)


def test_works_that_left_are_not_on_the_map(tmp_path: Path, cache: Path, index) -> None:
    index(folder_of(tmp_path / "pictures", 8, size=(120, 90)))
    workspace = Workspace.open("c", cache)
    gone = workspace.tables.works[3]
    before = lay_out(workspace, MapSettings("regions"), apart=False)
    workspace.collection.skip(gone, "it was damaged")
    for layout in ("umap", "grid"):
        found = draw(workspace, MapSettings(layout=layout), apart=False)
        assert len(found.layout) == 7
        assert 3 not in found.layout.points.works
        assert found.layout.near.max() < 7
        rows = {row["id"] for row in listing(workspace, found.layout)}
        assert rows == set(workspace.tables.works) - {gone}
    after = lay_out(workspace, MapSettings("regions"), apart=False)
    kept = before.points.works != 3
    np.testing.assert_array_equal(after.xy, before.xy[kept])
    was = before.near[kept][:, 0]
    there = kept[was]
    np.testing.assert_array_equal(after.points.regions[after.near[there, 0]], before.points.regions[was[there]])


# -- layouts -----------------------------------------------------------------------------------------------------------


def test_details_are_chosen_evenly_and_share_no_ground_with_their_neighbours(own: Workspace) -> None:
    points = region_points(own, most=240)
    counts = np.bincount(points.works, minlength=len(own.tables.works))
    assert counts.sum() <= 240
    assert set(counts.tolist()) == {10}
    whole = own.tables.first_region[:-1]
    assert not set(points.regions.tolist()) & set(whole.tolist())
    np.testing.assert_array_equal(points.boxes, own.tables.region_boxes[points.regions])
    everything = points_of(own, "regions")
    near, cosines = neighbours_of(own, everything)
    overlap = (everything.works[near] == everything.works[:, None]) & (
        shared_ground(everything.boxes[:, None], everything.boxes[near]) > 0
    )
    assert overlap[:, :15].mean() < 0.01
    truth = everything.vectors[0].astype(np.float32) @ everything.vectors[near[0]].T.astype(np.float32)
    np.testing.assert_allclose(cosines[0], truth, atol=5e-3)


def test_time_goes_from_left_to_right_and_says_who_has_no_date(own: Workspace) -> None:
    found = lay_out(own, MapSettings(layout="time"), apart=False)
    works = {work.id: work for work in own.collection.works()}
    dated = [work for work in works.values() if work.span]
    assert len(found) == len(dated)
    assert found.aside == len(works) - len(dated)
    years = [sum(works[own.tables.works[row]].span or (0, 0)) / 2 for row in found.points.works]
    axis = found.axes[0]
    np.testing.assert_allclose(axis.start + found.xy[:, 0] * (axis.end - axis.start), years, rtol=1e-5)


def test_a_layout_by_columns_refuses_details_and_words(own: Workspace) -> None:
    with pytest.raises(ExplorerError, match="is of works"):
        lay_out(own, MapSettings("regions", "columns", columns=("year", "year")), apart=False)
    with pytest.raises(ExplorerError, match="numbers"):
        lay_out(own, MapSettings(layout="columns", columns=("artist", "title")), apart=False)


def test_coordinates_of_ones_own_are_joined_kept_and_laid_out(own: Workspace, tmp_path: Path) -> None:
    ids = list(own.tables.works)
    table = tmp_path / "places.csv"
    lines = [f"{Path(work).stem},{number},{number * 2}" for number, work in enumerate(ids[:10])]
    table.write_text("\n".join(["file,X,Y", *lines, f"{ids[10]},here,there", "nobody.jpg,1,2"]), "utf-8")
    places = read_places(table, ids)
    assert dict(places.places) == {work: (float(number), float(number * 2)) for number, work in enumerate(ids[:10])}
    assert (places.unmatched, places.no_numbers) == (1, 1)
    settings = keep_places(own, "hang", places)
    found = lay_out(own, settings, apart=False)
    assert [own.tables.works[row] for row in found.points.works] == ids[:10]
    assert (np.diff(found.xy[:, 0]) > 0).all()
    assert (np.diff(found.xy[:, 1]) < 0).all()  # upwards
    with pytest.raises(ExplorerError):
        keep_places(own, "hang", places)
    table.write_text("file,a,b\n1,2,3", "utf-8")
    with pytest.raises(ExplorerError, match="needs the columns"):
        read_places(table, ids)


# -- placing, groups, colours ------------------------------------------------------------------------------------------


def test_a_work_is_placed_beside_itself(own: Workspace, drawn) -> None:
    vectors = likeness_vectors(own, drawn.layout, joint=True)
    np.testing.assert_allclose(vectors, drawn.layout.points.vectors, atol=1e-3)
    found = place(drawn.layout, vectors, vectors[5])
    assert found is not None
    assert found.near[0] == 5
    assert found.cosines[0] == pytest.approx(1, abs=1e-3)
    assert np.linalg.norm(np.array(found.xy) - drawn.layout.xy[5]) < 0.3
    assert 0 <= found.apart <= 1.5


def test_groups_have_names_that_are_words(own: Workspace) -> None:
    found = clusters_of(own, lay_out(own, MapSettings("regions"), apart=False), apart=False)
    assert found.clusters
    assert all(cluster.name for cluster in found.clusters)
    assert any(cluster.names.words for cluster in found.clusters)
    for cluster in found.clusters:
        assert (found.levels[cluster.level] == cluster.number).sum() == cluster.count
    coloured = by_cluster(found, 0)
    assert coloured.counts == tuple(cluster.count for cluster in found.clusters if cluster.level == 0)


def test_points_have_the_values_of_their_works(own: Workspace, drawn) -> None:
    artists = by_column(own, drawn.layout.points, "artist")
    works = {work.id: work for work in own.collection.works()}
    for row, codes in zip(drawn.layout.points.works, artists.codes.tolist(), strict=True):
        stated = works[own.tables.works[row]].values("artist")
        assert {artists.labels[code] for code in codes if code < len(artists.labels)} == set(stated)
    years = by_column(own, drawn.layout.points, "year")
    assert years.kind == "ramp"
    spans = [sum(work.span) / 2 for work in works.values() if work.span]
    assert years.ends == (min(spans), max(spans))
    with pytest.raises(ExplorerError, match="no column"):
        by_column(own, drawn.layout.points, "colour of the frame")
    with pytest.raises(ExplorerError, match="motifs"):
        by_motif(own, drawn.layout.points)


# -- the block for the browser, and the atlas --------------------------------------------------------------------------


def test_a_block_gives_back_what_went_in(own: Workspace, drawn) -> None:
    colours = [by_column(own, drawn.layout.points, "artist"), by_cluster(drawn.clusters)]
    block = drawn.packed(colours)
    header, arrays = unpacked(block)
    np.testing.assert_allclose(arrays["xy"] / 65535, drawn.layout.xy, atol=1e-5)
    np.testing.assert_array_equal(arrays["work"], drawn.layout.points.works)
    np.testing.assert_array_equal(arrays["rank"], drawn.ranks.rank)
    np.testing.assert_allclose(arrays["faithfulness"] / 255, drawn.kept.kept, atol=1 / 255)
    np.testing.assert_array_equal(arrays["colour0"], colours[0].codes)
    assert header["colours"][0]["labels"] == list(colours[0].labels)
    assert all(offset % 4 == 0 for _, _, _, offset in header["arrays"])
    last = max(header["arrays"], key=lambda each: each[3])
    assert len(block) - 4 < last[3] + arrays[last[0]].nbytes <= len(block)


def test_every_work_has_its_cell_in_the_atlas(own: Workspace) -> None:
    for cell in CELLS:
        sheets = atlas(own, cell)
        assert all(path.is_relative_to(own.pictures) for path in sheets.sheets)
        for row, work in enumerate(own.tables.works):
            number, left, top = sheets.place(row)
            with Image.open(sheets.sheets[number]) as sheet, Image.open(own.thumbnail(work)) as whole:
                shape = fitted(*whole.size, cell)
                within = (left + shape[0], top + shape[1], left + shape[0] + shape[2], top + shape[1] + shape[3])
                there = np.asarray(sheet.crop(within), float)
                true = np.asarray(whole.convert("RGB").resize(shape[2:]), float)
            assert np.abs(there - true).mean() < 12
    written = sheets.sheets[0].stat().st_mtime_ns
    assert atlas(own, cell).sheets[0].stat().st_mtime_ns == written
    sheets.sheets[0].write_bytes(b"damaged")
    with Image.open(atlas(own, cell).sheets[0]) as again:
        assert again.width == 2048


def test_sheets_of_an_earlier_state_are_removed(own: Workspace) -> None:
    old = own.pictures / "atlas" / "0123456789abcdef"
    old.mkdir(parents=True, exist_ok=True)
    (old / "64-0.jpg").write_bytes(b"old")
    sheet = atlas(own).sheets[0]
    sheet.unlink()
    atlas(own)
    assert sheet.is_file()
    assert not old.exists()


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def hostile(tmp_path: Path, cache: Path, index) -> Workspace:
    folder = folder_of(tmp_path / "pictures", 6, size=(120, 90))
    names = sorted(path.name for path in folder.iterdir())
    table = tmp_path / "catalogue.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "title", "artist"])
        writer.writerows([[name, HOSTILE, "=HYPERLINK(1)"] for name in names])
    index(folder, metadata=table)
    return Workspace.open("c", cache)


def test_hostile_titles_are_text_in_every_file(hostile: Workspace, tmp_path: Path) -> None:
    files = {kind: tmp_path / f"map.{kind}" for kind in ("csv", "svg", "html", "png")}
    arguments = [part for kind, path in files.items() for part in (f"--{kind}", str(path))]
    command = [
        "map",
        "c",
        *arguments,
        "--title",
        HOSTILE,
        "--pixels",
        "600",
        "--cache",
        str(hostile.pictures.parents[1]),
    ]
    assert main(command) == 0
    table = files["csv"].read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {row["artist"] for row in rows} == {"'=HYPERLINK(1)"}
    assert {row["title"] for row in rows} == {HOSTILE}
    assert len(rows) == 6
    page = files["html"].read_text("utf-8")
    assert page.count("<script") == page.count("</script>") == 2  # the data and our own
    assert "alert(1)</script>" not in page
    assert html.escape(HOSTILE) in page
    assert "<script>alert" not in files["svg"].read_text("utf-8")
    import xml.etree.ElementTree as tree

    assert HOSTILE in "".join(tree.parse(files["svg"]).getroot().itertext())
    with Image.open(files["png"]) as picture:
        assert picture.width == 600


def test_the_page_loads_nothing_and_says_so(own: Workspace, drawn, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    write_page(own, drawn, path)
    page = path.read_text("utf-8")
    policy = html.unescape(re.findall(r'Content-Security-Policy" content="([^"]*)"', page)[0])
    assert policy.startswith("default-src 'none'; img-src data:")
    assert not re.findall(r"(?:src|href)=\"(?!data:image/jpeg;base64,)", page)
    record = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[0])
    assert len(record["x"]) == len(own.tables.works)
    titles = {work["title"] for work in record["works"]}
    assert titles == {work.title for work in own.collection.works()}


def test_a_poster_shows_every_work_in_a_cell_of_its_own(own: Workspace, tmp_path: Path) -> None:
    from explorer.maps.picture import write_png
    from explorer.maps.sheet import sheet_of

    poster = draw(own, MapSettings(layout="grid", aspect=1.5), apart=False)
    sheet = sheet_of(own, poster, 900)
    assert {each.point for each in sheet.thumbnails} == set(range(len(own.tables.works)))
    squares = np.array([(each.left, each.top) for each in sheet.thumbnails])
    apart = np.abs(squares[:, None] - squares[None]).max(axis=2) + 9999 * np.eye(len(squares))
    assert apart.min() >= sheet.thumbnails[0].side
    write_png(own, poster, tmp_path / "poster.png", 900)
    with Image.open(tmp_path / "poster.png") as picture:
        assert picture.size == sheet.size
        shown = np.asarray(picture.convert("L"))
    for each in sheet.thumbnails:
        middle = shown[round(each.top + each.side / 2) - 2 :, round(each.left + each.side / 2) - 2 :][:4, :4]
        assert middle.min() < 250


def test_the_command_writes_json_of_details(own: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    cache = own.pictures.parents[1]
    assert main(["map", "demo", "--regions", "--json", "--cache", str(cache)]) == 0
    record = json.loads(capsys.readouterr().out)
    sizes = own.picture_sizes()
    assert len(record["points"]) == len(points_of(own, "regions"))
    for point in record["points"]:
        width, height = sizes[point["id"]]
        assert 0 <= point["x0"] < point["x1"] <= width
        assert 0 <= point["y0"] < point["y1"] <= height
    assert main(["map", "demo", "--layout", "spiral", "--cache", str(cache)]) == 1
    assert main(["map", "demo", "--png", "/nowhere/at/all.png", "--cache", str(cache)]) == 1
    assert "There is no folder" in capsys.readouterr().err
