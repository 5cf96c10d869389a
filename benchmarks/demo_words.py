"""Do words find what the demo collection shows? ``python benchmarks/demo_words.py [--cache DIR] [--json FILE]``.

The demo is painted by the program, which knows what is in every work. For each phrase: which of the first works that it
finds show what it says; beside it what share of all works do, which is what chance would find. For each set of labels:
how many works got one, and how many of those rightly. An example of the Words tab must have four of five, a set of
labels four in five. DIR is where the demo is, or is made (a temporary folder).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parents[1])

from explorer.demo import MOSTLY_HIDDEN, plan_works
from explorer.demo.catalogue import catalogue_row
from explorer.paths import ASSETS
from explorer.search import search
from explorer.search.query import Query, SearchOptions, WordsPart
from explorer.words import label_works
from explorer.workspace import Workspace

SEED = 1568
FIRST = 5
LEAST = 0.8
"""Share of the first works, and of the labelled ones, that must be right."""


@dataclass(frozen=True)
class Shows:
    """What a work must show for words to be true of it: one of the motifs, or be of one of the kinds."""

    motifs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def prompts(name: str) -> tuple[str, ...]:
    """The lines that the Words tab offers: its ``examples``, or the ``labels`` that it starts with."""
    return tuple((ASSETS / "prompts" / f"{name}.txt").read_text("utf-8").split("\n")[:-1])


WINDMILL, BOAT, CART, FLOWERS = Shows(("windmill",)), Shows(("boat",)), Shows(("cart",)), Shows(("flowers",))
TABLE, DANCERS, WINTER = Shows(kinds=("still life",)), Shows(("dancers",)), Shows(kinds=("winter",))
HOUSES, TOWER = Shows(("house", "cottage")), Shows(("tower",))
PHRASES = {
    "a windmill on a hill": WINDMILL, "a windmill": WINDMILL, "boats on the water": BOAT, "a sailing boat": BOAT,
    "a horse and cart on a road": CART, "a covered wagon": CART, "a church tower among houses": TOWER,
    "a church tower": TOWER, "birds in the sky": Shows(("birds",)),
    "a bunch of flowers in a vase": FLOWERS, "flowers": FLOWERS, "bread on a table": Shows(("bread",)),
    "a glass of wine": Shows(("roemer",)), "a jug on a table": Shows(("jug",)), "a lemon": Shows(("lemon",)),
    "a butterfly": Shows(("butterfly",)), "a still life": TABLE, "people dancing": DANCERS, "peasants dancing": DANCERS,
    "a man on a horse": Shows(("rider",)), "a cow in a meadow": Shows(("cow",)), "a cow": Shows(("cow",)),
    "a stone bridge over a river": Shows(("bridge",)), "a farmhouse": HOUSES, "a village with houses": HOUSES,
    "a bare tree in winter": Shows(("bare tree",)), "a snowy landscape": WINTER, "a well": Shows(("well",)),
    "a harbour with ships": Shows(kinds=("harbour",)), "a tree": Shows(("tree", "bare tree")),
}  # fmt: skip
"""What may be asked of the demo, and what is then right."""
LABELS = {
    "a landscape with a windmill": WINDMILL, "a landscape with houses": HOUSES, "a village with houses": HOUSES,
    "a village with a church": TOWER, "a church tower": TOWER, "a sailing boat": BOAT, "boats on the water": BOAT,
    "ships on the sea": BOAT, "a bunch of flowers in a vase": FLOWERS, "a still life with flowers": FLOWERS,
    "a still life": TABLE, "figures dancing": DANCERS, "a winter landscape": WINTER,
}  # fmt: skip
LABEL_SETS = (
    prompts("labels"),
    ("a landscape with a windmill", "a village with houses", "ships on the sea", "a still life with flowers",
     "figures dancing"),
    ("a landscape with a windmill", "ships on the sea", "a still life", "a winter landscape"),
    ("a village with houses", "ships on the sea", "a still life"),
    ("a landscape with houses", "boats on the water", "a still life with flowers", "a landscape with a windmill"),
)  # fmt: skip
"""Labels that the Words tab starts with, and others that were tried."""


@dataclass(frozen=True)
class PhraseRow:
    """A phrase, its first works with whether they show it, and how many of all works do."""

    phrase: str
    right: int
    first: tuple[tuple[str, bool], ...]
    chance: float


@dataclass(frozen=True)
class LabelRow:
    """A set of labels: works that got one, and how many of those show what it says; the same by label."""

    labels: tuple[str, ...]
    works: int
    labelled: int
    right: int
    each: dict[str, tuple[int, int]]


def truth_of(folder: Path, works: int) -> dict[str, set[str]]:
    """What every work of the demo in ``folder`` shows: its kind, and the motifs that are not mostly hidden."""
    found = {catalogue_row(plan, SEED)["file"]: {f"kind {plan.kind}"} for plan in plan_works(works, SEED)}
    for record in json.loads((folder / "transforms.json").read_text("utf-8")):
        if record["hidden"] <= MOSTLY_HIDDEN:
            found[record["file"]].add(record["motif"])
    return found


def is_right(shown: Collection[str], asked: Shows) -> bool:
    return any(motif in shown for motif in asked.motifs) or any(f"kind {kind}" in shown for kind in asked.kinds)


def ask(workspace: Workspace, truth: dict[str, set[str]], phrase: str, asked: Shows) -> PhraseRow:
    """Search for a phrase."""
    matches = search(workspace, Query((WordsPart(phrase),)), SearchOptions(top=FIRST))
    first = tuple((match.work, is_right(truth[match.work], asked)) for match in matches)
    chance = sum(is_right(shown, asked) for shown in truth.values()) / len(truth)
    return PhraseRow(phrase, sum(right for _, right in first), first, chance)


def sort(workspace: Workspace, truth: dict[str, set[str]], labels: tuple[str, ...]) -> LabelRow:
    """Put the works under labels, all of :data:`LABELS`."""
    table = label_works(workspace, labels)
    each = {label: (0, 0) for label in labels}
    for work, best in zip(table.works, table.best, strict=True):
        if best is not None:
            right, count = each[labels[best]]
            each[labels[best]] = (right + is_right(truth[work], LABELS[labels[best]]), count + 1)
    labelled, right = sum(count for _, count in each.values()), sum(right for right, _ in each.values())
    return LabelRow(labels, len(table.works), labelled, right, each)


def measure(workspace: Workspace, folder: Path) -> Iterator[PhraseRow | LabelRow]:
    truth = truth_of(folder, len(workspace.tables.works))
    for phrase, asked in PHRASES.items():
        yield ask(workspace, truth, phrase, asked)
    for labels in LABEL_SETS:
        yield sort(workspace, truth, labels)


def said(row: PhraseRow | LabelRow) -> str:
    if isinstance(row, PhraseRow):
        works = ", ".join(f"{work}{'' if right else ' (wrong)'}" for work, right in row.first)
        return f"{row.phrase:32}{row.right} of {len(row.first)}  (chance {row.chance:.2f})  {works}"
    each = ", ".join(f"{label} {right} of {count}" for label, (right, count) in row.each.items())
    share = row.right / row.labelled if row.labelled else 0.0
    return f"{row.right} of {row.labelled} labelled works right ({share:.2f}), of {row.works}: {each}"


def main() -> None:
    from explorer.demo.opening import open_demo

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="a folder with the demo collection, or for it")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache = args.cache or Path(scratch) / "cache"
        workspace = open_demo(cache, pictures=None if args.cache else Path(scratch) / "pictures")
        rows: list[dict[str, Any]] = []
        for row in measure(workspace, workspace.folder.parent):
            print(said(row), flush=True)
            rows.append(asdict(row))
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(rows, indent=1), "utf-8")


if __name__ == "__main__":
    main()
