"""A small helpdesk for tests of the ways in: a real catalogue and real originals, canned answers.

The questions in `ANSWERS` give the states that a page has to show; any other
question is answered like the English one.
"""

from __future__ import annotations

import atexit
import dataclasses
import io
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, update

from corpus import originals
from corpus.catalog import Catalog
from corpus.documents import Block, Document, Metadata, Section
from corpus.schema import document_versions, metadata
from corpus.storage import begin_write, open_engine, sqlite_url
from helpdesk_bot.answers import (
    Answer,
    Citation,
    CitedDocument,
    EngineInfo,
    Question,
    Related,
    Review,
    Sentence,
    ShortAnswer,
    answer_to_json,
)
from helpdesk_bot.records import Records
from helpdesk_bot.settings import Settings

ASKED_AT = (datetime.now(UTC) - timedelta(days=40)).isoformat(timespec="seconds").replace("+00:00", "Z")
"""When every question is asked: before what the usage counts, and not too long ago to be shown."""

SV_TEXT = (
    "AI i offentlig sektor\n\nUndersökningen 📊 omfattade flera länder.\n"
    "492 tjänstemän deltog i undersökningen från Oxford Economics och EY.\n\n"
    "Resultat\n\nFå myndigheter använder AI i full skala."
)
SV_QUOTE = "492 tjänstemän deltog i undersökningen från Oxford Economics och EY."
VI_TEXT = "Dịch vụ công trực tuyến\n\nCổng dịch vụ công phục vụ người dân bằng nhiều ngôn ngữ."
VI_QUOTE = "Cổng dịch vụ công phục vụ người dân bằng nhiều ngôn ngữ."
EN_TEXT = (
    "Digital inclusion\n\n"
    + "\n".join(
        f"Paragraph {n}: libraries help people who are not online, one visit at a time." for n in range(400)
    )
    + "\nEvery library offers a weekly digital surgery.\nIt is free of charge.\n"
    + "\n".join(f"Note {n}: the figures are from the annual survey of libraries." for n in range(400))
)
EN_QUOTE = "Every library offers a weekly digital surgery."

SV_QUESTION = "Hur många tjänstemän deltog i undersökningen från Oxford Economics och EY?"
VI_QUESTION = "Cổng dịch vụ công phục vụ ai?"
EN_QUESTION = "What do libraries offer?"
CROSS_QUESTION = "How many officials took part in the survey?"
UNKNOWN_QUESTION = "Vilken är bolagsskatten i Sverige?"
BLOCKED_QUESTION = "My number is 19121212-1212, may I apply?"
UNCLEAR_QUESTION = "When did it begin?"
ERROR_QUESTION = "error please"
CRASH_QUESTION = "crash please"
SLOW_QUESTION = "slow please"
HOSTILE_QUESTION = "hostile <script>alert(1)</script>"


def _document(text: str, title: str, language: str, kind: str, media_type: str, **more: Any) -> Document:
    heading = text.index("\n")
    second = text.find("Resultat")
    cuts = (
        [(0, second, 1), (second, len(text), 2)]
        if second > 0
        else [(0, len(text), 1 if media_type.endswith("pdf") else None)]
    )
    sections = []
    for start, end, page in cuts:
        first = text.find("\n", start)
        path = (text[start : first if first > 0 else end],)
        body = Block(heading + 2 if start == 0 else start + len(path[0]) + 2, end, "paragraph")
        sections.append(
            Section(start, end, page, path, language, (Block(start, start + len(path[0]), "heading"), body))
        )
    return Document(text, tuple(sections), Metadata(title, kind, language=language, **more), media_type)


def _pdf() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for text in ("AI i offentlig sektor", "Resultat"):
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


HTML = b"<!DOCTYPE html><title>D</title><script>document.title='ran'</script><p>C\xe1\xbb\x95ng</p>"


