"""Marks of footnotes are no text; the notes are."""

from __future__ import annotations

import re

import pytest

from corpus import html, markdown
from corpus.documents import Document
from corpus.hints import Hints

_TEXTS = {
    "en": (
        "The city built 400 homes{} in the year 2020{}, said the plan.",
        "City of Åby, annual report, page 4.",
    ),
    "sv": ("Staden byggde 400 bostäder{} under år 2020{}, sade planen.", "Åby stad, årsrapport, sidan 4."),
    "vi": (
        "Thành phố đã xây 400 căn nhà{} trong năm 2020{}, theo kế hoạch.",
        "Thành phố Huế, báo cáo, trang 4.",
    ),
}

_IN_HTML = [
    '<sup id="fnref1"><a href="#fn1">1</a></sup>',
    '<a href="#fn1"><sup>1</sup></a>',
    '<sup class="reference"><a href="#cite_note-1">[1]</a></sup>',
    '<a href="#_ftn1" name="_ftnref1">[1]</a>',
    '<a id="ntc1" href="#ntr1">(<span class="super">1</span>)</a>',
    '<a role="doc-noteref" href="#n1">*</a>',
]


def _page(code: str, body: str) -> Document:
    source = (
        f'<!doctype html><html lang="{code}"><head><meta charset="utf-8"><title>T</title></head><body>{body}'
    )
    return html.load(f"{source}</body></html>".encode(), Hints("t.html"))


@pytest.mark.parametrize("code", _TEXTS)
@pytest.mark.parametrize("mark", _IN_HTML)
def test_marks_of_a_page_go_and_its_notes_stay(code: str, mark: str) -> None:
    text, note = _TEXTS[code]
    body = f"<main><h1>T</h1><p>{text.format(mark, mark)}</p>"
    notes = f'<section><ol><li id="fn1"><p>{note} <a href="#fnref1">↩</a></p></li></ol></section></main>'

    read = _page(code, body + notes).text

    assert text.format("", "") in read
    assert note in read
    assert "↩" not in read


@pytest.mark.parametrize(
    "kept",
    [
        'See Article <a href="#art5">5</a> of the law.',
        "The new room of the library has 20 m<sup>2</sup> and makes less CO<sub>2</sub> than the old.",
        'Number <a href="https://example.org/#fn1">1</a> of the list.',
        'Turn to <a href="#fn1">the notes</a> for more.',
    ],
)
def test_other_links_numbers_and_exponents_stay(kept: str) -> None:
    text, _ = _TEXTS["en"]
    shown = re.sub(r"<[^>]+>", "", kept)

    read = _page("en", f"<main><h1>T</h1><p>{text.format('', '')}</p><p>{kept}</p></main>").text

    assert shown in read


@pytest.mark.parametrize("code", _TEXTS)
def test_notes_in_markdown(code: str) -> None:
    text, note = _TEXTS[code]
    source = (
        f"# T\n\n{text.format('[^1]', '[^long-name]')}\n\n[^1]: {note}\n[^long-name]: Second\n    line.\n"
    )

    read = markdown.load(source.encode(), Hints("t.md")).text

    assert read == f"T\n\n{text.format('', '')}\n\n{note}\n\nSecond line."


def test_what_is_no_mark_of_a_note_in_markdown_stays() -> None:
    source = b"A class `[^a]` and a mark [^1] without its note.\n\n[Note]: It has more words.\n\n[x]: http://a.example\n"

    read = markdown.load(source, Hints("t.md")).text

    assert read == "A class [^a] and a mark [^1] without its note.\n\n[Note]: It has more words."
