"""What the calibration is fitted on: questions of development sets, put to the real steps of an answer.

Each question is asked twice: as it is, and with the documents that answer it
hidden, which makes an unanswerable question in any language. A question that
its set marks as unanswerable is asked once.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from evals.indexes import index_rows_of
from evals.retrieval_documents import with_languages
from evals.retrieval_suite import load_retrieval_suite
from evals.suite import Query, RetrievalSuite
from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.expected_kinds import most_specific
from helpdesk_bot.extractive import Scored, Weights, choose
from helpdesk_bot.helpdesk import open_helpdesk
from helpdesk_bot.judging import Instruments, judge
from helpdesk_bot.parts import CANDIDATES
from helpdesk_bot.reading import ReadExcerpt
from helpdesk_bot.settings import Settings
from index.chunks import Candidate, FloatArray
from index.embedding import Embedder
from index.reader import Reader, cached_reader
from index.retrieval import Retriever

_HIDDEN_AT_MOST = 8  # passages of the answering documents among the candidates


@dataclass(frozen=True, slots=True)
class Observation:
    """One question as asked once.

    ``answers`` is the label: one of the quotes that would be shown stands in a
    document that answers (and holds the answer, where the set gives one).
    ``sentences``: the parts of each read sentence's score, with whether it
    holds the answer. ``kind``: what the question asks for (`expected_kinds.KINDS`), if it shows that.
    """

    suite: str
    query_id: str
    variant: str  # shown | hidden | unanswerable
    answers: bool
    features: dict[str, float]
    sentences: list[dict[str, Any]] = field(default_factory=list)
    kind: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the observation as a JSON object."""
        return asdict(self)


def observe(
    folder: Path,
    settings: Settings,
    embedder: Embedder,
    *,
    most: int,
    seed: int,
    half: int,
    reader: Callable[[], Reader] | None = None,
) -> Iterator[Observation]:
    """Ask the questions of one retrieval suite.

    Args:
        folder: the suite, in BEIR's format.
        settings: depth and model; the data directory is the suite's own.
        embedder: loaded already.
        most: how many questions, drawn by ``seed``.
        seed: of the draw.
        half: 0 or 1: which half of the *documents'* questions is used; the
            other half is for the figures.
        reader: gives the trained reader; default: the one that ships.
    """
    suite = with_languages(load_retrieval_suite(folder))
    keys = answers_where_documents_are(folder)
    own, _ = index_rows_of(suite, settings, settings.data_dir, lambda *_: None)
    queries = [query for place, query in enumerate(_by_document(suite)) if place % 2 == half]
    random.Random(seed).shuffle(queries)  # noqa: S311  (a draw, no secret)
    with open_helpdesk(own, embedder) as desk:
        asker = _Asker(desk.retriever, embedder, settings, reader or cached_reader(settings.model_cache))
        for asked in queries[:most]:
            query = replace(asked, answers=keys.get(asked.query_id, asked.answers))
            relevant = {name for name, grade in suite.qrels.get(query.query_id, {}).items() if grade > 0}
            if not query.answerable:
                yield asker.ask(suite, query, "unanswerable", set(), set())
            elif relevant:
                yield asker.ask(suite, query, "shown", relevant, set())
                yield asker.ask(suite, query, "hidden", set(), relevant)


