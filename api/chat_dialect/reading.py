"""From the messages of a chat to a question with its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from api.chat_dialect.bodies import ChatBody, ChatMessage, HelpdeskOptions
from api.errors import ModelUnknown
from api.questions import QuestionRefused, clean
from api.schemas import MAX_TURN_CHARS, MAX_TURNS, AskBody
from helpdesk_bot.answers import Depth, Question, Turn
from helpdesk_bot.settings import Settings

MODELS: Mapping[str, Depth | None] = {"helpdesk": None, "helpdesk-fast": "fast", "helpdesk-deep": "deep"}
"""The names under which the helpdesk answers, with the depth of each; ``None``: the setting's."""

SYSTEM_NOTE = "messages of the roles system and developer are not followed"

_INSTRUCTIONS = ("system", "developer")
_TOOLS = ("tool", "function")


def known_model(name: str) -> str:
    """Return the name of a model.

    Raises:
        ModelUnknown: there is none of this name.
    """
    if name not in MODELS:
        shown = clean(name)[:60]
        raise ModelUnknown(f"There is no model {shown!r}. The models are {', '.join(MODELS)}.")
    return name


def to_question(body: ChatBody, settings: Settings) -> Question:
    """Return the last message as a question, those before it as its history.

    What the helpdesk says is bound to its documents, so a system message
    gives no instructions; the answer's trace notes that there was one.

    Raises:
        ModelUnknown: no such model.
        QuestionRefused: there is no question, or something is asked for that is not given here.
    """
    depth = MODELS[known_model(body.model)]
    _check_options(body)
    said = [message for message in body.messages if message.role not in _INSTRUCTIONS]
    if not said or said[-1].role != "user":
        raise QuestionRefused(
            "last_message_not_user", "The last message is the question: give it with the role 'user'."
        )
    options = body.helpdesk or HelpdeskOptions.model_validate({})
    question = AskBody(
        question=text_of(said[-1]),
        language=options.language,
        filters=options.filters,
        conversation_id=options.conversation_id,
        depth=depth,
    ).to_question(settings)
    notes = (SYSTEM_NOTE,) if len(said) < len(body.messages) else ()
    return replace(question, history=_history(said[:-1]), notes=notes)


def text_of(message: ChatMessage) -> str:
    """Return a message's text; its text parts stand on lines of their own.

    Raises:
        QuestionRefused: a part is no text (``unsupported_content``).
    """
    if message.content is None:
        return ""
    if isinstance(message.content, str):
        return message.content
    texts = []
    for part in message.content:
        if part.type not in ("text", "refusal"):
            raise QuestionRefused(
                "unsupported_content",
                f"Parts of type {clean(part.type)!r} are not read here. Send the question as text.",
            )
        texts.append(part.text or part.refusal or "")
    return "\n".join(texts)


def _history(messages: list[ChatMessage]) -> tuple[Turn, ...]:
    """Return the last turns; of a long one, the part that later questions can lean on."""
    turns: list[Turn] = []
    for message in messages:
        if message.role in _TOOLS:
            raise QuestionRefused(
                "unsupported_role", f"Messages of the role {message.role!r} are not read: no tool is called."
            )
        text = clean(text_of(message)).strip()
        if not text:  # an assistant's turn that only called tools
            continue
        if message.role == "user":
            turns.append(Turn("user", text[-MAX_TURN_CHARS:]))
        else:
            turns.append(Turn("assistant", text[:MAX_TURN_CHARS]))
    return tuple(turns[-MAX_TURNS:])


def _check_options(body: ChatBody) -> None:
    """Refuse what would make the answer another thing than the caller expects."""
    if body.n not in (None, 1):
        raise QuestionRefused("unsupported_n", "A question has one answer: leave n out, or give 1.")
    if body.response_format is not None and body.response_format.type != "text":
        raise QuestionRefused(
            "unsupported_response_format",
            "The content is Markdown; its structure stands in the field 'helpdesk' of the completion.",
        )
    if body.tool_choice not in (None, "none", "auto"):
        raise QuestionRefused("unsupported_tool_choice", "The helpdesk calls no tools.")
    wanted = (body.model_extra or {}).get("modalities") or ["text"]
    if wanted != ["text"]:
        raise QuestionRefused("unsupported_modalities", "Answers are text: leave modalities out.")
    if (body.model_extra or {}).get("logprobs"):
        raise QuestionRefused("unsupported_logprobs", "There are no token probabilities: leave logprobs out.")
