"""Features of a single picture: the grid of cell vectors, gradient histograms, PCA, pooled regions, and a pyramid."""
