"""Training the reader's adapters: ``python -m evals.fitting.reader ../shared/data/training``."""
