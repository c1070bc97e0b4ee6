"""Run everything that lies beside the project: ``python -m evals.dev``, which ``make eval-dev`` calls.

The 25 retrieval sets, our own answer suites, four of the sets asked as
questions, how well the sets are read (``--kind reading``), and documents with
hidden instructions. The data is read where it lies and never copied. One line a
set as it finishes; a killed run continues where it was; ``figures.json`` and
``figures.md`` in the output folder hold every figure, beside published ones
where there are any. ``python -m evals.dev.depth_curve`` measures quality
against time.
"""

from __future__ import annotations

from evals.dev.main import main
from evals.dev.tasks import DATA, development_sets

__all__ = ["DATA", "development_sets", "main"]
