"""The direct answer of a reply: what the answer says, piece by piece."""

from __future__ import annotations

import re
from collections.abc import Callable

from helpdesk_bot.answers import Answer, Citation
from helpdesk_bot.citations import one_line
from helpdesk_bot.phrases import Catalogue
from helpdesk_bot.reply.values import ReplyShortAnswer, Statement

_NUMBER = re.compile(r"\s*\[(\d{1,2})\]")
_ITEM = "- "


def direct_answer(answer: Answer, phrases: Catalogue) -> tuple[Statement, ...]:
    """Return the answer's text as pieces, in its order.

    Where the documents do not answer, their nearest quotes are left out: they
    stand with the resources, and claim nothing.
    """
    if answer.engine.name == "generative" and answer.outcome in ("answered", "partial"):
        return _written(answer)
    cited = {citation.number: citation for citation in answer.citations}
    found = []
    for line in answer.text.splitlines():
        numbers = tuple(int(number) for number in _NUMBER.findall(line) if int(number) in cited)
        quoted = _quoted_in(line, numbers, cited)
        if quoted is not None:
            if not refuses(answer):
                text = one_line(quoted.quote)
                found.append(Statement("quoted", text, quoted.language, (quoted.number,)))
            continue
        text = _own_words(_NUMBER.sub(_kept_unless(cited), line), answer, phrases)
        if text.startswith(_ITEM):
            found.append(Statement("listed", text.removeprefix(_ITEM), answer.answer_language, numbers))
        elif text:
            found.append(Statement("framed", text, answer.answer_language, numbers))
    return tuple(found)


def short_answer(answer: Answer) -> ReplyShortAnswer | None:
    """Return the words that answer with the number of their citation, where the answer has them."""
    short = answer.short_answer
    if short is None or refuses(answer):
        return None
    for citation in answer.citations:
        if citation.citation_id == short.citation_id:
            return ReplyShortAnswer(one_line(short.text), citation.language, citation.number)
    return None


def refuses(answer: Answer) -> bool:
    """Tell whether the documents do not answer; the answer's citations are then only the nearest there is."""
    return answer.outcome.startswith("unanswerable")


def _written(answer: Answer) -> tuple[Statement, ...]:
    """Return a chat model's sentences as the answer shows them: what no source carries is left out."""
    numbers = {citation.citation_id: citation.number for citation in answer.citations}
    return tuple(
        Statement(
            "written",
            sentence.text,
            answer.answer_language,
            tuple(numbers[cited] for cited in sentence.citations if cited in numbers),
        )
        for sentence in answer.sentences
        if sentence.verification != "unsupported"
    )


def _quoted_in(line: str, numbers: tuple[int, ...], cited: dict[int, Citation]) -> Citation | None:
    """Return the citation whose quote an item of the answer is."""
    if not line.startswith(_ITEM) or len(numbers) != 1:
        return None
    citation = cited[numbers[0]]
    return citation if one_line(citation.quote) in line else None


def _kept_unless(cited: dict[int, Citation]) -> Callable[[re.Match[str]], str]:
    """Return what takes out the numbers of citations and leaves any other ``[7]`` in its text."""

    def kept(match: re.Match[str]) -> str:
        return "" if int(match[1]) in cited else match[0]

    return kept


def _own_words(line: str, answer: Answer, phrases: Catalogue) -> str:
    """Return a line of ours without what the reply says in its own place: the resources, the expert."""
    if refuses(answer):
        for key in ("nearest", "offer_expert"):
            line = line.replace(phrases.text(key), "")
    return " ".join(line.replace("**", "").split())
