"""What is asked, in which language, and for what kind of thing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.conversation import Carried, Earlier, Resolved, resolve
from helpdesk_bot.phrases import languages

_NOTHING = Carried()


@dataclass(frozen=True, slots=True)
class Understanding:
    """The question as it is searched.

    ``asks_for`` holds what the question words show (see `expected_kinds.KINDS`);
    ``stand_alone`` is the text that is searched, with what a follow-up takes
    from earlier questions (``carried``); ``stand_alone_language`` is its language,
    which is another one where a conversation changes its language. ``reads`` is
    what is asked of the passages found; ``otherwise``, how a question that
    names nothing is understood if it leans on the ones before it after all.
    """

    question_language: str
    answer_language: str
    language_note: str | None
    stand_alone: str
    asks_for: tuple[str, ...]
    stand_alone_language: str = "und"
    is_follow_up: bool = False
    carried: Carried = _NOTHING
    reads: str = ""
    otherwise: Understanding | None = None


def understand(
    text: str, *, language: str | None, history: tuple[Earlier, ...], default_language: str
) -> Understanding:
    """Read a cleaned question.

    Args:
        text: the question, cleaned.
        language: the language of the answer, where the asker chose one.
        history: the earlier questions with what is known of their answers, the oldest first.
        default_language: what the answer is written in when the question's
            own language has no catalogue.
    """
    resolved = resolve(text, history, language=language, default_language=default_language)
    question_language = resolved.language
    wanted = language or question_language
    note = None
    if wanted not in languages():
        note = f"no catalogue for {wanted}, answered in {default_language}"
        wanted = default_language
    whole = Understanding(question_language, wanted, note, "", ())
    otherwise = None if resolved.otherwise is None else _resolved(whole, resolved.otherwise)
    return replace(_resolved(whole, resolved), otherwise=otherwise)


def _resolved(understanding: Understanding, resolved: Resolved) -> Understanding:
    return replace(
        understanding,
        stand_alone=resolved.stand_alone,
        asks_for=asks_for(resolved.asks, resolved.asks_language),
        stand_alone_language=resolved.stand_alone_language,
        is_follow_up=resolved.is_follow_up,
        carried=resolved.carried,
        reads=resolved.reads,
    )
