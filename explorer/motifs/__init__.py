"""Motifs: what recurs across the whole collection, without a query."""
