"""Protocols that say how well the search finds what is known to recur; they call the same search that users see."""
