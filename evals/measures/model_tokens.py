"""model_tokens: what an answer costs in tokens of a chat model, read and written together.

Where the answer says what the endpoint counted, that number
(``trace.usage.input_tokens`` + ``trace.usage.output_tokens``, LangChain's
names; ``prompt_tokens`` and ``completion_tokens``, OpenAI's, are taken too).
Otherwise, for an answer that names a chat model, an estimate from below: the
tokens of the question, the cited quotes and the text by ``index.tokens``
(``cl100k_base``, whatever the model's own tokens are); the prompt's fixed part
and what the model wrote and was not shown are not in it. Lower is better.

Undefined where no model is named and nothing counted (answers in quotes).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.measures.observation import Observation

_COUNTERS = (("input_tokens", "output_tokens"), ("prompt_tokens", "completion_tokens"))


def model_tokens(observation: Observation) -> float | None:
    """Return the tokens of one answer, None where undefined."""
    answer = observation.answer
    counted = _counted((answer.get("trace") or {}).get("usage") or {})
    if counted is not None:
        return counted
    engine = answer.get("engine") or {}
    # What a foreign system reads besides our question is not known, so there is no estimate.
    if observation.is_foreign or not engine.get("model"):
        return None
    from index import tokens

    texts = [answer.get("question") or "", answer.get("text") or ""]
    texts += [citation["quote"] for citation in observation.citations]
    return float(sum(tokens.count(text) for text in texts))


def _counted(usage: Mapping[str, Any]) -> float | None:
    for read, written in _COUNTERS:
        if usage.get(read) is not None or usage.get(written) is not None:
            return float((usage.get(read) or 0) + (usage.get(written) or 0))
    return None
