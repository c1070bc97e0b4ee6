"""Whoever reads a quote sees that its document does not hold today, and what took its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from api.answer_view import view
from api.messages import languages, messages
from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.lapsed import lapsed
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot.library import fill, helpdesk, settings_for

TEXT = "---\ntitle: {}\nlanguage: {}\n{}---\n# {}\n\n{}\n"
RULES = {
    "en": ("Harbour rules", "The harbour pays 60 per cent of every ladder.", "What does the harbour pay?"),
    "sv": ("Hamnens regler", "Hamnen betalar 60 procent av varje stege.", "Vad betalar hamnen?"),
    "vi": ("Quy định của cảng", "Cảng trả 60 phần trăm của mỗi chiếc thang.", "Cảng trả bao nhiêu?"),
}


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_quote_of_a_replaced_document_says_so_and_names_the_newer_one(
    tmp_path: Path, language: str
) -> None:
    title, sentence, question = RULES[language]
    settings = settings_for(tmp_path, min_confidence=0.0)
    texts = {
        "old.md": TEXT.format(f"{title} 2021", language, "", "A", sentence),
        "new.md": TEXT.format(f"{title} 2025", language, "supersedes: old.md\n", "B", "Xyz."),
        "past.md": TEXT.format(
            f"{title} 2019", language, "valid_until: 2020-01-01\n", "C", sentence + " Qq."
        ),
        "other.md": TEXT.format(f"{title} 2024", language, "", "D", sentence + " Zz."),
    }
    fill(settings, FakeEmbedder(), texts)
    with helpdesk(settings) as desk:
        answer = answer_to_json(desk.ask(Question(question, language=language)))
        by_name = {known.source: known.document_id for known in desk.catalog.known_documents()}
        found = lapsed(desk.engine, by_name.values())
        assert found == {by_name["old.md"]: f"{title} 2025", by_name["past.md"]: None}
        assert lapsed(desk.engine, by_name.values(), date(2019, 6, 1)) == {by_name["old.md"]: f"{title} 2025"}
        assert lapsed(desk.engine, ()) == {}
    words = messages(language)
    shown = view(answer, words, language, lapsed=found)
    said = {source.title: source.lapsed for source in shown.sources.values()}
    assert said
    for name, line in said.items():
        if name.endswith("2021"):
            assert (
                line == f"{words['source_lapsed']} {words['source_replaced'].format(title=f'{title} 2025')}"
            )
        else:
            assert line == (words["source_lapsed"] if name.endswith("2019") else None)
    # The short answer says it too, where its own source has lapsed.
    for number, citation in enumerate(answer["citations"], start=1):
        short = {"text": "60", "citation_id": citation["citation_id"], "start_char": 0, "end_char": 2}
        above = view({**answer, "short_answer": short}, words, language, lapsed=found)
        assert above.short_answer_lapsed == above.sources[number].lapsed
    assert view({**answer, "short_answer": None}, words, language, lapsed=found).short_answer_lapsed is None


@pytest.mark.parametrize("language", languages())
def test_every_language_names_the_newer_document(language: str) -> None:
    assert "{title}" in messages(language)["source_replaced"]
