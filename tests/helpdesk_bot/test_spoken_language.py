"""The language of a question, also where it names something in another one."""

from __future__ import annotations

import pytest

from helpdesk_bot.spoken_language import language_of


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What did it cost to build the learning platform Bình dân học vụ số?", "en"),
        ("Vilket telefonnummer når man GovTech Lab i Litauen på?", "sv"),
        ("Vilket pris vann GovTech Lab i Litauen 2019?", "sv"),
        ("Dự án Enter Tampere của vùng Pirkanmaa giúp ai?", "vi"),
        ("What is Kunnskapssektorens tjenesteleverandør?", "en"),
        ("Thư viện Stockholms stadsbibliotek mở cửa khi nào?", "vi"),
        ("Hvor mange kommuner deltager i projektet?", "da"),
    ],
)
def test_a_name_of_another_language_does_not_decide(question: str, language: str) -> None:
    assert language_of(question) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Vad är Bình dân học vụ số?", "sv"),
        ("Vad handlar Nghị định 69/2024/NĐ-CP om?", "sv"),
        ("Berätta om Bình dân học vụ số", "sv"),
        ("What is utanförskap?", "en"),
        ("In which year did phong trào Bình dân học vụ số start?", "en"),
        ("Was ist Bình dân học vụ số?", "de"),
        ("Qu'est-ce que Bình dân học vụ số ?", "fr"),
        ("¿Qué es Bình dân học vụ số?", "es"),
        ("Che cos'è Bình dân học vụ số?", "it"),
        ("Co to jest Bình dân học vụ số?", "pl"),
        ("ما هو Försäkringskassan?", "ar"),
        ("Försäkringskassan là gì?", "vi"),
        ("Khi nào Försäkringskassan bắt đầu?", "vi"),
    ],
)
def test_a_few_words_ask_around_a_name_that_outweighs_them(question: str, language: str) -> None:
    assert language_of(question) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Do đâu mà dự án này thành công?", "vi"),
        ("Chi phí đào tạo AI", "vi"),
        ("Chi cho khoa học công nghệ", "vi"),
        ("chi mua sắm công", "vi"),
        ("Was ist ein Beispiel für eine digitale Strategie?", "de"),
        ("Como funciona a identidade digital em Portugal?", "pt"),
        ("Wie is de leider van het project in Nederland?", "nl"),
        ("Hvem er med i prosjektet?", "nb"),
        ("Får en kommun lägga ut data utan avtal?", "sv"),
        ("Кто финансирует проект?", "ru"),
        ("Кой финансира проекта?", "bg"),
        ("Хто фінансує проєкт?", "uk"),
    ],
)
def test_words_that_ask_in_a_neighbours_language_do_not_decide(question: str, language: str) -> None:
    assert language_of(question) == language
