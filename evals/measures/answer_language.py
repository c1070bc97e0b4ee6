"""answer_language_accuracy: the answer is in the asker's language.

1 when ``answer_language`` is the case's ``language``, else 0; every outcome
counts, since "the documents do not say" has to be understood too. The primary
subtag is compared (``pt-BR`` is ``pt``). Undefined where the language of the
case is not known (``und``).
"""

from __future__ import annotations

from evals.measures.observation import Observation


def answer_language_accuracy(observation: Observation) -> float | None:
    """Return 1.0 or 0.0, None where undefined."""
    expected = observation.case.language.split("-")[0]
    if expected == "und":
        return None
    return float(str(observation.answer["answer_language"]).split("-")[0] == expected)
