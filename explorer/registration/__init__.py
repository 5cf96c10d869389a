"""Two whole pictures laid over each other: robust fits, homographies, the a-contrario test, physical sizes."""
