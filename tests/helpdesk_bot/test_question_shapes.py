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
    ("sv", "Vilka fem skäl talar för AI?"),
    ("sv", "Genom vilka kanaler når man den?"),
    ("sv", "Beskriv tre exempel på bra projekt."),
    ("vi", "Những dự án nào được tài trợ?"),
    ("vi", "Ba lý do khiến AI thành công là gì?"),
    ("vi", "Hãy nêu các bước."),
    ("de", "Welche Städte sind beteiligt?"),
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
    ("en", "What was the budget?"),
    ("en", "What does it cost?"),
    ("en", "Which process is used?"),
    ("en", "How many people took part in the three projects?"),
    ("en", "How often must authorities revise their list of open data?"),
    ("sv", "Vilket år började det?"),
    ("sv", "Hur många deltog i de tre projekten?"),
    ("vi", "Dự án kết thúc năm nào?"),
    ("vi", "Ba dự án có bao nhiêu người tham gia?"),
    ("de", "Welche Stadt ist beteiligt?"),
    ("fr", "Quel pays participe ?"),
    ("es", "¿Qué país participa?"),
    ("it", "Quale rischio c’è?"),
    ("pl", "Które miasto bierze udział?"),
    ("fi", "Mitkä kaupungit osallistuvat?"),
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
