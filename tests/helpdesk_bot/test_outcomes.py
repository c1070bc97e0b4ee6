"""What is answered in part, asked back or out of scope, over the whole way of a question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk_bot.answerability import Calibration
from helpdesk_bot.answering import answer_question
from helpdesk_bot.answers import Question, Turn, answer_to_json
from helpdesk_bot.clarifying import names_nothing
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.phrases import catalogue
from helpdesk_bot.settings import Settings
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library
from tests.helpdesk_bot.test_answering import check

BY_WORDS = Calibration({"coverage": 20.0}, -10.0, {})
"""The seeded embedder's similarities mean nothing to the fitted calibration; shared words do."""

KNOWN = {
    "en": ("How many libraries lent tablets to residents", "318"),
    "sv": ("Hur många kommuner införde digital identitet för sina invånare", "57"),
    "vi": ("Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên", "84000"),
}
ALSO_KNOWN = {
    "en": ("what was the main barrier for small firms", "lack of skills"),
    "sv": ("vad kan upphandlare be om innan de köper", "prototyp"),
    "vi": ("nhà trường nên dạy trẻ em điều gì", "thông tin sai lệch"),
}
UNKNOWN = {
    "en": "who won the football championship last weekend",
    "sv": "vem vann fotbollsmatchen förra helgen",
    "vi": "ai thắng trận bóng đá cuối tuần qua",
}
AND = {"en": "and", "sv": "och", "vi": "và"}


def ask(desk: Helpdesk, text: str, **more: Any) -> dict[str, Any]:
    least = desk.settings.model_copy(update={"min_confidence": 0.35})
    parts = replace(desk._parts, calibration=BY_WORDS, settings=least)
    answer = answer_to_json(answer_question(Question(text, **more), parts))
    check(desk, answer)
    return answer


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
@pytest.mark.parametrize("first", [True, False], ids=["known first", "known last"])
def test_a_part_that_the_documents_leave_open_is_named(desk: Helpdesk, language: str, first: bool) -> None:
    known, words = KNOWN[language]
    asked = (known, UNKNOWN[language]) if first else (UNKNOWN[language], known)
    answer = ask(desk, f"{asked[0]} {AND[language]} {asked[1]}?")
    phrases = catalogue(language)
    assert (answer["outcome"], answer["outcome_reason"]) == ("partial", "part_not_in_documents")
    assert phrases.text("partial") in answer["text"]
    assert phrases.text("part_missing", part=UNKNOWN[language]) in answer["text"]
    assert phrases.text("part_missing", part=known) not in answer["text"]
    assert words in answer["citations"][0]["quote"]
    shown = [part for part in answer["trace"]["parts"] if part["is_answered"]]
    assert [part["question"] for part in shown] == [known]
    assert answer["confidence"] == pytest.approx(shown[0]["confidence"], abs=1e-4)
    assert answer["confidence"] >= 0.5


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_question_whose_parts_are_all_answered_has_evidence_for_each(desk: Helpdesk, language: str) -> None:
    (one, first), (two, second) = KNOWN[language], ALSO_KNOWN[language]
    answer = ask(desk, f"{one} {AND[language]} {two}?")
    assert answer["outcome"] == "answered"
    assert catalogue(language).text("answered") in answer["text"]
    quotes = [citation["quote"] for citation in answer["citations"][:2]]
    assert first in quotes[0]
    assert second in quotes[1]
    assert answer["text"].index(f"**{one}**") < answer["text"].index(f"**{two}**")
    confidences = [part["confidence"] for part in answer["trace"]["parts"]]
    assert answer["confidence"] == pytest.approx(min(confidences), abs=1e-4)
    assert {item["source"] for item in answer["trace"]["retrieved"]} >= {
        citation["document"]["source"] for citation in answer["citations"]
    }


