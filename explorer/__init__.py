"""Brueghel Explorer: click a detail of a painting, see every place in the collection where it recurs."""

__version__ = "0.1.0"
