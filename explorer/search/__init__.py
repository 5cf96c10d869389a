"""From a query to verified matches, and back to the query: clicks, judgements, JSON."""

from explorer.search.api import little_to_go_by, search

__all__ = ["little_to_go_by", "search"]