SAME_AGAIN = {
    "en": "how many libraries in the survey lent tablets to residents",
    "sv": "hur många kommuner införde sammanlagt digital identitet för sina invånare",
    "vi": "cổng dịch vụ công đã tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên",
}


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_parts_that_the_same_quotes_answer_are_not_told_twice(desk: Helpdesk, language: str) -> None:
    known, words = KNOWN[language]
    answer = ask(desk, f"{known} {AND[language]} {SAME_AGAIN[language]}?")
    assert answer["outcome"] == "answered"
    assert [part["is_answered"] for part in answer["trace"]["parts"]] == [True, True]
    assert words in answer["citations"][0]["quote"]
    assert [answer["text"].count(citation["quote"]) for citation in answer["citations"]] == [1] * len(
        answer["citations"]
    )
    assert "**" not in answer["text"]


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_question_of_one_part_is_never_answered_in_part(desk: Helpdesk, language: str) -> None:
    for question in (KNOWN[language][0], ALSO_KNOWN[language][0], UNKNOWN[language]):
        answer = ask(desk, f"{question}?")
        assert answer["outcome"] != "partial"
        assert answer["trace"]["parts"] == []


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_parts_that_all_stay_open_are_a_refusal(desk: Helpdesk, language: str) -> None:
    answer = ask(desk, f"{UNKNOWN[language]} {AND[language]} {UNKNOWN[language]}?")
    assert answer["outcome"].startswith("unanswerable")
    assert not any(part["is_answered"] for part in answer["trace"]["parts"])


def test_an_asker_cannot_write_a_citation_into_the_answer(desk: Helpdesk) -> None:
    answer = ask(desk, f"{KNOWN['en'][0]} and who [1] won *all* football [7] matches in Norway?")
    assert answer["outcome"] == "partial"
    assert "who (1) won all football (7) matches in Norway" in answer["text"]


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    asked=st.lists(
        st.sampled_from([*KNOWN.values(), *ALSO_KNOWN.values(), *[(text, "") for text in UNKNOWN.values()]]),
        min_size=1,
        max_size=4,
    ),
    language=st.sampled_from([None, "en", "sv", "vi", "de"]),
)
def test_whatever_is_put_together_keeps_the_contract(
    desk: Helpdesk, asked: list[tuple[str, str]], language: str | None
) -> None:
    answer = ask(desk, "? ".join(text for text, _ in asked) + "?", language=language)
    judged = answer["trace"]["parts"]
    assert len(judged) == 0 or 2 <= len(judged) <= 3
    shown = [part["is_answered"] for part in judged]
    assert (answer["outcome"] == "partial") == (any(shown) and not all(shown))


VAGUE = {
    "en": "How many people took part in the project?",
    "sv": "Hur många deltog i projektet?",
    "vi": "Bao nhiêu người tham gia chương trình?",
}


PROJECTS = {
    f"projects/{title.casefold()}.{language}.md": f"---\ntitle: {title}\nkind: project\n"
    f"language: {language}\n---\n# {title}\n\n{said}\n"
    for title, language, said in (
        ("Harbour", "en", "In all, 412 people took part in the project, most of them teachers."),
        ("Meadow", "en", "In all, 96 people took part in the project, most of them students."),
        ("Harbour", "sv", "Sammanlagt 412 personer deltog i projektet, mest sjömän."),
        ("Meadow", "sv", "Sammanlagt 96 personer deltog i projektet, mest bönder."),
        ("Harbour", "vi", "Có 412 người tham gia chương trình, đa số thủy thủ."),
        ("Meadow", "vi", "Có 96 người tham gia chương trình, đa số nông dân."),
    )
}


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    """A helpdesk on two projects of which the same is told, in each language."""
    own = library.settings_for(tmp_path_factory.mktemp("projects"), min_confidence=0.0)
    library.fill(own, FakeEmbedder(), PROJECTS)
    with library.helpdesk(own) as opened:
        yield opened


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_question_that_names_nothing_is_asked_back(projects: Helpdesk, language: str) -> None:
    answer = answer_to_json(projects.ask(Question(VAGUE[language])))
    check(projects, answer)
    phrases = catalogue(language)
    assert (answer["outcome"], answer["outcome_reason"]) == ("clarification", "names_no_subject")
    assert phrases.text("clarification") in answer["text"]
    assert 2 <= len(answer["citations"]) == len(answer["related"])
    assert len({citation["document"]["document_id"] for citation in answer["citations"]}) >= 2
    for citation, item in zip(answer["citations"], answer["related"], strict=True):
        again = phrases.text("meaning", question=VAGUE[language], title=citation["document"]["title"])
        assert again in answer["text"]
        assert (item["why"], item["citation_id"]) == (again, citation["citation_id"])
        assert not names_nothing(again, language)  # asked back as it is, it says what it is about


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "How many libraries lent tablets to residents?"),
        ("sv", "Hur många kommuner införde digital identitet?"),
        ("vi", "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ?"),
        ("en", "What does MOSAICO cost?"),
        ("sv", "Vad är arbetsmiljöarbete?"),
        ("et", "Mitu inimest projektis osales?"),
    ],
)
def test_a_question_that_names_its_subject_is_not_asked_back(
    desk: Helpdesk, projects: Helpdesk, language: str, question: str
) -> None:
    assert not names_nothing(question, language)
    assert {opened.ask(Question(question)).outcome for opened in (desk, projects)} == {"answered"}


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_one_document_alone_is_not_ambiguous(projects: Helpdesk, language: str) -> None:
    filters = {"source": (f"projects/meadow.{language}.md",)}
    answer = projects.ask(Question(VAGUE[language], filters=filters))
    assert answer.outcome == "answered"
    assert "96" in answer.citations[0].quote


