"""Texts of the review desk's editor: the plain form read back, and two texts put together without loss."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from api.review_view.combining import combine, parts
from api.review_view.texts import Working, read_form, reference, with_citation

CITATION = {
    "citation_id": "cit_a",
    "passage_id": "p1",
    "start_char": 3,
    "end_char": 9,
    "quote": "mười ngày",
}


def no_documents(_passage: str, _start: int, _end: int) -> dict[str, Any]:
    raise AssertionError("every citation is at hand")


def sentence(text: str, *cited: str) -> dict[str, Any]:
    return {"text": text, "citations": list(cited)}


def says(working: Working) -> list[str]:
    return [one["text"] for one in working.sentences]


def test_the_plain_form_is_read_in_order_and_empty_rows_go() -> None:
    fields = [
        ("citation", reference(CITATION)),
        ("text.10", "Thời gian\r\n giảm."),
        ("cite.10", "cit_a"),
        ("text.2", "Först kommer detta."),
        ("text.3", " \t"),
        ("citation", "not a citation"),
    ]
    working = read_form(fields, [CITATION], no_documents)
    assert says(working) == ["Först kommer detta.", "Thời gian giảm."]
    assert working.sentences[1]["citations"] == ["cit_a"]
    assert working.references() == [{key: CITATION[key] for key in CITATION if key != "quote"}]


def test_a_citation_that_is_not_at_hand_is_read_from_its_passage() -> None:
    def cite(passage: str, start: int, end: int) -> dict[str, Any]:
        return CITATION | {"passage_id": passage, "start_char": start, "end_char": end}

    working = read_form([("citation", "cit_b p7 1 5"), ("text.0", "A."), ("cite.0", "cit_b")], [], cite)
    assert working.citations == [
        CITATION | {"citation_id": "cit_b", "passage_id": "p7", "start_char": 1, "end_char": 5}
    ]


def test_the_same_passage_is_cited_once() -> None:
    working = Working([sentence("A."), sentence("B.")], [dict(CITATION)])
    again = with_citation(working, CITATION | {"citation_id": "cit_other"}, 1)
    assert len(again.citations) == 1
    assert again.sentences[1]["citations"] == ["cit_a"]
    assert working.sentences[1]["citations"] == []


def test_what_only_one_changed_is_chosen_already() -> None:
    base = [
        sentence("57 kommuner införde tjänsten.", "c1"),
        sentence("Projektet kostade 12 miljoner kronor.", "c1"),
    ]
    mine = [sentence("58 kommuner införde tjänsten.", "c1"), base[1]]
    theirs = [base[0], base[1], sentence("Äldre fick hjälp.", "c2")]
    found = parts(mine, theirs, base)
    assert [(part.same, part.advice) for part in found if not part.same] == [
        (False, "mine"),
        (False, "theirs"),
    ]
    advised = {number: part.advice for number, part in enumerate(found)}
    together = combine(
        found,
        advised,
        Working(mine, [CITATION | {"citation_id": "c1"}]),
        Working(theirs, [CITATION | {"citation_id": "c2"}]),
    )
    assert says(together) == [mine[0]["text"], base[1]["text"], "Äldre fick hjälp."]
    assert [one["citation_id"] for one in together.citations] == ["c2", "c1"]


def test_what_both_changed_is_kept_twice_until_somebody_chooses() -> None:
    base = [sentence("The fee is five euro a year.")]
    mine = [sentence("The fee is six euro a year.")]
    theirs = [sentence("The fee is seven euro a year.")]
    [part] = parts(mine, theirs, base)
    assert (part.same, part.advice) == (False, "both")
    nothing = Working([], [])
    assert says(combine([part], {}, nothing, nothing)) == [theirs[0]["text"], mine[0]["text"]]
    assert says(combine([part], {0: "mine"}, nothing, nothing)) == [mine[0]["text"]]
    assert says(combine([part], {0: "theirs"}, nothing, nothing)) == [theirs[0]["text"]]


def test_a_sentence_that_one_took_out_and_the_other_left_alone_goes() -> None:
    base = [sentence("Stays as it is."), sentence("Goes away today.")]
    [_, gone] = parts(base[:1], base, base)
    assert (gone.mine, gone.advice) == ((), "mine")


TEXTS = st.lists(
    st.sampled_from(
        ["Một câu.", "Två ord här.", "Three words here.", "Three words there.", "492 tjänstemän."]
    ).map(sentence),
    max_size=6,
)


@given(mine=TEXTS, theirs=TEXTS, base=TEXTS)
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_and_each_side_can_be_had_whole(
    mine: list[dict[str, Any]], theirs: list[dict[str, Any]], base: list[dict[str, Any]]
) -> None:
    found = parts(mine, theirs, base)
    a, b = Working(mine, []), Working(theirs, [])
    assert says(combine(found, dict.fromkeys(range(len(found)), "mine"), a, b)) == says(a)
    assert says(combine(found, dict.fromkeys(range(len(found)), "theirs"), a, b)) == says(b)
    both = says(combine(found, {}, a, b))
    assert set(says(a)) | set(says(b)) == set(both)
