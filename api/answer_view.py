"""An answer as the page shows it: labelled, grouped, in the page's language, safe to link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode

from api.copying import Copies, copies
from api.lapses import said_of
from api.load import BUSY_NOTE
from api.markup import Block, Foreign, blocks
from api.standing import narrowed, standing, verified
from helpdesk_bot.lapsed import Lapse
from helpdesk_bot.phrases import language_name
from helpdesk_bot.reply.wording import spoken_date
from helpdesk_bot.understood import understood_as

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SourceView:
    """One citation; ``data`` is what the side sheet needs, already in the page's language.

    ``lapsed`` says that its document does not hold today.
    """

    number: int
    title: str
    about: str
    place: str
    quote: str
    language: str | None
    language_label: str
    href: str
    data: Mapping[str, Any]
    lapsed: str | None


@dataclass(frozen=True, slots=True)
class RelatedView:
    """A resource worth reading."""

    title: str
    why: str
    href: str
    official: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a question could mean: a question to ask, and the source that made it one."""

    question: str
    number: int | None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """All that the answer's template shows.

    ``status`` is the outcome's first word, ``approved`` or ``waiting``.
    ``readings`` are the questions that one could mean; ``waits`` tells that an
    expert will look at it; ``can_be_judged`` that it is recorded, so that
    somebody may say what is wrong with it.
    """

    answer_id: str
    conversation_id: str
    status: str
    label: str
    approved: str | None
    verified: str | None
    unsupported: tuple[str, ...]
    readings: tuple[Reading, ...]
    narrowed: str | None
    waits: bool
    can_be_judged: bool
    copies: Copies
    question: str
    question_language: str | None
    language: str | None
    understood: str | None
    body: tuple[Block, ...]
    short_answer: str | None
    short_answer_language: str | None
    short_answer_lapsed: str | None
    sources: Mapping[int, SourceView]
    related: tuple[tuple[str, tuple[RelatedView, ...]], ...]
    notes: tuple[str, ...]


def language_tag(code: str | None) -> str | None:
    """Return a code for a ``lang`` attribute; ``None`` where the language is not known."""
    return None if not code or code == "und" else code


def web_address(url: str | None) -> str | None:
    """Return an address that may be linked to: ``http`` and ``https`` only."""
    return url if url and url.lower().startswith(("http://", "https://")) else None


def passage_address(document_id: str, version: int, start: int, end: int) -> str:
    """Return the address of the page that shows a passage highlighted."""
    query = urlencode({"version": version, "start": start, "end": end})
    return f"/documents/{percent_encode(document_id, safe='')}?{query}#quote"


def original_address(document_id: str, version: int, page: int | None) -> str:
    """Return the address of a document's original file, at its page where it has one."""
    address = f"/api/v1/documents/{percent_encode(document_id, safe='')}/original?version={version}"
    return f"{address}#page={page}" if page else address


def view(
    answer: Mapping[str, Any],
    words: Words,
    page_language: str,
    *,
    recorded: bool = True,
    lapsed: Mapping[str, Lapse] = MappingProxyType({}),
) -> AnswerView:
    """Return what the page shows of an answer.

    Args:
        answer: the answer's JSON document.
        words: the page's own words.
        page_language: the language of those words.
        recorded: whether answers are recorded at all.
        lapsed: what became of the cited documents, by citation id, see `helpdesk_bot.lapsed`.
    """
    citations: list[Mapping[str, Any]] = answer["citations"]
    gone = {citation_id: said_of(lapse, words) for citation_id, lapse in lapsed.items()}
    sources = {
        citation["number"]: _source(citation, words, page_language, gone.get(citation["citation_id"]))
        for citation in citations
    }
    own = answer["answer_language"]
    foreign = [
        Foreign(text, citation["language"])
        for citation in citations
        if citation["language"] not in (own, "und")
        for text in dict.fromkeys((citation["quote"], _one_line(citation["quote"])))
    ]
    short = answer["short_answer"]
    languages = {citation["citation_id"]: citation["language"] for citation in citations}
    status, label = standing(answer, words, page_language)
    asks_back = answer["outcome"] == "clarification"
    body = blocks(answer["text"], frozenset(sources), foreign)
    review = answer["review"]
    name = review.get("approved_by") if status == "approved" else None
    understood = understood_as(answer["trace"], own)
    return AnswerView(
        answer_id=answer["answer_id"],
        conversation_id=answer["conversation_id"],
        status=status,
        label=label,
        approved=words["approved_by"].format(name=name) if name else None,
        verified=verified(answer, words),
        unsupported=tuple(
            sentence["text"] for sentence in answer["sentences"] if sentence["verification"] == "unsupported"
        ),
        readings=_readings(answer) if asks_back else (),
        narrowed=narrowed(answer["trace"].get("filters") or {}, words, page_language),
        waits=review["status"] == "pending",
        can_be_judged=recorded and not answer["outcome"].startswith(("blocked_personal", "error")),
        copies=copies(answer, words, page_language, label, understood, gone),
        question=answer["question"],
        question_language=language_tag(answer["question_language"]),
        language=language_tag(own),
        understood=understood,
        # What could be meant is shown as buttons, so the list of it in the text would say it twice.
        body=tuple(block for block in body if block.kind != "list") if asks_back else body,
        short_answer=short["text"] if short else None,
        short_answer_language=language_tag(languages.get(short["citation_id"])) if short else None,
        short_answer_lapsed=gone.get(short["citation_id"]) if short else None,
        sources=sources,
        related=() if asks_back else _related(answer["related"], words),
        notes=_notes(answer, words),
    )


