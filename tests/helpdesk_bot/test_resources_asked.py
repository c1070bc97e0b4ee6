"""Questions for resources of a kind: read in each language, and answered with a quote of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.resources_asked import kinds_asked
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot.library import fill, helpdesk, settings_for

TEXTS = {
    "a.md": ("good_practice", "en", "Elderly residents learn to use tablets in the library."),
    "b.md": ("good_practice", "sv", "Äldre invånare lär sig använda surfplattor på biblioteket."),
    "c.md": ("good_practice", "vi", "Người cao tuổi học dùng máy tính bảng ở thư viện."),
    "d.md": ("news", "en", "Good practices on tablets: elderly residents use tablets in the library."),
    "e.md": (
        "news",
        "sv",
        "Goda exempel på surfplattor: äldre invånare använder surfplattor på biblioteket.",
    ),
    "f.md": ("news", "vi", "Thực hành tốt: người cao tuổi dùng máy tính bảng ở thư viện."),
}
QUESTIONS = {
    "en": "Which good practices help elderly residents use tablets?",
    "sv": "Vilka goda exempel finns på att äldre invånare använder surfplattor?",
    "vi": "Có những thực hành tốt nào giúp người cao tuổi dùng máy tính bảng?",
}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", ["good_practice", "policy_brief", "webinar"])
def test_what_a_catalogue_calls_a_kind_is_understood(language: str, kind: str) -> None:
    opening = "Có " if language == "vi" else ""  # a Vietnamese noun alone is no plural
    assert kind in kinds_asked(f"{opening}{catalogue(language).kinds[kind]}?".lower(), language)


@pytest.mark.parametrize(
    ("language", "question", "kinds"),
    [
        ("en", "Are there any best practices on open data?", {"good_practice"}),
        ("en", "Can you show me projects on climate?", {"project"}),
        ("en", "Which reports speak of skills?", {"report"}),
        ("sv", "Finns det projekt om klimat?", {"project"}),
        ("sv", "Vilka rapporter handlar om kompetens?", {"report"}),
        ("vi", "Có dự án nào về khí hậu không?", {"project"}),
        ("vi", "Những báo cáo nào nói về kỹ năng?", {"report"}),
        ("de", "Gibt es gute Beispiele für offene Daten?", {"good_practice"}),
        ("fi", "Onko hankkeita ilmastosta?", {"project"}),
    ],
)
def test_kinds_are_read_in_what_opens_a_question(language: str, question: str, kinds: set[str]) -> None:
    assert kinds_asked(question, language) == kinds


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "How many good practices were collected?"),
        ("en", "When did the projects begin?"),
        ("en", "Which project did she lead?"),
        ("en", "Who wrote in the report that skills were missing in all projects?"),
        ("sv", "Hur många goda exempel samlades in?"),
        ("sv", "Vilket projekt ledde hon?"),
        ("vi", "Có bao nhiêu dự án?"),
        ("vi", "Trưởng dự án nào nói về kỹ năng?"),
        ("tlh", "Which good practices are there?"),
    ],
)
def test_what_asks_for_a_fact_asks_for_no_resources(language: str, question: str) -> None:
    assert kinds_asked(question, language) == frozenset()


def shelf(data_dir: Path, min_confidence: float) -> Helpdesk:
    settings = settings_for(data_dir, min_confidence=min_confidence)
    texts = {
        name: f"---\ntitle: {name}\nkind: {kind}\nlanguage: {language}\n---\n# {name}\n\n{text}\n"
        for name, (kind, language, text) in TEXTS.items()
    }
    fill(settings, FakeEmbedder(), texts)
    return helpdesk(settings)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Helpdesk]:
    with shelf(tmp_path, 0.0) as opened:
        yield opened


@pytest.mark.parametrize("language", QUESTIONS)
def test_resources_of_the_kind_are_quoted_once_each(own: Helpdesk, language: str) -> None:
    answer = answer_to_json(own.ask(Question(text=QUESTIONS[language], depth="fast")))
    kinds = [citation["document"]["kind"] for citation in answer["citations"]]
    names = [citation["document"]["source"] for citation in answer["citations"]]
    assert set(kinds) == {"good_practice"}
    assert len(set(names)) == len(names)
    assert answer["citations"][0]["document"]["language"] == language
    assert answer["trace"]["kinds"] == ["good_practice"]


def test_a_filter_of_the_askers_own_is_kept(own: Helpdesk) -> None:
    question = Question(text=QUESTIONS["en"], depth="fast", filters={"kind": ("news",)})
    answer = answer_to_json(own.ask(question))
    assert {citation["document"]["kind"] for citation in answer["citations"]} == {"news"}
    assert "kinds" not in answer["trace"]


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Which webinars are about tablets for elderly residents?"),
        ("sv", "Vilka webbinarier handlar om surfplattor för äldre invånare?"),
        ("vi", "Có hội thảo trực tuyến nào về máy tính bảng cho người cao tuổi?"),
    ],
)
def test_where_there_is_none_of_the_kind_all_documents_are_searched(
    own: Helpdesk, language: str, question: str
) -> None:
    assert kinds_asked(question, language) == {"webinar"}
    answer = answer_to_json(own.ask(Question(text=question, depth="fast")))
    assert answer["citations"]
    assert "kinds" not in answer["trace"]


def test_where_none_of_the_kind_answers_all_documents_are_searched(tmp_path: Path) -> None:
    with shelf(tmp_path, 1.0) as opened:
        answer = answer_to_json(opened.ask(Question(text=QUESTIONS["sv"], depth="fast")))
    assert answer["outcome"].startswith("unanswerable")
    assert {item["source"] for item in answer["trace"]["retrieved"]} >= {"b.md", "e.md"}
