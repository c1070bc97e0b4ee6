"""How good it is, how fast, and whether the difference is real."""
