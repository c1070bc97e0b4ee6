"""A judged question with what was found for it, without a search: the words of the question weigh alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from corpus.loading import Hints, parse
from helpdesk_bot.answering import begin
from helpdesk_bot.answers import Question
from helpdesk_bot.citations import Evidence
from helpdesk_bot.draft import Draft
from helpdesk_bot.settings import load_settings
from helpdesk_bot.understanding import understand
from index.chunking import chunk
from index.chunks import Candidate, DocumentInfo
from index.lexical import tokens
from index.retrieval import Retrieval


def candidates(text: str, language: str, about: DocumentInfo | None = None) -> list[Candidate]:
    """The passages of a Markdown text, in its order."""
    about = about or DocumentInfo("d", 1, "A", "report", None, None, language, (), None, None, "a.md")
    document = parse(text.encode(), Hints(about.source, None, None, None))
    return [
        Candidate(
            replace(passage, language=language),
            about,
            rank,
            1.0,
            None,
            None,
            np.zeros((len(passage.sentences), 4), np.float32),
        )
        for rank, passage in enumerate(chunk(document, about.document_id, 1, max_tokens=256), start=1)
    ]


def evidence(found: Sequence[Candidate], words: str, score: float = 1.0) -> Evidence:
    """The sentence that holds these words, as a quote."""
    for candidate in found:
        passage = candidate.passage
        for place, (start, end) in enumerate(passage.sentences):
            if words in passage.text[start - passage.start_char : end - passage.start_char]:
                return Evidence(candidate, place, place, place, score, 1.0)
    raise AssertionError(words)


def draft_of(question: str, language: str, found: Sequence[Candidate], *pieces: Evidence) -> Draft:
    """The draft of a question whose answer is being written."""
    weights = {token: 1.0 for token in tokens(question, language)}
    return replace(
        begin(Question(question), load_settings(None, None, {})),
        understanding=understand(question, language=language, history=(), default_language="en"),
        retrieval=Retrieval(np.zeros(4, np.float32), tuple(found), (), weights, ()),
        evidence=pieces,
        outcome="answered",
    )
