"""A small set of pictures in the layouts of Oxford, its revision and LTLL, with their traps, written by the tests."""

from __future__ import annotations

import json
from pathlib import Path

from generated import detail, ground, planted, save

SIZE = (240, 180)
SHOWN = {
    "hall_000001": (1, (30, 30), 90), "hall_000002": (1, (110, 50), 80), "hall_000003": (1, (60, 60), 100),
    "hall_000004": (1, (120, 70), 70), "tower_000001": (2, (40, 40), 90), "tower_000002": (2, (100, 30), 100),
    "tower_000003": (2, (20, 70), 80), "other_000001": (3, (50, 50), 90), "other_000002": (4, (70, 20), 90),
    "other_000003": (5, (90, 60), 90),
}  # fmt: skip
"""Of each picture which landmark, at which pixel, how large."""


def paint(folder: Path) -> Path:
    """The pictures, and one that is equal to another."""
    for number, (name, (which, at, side)) in enumerate(SHOWN.items()):
        save(planted(ground(300 + number, *SIZE), detail(which), at, side), folder / f"{name}.jpg", quality=92)
    (folder / "hall_000002_again.jpg").write_bytes((folder / "hall_000002.jpg").read_bytes())
    return folder


def box_of(name: str) -> tuple[int, int, int, int]:
    """Pixels of the landmark in a picture."""
    _, (x, y), side = SHOWN[name]
    return (x, y, x + side, y + side)


def write_oxford(folder: Path, ends: str = "\r\n") -> Path:
    """Three queries: of halls (with junk, and a right picture that is missing), of towers, and of a picture that is not
    there. Lines end as Windows ends them."""

    def write(name: str, *lines: str) -> None:
        (folder / name).write_bytes("".join(line + ends for line in lines).encode())

    folder.mkdir(parents=True, exist_ok=True)
    boxes = {name: " ".join(f"{side}.5" for side in box_of(name)) for name in SHOWN}
    write("hall_1_query.txt", f"oxc1_hall_000001 {boxes['hall_000001']}")
    write("hall_1_good.txt", "hall_000001", "hall_000002", "hall_000099")
    write("hall_1_ok.txt", "hall_000003", "")
    write("hall_1_junk.txt", "hall_000004", "hall_000002_again", "never_there")
    write("tower_1_query.txt", f"tower_000001 {boxes['tower_000001']}")
    write("tower_1_good.txt", "tower_000001", "tower_000002")
    write("tower_1_ok.txt", "tower_000003")
    write("tower_1_junk.txt")
    write("lost_1_query.txt", "oxc1_lost_000001 1 1 50 50")
    write("lost_1_good.txt", "hall_000001")
    write("lost_1_ok.txt")
    write("lost_1_junk.txt")
    return folder


def revisited() -> dict:
    """Queries hall_000001, tower_000001 and one that is not there, among the others; hall_000099 is missing."""
    pictures = [name for name in SHOWN if name not in ("hall_000001", "tower_000001")] + ["hall_000099"]
    at = {name: number for number, name in enumerate(pictures)}

    def entry(box: tuple[int, ...], easy: list[str], hard: list[str], junk: list[str]) -> dict:
        kinds = {"easy": easy, "hard": hard, "junk": junk}
        return {"bbx": [float(side) for side in box], **{kind: [at[n] for n in of] for kind, of in kinds.items()}}

    return {
        "imlist": pictures, "qimlist": ["hall_000001", "tower_000001", "lost_000001"],
        "gnd": [
            entry(box_of("hall_000001"), ["hall_000002", "hall_000099"], ["hall_000003"], ["hall_000004"]),
            entry(box_of("tower_000001"), [], ["tower_000002", "tower_000003"], []),
            entry((0, 0, 9, 9), ["hall_000002"], [], []),
        ],
    }  # fmt: skip


def write_ltll(folder: Path) -> Path:
    """ArtMiner's list, the halls and towers as old and new photographs; one of each is missing."""
    places = {name: name.split("_")[0] for name in SHOWN}
    files = {f"{name}.jpg": place for name, place in places.items()}
    record = {
        "test": ["hall_000001.jpg", "tower_000001.jpg", "gone.jpg"],
        "searchImg": [*(file for file in files if not file.endswith("1.jpg")), "gone2.jpg"],
        "annotation": {**files, "gone.jpg": "hall", "gone2.jpg": "hall"}, "val": [],
    }  # fmt: skip
    (folder / "ltllLabel.json").write_text(json.dumps(record), "utf-8")
    return folder
