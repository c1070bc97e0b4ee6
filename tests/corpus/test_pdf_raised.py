"""Marks of footnotes in a PDF are no text; exponents and formulas are."""

from __future__ import annotations

import io

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from corpus import pdf
from corpus.hints import Hints
from corpus.pdf_raised import Box, without_raised_numbers

_LINE = (0.0, 100.0, 6.0, 112.0)
_RAISED = (0.0, 105.0, 4.0, 112.0)
_LOWERED = (0.0, 98.0, 4.0, 105.0)


def _boxes(text: str, raised: str, how: Box = _RAISED) -> dict[int, Box]:
    """Return the box of each character; those of the last place of ``raised`` are set otherwise."""
    start = text.rindex(raised)
    return {at: how if start <= at < start + len(raised) else _LINE for at in range(len(text))}


@pytest.mark.parametrize(
    ("text", "raised", "expected"),
    [
        ("The city built homes1 then.", "1", "The city built homes then."),
        ("Kommunen byggde bostäder.12 Sedan", "12", "Kommunen byggde bostäder. Sedan"),
        ("Thành phố xây (nhiều)3 nhà.", "3", "Thành phố xây (nhiều) nhà."),
        ("It was built in 20202 and later.", "2", "It was built in 2020 and later."),
        ("It cost 83,190,5562 crowns.", "2", "It cost 83,190,556 crowns."),
        ("A room of 20 m2 is small.", "2", "A room of 20 m2 is small."),
        ("It makes 102 of them.", "2", "It makes 102 of them."),
        ("The cos2 of it", "2", "The cos2 of it"),
        ("A value of −1 is", "1", "A value of −1 is"),
    ],
)
def test_numbers_set_small_and_high_behind_a_word(text: str, raised: str, expected: str) -> None:
    assert without_raised_numbers(text, _boxes(text, raised).get) == expected


def test_numbers_of_the_line_or_below_it_stay() -> None:
    text = "Package libcore6 makes the gas ozone3 in 2020."

    assert without_raised_numbers(text, dict.fromkeys(range(len(text)), _LINE).get) == text
    assert without_raised_numbers(text, _boxes(text, "3", _LOWERED).get) == text
    assert without_raised_numbers(text, lambda _: None) == text


def test_in_a_real_file() -> None:
    stream = io.BytesIO()
    paper = canvas.Canvas(stream, pagesize=A4)
    for _ in range(2):
        line = paper.beginText(72, 700)
        for size, rise, words in [
            (12, 0, "The city built many homes"),
            (7, 5, "1"),
            (12, 0, " in the year 2020"),
            (7, 5, "2"),
            (12, 0, " on 300 m"),
            (7, 5, "2"),
            (12, 0, " of land."),
        ]:
            line.setFont("Helvetica", size)
            line.setRise(rise)
            line.textOut(words)
        paper.drawText(line)
        paper.showPage()
    paper.save()

    text = pdf.load(stream.getvalue(), Hints("t.pdf")).text

    assert "The city built many homes in the year 2020 on 300 m2 of land." in text
