"""How the stages train: timing, checkpoints and losses, and a module for each stage."""
