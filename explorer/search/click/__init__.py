"""What a click on a picture means: the thing under it, as far as it recurs in the collection.

``squares`` round the point; ``agreement`` of its surroundings with copies of it, cell by cell; the ``extent`` of what
agrees; and from these its ``meaning``: proposals, best first.
"""

from explorer.search.click.proposals import FirstLook, Proposal, click_proposals, first_look, proposals
from explorer.search.click.squares import MIDDLE, SIZES, click_box, square

__all__ = [
    "MIDDLE", "SIZES", "FirstLook", "Proposal", "click_box", "click_proposals", "first_look", "proposals", "square",
]  # fmt: skip
