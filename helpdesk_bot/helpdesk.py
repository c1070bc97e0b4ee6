"""The helpdesk as one object: open it with settings, ask it, close it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from sqlalchemy import Engine

from corpus.catalog import Catalog
from corpus.language import detect
from corpus.subjects import subjects_of
from helpdesk_bot.answer_bank.bank import AnswerBank
from helpdesk_bot.answer_bank.phrasings import stamp_of
from helpdesk_bot.answerability import calibration, similarity_only
from helpdesk_bot.answering import answer_question, finish, run_steps
from helpdesk_bot.answers import Answer, Question, answer_to_json
from helpdesk_bot.database import open_database
from helpdesk_bot.draft import Draft
from helpdesk_bot.extractive import weights_without
from helpdesk_bot.judging import Instruments
from helpdesk_bot.llm import open_writer
from helpdesk_bot.parts import Parts
from helpdesk_bot.passage_search import open_search
from helpdesk_bot.records import Records
from helpdesk_bot.reply.composing import compose_reply
from helpdesk_bot.reply.values import Reply
from helpdesk_bot.retrieving import open_retriever
from helpdesk_bot.review import policy as review_policy
from helpdesk_bot.review.desk import ReviewDesk
from helpdesk_bot.settings import Settings
from index import bundled_model, store
from index.dense import DenseIndex
from index.embedding import Embedder, open_embedder
from index.pooling import PoolingEmbedder
from index.reader import Excerpt, Reader, cached_reader
from index.writing import embedder_stamp

Event = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether questions are answered, and what is not as it should be."""

    status: Literal["ready", "degraded"]
    reasons: tuple[str, ...]


class Helpdesk:
    """Answers questions from one data directory; safe to use from many threads."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        embedder: Embedder,
        reader: Callable[[], Reader] | None = None,
    ) -> None:
        """Put the parts together; ``reader`` gives the trained reader, ``None`` does without."""
        self.settings = settings
        self.engine = engine
        self.catalog = Catalog(engine)
        self.dense = DenseIndex(engine, settings.data_dir / "index")
        self.records = Records(engine)
        self.retriever = open_retriever(settings, engine, embedder, self.dense)
        self.search = open_search(settings, self.retriever, reader)
        self.review = ReviewDesk(
            engine,
            lambda texts: embedder.embed_passages(texts, [()] * len(texts)).passages,
            self.retriever,
        )
        self._parts = Parts(
            settings=settings,
            retriever=self.retriever,
            instruments=Instruments(
                embed_alone=lambda texts: embedder.embed_passages(texts, [()] * len(texts)).passages,
                embed_query=self.retriever.embed_query,
                reader=reader,
                weights=weights_without(settings.switched_off),
                excerpts=settings.reader_excerpts,
                switched_off=settings.switched_off,
            ),
            subjects=lambda: subjects_of(engine),
            records=self.records,
            calibration=similarity_only() if "calibration" in settings.switched_off else calibration(),
            writer=open_writer(settings),
            index_version=self.index_version,
            n_pieces=_n_pieces(embedder),
            bank=None if "answer_bank" in settings.switched_off else self._bank(embedder),
            review_policy=lambda: review_policy.read(engine),
        )

    def _bank(self, embedder: Embedder) -> AnswerBank:
        stamp = stamp_of(
            embedder.name,
            embedder.dimension,
            embedder.query_prefix,
            neutral="language_directions" not in self.settings.switched_off,
        )
        return AnswerBank(self.engine, self.retriever.embed_query, stamp, self.settings.bank_threshold)

    def ask(self, question: Question) -> Answer:
        """Answer a question.

        Raises:
            BadQuery: a filter that does not exist.
        """
        return answer_question(question, self._parts)

    def reply(self, question: Question) -> Reply:
        """Answer a question in the shape that an expert would send: the answer, then resources by kind.

        The answer is recorded as `ask` records it; a reply can be made again from it.

        Raises:
            BadQuery: a filter that does not exist.
        """
        return self.reply_from(self.ask(question), question.filters)

    def reply_from(self, answer: Answer, filters: Mapping[str, tuple[str, ...]]) -> Reply:
        """Make the reply of an answer that was given before; nothing is asked or recorded again.

        Args:
            answer: as it was given.
            filters: which documents were allowed to answer it.
        """
        return compose_reply(answer, filters, self.retriever, self.engine)

    def stream(self, question: Question) -> Iterator[Event]:
        """Answer a question piece by piece.

        Yields:
            ``status`` (a step is done), then ``sentence``, ``citation`` and
            ``related`` as they are settled, last ``done`` with the whole answer.
        """
        draft: Draft | None = None
        for progressed in run_steps(question, self._parts):
            draft = progressed.draft
            yield "status", {"step": progressed.step, "answer_id": draft.answer_id}
        if draft is None:
            raise RuntimeError("the list of steps is empty")
        answer = finish(draft, self._parts)
        document = answer_to_json(answer)
        for citation in document["citations"]:
            yield "citation", citation
        for sentence in document["sentences"]:
            yield "sentence", sentence
        for resource in document["related"]:
            yield "related", resource
        yield "done", document

    def warm_up(self) -> None:
        """Do once what the first question would wait for: language tables, the model's first pass."""
        detect("warm up")
        self.retriever.retrieve("warm up", language="en", most=1)
        if self.search.reader:
            self.search.reader().read("warm up", [Excerpt("", "warm up")])

    def index_version(self) -> str:
        """Return what tells this state of the index from another: revision and generation."""
        status = self.dense.status()
        return f"r{status.revision}/{status.generation or 'exact'}"

    def index_status(self) -> dict[str, Any]:
        """Return how many passages there are, and what serves them."""
        return self.dense.status().to_json()

    def health(self) -> Health:
        """Return whether all is well."""
        status = self.dense.status()
        reasons = [status.degraded] if status.degraded else []
        if status.n_passages == 0:
            reasons.append("there are no documents: run `helpdesk ingest`")
        return Health("degraded" if reasons else "ready", tuple(reasons))

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def _n_pieces(embedder: Embedder) -> Callable[[str], int] | None:
    if isinstance(embedder, PoolingEmbedder) and embedder.name == bundled_model.NAME:
        return embedder.n_pieces
    return None


def open_helpdesk(
    settings: Settings,
    embedder: Embedder | None = None,
    *,
    reader: Callable[[], Reader] | Literal["bundled"] | None = "bundled",
) -> Helpdesk:
    """Open the helpdesk of a data directory.

    Args:
        settings: which one, and how.
        embedder: an embedder that is loaded already; default: what the settings name.
        reader: gives a trained reader; ``bundled``: the one that ships, loaded at the first
            question that needs it; ``None``: nothing is read.

    Raises:
        ConfigurationError: settings or data directory cannot be used.
        ModelUnavailable: the embedding model cannot be loaded.
        EmbedderMismatch: the index was made with another model.
    """
    engine = open_database(settings)
    model = embedder or open_embedder(
        settings.embedder, settings.model_cache, n_threads=settings.answer_threads
    )
    with engine.connect() as connection:
        store.check_embedder(connection, embedder_stamp(model, heading_context=settings.heading_context))
    given = cached_reader(settings.model_cache) if reader == "bundled" else reader
    return Helpdesk(settings, engine, model, given)


__all__ = ["Answer", "Health", "Helpdesk", "Question", "open_helpdesk"]
