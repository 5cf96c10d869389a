"""How the page is served: who is answered (``guard`` and what belongs to it), what is refused and in which words, which
files are shown, and the memory of a process that runs for weeks."""
