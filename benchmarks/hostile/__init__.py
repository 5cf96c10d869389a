"""What ``benchmarks/hardening.py`` does to the program: a module per part, each tries things and gives an outcome."""
