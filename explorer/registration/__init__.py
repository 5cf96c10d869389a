"""Registration of two whole pictures: robust fits, homographies, the a-contrario test; physical sizes of details."""
