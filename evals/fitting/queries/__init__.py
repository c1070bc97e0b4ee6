"""Training differences for the embedder's queries alone: ``python -m evals.fitting.queries``."""
