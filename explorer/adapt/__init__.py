"""Training: the small CLIP shipped with the project, and what adapts a model to a collection."""
