"""The evidence of what is asked for, at the pipeline's own seams."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.helpdesk import Helpdesk
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot.library import fill, helpdesk, settings_for


def signals(desk: Helpdesk, question: str) -> dict[str, Any]:
    answer = answer_to_json(desk.ask(Question(text=question, depth="fast")))
    features: dict[str, Any] = answer["trace"]["features"]
    return features


@pytest.mark.parametrize(
    ("found", "missing"),
    [
        (
            "How many libraries lent tablets to residents?",
            "What telephone number do the libraries that lent tablets to residents have?",
        ),
        (
            "Hur många kommuner införde digital identitet för sina invånare?",
            "Vilket telefonnummer har kommuner som införde digital identitet för sina invånare?",
        ),
        (
            "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?",
            "Ngân sách của cổng dịch vụ công tiếp nhận hồ sơ trong năm đầu tiên là gì?",
        ),
    ],
)
def test_the_right_subject_without_the_attribute_speaks_against_an_answer(
    desk: Helpdesk, found: str, missing: str
) -> None:
    assert signals(desk, found)["kind_missing"] == 0.0
    assert -4.0 < signals(desk, missing)["kind_missing"] < 0.0


def test_a_question_for_no_kind_of_thing_says_nothing(desk: Helpdesk) -> None:
    assert signals(desk, "Vad kan upphandlare be om innan de köper?")["kind_missing"] == 0.0


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("en", "How many datasets does the Da Nang portal have?"),
        ("sv", "Hur manga datamangder har Malmo och Da Nang?"),
        ("vi", "Cổng của Da Nang có bao nhiêu bộ dữ liệu?"),
    ],
)
def test_a_name_is_found_however_the_keyboard_writes_it(tmp_path: Path, language: str, typed: str) -> None:
    settings = settings_for(tmp_path, min_confidence=0.0)
    text = "Cổng dữ liệu của Đà Nẵng và Malmö có 1.500 bộ dữ liệu, datasets, datamängder."
    fill(settings, FakeEmbedder(), {"a.vi.md": f"---\ntitle: Cổng\nlanguage: vi\n---\n# Cổng\n\n{text}\n"})
    with helpdesk(settings) as own:
        answer = answer_to_json(own.ask(Question(text=typed, language=language, depth="fast")))
    assert answer["trace"]["features"]["missing_names"] == 0.0


@pytest.mark.parametrize(
    ("language", "text", "question", "missing"),
    [
        ("sv", "Da Nang fick ett pris för sin portal.", "Vilket pris fick Da Nangs portal?", 0.0),
        ("sv", "Da Nang fick ett pris för sin portal.", "Vilket pris fick Da Lats portal?", 0.5),
        ("sv", "Portalen i Tampere fick ett pris.", "Vilket pris fick Tampereen portal?", 0.0),
        ("sv", "Portalen i Helsingör fick ett pris.", "Vilket pris fick portalen i Helsingborg?", 1.0),
        ("en", "The portal in Lithuania won a prize.", "Which prize did the Lithuanian portal win?", 0.0),
        ("en", "The portal in Lithuania won a prize.", "Which prize did the Latvian portal win?", 1.0),
        ("sv", "Litauens portal fick ett pris.", "Which prize did Lithuania win for its portal?", 0.0),
        ("vi", "Cổng của Thụy Điển nhận giải.", "Vilket pris fick cổng i Sverige?", 0.0),
    ],
)
def test_a_name_is_found_whatever_it_ends_in_and_a_country_in_any_language(
    tmp_path: Path, language: str, text: str, question: str, missing: float
) -> None:
    settings = settings_for(tmp_path, min_confidence=0.0)
    fill(settings, FakeEmbedder(), {"a.md": f"---\ntitle: P\nlanguage: {language}\n---\n# P\n\n{text}\n"})
    asked = "en" if question.startswith("Which") else "sv"
    with helpdesk(settings) as own:
        answer = answer_to_json(own.ask(Question(text=question, language=asked, depth="fast")))
    assert answer["trace"]["features"]["missing_names"] == missing


@pytest.mark.parametrize(
    ("title", "question", "language", "expected"),
    [
        ("Zambia: data protection", "How fast must breaches be reported in Kenya?", "en", 1.0),
        ("Zambia: data protection", "Hur snabbt ska intrång anmälas i Kenya?", "sv", 1.0),
        ("Zambia: data protection", "Ở Kenya phải báo sự cố trong bao lâu?", "vi", 1.0),
        ("Zambia: data protection", "Ở Zambia phải báo sự cố trong bao lâu?", "vi", 0.0),
        (
            "Zambia: data protection",
            "Hur snabbt ska intrång anmälas i Botswana?",
            "sv",
            0.0,
        ),  # the text speaks of it
        ("Zambia: data protection", "How fast must breaches be reported in the EU?", "en", 0.0),
        ("Zambia: data protection", "How fast must breaches be reported in Africa?", "en", 0.0),
        ("Zambia: data protection", "How fast must breaches be reported?", "en", 0.0),
        ("Data protection", "How fast must breaches be reported in Kenya?", "en", 0.0),
        ("Kenya and Zambia: data protection", "How fast must breaches be reported in Kenya?", "en", 0.0),
    ],
)
def test_a_document_of_another_country_speaks_against_an_answer(
    tmp_path: Path, title: str, question: str, language: str, expected: float
) -> None:
    settings = settings_for(tmp_path, min_confidence=0.0)
    text = "Breaches must be reported within 24 hours. Rules in Botswana are alike."
    head = f'---\ntitle: "{title}"\nlanguage: en\n---\n# Breaches\n\n'
    fill(settings, FakeEmbedder(), {"act.md": f"{head}{text}\n"})
    with helpdesk(settings) as own:
        answer = answer_to_json(own.ask(Question(text=question, language=language, depth="fast")))
    assert answer["trace"]["features"]["other_country"] == expected
