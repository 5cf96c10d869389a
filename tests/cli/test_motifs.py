"""``explorer motifs`` and ``collection.motifs``: the same motifs, found, read and written."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from taken import ORIGIN, collection_of, motif

import explorer
from explorer.cli import main
from explorer.collection.kept_motifs import KeptMotif
from explorer.motifs import discovery
from explorer.motifs.export import write_motifs_json


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection in ``cache``, and ``decided.json``: a motif that somebody named elsewhere."""
    folder = tmp_path_factory.mktemp("motifs")
    workspace = collection_of(folder)
    write_motifs_json([motif()], workspace.picture_sizes(), ORIGIN, folder / "decided.json")
    return folder


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]):
    """Run the command; gives exit status, what went to standard output, and to standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            status = main(["motifs", "c", *map(str, arguments), "--cache", str(folder / "cache")])
        except SystemExit as left:
            status = int(left.code or 0)
        return status, *capsys.readouterr()

    return run


def test_the_command_finds_reads_lists_and_writes(run, folder: Path) -> None:
    status, out, err = run("--json")
    assert status == 0 and "Reading works" in err
    found = json.loads(out)["motifs"]
    keys = ["id", "size", "works", "probability"]
    assert all(list(each)[:4] == keys and len(each["instances"]) == each["size"] for each in found)

    status, out, err = run("--read", folder / "decided.json", "--who", "Anna", "--json")
    record = json.loads(out)
    assert record["read"]["motifs"] == 1
    kept = next(each for each in record["motifs"] if each["kept"])
    assert kept["name"] == "Mill <script>" and kept["instances"][1]["transform"]["mirror"] is True
    assert kept["instances"][1]["box"] == [320, 128, 480, 288]
    assert "Reading works" not in err  # what was found is not looked for again

    status, out, err = run("--csv", folder / "m.csv", "--motif", kept["id"])
    assert (status, out) == (0, f"Written to {folder / 'm.csv'}.\n")
    with (folder / "m.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["file"] for row in csv.DictReader(file)] == ["a.jpg", "b.jpg", "c.jpg"]

    status, out, err = run("--motif", kept["id"])
    assert out == f"{kept['id']:<12}  80%    3 works  Mill <script>: a.jpg, b.jpg, c.jpg\n"

    collection = explorer.open("c", cache=folder / "cache")
    records = collection.motifs(html=folder / "m.html", motif=kept["id"])
    assert [(each.name, each.size, each.instances[1].box) for each in records] == [
        ("Mill <script>", 3, (320, 128, 480, 288))
    ]
    assert (folder / "m.html").read_text("utf-8").count("<img") == 6

    motifs = collection.workspace.collection.motifs
    motifs.by("Anna").drop(kept["id"])
    assert "Mill" not in run()[1]
    assert "Mill <script> (hidden): a.jpg" in run("--hidden")[1] and "(hidden)" in run("--motif", kept["id"])[1]
    assert [(each.name, each.hidden) for each in collection.motifs(motif=kept["id"])] == [("Mill <script>", True)]
    other = {"m-2": KeptMotif("m-2", motifs.motif(kept["id"]).instances[:1])}
    motifs.by("Anna", other).merge("m-2", kept["id"])
    status, out, err = run("--motif", kept["id"])
    assert out.splitlines()[-1] == f"{kept['id']} was merged into m-2." and out.startswith("m-2 ")
    assert [each.id for each in collection.motifs(motif=kept["id"])] == ["m-2"]


def test_wrong_calls_are_answered_with_a_sentence(run, folder: Path) -> None:
    status, _, err = run("--html", folder / "x.html")
    assert status == 2 and "--motif ID" in err
    status, _, err = run("--motif", "m-none", "--pdf", folder / "x.pdf")
    assert status == 1 and "There is no motif 'm-none'" in err
    status, _, err = run("--read", folder / "catalogue.csv")
    assert status == 1 and "needs the columns motif, file" in err
    status, _, err = run("--base-url", "foo")
    assert status == 2 and "--base-url URL is for --annotations FILE" in err
    status, _, err = run("--base-url", "foo", "--annotations", folder / "x.jsonld")
    assert status == 1 and "'foo' is no address of an app" in err
    status, _, err = run("--who", "Anna")
    assert status == 2 and "--who NAME is for --read FILE" in err
    status, _, err = run("--csv", folder / "no" / "x.csv")
    assert status == 1 and err.strip().endswith(f"No such file or directory ({folder / 'no' / 'x.csv'}).")
    collection = explorer.open("c", cache=folder / "cache")
    for wrong in ({"who": "Anna"}, {"base_url": "foo"}):
        with pytest.raises(explorer.ExplorerError, match="which"):
            collection.motifs(**wrong)
    assert not list(folder.glob("x.*"))


def test_a_discovery_that_is_stopped_keeps_what_was_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_CHUNK", 1)  # as often as it may be stopped
    workspace = collection_of(tmp_path)

    def stop(stage: str, done: int, of: int) -> None:
        if stage == "Comparing places" and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        discovery.discover(workspace, stop)
    assert discovery.discovered(workspace) is None
    kept = next(workspace.tables.folder.parent.glob("motif-pairs-*.jsonl"))
    assert kept.read_text("utf-8").count("\n") == 2
