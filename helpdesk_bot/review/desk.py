"""The review desk as one object: what an expert can see and do, in JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select

from corpus.language import detect
from corpus.storage import begin_write
from helpdesk_bot.review import items, listing, moving, passages, policy, releasing, texts, timeline
from helpdesk_bot.review.approving import Approval, approve
from helpdesk_bot.review.diff import word_diff
from helpdesk_bot.review.errors import BadText
from helpdesk_bot.review.listing import Query
from helpdesk_bot.review.reading import evidence, merge_candidates, requests_of, sources_of
from helpdesk_bot.review.values import Content, Person, clean, content_from
from helpdesk_bot.review.verification import Checker, Embed
from helpdesk_bot.schema import answers
from index.chunks import Filters
from index.retrieval import Retriever

__all__ = ["Person", "Query", "ReviewDesk"]

Given = Sequence[Mapping[str, Any]]
Rows = list[dict[str, Any]]
MOST_FOUND = 50


class ReviewDesk:
    """Questions, texts and evidence of one database; safe to use from many threads."""

    def __init__(self, engine: Engine, embed: Embed | None, retriever: Retriever | None) -> None:
        """Open the desk.

        Args:
            engine: the database.
            embed: gives ``(n, dim)`` unit vectors of texts; ``None``: meaning is not checked.
            retriever: searches the passages; ``None``: there is no search.
        """
        self.engine = engine
        self._checker = Checker(embed)
        self._retriever = retriever

    # Seeing.

    def list(self, person: Person, query: Query) -> dict[str, Any]:
        """Return a page of the queue and how many questions there are in each state.

        Raises:
            BadText: a filter, page size or cursor that cannot be.
        """
        with self.engine.connect() as connection:
            own_only = policy.read_in(connection).own_themes_only
            page = listing.page(connection, person, query, own_only=own_only)
            page |= {"counts": listing.counts(connection)}
            return page if query.cursor else page | {"facets": listing.facets(connection)}

    def get(self, person: Person, item_id: str) -> dict[str, Any]:
        """Return a question with its texts, evidence, notes, timeline, and what can be done now.

        Raises:
            ItemUnknown: there is none with this id.
            NotAllowed: it is of another expert's themes, where the policy says so.
        """
        with self.engine.connect() as connection:
            row = items.row_of(connection, item_id)
            moving.require_own(row, person, own_only=policy.read_in(connection).own_themes_only)
            text, first = items.text_at(connection, item_id), items.text_at(connection, item_id, 1)
            answer = connection.execute(
                select(answers.c.document).where(answers.c.answer_id == row["answer_id"])
            ).scalar_one_or_none()
            known = {**content_from(first["content"]).citations, **content_from(text["content"]).citations}
            return (
                listing.summary(row, person)
                | {
                    "message": row["message"],
                    "text": items.text_json(text),
                    "draft": items.text_json(first),
                    # Whose conversation it was is a password of the asker's: nobody here needs it.
                    "answer": None if answer is None else {**answer, "conversation_id": ""},
                    "evidence": evidence(connection, known),
                    "notes": moving.notes_of(connection, item_id),
                    "requests": requests_of(connection, item_id),
                    "merge_candidates": merge_candidates(connection, row),
                    "timeline": timeline.events_of(connection, item_id),
                    "allowed": list(moving.ALLOWED[row["state"]]),
                }
                | texts.drafts_of(connection, person, item_id)
            )

    def timeline(self, item_id: str) -> dict[str, Any]:
        """Return everything that happened to a question.

        Raises:
            ItemUnknown: there is none with this id.
        """
        with self.engine.connect() as connection:
            items.row_of(connection, item_id)
            return {"events": timeline.events_of(connection, item_id)}

    def diff(self, item_id: str, from_version: int = 1, to_version: int | None = None) -> dict[str, Any]:
        """Return the words that changed between two versions of the text.

        Raises:
            ItemUnknown: no such item or version.
        """
        with self.engine.connect() as connection:
            before = items.text_at(connection, item_id, from_version)
            after = items.text_at(connection, item_id, to_version)
        old, new = content_from(before["content"]), content_from(after["content"])
        return {"from": before["version"], "to": after["version"]} | word_diff(old.words, new.words).to_json()

    # Evidence.

    def evidence(self, citations: Sequence[Mapping[str, Any]]) -> Rows:
        """Return citations, saved or not, with the text around their quotes."""
        with self.engine.connect() as connection:
            return evidence(connection, {each["citation_id"]: each for each in citations})

    def search(
        self,
        text: str,
        language: str | None = None,
        most: int = 10,
        filters: Mapping[str, Sequence[str]] | None = None,
    ) -> Rows:
        """Return passages that bear on a text, each with the citation that it makes.

        Raises:
            BadText: no words, or no search here.
        """
        wanted = clean(text)[:2000]
        if not wanted or not 1 <= most <= MOST_FOUND or self._retriever is None:
            raise BadText(f"Give words to look for; a search returns 1 to {MOST_FOUND} passages.")
        given = Filters(**{name: tuple(values) for name, values in (filters or {}).items()})
        return passages.search(self._retriever, wanted, language or detect(wanted), most, given)

    def cite(
        self, passage_id: str, start_char: int | None = None, end_char: int | None = None
    ) -> dict[str, Any]:
        """Return the citation of a span of a passage.

        Raises:
            BadText: see `passages.cite_passage`.
        """
        with self.engine.connect() as connection:
            return passages.cite_passage(connection, passage_id, start_char, end_char)

    def verify(self, item_id: str, sentences: Given, citations: Given) -> dict[str, Any]:
        """Check a text as it is being written; nothing is stored.

        Raises:
            ItemUnknown: there is none with this id.
            BadText: too much text.
        """
        content, exact = self._checked(item_id, sentences, citations)
        return {
            "sentences": [sentence.to_json() for sentence in content.sentences],
            "citations": [
                {"citation_id": citation_id, "is_exact": exact.get(citation_id, False)}
                for citation_id in dict.fromkeys(c for s in content.sentences for c in s.citations)
            ],
        }

    # Writing.

    def save(
        self, person: Person, item_id: str, version: int, sentences: Given, citations: Given
    ) -> dict[str, Any]:
        """Save a text and return the question as it is now.

        Raises:
            ItemUnknown: there is none with this id.
            Conflict: somebody else saved meanwhile; nothing is lost (see `texts.save`).
            BadText: too much text.
        """
        self.require_own(person, item_id)
        content, _ = self._checked(item_id, sentences, citations)
        texts.save(self.engine, person, item_id, version, content)
        return self.get(person, item_id)

    def autosave(
        self, person: Person, item_id: str, base_version: int, sentences: Given, citations: Given
    ) -> dict[str, Any]:
        """Keep what somebody is writing; see `texts.autosave`."""
        self.require_own(person, item_id)
        return texts.autosave(self.engine, person, item_id, base_version, sentences, citations)

    def discard(self, person: Person, item_id: str, draft_id: str | None = None) -> None:
        """Throw away one's own draft; see `texts.discard`."""
        texts.discard(self.engine, person, item_id, draft_id)

    def note(self, person: Person, item_id: str, text: str) -> dict[str, Any]:
        """Leave a note to colleagues; see `moving.note`."""
        self.require_own(person, item_id)
        return moving.note(self.engine, person, item_id, text)

    def assign(self, person: Person, item_id: str, version: int, to: Person | None) -> dict[str, Any]:
        """Give a question to somebody who may work on it, or to nobody; raises as `moving.current` does."""
        with begin_write(self.engine) as connection:
            row = self._row(connection, person, item_id, version, "assign")
            if to is not None:
                moving.require_own(row, to, own_only=policy.read_in(connection).own_themes_only)
            moving.assign(connection, row, person, to)
        return self.get(person, item_id)

    def send_back(self, person: Person, item_id: str, version: int, message: str) -> dict[str, Any]:
        """Give a question back to who asked it, with a message; raises as `moving.current` does."""
        with begin_write(self.engine) as connection:
            row = self._row(connection, person, item_id, version, "return")
            moving.send_back(connection, row, person, message)
        return self.get(person, item_id)

    def merge(self, person: Person, item_id: str, version: int, into: str) -> dict[str, Any]:
        """Let a question get another one's reply; raises as `moving.current` and `moving.merge` do."""
        with begin_write(self.engine) as connection:
            row = self._row(connection, person, item_id, version, "merge")
            target = moving.merge(connection, row, person, into)
            releasing.join(connection, row, target)
        return self.get(person, item_id)

    def close(self, person: Person, item_id: str, version: int, reason: str) -> dict[str, Any]:
        """Close a question without a reply; raises as `moving.current` does."""
        with begin_write(self.engine) as connection:
            row = self._row(connection, person, item_id, version, "close")
            moving.close(connection, row, person, reason)
        return self.get(person, item_id)

    def reopen(self, person: Person, item_id: str, version: int, reason: str) -> dict[str, Any]:
        """Bring a question that was done back into the queue; raises as `moving.current` does."""
        with begin_write(self.engine) as connection:
            row = self._row(connection, person, item_id, version, "reopen")
            moving.reopen(connection, row, person, reason)
        return self.get(person, item_id)

    def release(
        self,
        person: Person,
        item_id: str,
        version: int,
        responsibility: Mapping[int, str] | None = None,
        reason: str = "",
        changes_seen: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Check everything again and release the saved text under a person's name.

        Args:
            person: who answers for it.
            item_id: the question.
            version: of the item, as the person saw it.
            responsibility: reasons for sentences that are not supported, by their position from 0.
            reason: why the text was edited, for the eval case that the edit becomes.
            changes_seen: of the quoted documents that changed, by ``change_id`` (see `standing`).

        Returns:
            ``item``, ``bank_entry_id`` and ``answer``.

        Raises:
            ItemUnknown: there is none with this id.
            Conflict: it was changed meanwhile.
            NotAllowed: it is not open.
            Unsupported: sentences that nobody answers for.
            SourcesChanged: quoted documents changed, and the person has not said that they saw it.
            BadText: no text, too many citations, or a quote that does not stand in its document.
        """
        entry_id, answer = approve(
            self.engine,
            self._checker,
            person,
            item_id,
            version,
            Approval(responsibility or {}, reason, frozenset(changes_seen)),
        )
        return {"item": self.get(person, item_id), "bank_entry_id": entry_id, "answer": answer}

    def _checked(self, item_id: str, sentences: Given, citations: Given) -> tuple[Content, dict[str, bool]]:
        with self.engine.connect() as connection:
            content = texts.read_given(connection, item_id, sentences, citations)
            cited = {each for sentence in content.sentences for each in sentence.citations}
            sources = sources_of(
                connection, {name: value for name, value in content.citations.items() if name in cited}
            )
        checked = self._checker.check(content, sources)
        return checked, {name: source.is_exact for name, source in sources.items()}

    def _row(
        self, connection: Connection, person: Person, item_id: str, version: int, action: str
    ) -> RowMapping:
        own_only = policy.read_in(connection).own_themes_only
        return moving.current(connection, item_id, version, action, person, own_only=own_only)

    def require_own(self, person: Person, item_id: str) -> None:
        """Let a person pass who may see a question.

        Raises:
            ItemUnknown: there is none with this id.
            NotAllowed: it is of another expert's themes, where the policy says so.
        """
        with self.engine.connect() as connection:
            own_only = policy.read_in(connection).own_themes_only
            moving.require_own(items.row_of(connection, item_id), person, own_only=own_only)
