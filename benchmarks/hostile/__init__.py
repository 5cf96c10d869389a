"""What ``benchmarks/hardening.py`` does to the program, one module per part: each tries things and gives an ``Outcome``."""
