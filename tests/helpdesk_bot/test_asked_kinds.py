"""What kind of thing a question asks for: only what it asks, whatever else it speaks of."""

import pytest

from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.expected_kinds import most_specific


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "What is the budget of the project?"),
        ("en", "How large is the budget?"),
        ("en", "What did it cost to build the platform?"),
        ("en", "How much did the Commission pay for the study?"),
        ("en", "Which budget does the project have?"),
        ("sv", "Vilken budget har projektet?"),
        ("sv", "Vad kostade portalen?"),
        ("sv", "Hur mycket satsade regionen på portalen?"),
        ("vi", "Tổng kinh phí của dự án là bao nhiêu?"),
        ("vi", "Thành phố đầu tư bao nhiêu cho cổng dữ liệu?"),
        ("vi", "Chi phí xây dựng nền tảng là gì?"),
        ("de", "Welches Budget hat das Projekt?"),
        ("fr", "Quel est le budget du projet ?"),
        ("ar", "ما ميزانية المشروع؟"),
    ],
)
def test_money_is_asked_for(language: str, question: str) -> None:
    assert most_specific(asks_for(question, language)) == "money"


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Which organisation bore the cost?"),
        ("en", "Who decides on the budget?"),
        ("en", "How can costs be cut?"),
        ("en", "Where are performances offered at no cost?"),
        ("sv", "Vilken myndighet stod för kostnaden?"),
        ("sv", "Vem beslutar om budgeten?"),
        ("sv", "Hur kan kostnaden sänkas?"),
        ("vi", "Cơ quan nào chịu chi phí?"),
        ("vi", "Ai quyết định ngân sách?"),
        ("vi", "Làm thế nào để giảm chi phí?"),
    ],
)
def test_who_only_speaks_of_cost_asks_for_no_sum(language: str, question: str) -> None:
    assert "money" not in asks_for(question, language)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "What share of the budget goes to training?"),
        ("en", "How many per cent of the firms use AI?"),
        ("sv", "Hur stor andel av budgeten går till utbildning?"),
        ("sv", "Hur många procent av företagen använder AI?"),
        ("vi", "Bao nhiêu phần trăm doanh nghiệp dùng AI?"),
        ("vi", "Tỷ lệ ngân sách dành cho đào tạo là bao nhiêu?"),
    ],
)
def test_a_share_is_wanted_before_a_sum_or_a_number(language: str, question: str) -> None:
    assert most_specific(asks_for(question, language)) == "share"


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "On which day was it adopted?"),
        ("sv", "Vilken månad öppnade portalen?"),
        ("vi", "Dự án bắt đầu từ tháng nào?"),
    ],
)
def test_a_day_or_a_month_is_a_time(language: str, question: str) -> None:
    assert most_specific(asks_for(question, language)) == "time"


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "When is a label not required?"),
        ("sv", "När behöver innehåll inte märkas?"),
        ("vi", "Khi nào không phải gắn nhãn nội dung?"),
        ("de", "Wann ist keine Genehmigung nötig?"),
    ],
)
def test_a_when_that_denies_asks_for_the_case(language: str, question: str) -> None:
    assert asks_for(question, language) == ()


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "When does the duty to label begin?"),
        ("en", "When must it be reported, no later than which day?"),
        ("sv", "När börjar kravet gälla?"),
        ("vi", "Khi nào nghị định có hiệu lực?"),
    ],
)
def test_a_plain_when_asks_for_a_time(language: str, question: str) -> None:
    assert asks_for(question, language) == ("time",)