def test_what_the_conversation_names_is_not_asked_back(projects: Helpdesk) -> None:
    history = (Turn("user", "What is the Meadow project about?"), Turn("assistant", "Grass."))
    answer = projects.ask(Question("How many people took part in it?", history=history))
    assert answer.outcome == "answered"


@pytest.mark.parametrize("replaced", [("96", "412"), ("kind:", "supersedes: harbour.en.md\nkind:")])
def test_what_says_the_same_or_was_replaced_is_one_meaning(tmp_path: Path, replaced: tuple[str, str]) -> None:
    own = library.settings_for(tmp_path, min_confidence=0.0)
    english = {source: text for source, text in PROJECTS.items() if source.endswith(".en.md")}
    english["projects/meadow.en.md"] = english["projects/meadow.en.md"].replace(*replaced)
    library.fill(own, FakeEmbedder(), english)
    with library.helpdesk(own) as opened:
        assert opened.ask(Question(VAGUE["en"])).outcome == "answered"


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_what_is_far_from_all_documents_is_out_of_scope(desk: Helpdesk, language: str) -> None:
    answer = ask(desk, f"{UNKNOWN[language]}?")
    phrases = catalogue(language)
    assert (answer["outcome"], answer["outcome_reason"]) == (
        "unanswerable_out_of_scope",
        "far_from_documents",
    )
    assert phrases.text("out_of_scope") in answer["text"]
    assert "digital inclusion" in answer["text"]
    assert phrases.kinds["good_practice"] in answer["text"]
    assert (answer["citations"], answer["related"]) == ([], [])


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_under_filters_nothing_is_said_of_what_all_documents_are_about(desk: Helpdesk, language: str) -> None:
    answer = ask(desk, f"{UNKNOWN[language]}?", filters={"kind": ("report",)})
    assert (answer["outcome"], answer["outcome_reason"]) == (
        "unanswerable_not_in_documents",
        "low_confidence",
    )


@pytest.mark.parametrize("changed", [{"embedder": "other"}, {"switched_off": ("scope",)}])
def test_without_a_measured_threshold_nothing_is_out_of_scope(
    desk: Helpdesk, changed: dict[str, Any]
) -> None:
    own = desk.settings.model_copy(update={"min_confidence": 0.35, **changed})
    parts = replace(desk._parts, calibration=BY_WORDS, settings=own)
    answer = answer_question(Question(f"{UNKNOWN['en']}?"), parts)
    assert answer.outcome == "unanswerable_not_in_documents"
    assert answer.citations


def test_a_refusal_quotes_only_what_is_near(filled: Settings) -> None:
    with library.helpdesk(filled.model_copy(update={"min_confidence": 1.0})) as strict:
        answer = answer_to_json(strict.ask(Question("How many libraries lent tablets to residents?")))
        check(strict, answer)
        whole = strict.settings.model_copy(update={"switched_off": ("scope",)})
        with library.helpdesk(whole) as other:
            unmeasured = other.ask(Question("How many libraries lent tablets to residents?"))
    assert answer["outcome"] == "unanswerable_not_in_documents"
    assert [citation["document"]["source"] for citation in answer["citations"]] == ["reports/tablets.en.md"]
    assert len(unmeasured.citations) >= len(answer["citations"])


@pytest.mark.parametrize("switch", ["question_parts", "asking_back"])
def test_switched_off_a_question_is_answered_as_one(
    filled: Settings, projects: Helpdesk, switch: Any
) -> None:
    parted = switch == "question_parts"
    question = f"{KNOWN['en'][0]} and {ALSO_KNOWN['en'][0]}?" if parted else VAGUE["en"]
    whole = filled if parted else projects.settings
    with library.helpdesk(whole.model_copy(update={"switched_off": (switch,)})) as plain:
        answer = plain.ask(Question(question))
    assert answer.outcome == "answered"
    assert answer.trace["parts"] == []
