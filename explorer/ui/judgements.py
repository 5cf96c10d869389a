"""The judgements of a collection as a list in the page: seen, corrected, withdrawn and taken away."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from explorer.collection import Judgement, Work
from explorer.collection.judgement_export import judgement_records, write_csv
from explorer.collection.judgements import NOBODY, is_picture
from explorer.errors import ExplorerError
from explorer.files import write_atomically
from explorer.geometry import Box
from explorer.plates.sheet import works_of
from explorer.ui import incoming, views
from explorer.ui.components import JudgementList
from explorer.ui.judging import LONGEST_NAME, answered
from explorer.ui.pictures import Pictures
from explorer.ui.searching import AppContext
from explorer.ui.taking_away import handed_over
from explorer.workspace import Workspace

KINDS = ("csv", "json")
"""What judgements can be taken away as, and how the file's name ends."""
_CHANGED = "This judgement has been changed or withdrawn since; the list shows what holds now."


class JudgementsPanel:
    """One component, which asks for what it shows by its server functions."""

    def __init__(self, app: AppContext) -> None:
        functions = [*Pictures(app).server_functions(), *judgement_functions(app)]
        self.list = JudgementList({}, server_functions=functions)


class JudgementPages:
    """What the script asks of one collection. Everything that is sent is parsed as anything else from outside."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.store = workspace, workspace.collection.judgements

    def shown(self) -> views.Props:
        """All judgements that hold, latest first."""
        made = sorted(self.store.all(), key=lambda judgement: -judgement.id)
        names = dict.fromkeys(work for one in made for work in (one.query_work, one.match_work))
        works = works_of(self.workspace, names)
        return {"judgements": [_entry(judgement, works) for judgement in made]}

    def correct(self, sent: Any) -> views.Props:
        """Give a later judgement of the pair of ``id``, with another ``verdict`` or ``note``, by ``who``; its id is
        ``new``, by which it is taken back. The one before stays in the history."""
        fields = incoming.record(sent)
        held = self._held(fields)
        verdict = incoming.text(fields.get("verdict"), 20) or held.verdict
        note = incoming.text(fields.get("note")) if isinstance(fields.get("note"), str) else held.note
        made = self.store.judge(replace(held, verdict=verdict, note=note, who=_who(fields)))
        return {**self.shown(), "new": made.id}

    def withdraw(self, sent: Any) -> views.Props:
        """Withdraw the judgement ``id``; the one before it of the same pair, if any, holds again."""
        fields = incoming.record(sent)
        left = self.store.withdraw(self._number(fields), _who(fields))
        return {**self.shown(), "before": left.verdict if left else ""}

    def restore(self, sent: Any) -> views.Props:
        """Let the judgement ``id`` that was withdrawn hold again."""
        self.store.restore(self._number(incoming.record(sent)))
        return self.shown()

    def taken_away(self, sent: Any) -> views.Props:
        """Those of ``ids``, ``as`` one of :data:`KINDS`: the file's ``name``, its ``data`` in base64, and ``notes``."""
        fields = incoming.record(sent)
        kind, ids = incoming.text(fields.get("as"), 20), fields.get("ids")
        if kind not in KINDS:
            raise ExplorerError(f"Judgements can be taken away as {', '.join(KINDS)}, not as {kind[:20]!r}.")
        wanted = {number for number in ids if isinstance(number, int)} if isinstance(ids, list) else set()
        records = [record for record in judgement_records(self.workspace.collection) if record["id"] in wanted]
        if not records:
            raise ExplorerError("No judgement is shown: there is nothing to take away.")

        def write(path: Path) -> list[str]:
            if kind == "csv":
                write_csv(records, path)
            else:
                write_atomically(path, json.dumps(records, ensure_ascii=False, indent=1))
            return [f"It has {len(records):,} of the {len(self.store.all()):,} judgements."]

        name = self.workspace.name
        return handed_over(f"{name} judgements", kind, write, f"make it with: explorer judgements {name} --{kind} FILE")

    def _held(self, fields: dict[str, Any]) -> Judgement:
        number = self._number(fields)
        for judgement in self.store.all():
            if judgement.id == number:
                return judgement
        raise ExplorerError(_CHANGED)

    @staticmethod
    def _number(fields: dict[str, Any]) -> int:
        return incoming.whole_number(fields.get("id"), 0, 2**62, 0)


def _who(fields: dict[str, Any]) -> str:
    return incoming.text(fields.get("who"), LONGEST_NAME) or NOBODY


def _entry(judgement: Judgement, works: dict[str, Work]) -> views.Props:
    places = ((judgement.query_work, judgement.query_box), (judgement.match_work, judgement.match_box))
    there = all(work in works for work, _ in places)
    return {
        "id": judgement.id, "verdict": judgement.verdict, "note": judgement.note, "who": judgement.who,
        "when": judgement.when, "places": [_place(work, box, works.get(work)) for work, box in places],
        "addresses": _addresses(judgement, works) if there else {},
    }  # fmt: skip


def _place(name: str, box: Box, work: Work | None) -> views.Props:
    """One of the two details; of a work that left the collection, and of a visitor's picture, the name alone."""
    if work is None:
        own = is_picture(name)
        return {"work": name, "title": "A picture of one's own" if own else name, "gone": True, "own": own, "box": None}
    return {**views.caption(work), "gone": False, "own": False, "box": None if box == Box.whole() else views.sides(box)}


def _addresses(judgement: Judgement, works: dict[str, Work]) -> dict[str, str]:
    """Where the match is seen again: both works over each other, and the search for the detail."""
    boxes = [",".join(map(str, views.sides(box) or [])) for box in (judgement.query_box, judgement.match_box)]
    both = [("compare", judgement.query_work), ("compare", judgement.match_work), ("at", ";".join(boxes))]
    return {
        "compare": urlencode(both, safe=",;"),
        "explore": urlencode({"work": judgement.query_work, "box": boxes[0]}, safe=","),
    }


def judgement_functions(app: AppContext) -> list[Callable[[Any], views.Props]]:
    """Functions for the component's script. What is sent names the ``collection``; each function answers with a record,
    or with ``{"error": a sentence}``."""

    def pages(sent: Any) -> JudgementPages:
        return JudgementPages(app.named(incoming.record(sent).get("collection")).workspace)

    def judgements(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).shown())

    def correct_judgement(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).correct(sent))

    def withdraw_judgement(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).withdraw(sent))

    def restore_judgement(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).restore(sent))

    def take_judgements_away(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).taken_away(sent))

    return [judgements, correct_judgement, withdraw_judgement, restore_judgement, take_judgements_away]
