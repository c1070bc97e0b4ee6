"""A chat model as the judge: any OpenAI-compatible endpoint, or any provider LangChain knows.

Model, address and prompt are the judge's own, apart from those of the system
under test, and stand in its description with the SHA-256 of the prompt: a
verdict is worth as much as what it can be traced to. Temperature 0. The prompt
is a file with its version in the name; a changed prompt is a new file, so that
old verdicts keep their meaning.

The definition asked for is attribution ("attributable to identified sources",
Rashkin et al. 2023, https://doi.org/10.1162/coli_a_00486), which ALCE's judge
approximates. Models prefer their own writing: do not let one judge itself (the
summary says where it does).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any, Protocol

from evals.errors import JudgeError

PROMPT = "entailment.v1.txt"
_VERDICTS = {"yes": True, "no": False}
_MOST_TRIES = 2
"""Tries after the first, by the client, on a refused or dropped connection and on 429 and 5xx."""


class ChatModel(Protocol):
    """The one call of a LangChain chat model that is used here."""

    def invoke(self, input: Any) -> Any:  # noqa: A002  (LangChain's own name)
        """Return a message whose ``content`` is the text."""


class ChatJudge:
    """Asks a chat model, one question a verdict."""

    def __init__(self, model: ChatModel, name: str, prompt: str = PROMPT) -> None:
        """Make a judge.

        Args:
            model: answers the prompt.
            name: the model's pinned name, with its version or date where the provider has one.
            prompt: file name in ``evals/judges/prompts``.
        """
        self._model, self._name, self._prompt_name = model, name, prompt
        folder = resources.files("evals.judges").joinpath("prompts")
        self._prompt = folder.joinpath(prompt).read_text("utf-8")

    def entails(self, premise: str, premise_language: str, hypothesis: str, hypothesis_language: str) -> bool:
        """Return the model's verdict.

        Raises:
            JudgeError: the model failed, or said neither YES nor NO.
        """
        prompt = self._prompt.format(
            premise=premise,
            premise_language=premise_language,
            hypothesis=hypothesis,
            hypothesis_language=hypothesis_language,
        )
        try:
            message = self._model.invoke(prompt)
        except Exception as error:  # each provider has its own; its text can hold a key
            raise JudgeError(f"the judge {self._name} failed: {type(error).__name__}") from error
        return self._read(getattr(message, "content", message))

    def _read(self, reply: object) -> bool:
        first = re.match(r"\W*(\w+)", reply) if isinstance(reply, str) else None
        verdict = _VERDICTS.get(first[1].casefold()) if first else None
        if verdict is None:
            raise JudgeError(f"the judge {self._name} said neither YES nor NO: {str(reply)[:80]!r}")
        return verdict

    def describe(self) -> Mapping[str, Any]:
        """Return model, prompt and its hash."""
        return {
            "name": "chat",
            "version": 1,
            "model": self._name,
            "prompt": self._prompt_name,
            "prompt_sha256": hashlib.sha256(self._prompt.encode()).hexdigest(),
            "temperature": 0,
        }


def open_chat_judge(
    model: str, *, base_url: str | None = None, api_key: str | None = None, timeout_s: float = 60.0
) -> ChatJudge:
    """Return a judge on a chat model.

    Args:
        model: ``provider:model``, e.g. ``openai:gpt-4.1-mini-2025-04-14``.
        base_url: of an OpenAI-compatible endpoint; default the provider's own.
        api_key: default: where the provider's package looks.
        timeout_s: of one verdict, in seconds.

    Raises:
        JudgeError: LangChain does not know the model, or its package or key is missing.
    """
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"timeout": timeout_s, "max_retries": _MOST_TRIES, "temperature": 0}
    if base_url:
        options["base_url"] = base_url
    if api_key:
        options["api_key"] = api_key
    try:
        opened: ChatModel = init_chat_model(model, **options)
    except Exception as error:  # each provider has its own error for a missing key or package
        raise JudgeError(
            f"The judge's chat model {model!r} cannot be opened: {error} "
            "Name it as provider:model, e.g. openai:gpt-4.1-mini, and install the provider's package."
        ) from error
    return ChatJudge(opened, model)
