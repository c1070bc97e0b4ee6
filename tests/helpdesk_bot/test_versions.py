"""Two versions of a document: the newer one is cited first, unless the other is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from helpdesk_bot.arranging import arranged
from helpdesk_bot.citations import Evidence
from helpdesk_bot.extractive import Scored, Weights, choose
from helpdesk_bot.successors import with_successor
from helpdesk_bot.versions import figures_of, newest_first
from index.chunks import Candidate, DocumentInfo, Passage
from tests.helpdesk_bot.drafts import draft_of

TODAY = "2026-11-23"
RULES = {
    "en": ("The harbour pays 60 per cent of the cost.", "The harbour pays 75 per cent of the cost."),
    "sv": ("Hamnen betalar 60 procent av kostnaden.", "Hamnen betalar 75 procent av kostnaden."),
    "vi": ("Cảng trả 60 phần trăm chi phí.", "Cảng trả 75 phần trăm chi phí."),
}
QUESTIONS = {
    "en": ("What share of the cost does the harbour pay?", "What share did it pay under the rules of 2021?"),
    "sv": ("Hur stor del betalar hamnen?", "Hur stor del betalade den enligt reglerna från 2021?"),
    "vi": ("Cảng trả bao nhiêu phần chi phí?", "Theo quy định năm 2021, cảng trả bao nhiêu phần?"),
}


def rule(text: str, language: str, year: int, *replaces: str) -> Candidate:
    name = f"rules-{year}.md"
    passage = Passage(name, name, 1, 0, 0, len(text), None, (), language, text, "", 9, ((0, len(text)),))
    about = DocumentInfo(
        name, 1, f"Rules {year}", "report", None, str(year), language, (), None, None, name,
    )  # fmt: skip
    vectors = np.array([[1.0, 0.0]], np.float32)
    return Candidate(passage, about, 1, 1.0, None, None, vectors, replaces=frozenset(replaces))


def both(language: str) -> tuple[Candidate, Candidate]:
    old, new = RULES[language]
    return rule(old, language, 2021), rule(new, language, 2025, "rules-2021.md")


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_what_replaced_a_document_is_cited_before_it(language: str) -> None:
    found = both(language)
    pieces = [Evidence(one, 0, 0, 0, score, 1.0) for one, score in zip(found, (2.0, 1.99), strict=True)]
    draft = draft_of(QUESTIONS[language][0], language, found, *pieces)
    assert [citation.document.title for citation in arranged(draft).citations] == ["Rules 2025", "Rules 2021"]


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_who_names_the_older_document_gets_it_first(language: str) -> None:
    pieces = tuple(Evidence(one, 0, 0, 0, 2.0, 1.0) for one in both(language))
    assert newest_first(pieces, QUESTIONS[language][1], TODAY) == pieces
    assert newest_first(pieces, QUESTIONS[language][0], TODAY) == pieces[::-1]


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_what_else_the_newer_document_tells_stays_behind(language: str) -> None:
    older, newer = both(language)
    newer = replace(newer, sentence_vectors=np.array([[0.9, 0.43]], np.float32))
    pieces = (Evidence(older, 0, 0, 0, 2.0, 1.0), Evidence(newer, 0, 0, 0, 1.99, 1.0))
    assert newest_first(pieces, QUESTIONS[language][0], TODAY) == pieces


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_the_same_rule_with_another_number_is_no_repetition(language: str) -> None:
    older, newer = both(language)
    scored = (Scored(older, 0, 1.0, 0.8, 0.0, False, 8), Scored(newer, 0, 0.999, 0.8, 0.0, False, 8))
    assert len(choose(scored, Weights())) == 2
    again = rule(RULES[language][0], language, 2022)
    repeated = (scored[0], Scored(again, 0, 0.999, 0.8, 0.0, False, 8))
    assert len(choose(repeated, Weights())) == 1


def test_documents_that_have_nothing_to_do_with_each_other_keep_their_order() -> None:
    one, other = rule(RULES["en"][0], "en", 2021), rule(RULES["en"][1], "en", 2025)
    pieces = (Evidence(one, 0, 0, 0, 2.0, 1.0), Evidence(other, 0, 0, 0, 1.9, 1.0))
    assert newest_first(pieces, "What share?", TODAY) == pieces


def test_numbers_are_alike_however_their_thousands_are_parted() -> None:
    assert (
        figures_of("5,000 euro in 2024") == figures_of("5 000 euro 2024") != figures_of("6,000 euro in 2024")
    )


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_the_newer_version_is_quoted_beside_the_older_where_it_was_not_chosen(language: str) -> None:
    old, new = both(language)
    other = replace(
        rule("Else.", language, 2023), document=replace(old.document, document_id="x", source="x.md")
    )
    pieces = [Evidence(old, 0, 0, 0, 2.0, 1.0), Evidence(other, 0, 0, 0, 1.9, 1.0)]
    asked, of_2021 = QUESTIONS[language]
    shown = arranged(draft_of(asked, language, (old, other, new), *pieces))
    titles = [citation.document.source for citation in shown.citations]
    assert titles == ["rules-2021.md", "rules-2025.md", "x.md"]
    assert shown.citations[1].quote == RULES[language][1]
    meant = arranged(draft_of(of_2021, language, (old, other, new), *pieces))
    assert [citation.document.source for citation in meant.citations] == ["rules-2021.md", "x.md"]
    planned = replace(new, document=replace(new.document, valid_from="2999-01-01"))
    early = arranged(draft_of(asked, language, (old, other, planned), *pieces))
    assert [citation.document.source for citation in early.citations] == ["rules-2021.md", "x.md"]


def test_of_the_newer_version_the_sentence_is_shown_that_is_nearest_to_the_quote() -> None:
    old, new = both("en")
    near = "The harbour pays 75 per cent of all of its cost today, and the city pays what is left of it."
    text = f"It is a report. {near}"
    passage = replace(new.passage, text=text, end_char=len(text), sentences=((0, 15), (16, len(text))))
    two = replace(new, passage=passage, sentence_vectors=np.array([[0.0, 1.0], [0.8, 0.6]], np.float32))
    pieces = (Evidence(old, 0, 0, 0, 2.0, 1.0),)
    shown = with_successor(pieces, (old, two), QUESTIONS["en"][0], "2026-01-01")
    assert [piece.quote for piece in shown] == [RULES["en"][0], near]
    assert with_successor((), (old, two), QUESTIONS["en"][0], "2026-01-01") == ()


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_documents_that_claim_to_replace_each_other_hang_no_answer(language: str) -> None:
    old, new = RULES[language]
    found = (rule(old, language, 2021, "rules-2025.md"), rule(new, language, 2025, "rules-2021.md"))
    twice = [Evidence(one, 0, 0, 0, 2.0, 1.0) for one in (*found, *found)]
    shown = newest_first(twice, QUESTIONS[language][0], TODAY)
    assert sorted(map(id, shown)) == sorted(map(id, twice))


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
@pytest.mark.parametrize("validity", [{"valid_from": "2999-01-01"}, {"valid_until": "2001-12-31"}])
def test_a_newer_document_that_does_not_hold_is_not_cited_first(
    language: str, validity: dict[str, str]
) -> None:
    old, new = both(language)
    new = replace(new, document=replace(new.document, **validity))
    pieces = tuple(Evidence(one, 0, 0, 0, 2.0, 1.0) for one in (old, new))
    assert newest_first(pieces, QUESTIONS[language][0], TODAY) == pieces
