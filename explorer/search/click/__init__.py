"""What a click on a picture means: the thing under it, as far as it recurs in the collection.

``squares`` round the point; ``agreement`` of its surroundings with copies of it, cell by cell; the ``extent`` of the
cells that agree; and from these the ``proposals``, best first.
"""

from explorer.search.click.proposals import FirstSearch, Proposal, click_proposals, first_search, proposals
from explorer.search.click.squares import MIDDLE, SIZES, click_box, square

__all__ = [
    "MIDDLE", "SIZES", "FirstSearch", "Proposal", "click_box", "click_proposals", "first_search", "proposals", "square",
]  # fmt: skip