@cache
def _furnished(n_tables: int) -> Path:  # tables that are registered later make another one
    """A data directory with the documents, made once in a process: to copy it takes a tenth of the time."""
    folder = Path(tempfile.mkdtemp(prefix="house-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = folder / "var"
    made.mkdir()
    engine = open_engine(sqlite_url(made))
    _furnish(engine, made)
    engine.dispose()
    return made


def _furnish(engine: Engine, data_dir: Path) -> None:
    """Put the documents where they are missing."""
    metadata.create_all(engine)
    catalog = Catalog(engine)
    if catalog.known("/documents"):
        return
    items = [
        (
            "brief.sv.pdf",
            _document(
                SV_TEXT,
                "AI i offentlig sektor",
                "sv",
                "report",
                "application/pdf",
                publisher="EY",
                date="2024-05-01",
                url="https://example.org/brief",
            ),
            _pdf(),
        ),
        (
            "cong.vi.html",
            _document(VI_TEXT, "Dịch vụ công trực tuyến", "vi", "good_practice", "text/html", date="2025"),
            HTML,
        ),
        (
            "inclusion.en.txt",
            _document(
                EN_TEXT, "Digital inclusion", "en", "policy_brief", "text/plain", themes=("inclusion",)
            ),
            EN_TEXT.encode(),
        ),
    ]
    for source, document, data in items:
        sha256 = originals.store(data_dir, data)
        with begin_write(engine) as connection:
            catalog.store_version(connection, "/documents", source, sha256, document, sha256)


class FakeHelpdesk:
    """What `helpdesk_bot.helpdesk.Helpdesk` offers, as far as the ways in use it."""

    def __init__(self, settings: Settings, status: str = "ready", reasons: tuple[str, ...] = ()) -> None:
        fresh = not (settings.data_dir / "helpdesk.db").exists()
        if fresh:
            shutil.copytree(_furnished(len(metadata.tables)), settings.data_dir, dirs_exist_ok=True)
        self.engine = open_engine(sqlite_url(settings.data_dir))
        if not fresh:
            _furnish(self.engine, settings.data_dir)
        self.catalog = Catalog(self.engine)
        self.records = Records(self.engine)
        self._records_answers = settings.record_conversations
        self.asked: list[Question] = []
        self.closed = False
        self.release = threading.Event()
        self._status, self._reasons = status, reasons
        self._depth = settings.depth
        self.ids = {source: known.document_id for source, known in self.catalog.known("/documents").items()}

    def runs_out(self, source: str, day: str) -> None:
        """Let a document's validity end with a day."""
        self._say_of(source, valid_until=day)

    def replaces(self, newer: str, older: str) -> None:
        """Let a document take another one's place."""
        self._say_of(newer, supersedes=older)

    def _say_of(self, source: str, **values: str) -> None:
        with begin_write(self.engine) as connection:
            of_it = document_versions.c.document_id == self.ids[source]
            connection.execute(update(document_versions).where(of_it).values(**values))

    def health(self) -> Any:
        return dataclasses.make_dataclass("Health", ["status", "reasons"])(self._status, self._reasons)

    def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        if question.text == CRASH_QUESTION:
            raise RuntimeError("a secret of the house")
        if question.text == SLOW_QUESTION:
            self.release.wait(120)
        answer = self._answer(question)
        if self._records_answers and answer.outcome != "blocked_personal_data":
            self.records.add(answer)
        return answer

    def stream(self, question: Question) -> Iterator[tuple[str, dict[str, Any]]]:
        yield "status", {"stage": "retrieving"}
        answer = answer_to_json(self.ask(question))
        for kind, items in (
            ("citation", answer["citations"]),
            ("sentence", answer["sentences"]),
            ("related", answer["related"]),
        ):
            for item in items:
                yield kind, item
        yield "done", answer

    def stream_slowly(self, question: Question) -> Iterator[tuple[str, dict[str, Any]]]:
        """Begin beyond the half second in which a browser counts a shift as the visitor's own."""
        time.sleep(0.7)
        for event in FakeHelpdesk.stream(self, question):
            yield event
            time.sleep(0.05)

    def warm_up(self) -> None:
        """Nothing here is slow the first time."""

    def close(self) -> None:
        self.closed = True
        self.engine.dispose()

    def citation(self, source: str, text: str, quote: str, number: int = 1) -> Citation:
        record = self.catalog.get(self.ids[source])
        about = record.metadata
        start = text.index(quote)
        return Citation(
            citation_id=f"cit_{source}",
            number=number,
            passage_id=f"p_{source}",
            document=CitedDocument(
                record.document_id,
                about.title,
                about.kind,
                about.publisher,
                about.date,
                about.language,
                about.url,
                source,
                record.version,
            ),
            page=1 if source.endswith("pdf") else None,
            heading_path=(text.split("\n", 1)[0],),
            start_char=start,
            end_char=start + len(quote),
            quote=quote,
            language=about.language,
        )

    def _answer(self, question: Question) -> Answer:
        sv = self.citation("brief.sv.pdf", SV_TEXT, SV_QUOTE)
        en = self.citation("inclusion.en.txt", EN_TEXT, EN_QUOTE)
        vi = self.citation("cong.vi.html", VI_TEXT, VI_QUOTE)
        related = (
            Related(
                "good_practice",
                "Dịch vụ công trực tuyến",
                self.ids["cong.vi.html"],
                "Close to the subject.",
                None,
                None,
            ),
            Related(
                "report",
                "AI i offentlig sektor",
                self.ids["brief.sv.pdf"],
                "Cited in the answer.",
                "https://example.org/brief",
                sv.citation_id,
            ),
            Related(
                "news",
                "Bad link",
                self.ids["brief.sv.pdf"],
                "Its address is no web address.",
                "javascript:alert(1)",
                None,
            ),
        )
        if question.text == SV_QUESTION:
            short = ShortAnswer("492", sv.citation_id, 0, 3)
            return self._make(
                question, "sv", "answered", "Dokumenten säger följande.", (sv,), related, short=short
            )
        if question.text == VI_QUESTION:
            return self._make(question, "vi", "answered", "Các tài liệu cho biết như sau.", (vi,), related)
        if question.text == CROSS_QUESTION:
            return self._make(
                question,
                "en",
                "partial",
                "The documents answer a part of this.",
                (sv, dataclasses.replace(en, number=2)),
                related,
            )
        if question.text == UNKNOWN_QUESTION:
            return self._make(
                question,
                "sv",
                "unanswerable_not_in_documents",
                "Dokumenten säger inget om detta.",
                (),
                related,
                reason="low_confidence",
            )
        if question.text == BLOCKED_QUESTION:
            return self._make(
                question, "en", "blocked_personal_data", "The question seems to hold personal data.", (), ()
            )
        if question.text == UNCLEAR_QUESTION:
            meant = [f"{UNCLEAR_QUESTION} (in “{each.document.title}”)" for each in (en, sv)]
            return self._make(
                question,
                "en",
                "clarification",
                "Which of these do you mean?",
                (en, dataclasses.replace(sv, number=2)),
                tuple(
                    Related(
                        each.document.kind,
                        each.document.title,
                        each.document.document_id,
                        text,
                        None,
                        each.citation_id,
                    )
                    for each, text in zip((en, sv), meant, strict=True)
                ),
            )
        if question.text == ERROR_QUESTION:
            return self._make(question, "en", "error_engine", "The answer could not be made.", (), ())
        return self._make(question, "en", "answered", "The documents say this.", (en,), related)

    def _make(
        self,
        question: Question,
        language: str,
        outcome: Any,
        lead: str,
        cited: tuple[Citation, ...],
        related: tuple[Related, ...],
        *,
        reason: str | None = None,
        short: ShortAnswer | None = None,
    ) -> Answer:
        lines = [f"- “{' '.join(item.quote.split())}” [{item.number}]" for item in cited]
        return Answer(
            answer_id=uuid.uuid4().hex,
            conversation_id=question.conversation_id or uuid.uuid4().hex,
            created_at=ASKED_AT,
            question=question.text,
            question_language=language,
            answer_language=question.language or language,
            outcome=outcome,
            outcome_reason=reason,
            confidence=0.87 if cited else 0.1,
            engine=EngineInfo("extractive"),
            text="\n\n".join([lead, "\n".join(lines)]).strip(),
            sentences=tuple(Sentence(item.quote, (item.citation_id,), "supported", 0.9) for item in cited),
            citations=cited,
            short_answer=short,
            related=related,
            review=Review(),
            trace={
                "timings_ms": {"embed": 1.0},
                "depth": question.depth or self._depth,
                "notes": list(question.notes),
                **(
                    {"filters": {k: list(v) for k, v in question.filters.items()}} if question.filters else {}
                ),
            },
        )


def settings_in(folder: Path, **options: Any) -> Settings:
    return Settings(data_dir=folder / "var", model_cache=folder / "models", **options)
