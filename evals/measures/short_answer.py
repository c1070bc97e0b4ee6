"""exact_match and token_f1 of the short answer.

SQuAD's measures (Rajpurkar et al. 2016, https://aclanthology.org/D16-1264,
``evaluate-v1.1.py``) with MLQA's language-aware normalisation (Lewis et al.
2020, https://aclanthology.org/2020.acl-main.653): the best value over the
expected answers. An answerable case without a short answer counts 0, as SQuAD
counts a missing prediction; undefined where no answer is expected (unanswerable
cases are abstention's business, unlike in SQuAD 2.0), and for a foreign system's
answer without a short answer, since its dialect may have no place for one.

The language of normalisation is that of the cited quote, from which the short
answer is taken, else the question's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from evals.measures.normalisation import answer_tokens
from evals.measures.observation import Observation


def exact_match(observation: Observation) -> float | None:
    """Return 1.0 or 0.0, None where undefined."""
    return _best(exact, observation)


def token_f1(observation: Observation) -> float | None:
    """Return the F1 of words, 0..1, None where undefined."""
    return _best(f1, observation)


def exact(actual: str, expected: str, language: str) -> float:
    """Return 1.0 when both are the same words after normalisation; a blank ``actual`` is no match."""
    return float(
        answer_tokens(actual, language) == answer_tokens(expected, language) and bool(actual.strip())
    )


def f1(actual: str, expected: str, language: str) -> float:
    """Return the harmonic mean of word precision and recall, counting repeated words."""
    actual_words, expected_words = answer_tokens(actual, language), answer_tokens(expected, language)
    n_common = sum((Counter(actual_words) & Counter(expected_words)).values())
    if n_common == 0:
        return 0.0
    precision, recall = n_common / len(actual_words), n_common / len(expected_words)
    return 2 * precision * recall / (precision + recall)


def _best(compare: Callable[[str, str, str], float], observation: Observation) -> float | None:
    expected = observation.case.expected_answers
    if not expected or (observation.is_foreign and not observation.answer.get("short_answer")):
        return None
    actual, language = _actual(observation)
    return max(compare(actual, answer, language) for answer in expected)


def _actual(observation: Observation) -> tuple[str, str]:
    short = observation.answer.get("short_answer")
    if not short:
        return "", observation.case.language
    for citation in observation.citations:
        if citation["citation_id"] == short.get("citation_id"):
            return short["text"], citation.get("language") or observation.case.language
    return short["text"], observation.case.language
