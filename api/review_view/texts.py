"""The text in the editor: read from the plain form, or taken from what is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk_bot.review.errors import BadText
from helpdesk_bot.review.values import clean

MAX_ROWS = 200
"""Sentences of one form that are read."""

_TEXT = re.compile(r"text\.(\d{1,4})")
Sentences = list[dict[str, Any]]
Citations = list[dict[str, Any]]
Cite = Callable[[str, int, int], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Working:
    """A text as it stands in the editor; sentences may lack a verdict, citations are whole."""

    sentences: Sentences
    citations: Citations

    def bare_sentences(self) -> Sentences:
        """Return the sentences as the desk takes them."""
        return [{"text": one["text"], "citations": list(one["citations"])} for one in self.sentences]

    def references(self) -> Citations:
        """Return the citations that a sentence uses, as the desk takes them."""
        used = {cited for one in self.sentences for cited in one["citations"]}
        names = ("citation_id", "passage_id", "start_char", "end_char")
        return [{name: one[name] for name in names} for one in self.citations if one["citation_id"] in used]


def working_of(text: Mapping[str, Any], known: Sequence[Mapping[str, Any]], cite: Cite) -> Working:
    """Return a kept text for the editor; bare references become whole citations.

    Args:
        text: its ``sentences`` and ``citations`` (whole, or references with passage and span).
        known: citations that are at hand.
        cite: reads one from the documents, by passage and span.
    """
    at_hand = {one["citation_id"]: one for one in known}
    citations = [_whole(one, at_hand, cite) for one in text["citations"]]
    return Working([dict(one) for one in text["sentences"]], [one for one in citations if one])


def _whole(
    one: Mapping[str, Any], at_hand: Mapping[str, Mapping[str, Any]], cite: Cite
) -> dict[str, Any] | None:
    if "quote" in one:
        return dict(one)
    if one["citation_id"] in at_hand:
        return dict(at_hand[one["citation_id"]])
    try:
        found = cite(one["passage_id"], one["start_char"], one["end_char"])
    except BadText:  # its document has another text by now: the check of the sentence says so
        return None
    return {**found, "citation_id": one["citation_id"]}


def read_form(fields: Sequence[tuple[str, str]], known: Sequence[Mapping[str, Any]], cite: Cite) -> Working:
    """Return the text that a form sends: fields ``text.N``, ``cite.N`` and ``citation``.

    Rows without words are left out: emptying a row is how a sentence goes without scripts.
    ``citation`` holds ``id passage start end``, one for each citation of the editor.
    """
    texts = {int(match[1]): value for name, value in fields if (match := _TEXT.fullmatch(name))}
    sentences = [
        {
            "text": clean(texts[row]),
            "citations": [value for name, value in fields if name == f"cite.{row}"],
        }
        for row in sorted(texts)[:MAX_ROWS]
        if clean(texts[row])
    ]
    references = [_reference(value) for name, value in fields if name == "citation"]
    return working_of({"sentences": sentences, "citations": [one for one in references if one]}, known, cite)


def reference(citation: Mapping[str, Any]) -> str:
    """Return a citation as the form carries it."""
    return "{citation_id} {passage_id} {start_char} {end_char}".format_map(citation)


def _reference(value: str) -> dict[str, Any] | None:
    parts = value.split(" ")
    if len(parts) != 4 or not (parts[2].isdecimal() and parts[3].isdecimal()):
        return None
    return {
        "citation_id": parts[0],
        "passage_id": parts[1],
        "start_char": int(parts[2]),
        "end_char": int(parts[3]),
    }


def with_citation(working: Working, citation: Mapping[str, Any], row: int | None) -> Working:
    """Return the text with one more citation, put on the sentence with that index if there is one."""
    citations = list(working.citations)
    same = next((one for one in citations if _place(one) == _place(citation)), None)
    if same is None:
        citations.append(dict(citation))
    cited = (same or citation)["citation_id"]
    sentences = [
        one | {"citations": list(dict.fromkeys([*one["citations"], cited]))} if index == row else one
        for index, one in enumerate(working.sentences)
    ]
    return Working(sentences, citations)


def _place(citation: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(citation[name] for name in ("passage_id", "start_char", "end_char"))
