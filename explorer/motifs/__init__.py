"""Motifs: what recurs across the whole collection, without a query."""

from explorer.motifs.discovery import Discovery, discover, discovered
from explorer.motifs.records import Instance, Motif

__all__ = ["Discovery", "Instance", "Motif", "discover", "discovered"]
