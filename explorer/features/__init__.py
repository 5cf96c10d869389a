"""What is computed from one picture: a grid of cell vectors, gradient histograms, pooled regions, a pyramid."""
