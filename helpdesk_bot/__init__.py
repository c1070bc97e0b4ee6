"""What the answer is, how it is supported, and who has to look at it."""

__version__ = "0.1.0"
