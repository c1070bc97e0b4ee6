"""Run everything that lies beside the project: ``python -m evals.dev``, which ``make eval-dev`` calls.

Our own answer suites (one on the policy documents), the training sets (read,
and searched for what is measured on too), files that are hard to load,
documents with hidden instructions, the 25 retrieval sets, four of them asked as
questions, and how well the sets are read. Of each 50 questions are drawn
(``--sample N``; ``--whole`` asks all; ``--plan`` says how many and how long).
The data is read where it lies and never copied. One line a set as it finishes,
and what is left; a set that fails is named and does not end the others. A
killed run continues where it was, with the same options and the same code: at
the question, in ``--kind reading`` at the set. ``figures.json`` and
``figures.md`` in the output folder hold every figure, beside published ones
where there are any. ``python -m evals.dev.depth_curve`` measures quality
against time.
"""

from __future__ import annotations

from evals.dev.main import main
from evals.dev.tasks import DATA, development_sets

__all__ = ["DATA", "development_sets", "main"]
