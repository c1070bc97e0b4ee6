"""Whoever reads a quote sees that its document does not hold today, and what took its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.answer_view import view
from api.lapses import said_of
from api.messages import languages, messages
from corpus.storage import begin_write
from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.lapsed import Lapse, lapsed
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot.library import fill, helpdesk, settings_for

TEXT = "---\ntitle: {}\nlanguage: {}\n{}---\n# {}\n\n{}\n"
RULES = {
    "en": ("Harbour rules", "The harbour pays 60 per cent of every ladder.", "What does the harbour pay?"),
    "sv": ("Hamnens regler", "Hamnen betalar 60 procent av varje stege.", "Vad betalar hamnen?"),
    "vi": ("Quy định của cảng", "Cảng trả 60 phần trăm của mỗi chiếc thang.", "Cảng trả bao nhiêu?"),
}


def ids(desk: Helpdesk) -> dict[str, str]:
    return {known.source: known.document_id for known in desk.catalog.known_documents()}


def quoted(document_id: str, quote: str, version: int = 1) -> dict[str, Any]:
    about = {"document_id": document_id, "version": version}
    return {"citation_id": f"of {document_id}", "document": about, "quote": quote}


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
        by_name = ids(desk)
        all_of_them = [quoted(each, sentence) for each in by_name.values()]
        replaced = Lapse("replaced", by_name["new.md"], f"{title} 2025")
        by_id = {f"of {by_name['old.md']}": replaced, f"of {by_name['past.md']}": Lapse("not_in_force")}
        assert lapsed(desk.engine, all_of_them) == by_id
        in_2019 = lapsed(desk.engine, all_of_them, date(2019, 6, 1))
        assert in_2019 == {f"of {by_name['old.md']}": replaced}
        assert lapsed(desk.engine, ()) == {}
        found = lapsed(desk.engine, answer["citations"])
    words = messages(language)
    shown = view(answer, words, language, lapsed=found)
    said = {source.title: source for source in shown.sources.values()}
    assert said
    gone = f"{words['source_lapsed']} {words['source_replaced'].format(title=f'{title} 2025')}"
    for name, source in said.items():
        own = {"2021": gone, "2019": words["source_lapsed"]}.get(name[-4:])
        assert (source.lapsed, source.data["lapsed"]) == (own, own)
    # What is copied says it, and the short answer where its own source has lapsed.
    assert (gone in shown.copies.plain) == any(name.endswith("2021") for name in said)
    for number, citation in enumerate(answer["citations"], start=1):
        short = {"text": "60", "citation_id": citation["citation_id"], "start_char": 0, "end_char": 2}
        above = view({**answer, "short_answer": short}, words, language, lapsed=found)
        assert above.short_answer_lapsed == above.sources[number].lapsed
    assert view({**answer, "short_answer": None}, words, language, lapsed=found).short_answer_lapsed is None


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_withdrawn_document_and_one_that_says_something_else_by_now_are_told(
    tmp_path: Path, language: str
) -> None:
    title, sentence, _ = RULES[language]
    settings = settings_for(tmp_path)
    kept = f"{sentence} Kept."
    names = ("gone.md", "changed.md", "same.md")
    fill(settings, FakeEmbedder(), {name: TEXT.format(title, language, "", "A", kept) for name in names})
    newer = sentence.replace("60", "75")
    fill(settings, FakeEmbedder(), {"changed.md": TEXT.format(title, language, "", "A", f"{newer} Kept.")})
    with helpdesk(settings) as desk:
        by_name = ids(desk)
        with begin_write(desk.engine) as connection:
            desk.catalog.withdraw(connection, by_name["gone.md"])
        assert lapsed(desk.engine, [quoted(by_name[name], sentence) for name in names]) == {
            f"of {by_name['gone.md']}": Lapse("withdrawn"),
            f"of {by_name['changed.md']}": Lapse("changed"),
        }
        # What the newer version says too still stands.
        assert lapsed(desk.engine, [quoted(by_name["changed.md"], "Kept.")]) == {}


@pytest.mark.parametrize("language", languages())
def test_every_language_names_what_became_of_a_document(language: str) -> None:
    words = messages(language)
    lapses = (Lapse("withdrawn"), Lapse("changed"), Lapse("not_in_force"), Lapse("replaced", "d", "Newer"))
    said = [said_of(lapse, words) for lapse in lapses]
    assert len(set(said)) == 4
    assert "Newer" in str(said[3])
    assert said_of(None, words) is None
