from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.sentences import pieces, sentence_spans


def _split(text: str, language: str = "und") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, 0, len(text), language)]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["Dr. Smith met J. R. Hall at 3.5 p.m. yesterday.", "They agreed."]),
        ("en", ['"Why?" he asked.', '"It works."', "Then e.g. Apple Inc. sold it."]),
        ("en", ["The U.S. Senate, etc. and others left (see Fig. 2).", "Yes!", "No?!"]),
        ("en", ["Wait… what?", "Well…", "The end."]),
        ("en", ["He said no.", "Then he left."]),
        ("sv", ["Det gäller t.ex. Sverige, bl.a. Norge m.m.", "Sedan kom år 2024.", "Det var bra."]),
        ("sv", ["Enligt 3 kap. 5 § gäller det.", "Därefter gick hon.", "Priset är 3,5 mdr kr."]),
        ("sv", ["Hon sa: ”Nej.”", "Kl. 14.30 börjar mötet.", "45 % svarade."]),
        ("sv", ["4. Möjligheter att växa.", "Bra."]),
        (
            "vi",
            ["TS. Nguyễn Văn A. nói về thuế, hồ sơ v.v. và các dịch vụ khác.", "Sau đó PGS.TS. Trần đến."],
        ),
        ("vi", ["Có hồ sơ v.v.", "Trong đó có TP. Hồ Chí Minh.", "Nền tảng đã đạt 12.000 người dùng."]),
        ("vi", ["“Hiện nay, tốt.”", "Sau đó?"]),
        ("de", ["Am 3. Oktober 2024 war es z.B. so.", "Das Gesetz gilt.", "Art. 5 Abs. 2 bleibt."]),
        ("zh", ["你好。", "世界！", "“是的。”", "对。"]),
    ],
)
def test_splits_where_a_reader_would(language: str, sentences: list[str]) -> None:
    separator = "" if language == "zh" else " "
    assert _split(separator.join(sentences), language) == sentences


def test_german_ordinals_are_kept_only_where_the_language_has_them() -> None:
    assert len(_split("Das war am 3. Mai.", "de")) == 1
    assert len(_split("Det blev 3. Sedan gick de.", "sv")) == 2


def test_an_empty_line_ends_a_sentence_and_a_line_end_does_not() -> None:
    assert _split("Một dòng\ntiếp theo\n\nĐoạn khác") == ["Một dòng\ntiếp theo", "Đoạn khác"]


def test_stray_marks_join_a_neighbour() -> None:
    assert _split("Hej. -- . Nästa.") == ["Hej. -- .", "Nästa."]
    assert _split("... ") == ["..."]


def test_looks_only_at_the_given_range() -> None:
    text = "Ett. Två. Tre."
    assert sentence_spans(text, 5, 9, "sv") == ((5, 9),)
    assert sentence_spans(text, 4, 5, "sv") == ()


_TEXTS = st.text(alphabet=st.sampled_from('aBåĐ1.?!… \n"”)(。,-'), max_size=80) | st.text(max_size=60)


@settings(deadline=None)
@given(_TEXTS, st.sampled_from(["en", "sv", "vi", "de", "und"]))
def test_spans_hold_every_visible_character_once_and_in_order(text: str, language: str) -> None:
    spans = sentence_spans(text, 0, len(text), language)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(a < b and text[a:b] == text[a:b].strip() for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@settings(deadline=None)
@given(_TEXTS, st.integers(1, 30))
def test_pieces_are_short_and_lose_nothing(text: str, max_chars: int) -> None:
    spans = pieces(text, 0, len(text), max_chars)
    assert all(0 < b - a <= max_chars for a, b in spans)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


def test_pieces_are_cut_at_clauses_before_words() -> None:
    text = "Kommunen ska erbjuda stöd; den som vill kan få det hemma hos sig"
    assert [text[a:b] for a, b in pieces(text, 0, len(text), 40)] == [
        "Kommunen ska erbjuda stöd;",
        "den som vill kan få det hemma hos sig",
    ]
