"""From a query to verified matches, and back to the query: clicks, judgements, JSON.

The steps of a search, each in a module of its own: ``visual_query`` (prepare a detail), ``candidates`` (retrieval and
coarse matching), ``rerank`` (dense matching), ``verify``; ``text_query`` and ``standing`` for words, ``part_results``
and ``combine`` for queries of several parts, ``feedback`` for judgements. ``api`` puts them together.
"""

from explorer.search.api import search
from explorer.search.standing import examples, notes
from explorer.search.visual_query import little_to_go_by

__all__ = ["examples", "little_to_go_by", "notes", "search"]