def _readings(answer: Mapping[str, Any]) -> tuple[Reading, ...]:
    numbers = {citation["citation_id"]: citation["number"] for citation in answer["citations"]}
    return tuple(Reading(item["why"], numbers.get(item["citation_id"])) for item in answer["related"])


def _one_line(quote: str) -> str:
    """Return a quote as it stands in running text: on one line, without its list mark."""
    return " ".join(quote.split()).lstrip("•–-*▪◦ ")


def _source(citation: Mapping[str, Any], words: Words, page_language: str, lapsed: str | None) -> SourceView:
    document = citation["document"]
    document_id, version, page = document["document_id"], document["version"], citation["page"]
    language = language_tag(citation["language"])
    named = language_name(language, page_language) if language else ""
    date = spoken_date(document["date"], page_language)
    about = [words.get(f"kind_{document['kind']}", ""), document["publisher"], date, named]
    place = [words["page_n"].format(page=page)] if page else []
    if citation["heading_path"]:
        place.append(" › ".join(citation["heading_path"]))
    href = passage_address(document_id, version, citation["start_char"], citation["end_char"])
    original_label = words["open_page"].format(page=page) if page else words["open_original"]
    about_line = " · ".join(part for part in about if part)
    label = words["quote_in"].format(language=named) if named else ""
    data = {
        "number": citation["number"],
        "title": document["title"],
        "titleLanguage": language_tag(document["language"]),
        "about": about_line,
        "lapsed": lapsed,
        "place": " · ".join(place),
        "language": language,
        "languageLabel": label,
        "start": citation["start_char"],
        "end": citation["end_char"],
        "text": f"/api/v1/documents/{percent_encode(document_id, safe='')}/text?version={version}",
        "page": href,
        "original": original_address(document_id, version, page),
        "originalLabel": original_label,
        "official": web_address(document["url"]),
    }
    return SourceView(
        number=citation["number"],
        title=document["title"],
        about=about_line,
        place=" · ".join(place),
        quote=citation["quote"],
        language=language,
        language_label=label,
        href=href,
        data=data,
        lapsed=lapsed,
    )


def _related(items: list[Mapping[str, Any]], words: Words) -> tuple[tuple[str, tuple[RelatedView, ...]], ...]:
    groups: dict[str, list[RelatedView]] = {}
    for item in items:
        heading = words.get(f"kinds_{item['kind']}", words["kinds_document"])
        href = f"/documents/{percent_encode(item['document_id'], safe='')}"
        groups.setdefault(heading, []).append(
            RelatedView(item["title"], item["why"], href, web_address(item["url"]))
        )
    return tuple((heading, tuple(found)) for heading, found in groups.items())


def _notes(answer: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    engine, notes = answer["engine"], []
    by_machine = engine["name"] in ("extractive", "generative") and answer["review"]["status"] != "approved"
    if answer["citations"] and by_machine:
        how = "how_extractive" if engine["name"] == "extractive" else "how_generative"
        notes.append(words[how].replace("{model}", engine["model"] or "?"))
    if BUSY_NOTE in answer["trace"].get("notes", ()):
        notes.append(words["how_fast_busy"])
    if by_machine and not answer["outcome"].startswith(("blocked", "error")):
        notes.append(words["confidence"].format(percent=round(answer["confidence"] * 100)))
    notes.append(words["answer_id"].format(id=answer["answer_id"]))
    return tuple(notes)
