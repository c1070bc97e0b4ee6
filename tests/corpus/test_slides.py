import pptx
import pytest
from pptx.util import Inches

from corpus import slides
from corpus.errors import BrokenDocument, NoText
from corpus.hints import Hints
from tests.corpus.sample_files import docx as saved


def blocks(section, text):
    return [(b.kind, text[b.start_char : b.end_char]) for b in section.blocks]


def test_slides_are_pages():
    file = pptx.Presentation()
    first = file.slides.add_slide(file.slide_layouts[1])
    first.shapes.title.text = "Danh tính số"
    first.placeholders[1].text = "Ví điện tử cho mọi người dân\nChữ ký số"
    first.notes_slide.notes_text_frame.text = "Ghi chú của người nói"
    second = file.slides.add_slide(file.slide_layouts[5])
    second.shapes.title.text = "Antal"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(4), Inches(3), Inches(1)).table
    for cell, text in zip(table.iter_cells(), ["År", "Antal", "2024", "492"], strict=True):
        cell.text = text
    box = second.shapes.add_textbox(Inches(1), Inches(2), Inches(3), Inches(1))
    box.text_frame.text = "Källa: undersökningen bland tjänstemän i fjorton länder."
    third = file.slides.add_slide(file.slide_layouts[6])
    group = third.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(3), Inches(1)).text_frame.text = "Text in a group without a title"
    document = slides.load(saved(file), Hints("t.pptx"))
    assert [(s.page, s.heading_path) for s in document.sections] == [
        (1, ("Danh tính số",)),
        (2, ("Antal",)),
        (3, ()),
    ]
    assert blocks(document.sections[0], document.text) == [
        ("heading", "Danh tính số"),
        ("list_item", "• Ví điện tử cho mọi người dân"),
        ("list_item", "• Chữ ký số"),
        ("paragraph", "Ghi chú của người nói"),
    ]
    assert blocks(document.sections[1], document.text) == [
        ("heading", "Antal"),
        ("paragraph", "Källa: undersökningen bland tjänstemän i fjorton länder."),
        ("table", "År | Antal\n2024 | 492"),
    ]
    assert blocks(document.sections[2], document.text) == [("paragraph", "Text in a group without a title")]
    assert document.metadata.title == "Danh tính số"
    assert document.metadata.publisher is None, "the author of the library's template is not the publisher"


def test_empty_and_broken():
    with pytest.raises(NoText):
        slides.load(saved(pptx.Presentation()), Hints("t.pptx"))
    with pytest.raises(BrokenDocument, match="presentation"):
        slides.load(b"PK\x03\x04 nothing", Hints("t.pptx"))