def read_observations(path: Path) -> list[Observation]:
    """Return what a fit has written, as JSON lines."""
    return [Observation(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def answers_where_documents_are(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return, by question, the answers in the documents' own language.

    A set that asks in one language and finds in another gives its answers as
    the asker's language has them, which no document can hold. Its parallel
    set within the documents' language (``xquad-x-doc_vi-q_en``: ``xquad-vi``)
    has the same questions with the answers as they stand there.
    """
    family, crosses, rest = folder.name.partition("-x-doc_")
    parallel = folder.parent / f"{family}-{rest.partition('-q_')[0]}"
    if not crosses or not parallel.is_dir():
        return {}
    return {
        query.query_id: query.answers for query in load_retrieval_suite(parallel).queries if query.answers
    }


def _by_document(suite: RetrievalSuite) -> list[Query]:
    """Return the queries grouped by document, so that halves do not share many."""

    def key(query: Query) -> str:
        return min(suite.qrels.get(query.query_id, {}), default=query.query_id)

    groups: dict[str, list[Query]] = {}
    for query in suite.queries:
        groups.setdefault(key(query), []).append(query)
    # Interleaved by group: place % 2 then splits documents, not questions.
    even = [query for place, name in enumerate(sorted(groups)) if place % 2 == 0 for query in groups[name]]
    odd = [query for place, name in enumerate(sorted(groups)) if place % 2 == 1 for query in groups[name]]
    shorter = min(len(even), len(odd))
    return [query for pair in zip(even[:shorter], odd[:shorter], strict=True) for query in pair]


@dataclass(frozen=True, slots=True)
class _Asker:
    retriever: Retriever
    embedder: Embedder
    settings: Settings
    reader: Callable[[], Reader]
    known: dict[str, FloatArray] = field(default_factory=dict)

    def ask(
        self, suite: RetrievalSuite, query: Query, variant: str, relevant: set[str], hidden: set[str]
    ) -> Observation:
        depth = self.settings.depth
        wanted = CANDIDATES[depth]
        language = query.language or "und"
        found = self.retriever.retrieve(query.text, language=language, most=wanted + _HIDDEN_AT_MOST)
        kept = tuple(item for item in found.candidates if item.document.source not in hidden)[:wanted]
        found = replace(found, candidates=kept)
        instruments = Instruments(
            self._embed,
            self.retriever.embed_query,
            self.reader,
            Weights(),
            excerpts=self.settings.reader_excerpts,
        )
        wanted_kinds = asks_for(query.text, language)
        judged = judge(query.text, language, wanted_kinds, found, instruments, depth)
        answers = any(
            piece.candidate.document.source in relevant and _holds(piece.quote, piece.candidate, query)
            for piece in choose(judged.sentences, Weights(), was_read=bool(judged.read))
        )
        sentences = [_parts(item, judged.read, query, relevant) for item in judged.sentences]
        signals, kind = dict(judged.features), most_specific(wanted_kinds)
        return Observation(suite.name, query.query_id, variant, answers, signals, sentences, kind)

    def _embed(self, texts: list[str]) -> FloatArray:
        # The hidden variant reads many of the sentences that the shown one read.
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new:
            vectors = self.embedder.embed_passages(new, [()] * len(new)).passages
            self.known.update(zip(new, vectors, strict=True))
        return np.array([self.known[text] for text in texts], np.float32)


def _parts(item: Scored, read: tuple[ReadExcerpt, ...], query: Query, relevant: set[str]) -> dict[str, Any]:
    pieces = [piece for piece in read if piece.holds(item)]
    start, end = item.candidate.passage.sentences[item.position]
    return {
        "passage": item.candidate.score,
        "pooled": item.pooled,
        "alone": item.alone,
        "words": item.coverage,
        "kind": item.holds_kind,
        "n_words": item.n_words,
        "answers": max((piece.reading.answers for piece in pieces), default=None),
        "relevance": max((piece.reading.relevance for piece in pieces), default=None),
        "span": max((piece.reading.span for piece in pieces), default=None),
        "holds_span": any(start < piece.span[1] and piece.span[0] < end for piece in pieces),
        "right": item.candidate.document.source in relevant and _holds(item.text, item.candidate, query),
    }


def _holds(quote: str, candidate: Candidate, query: Query) -> bool:
    """Tell whether a quote holds a key answer; sets without answers judge by the document alone."""
    if not query.answers:
        return True
    text = " ".join(quote.casefold().split())
    passage = " ".join(candidate.passage.text.casefold().split())
    keys = [" ".join(answer.casefold().split()) for answer in query.answers]
    # An answer reworded by the set's authors stands nowhere verbatim: then the document decides.
    if not any(key in passage for key in keys):
        return not any(len(key) < 60 for key in keys)
    return any(key in text for key in keys)
