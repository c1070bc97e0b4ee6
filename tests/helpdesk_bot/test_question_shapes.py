"""Whether several things are asked for, in every language that has a catalogue."""

from __future__ import annotations

import pytest

from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.question_shapes import asks_for_several

SEVERAL = [
    ("en", "Which regions use AI for citizen services?"),
    ("en", "Which good practices are there?"),
    ("en", "What are the conditions?"),
    ("en", "Give three examples of good practice."),
    ("en", "What were the five most important reasons?"),
    ("en", "Which AI systems did Helsinki list first?"),
    ("en", "Which small firms use AI?"),
    ("en", "Which regional hospitals report this?"),
    ("en", "Which two agencies monitor it?"),
    ("en", "When a firm closes, which duties end?"),
    ("en", "In the survey, which countries took part?"),
    ("sv", "Vilka fem skäl talar för AI?"),
    ("sv", "Genom vilka kanaler når man den?"),
    ("sv", "Beskriv tre exempel på bra projekt."),
    ("vi", "Những dự án nào được tài trợ?"),
    ("vi", "Ba lý do khiến AI thành công là gì?"),
    ("vi", "Hãy nêu các bước."),
    ("vi", "Dự án gặp những khó khăn gì?"),
    ("vi", "Tỉnh đã học được những bài học kinh nghiệm gì?"),
    ("vi", "Các dự án nào kết thúc năm nào?"),
    ("de", "Welche Städte sind beteiligt?"),
    ("de", "Welche Firmen machen Software?"),
    ("de", "Welche deutschen Städte führten ein Register ein?"),
    ("de", "Mit welchen Partnern arbeitet das Projekt?"),
    ("de", "Beschreibe drei Gründe."),
    ("fr", "Quelles étapes faut-il suivre ?"),
    ("fr", "Décrivez trois raisons."),
    ("es", "¿Qué países participan?"),
    ("es", "Describe cinco ejemplos."),
    ("it", "Quali rischi ci sono?"),
    ("it", "Descrivi tre motivi."),
    ("pl", "Jakie miasta biorą udział?"),
    ("pl", "Opisz trzy powody."),
]
ONE = [
    ("en", "Which company made it?"),
    ("en", "Which company makes the tools?"),
    ("en", "Which company makes software?"),
    ("en", "Which company owns it?"),
    ("en", "Which region funds digital skills?"),
    ("en", "Which official leads the project?"),
    ("en", "Which hospital reports this?"),
    ("en", "Which clinic treats the patients?"),
    ("en", "What happens in 2027?"),
    ("en", "Who decides which systems are listed?"),
    ("en", "When was the register in which systems are listed opened?"),
    ("en", "What was the budget?"),
    ("en", "What does it cost?"),
    ("en", "Which process is used?"),
    ("en", "How many people took part in the three projects?"),
    ("en", "How often must authorities revise their list of open data?"),
    ("sv", "Vilket år började det?"),
    ("sv", "Vilket företag gör program?"),
    ("sv", "Hur många deltog i de tre projekten?"),
    ("sv", "Vem avgör vilka system som tas med?"),
    ("vi", "Dự án kết thúc năm nào?"),
    ("vi", "Công ty nào làm phần mềm?"),
    ("vi", "Ba dự án có bao nhiêu người tham gia?"),
    ("vi", "Các cổng cấp tỉnh đóng khi nào?"),
    ("vi", "Những quy định ấy áp dụng thế nào?"),
    ("vi", "Các tổ này thuộc bộ nào?"),
    ("de", "Welche Stadt ist beteiligt?"),
    ("de", "Welche Firma macht Software?"),
    ("de", "Wer entscheidet, auf welche Weise geprüft wird?"),
    ("fr", "Quel pays participe ?"),
    ("fr", "Quelle entreprise fabrique des logiciels ?"),
    ("es", "¿Qué país participa?"),
    ("es", "¿Qué empresa hace programas?"),
    ("es", "¿Qué empresa ofrece además programas?"),
    ("it", "Quale rischio c’è?"),
    ("it", "Quale impresa produce programmi?"),
    ("pl", "Które miasto bierze udział?"),
    ("pl", "Która firma robi programy?"),
    ("ar", "أي شركة تصنع البرمجيات؟"),
    ("et", "Millised linnad osalevad?"),
    ("en", ""),
    ("vi", "?"),
]


@pytest.mark.parametrize(("language", "question"), SEVERAL)
def test_a_question_for_several_things_is_known(language: str, question: str) -> None:
    assert asks_for_several(question, language)


@pytest.mark.parametrize(("language", "question"), ONE)
def test_any_other_question_is_not_one(language: str, question: str) -> None:
    assert not asks_for_several(question, language)


@pytest.mark.parametrize("language", languages())
def test_every_phrase_of_a_catalogue_is_recognised(language: str) -> None:
    for phrase in catalogue(language).shapes.several:
        assert asks_for_several(phrase.replace("_", "x").capitalize(), language), phrase
