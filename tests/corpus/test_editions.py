"""What each loader makes of files that are made here; other output for the same bytes is a new edition.

Otherwise documents that were ingested before would stay as the older loader
read them. After raising the number in `corpus/editions.py`, put the edition
and the digest that the failing test shows into `DIGESTS`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from datetime import datetime

import docx
import pptx
import pytest

from corpus.editions import EDITIONS, edition, is_outdated
from corpus.hints import Hints
from corpus.loading import parse
from tests.corpus.sample_files import column, pdf
from tests.corpus.sample_files import docx as saved

WORDS = {
    "en": ("Digital services", "Every citizen can use the services without help from the town hall."),
    "sv": ("Digitala tjänster", "Varje medborgare kan använda tjänsterna utan hjälp från stadshuset."),
    "vi": ("Dịch vụ số", "Mọi người dân đều có thể sử dụng dịch vụ công mà không cần trợ giúp."),
}


def a_pdf(code: str) -> bytes:
    title, text = WORDS[code]
    foot = {n: (72, 35, 8, f"{title} {WORDS[code][0]} {n}") for n in (1, 2)}
    first = [(72, 760, 18, title), foot[1], *column([text, "", f"• {text}"])]
    return pdf([first, [foot[2], *column([text, text])]])


def a_page(code: str) -> bytes:
    title, text = WORDS[code]
    items = f"<ul><li>{text}</li></ul><table><tr><th>{title}</th></tr><tr><td>1</td></tr></table>"
    return (
        f"<!doctype html><html><head><title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p>"
        f"<p hidden>{text}</p>{items}</main></body></html>"
    ).encode()


def a_markdown(code: str) -> bytes:
    title, text = WORDS[code]
    table = f"| {title} | n |\n|---|---|\n| a | 1 |\n"
    return f"---\ndate: 2024-05\n---\n# {title}\n\n{text}\n\n- {text}\n\n{table}".encode()


def a_text(code: str) -> bytes:
    title, text = WORDS[code]
    return f"{title.upper()}\n\n{text}\n{text}\n\n- {text}\n".encode()


def a_docx(code: str) -> bytes:
    title, text = WORDS[code]
    file = docx.Document()
    file.core_properties.created = datetime(2024, 5, 1)
    file.add_heading(title, 1)
    file.add_paragraph(text)
    file.add_paragraph(text, style="List Bullet")
    file.add_table(1, 2).cell(0, 0).text = title
    return saved(file)


def a_pptx(code: str) -> bytes:
    title, text = WORDS[code]
    file = pptx.Presentation()
    file.core_properties.created = datetime(2024, 5, 1)
    slide = file.slides.add_slide(file.slide_layouts[1])
    slide.shapes.title.text = title
    slide.placeholders[1].text = text
    return saved(file)


MAKERS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "application/pdf": ("a.pdf", a_pdf),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("a.pptx", a_pptx),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("a.docx", a_docx),
    "text/html": ("a.html", a_page),
    "text/markdown": ("a.md", a_markdown),
    "text/plain": ("a.txt", a_text),
}
DIGESTS = {
    "application/pdf": (5, "e9cee2999bec2976"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (3, "549a51dc34a562ea"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (3, "b83e5852b03c2338"),
    "text/html": (4, "3b82a1f64b9a6554"),
    "text/markdown": (3, "32fa16d4f38ab268"),
    "text/plain": (3, "bc1c94449a4bd96e"),
}


def test_every_loader_has_an_edition() -> None:
    assert set(MAKERS) == set(EDITIONS) == set(DIGESTS)


@pytest.mark.parametrize("media_type", MAKERS)
def test_other_output_is_another_edition(media_type: str) -> None:
    name, make = MAKERS[media_type]
    digest = hashlib.sha256()
    for code in WORDS:
        document = parse(make(code), Hints(name))
        assert document.media_type == media_type
        told = json.dumps(dataclasses.asdict(document), ensure_ascii=False, sort_keys=True)
        digest.update(told.encode())
    assert (edition(media_type), digest.hexdigest()[:16]) == DIGESTS[media_type]


def test_what_is_outdated() -> None:
    assert is_outdated("text/html", None)
    assert is_outdated("text/html", EDITIONS["text/html"] - 1)
    assert not is_outdated("text/html", EDITIONS["text/html"])
    assert not is_outdated("text/html", EDITIONS["text/html"] + 1)  # a data directory of a newer release
    assert not is_outdated("application/x-made-in-memory", None)
