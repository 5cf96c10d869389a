"""Where a detail lies on other pictures: its grid of cells matched against theirs, coarsely and densely."""
