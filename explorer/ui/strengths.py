"""How much a part of a query counts: five named strengths in place of numbers, and what they are called."""

from __future__ import annotations

from typing import Any, Literal, get_args

from explorer.errors import ExplorerError

Strength = Literal["must", "more", "little", "less", "not"]
"""From what must be there to what must not."""
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
Role = Literal["also", "like", "unlike"]
"""What a further detail is to a search: it must be there too, it is an example of what is wanted, it is not wanted."""

WEIGHTS: dict[Strength, float] = {"must": 1.0, "more": 0.5, "little": 0.25, "less": -0.5, "not": -1.0}
"""The weight of a query's part, see :class:`explorer.search.query.Query`."""
ROLES: dict[Strength, Role] = {"must": "also", "more": "like", "little": "like", "less": "unlike", "not": "unlike"}
USUAL: dict[Role, Strength] = {"also": "must", "like": "more", "unlike": "not"}
"""The strength that a detail has when it is added."""

Named = tuple[Strength, str, str]
"""A strength, what a chip calls it, and what it means."""
OF_DETAILS: tuple[Named, ...] = (
    ("must", "must be there", "Works without it come after those that have it"),
    ("more", "like this", "An example: what is like it is found too"),
    ("little", "a little like this", "A weak example: what is like it is found too, but later"),
    ("less", "less like this", "Works in which it probably is come later"),
    ("not", "not this", "Works in which it probably is come last"),
)
OF_WORDS: tuple[Named, ...] = (
    ("must", "strongly", "What these words fit comes first"),
    ("more", "rather", "What these words fit comes earlier: half as much"),
    ("little", "a little", "What these words fit comes a little earlier: a quarter as much"),
    ("less", "rather not", "What these words fit comes later: half as much"),
    ("not", "not", "What these words fit comes last"),
)


def strength(sent: Any) -> Strength:
    """A strength by its name. Raises :class:`ExplorerError` for anything else.

    >>> strength("little")
    'little'
    """
    for known in STRENGTHS:
        if sent == known:
            return known
    raise ExplorerError("How much a part of the search counts is one of: " + ", ".join(STRENGTHS) + ".")


def is_wanted(named: Strength) -> bool:
    """Whether it is looked for, not kept away.

    >>> is_wanted("little"), is_wanted("less")
    (True, False)
    """
    return WEIGHTS[named] > 0
