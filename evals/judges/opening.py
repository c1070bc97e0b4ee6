"""From a name and a configuration to a judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.errors import JudgeError
from evals.judges.deterministic import WordJudge
from evals.judges.protocol import EntailmentJudge

JUDGES = ("deterministic", "chat")

_FIELDS: dict[str, tuple[type, ...]] = {
    "model": (str,),
    "base_url": (str,),
    "api_key": (str,),
    "timeout_s": (int, float),
}


def open_judge(name: str, config: Mapping[str, Any] | None = None) -> EntailmentJudge:
    """Return a judge.

    Args:
        name: ``deterministic`` (words and numbers, no model) or ``chat`` (a chat model).
        config: of ``chat``: ``model`` as ``provider:model``; where wanted
            ``base_url`` of an OpenAI-compatible endpoint, ``timeout_s`` and
            ``api_key`` (default: where the provider's package looks). The key
            is kept nowhere and stands in no description.

    Raises:
        JudgeError: no such judge, a field is missing, unknown or of another
            type, or the model cannot be opened.
    """
    options = dict(config or {})
    if name == "deterministic":
        if options:
            raise JudgeError("the judge 'deterministic' takes no configuration; for a model take 'chat'")
        return WordJudge()
    if name != "chat":
        raise JudgeError(f"no judge '{name}'; there are {', '.join(JUDGES)}")
    _check(options)
    from evals.judges.chat import open_chat_judge

    return open_chat_judge(**options)


def _check(options: Mapping[str, Any]) -> None:
    if "model" not in options:
        raise JudgeError("the judge 'chat' needs the field 'model', as provider:model")
    for field, value in options.items():
        if field not in _FIELDS:
            raise JudgeError(f"the judge 'chat' has no field '{field}'; there are {', '.join(_FIELDS)}")
        if not isinstance(value, _FIELDS[field]) or isinstance(value, bool):
            kinds = " or ".join(kind.__name__ for kind in _FIELDS[field])
            raise JudgeError(f"the judge's field '{field}' must be {kinds}, not {type(value).__name__}")
