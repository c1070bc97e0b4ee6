"""Releasing a reply: everything checked again, then answer, bank entry and messages in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from helpdesk_bot.answer_bank.publishing import add_phrasings, publish
from helpdesk_bot.answers import EngineInfo
from helpdesk_bot.citations import MAX_CITATIONS, MAX_QUOTED_CHARS, one_line
from helpdesk_bot.delivery import outbox
from helpdesk_bot.phrases import catalogue, language_name, languages
from helpdesk_bot.review import items, telling, timeline
from helpdesk_bot.review.errors import BadText, Unsupported
from helpdesk_bot.review.moving import out_of_service
from helpdesk_bot.review.passages import numbered
from helpdesk_bot.review.schema import review_releases
from helpdesk_bot.review.standing import SourceChange, is_reusable
from helpdesk_bot.review.values import Content, Finding, Person, clean
from helpdesk_bot.review.verification import NOT_SURE
from helpdesk_bot.schema import answers

MOST_REASON_CHARS = 1000
_NOTED = ("change", "document_id", "title", "version", "version_now")
"""Of a change that was seen, on the timeline."""
_NEED_NO_REASON = NOT_SURE | {"source_not_in_force"}


def require_support(content: Content, responsibility: Mapping[int, str]) -> dict[int, str]:
    """Return the reasons for the sentences that somebody answers for without their being supported.

    That a document changed since it was quoted is asked about document by document (`standing`), not here.

    Args:
        content: checked just now.
        responsibility: a reason by the position of its sentence, from 0.

    Raises:
        BadText: no sentence at all, or a quote that does not stand in its document.
        Unsupported: sentences that are not supported and that nobody answers for.
    """
    if not content.sentences:
        raise BadText("There is no text to release: write at least one sentence.")
    taken: dict[int, str] = {}
    missing = []
    for position, sentence in enumerate(content.sentences):
        codes = {finding.code for finding in sentence.reasons}
        if "unknown_citation" in codes:
            raise BadText(
                f"Sentence {position + 1} cites a passage that is not there: take the citation out."
            )
        if sentence.verification != "unsupported" or not needs_reason(codes):
            continue
        reason = clean(responsibility.get(position, ""))[:MOST_REASON_CHARS]
        if reason:
            taken[position] = reason
        else:
            missing.append(
                {
                    "sentence": position,
                    "text": sentence.text,
                    "reasons": [finding.to_json() for finding in sentence.reasons],
                }
            )
    if missing:
        raise Unsupported(missing)
    return taken


def needs_reason(codes: Iterable[str]) -> bool:
    """Tell whether an unsupported sentence with these findings needs a reason of its own to be released."""
    return not set(codes) <= _NEED_NO_REASON


def final_answer(
    connection: Connection,
    row: RowMapping,
    content: Content,
    person: Person,
    at: str,
    taken: Mapping[int, str],
) -> dict[str, Any]:
    """Return the answer as it is released, in the shape of every answer.

    Raises:
        BadText: more citations or quoted text than an answer may have.
    """
    wanted = dict.fromkeys(cited for sentence in content.sentences for cited in sentence.citations)
    citations = numbered([content.citations[each] for each in wanted])
    if len(citations) > MAX_CITATIONS or sum(len(each["quote"]) for each in citations) > MAX_QUOTED_CHARS:
        raise BadText(
            f"An answer has at most {MAX_CITATIONS} citations and {MAX_QUOTED_CHARS} quoted characters: "
            "leave some out."
        )
    sentences = [
        _with_responsibility(sentence.to_json(), taken.get(n)) for n, sentence in enumerate(content.sentences)
    ]
    base = _base(connection, row)
    known = {each["citation_id"] for each in citations}
    related = [
        {**each, "citation_id": each["citation_id"] if each["citation_id"] in known else None}
        for each in base["related"]
    ]
    return {
        **base,
        "question": row["question"],
        "question_language": row["question_language"],
        "answer_language": content.language,
        "outcome": "answered",
        "outcome_reason": None,
        "confidence": 1.0,
        "engine": {"name": EngineInfo("answer_bank").name, "model": None, "prompt_sha256": None},
        "text": written(content, citations),
        "sentences": [
            {name: sentence[name] for name in ("text", "citations", "verification", "score")}
            for sentence in sentences
        ],
        "citations": citations,
        "short_answer": None,
        "related": related,
        "review": {
            "status": "approved",
            "required_because": list(row["reasons"]),
            "approved_at": at,
            "approved_by": person.name,
        },
    }


def _with_responsibility(sentence: dict[str, Any], reason: str | None) -> dict[str, Any]:
    if reason is None:
        return sentence
    taken = Finding("taken_responsibility", "", reason).to_json()
    return {**sentence, "reasons": [*sentence["reasons"], taken]}


def _base(connection: Connection, row: RowMapping) -> dict[str, Any]:
    """Return the answer that was given, or the frame of one where nobody had answered yet."""
    if row["answer_id"]:
        stored = connection.execute(
            select(answers.c.document).where(answers.c.answer_id == row["answer_id"])
        ).scalar_one_or_none()
        if stored is not None:
            return dict(stored)
    return {
        "answer_id": row["answer_id"] or row["item_id"],
        "conversation_id": row["conversation_id"] or "",
        "created_at": row["created_at"],
        "related": [],
        "trace": {
            "retrieved": [],
            "rejected": [],
            "timings_ms": {},
            "notes": ["asked of an expert directly"],
        },
    }


def written(content: Content, citations: Sequence[Mapping[str, Any]]) -> str:
    """Return the text with its citation numbers: quotes as a list, own words as running text."""
    numbers = {each["citation_id"]: each["number"] for each in citations}
    by_id = {each["citation_id"]: each for each in citations}
    lines: list[tuple[bool, str]] = []
    for sentence in content.sentences:
        marks = "".join(f" [{numbers[each]}]" for each in sentence.citations)
        quoted = next(
            (by_id[e] for e in sentence.citations if one_line(by_id[e]["quote"]) == sentence.text), None
        )
        foreign = quoted is not None and quoted["language"] not in (content.language, "und")
        label = _label(str(quoted["language"]), content.language) if quoted is not None and foreign else ""
        lines.append((quoted is not None, f"{sentence.text}{label}{marks}"))
    parts: list[str] = []
    for place, (is_item, line) in enumerate(lines):
        was_item = place > 0 and lines[place - 1][0]
        joint = "" if place == 0 else "\n" if is_item and was_item else "\n\n" if is_item or was_item else " "
        parts.append(f"{joint}- {line}" if is_item else f"{joint}{line}")
    return "".join(parts)


def _label(language: str, in_language: str) -> str:
    phrases = catalogue(in_language if in_language in languages() else "en")
    return f" ({phrases.text('quoted_in', language=language_name(language, phrases.language))})"


def release(
    connection: Connection,
    row: RowMapping,
    person: Person,
    answer: Mapping[str, Any],
    taken: Mapping[int, str],
    reason: str,
    changes: Sequence[SourceChange] = (),
) -> str | None:
    """Release an answer in the caller's transaction; return the id of its entry in the bank, if it has one.

    Who asked is told, and who asked the questions that were merged into this
    one; their questions become phrasings by which the bank finds the answer.
    What quotes a document that was replaced or withdrawn goes to them alone.
    """
    item_id, at = str(row["item_id"]), str(answer["review"]["approved_at"])
    merged = items.merged_into(connection, item_id)
    entry_id = None
    if not is_reusable(changes):
        out_of_service(connection, row, person)  # what was approved before may quote the same document
    elif answer["citations"]:  # what cites nothing cannot go out of date: nothing would tell
        entry_id = publish(
            connection,
            item_id=item_id,
            answer=answer,
            approved_by=person.name,
            approved_at=at,
            wordings=[(each["question"], each["question_language"]) for each in merged],
        )
    version = items.change(
        connection, row, state="released", held=0, released_at=at, released_by=person.name, message=None
    )
    connection.execute(
        insert(review_releases).values(
            item_id=item_id,
            version=version,
            at=at,
            account_id=person.account_id,
            by=person.name,
            bank_entry_id=entry_id,
            answer=dict(answer),
        )
    )
    for change in changes:
        detail = {name: getattr(change, name) for name in _NOTED}
        timeline.record(connection, item_id, person, "source_change_seen", version, detail)
    for position, why in taken.items():
        sentence = {"sentence": position, "reason": why}
        timeline.record(connection, item_id, person, "responsibility_taken", version, sentence)
    timeline.record(
        connection,
        item_id,
        person,
        "released",
        version,
        {"bank_entry_id": entry_id, "reason": clean(reason)[:MOST_REASON_CHARS]},
    )
    outbox.enqueue(
        connection,
        "webhook",
        {
            "key": f"{item_id}:{version}",
            "type": "reply.released",
            "data": {"item_id": item_id, "answer": {**answer, "conversation_id": ""}},
        },
    )
    telling.tell_released(connection, [item_id, *(each["item_id"] for each in merged)], answer)
    return entry_id


def join(connection: Connection, merged: RowMapping, target: RowMapping) -> None:
    """Give a question that was merged into a released one its reply, in the caller's transaction."""
    newest = newest_release(connection, target["item_id"])
    if newest is None or target["state"] != "released":
        return
    add_phrasings(connection, target["item_id"], [(merged["question"], merged["question_language"])])
    telling.tell_released(connection, [merged["item_id"]], newest["answer"])


def newest_release(connection: Connection, item_id: str) -> RowMapping | None:
    """Return the newest release of an item, if it has one."""
    columns = review_releases.c
    query = (
        select(review_releases).where(columns.item_id == item_id).order_by(columns.version.desc()).limit(1)
    )
    return connection.execute(query).mappings().one_or_none()
