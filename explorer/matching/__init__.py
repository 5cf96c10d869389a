"""Where a detail lies on other pictures: its grid matched against theirs, coarsely and densely."""
