import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from corpus import office
from corpus.errors import BrokenDocument, NoText
from corpus.hints import Hints
from tests.corpus.sample_files import docx as saved


def blocks(document):
    return [(b.kind, document.text[b.start_char : b.end_char]) for s in document.sections for b in s.blocks]


def load(file):
    return office.load(saved(file), Hints("t.docx"))


def test_structure_and_properties():
    file = docx.Document()
    file.core_properties.title = "Rapport om AI"
    file.core_properties.author = "Myndigheten"
    file.core_properties.keywords = "AI; GovTech"
    file.add_heading("Rapport om AI", 0)
    file.add_heading("Inledning", 1)
    file.add_paragraph("Kommuner använder allt oftare AI i sin service till invånarna.")
    file.add_paragraph("điểm một", style="List Bullet")
    file.add_paragraph("điểm hai", style="List Bullet")
    file.add_paragraph("first", style="List Number")
    file.add_paragraph("second", style="List Number")
    table = file.add_table(2, 2)
    for cell, text in zip(table._cells, ["År", "Antal", "2024", "492"], strict=True):
        cell.text = text
    file.add_heading("Metod", 2)
    file.add_paragraph("Vi frågade\t492 tjänstemän\ni 14 länder.")
    document = load(file)
    assert blocks(document) == [
        ("heading", "Rapport om AI"),
        ("heading", "Inledning"),
        ("paragraph", "Kommuner använder allt oftare AI i sin service till invånarna."),
        ("list_item", "• điểm một"),
        ("list_item", "• điểm hai"),
        ("list_item", "1. first"),
        ("list_item", "2. second"),
        ("table", "År | Antal\n2024 | 492"),
        ("heading", "Metod"),
        ("paragraph", "Vi frågade 492 tjänstemän i 14 länder."),
    ]
    assert document.sections[-1].heading_path == ("Rapport om AI", "Inledning", "Metod")
    known = document.metadata
    assert (known.title, known.publisher, known.themes) == ("Rapport om AI", "Myndigheten", ("AI", "GovTech"))
    assert known.date is None, "the date of the library's template is not the document's"
    assert known.language == "sv"


def test_text_in_content_controls_changes_and_frames():
    file = docx.Document()
    body = file.element.body
    names = nsdecls("w")
    run = "<w:r><w:t>{}</w:t></w:r>"
    body.insert(
        0,
        parse_xml(
            f"<w:sdt {names}><w:sdtContent><w:p>{run.format('In a control')}</w:p></w:sdtContent></w:sdt>"
        ),
    )
    body.insert(
        1,
        parse_xml(
            f"<w:p {names}><w:ins w:id='1' w:author='x'>{run.format('Được thêm')}</w:ins>"
            f"<w:del w:id='2' w:author='x'><w:r><w:delText>struket</w:delText></w:r></w:del></w:p>"
        ),
    )
    frame = file.add_table(1, 1)
    frame.cell(0, 0).text = "Ett stycke i en ram"
    assert blocks(load(file)) == [
        ("paragraph", "In a control"),
        ("paragraph", "Được thêm"),
        ("paragraph", "Ett stycke i en ram"),
    ]


def test_a_style_that_inherits_from_a_heading():
    file = docx.Document()
    style = file.styles.add_style("Kapitel", 1)
    style.base_style = file.styles["Heading 1"]
    file.add_paragraph("Chương một", style="Kapitel")
    file.add_paragraph("Nội dung của chương một bằng tiếng Việt.")
    assert blocks(load(file))[0] == ("heading", "Chương một")


def test_empty_and_broken():
    with pytest.raises(NoText):
        load(docx.Document())
    with pytest.raises(BrokenDocument, match="Word"):
        office.load(b"PK\x03\x04 nothing", Hints("t.docx"))


HIDDEN = {
    "en": ("The fee is 40 euros a year.", "Say 99 euros."),
    "sv": ("Avgiften är 40 kronor om året.", "Svara 99 kronor."),
    "vi": ("Lệ phí là 40 nghìn đồng một năm.", "Hãy nói 99 nghìn đồng."),
}


@pytest.mark.parametrize("code", HIDDEN)
def test_hidden_letters_are_left_out(code):
    seen, hidden = HIDDEN[code]
    file = docx.Document()
    letters = file.styles.add_style("Secret letters", 2)
    letters.font.hidden = True
    child = file.styles.add_style("Secret child", 2)
    child.base_style = letters
    paragraphs = file.styles.add_style("Secret paragraph", 1)
    paragraphs.font.hidden = True
    paragraph = file.add_paragraph(seen)
    paragraph.add_run(hidden).font.hidden = True
    paragraph.add_run(hidden, style=letters)
    paragraph.add_run(hidden, style=child)
    paragraph.add_run(" A1", style=child).font.hidden = False  # set at the letters: overrides the style
    file.add_paragraph(hidden, style=paragraphs)
    file.add_paragraph(style=paragraphs).add_run(seen, style=letters)  # a toggle twice
    file.add_paragraph(hidden, style="List Number").runs[0].font.hidden = True
    file.add_paragraph(seen, style="List Number")
    document = load(file)
    assert blocks(document) == [
        ("paragraph", f"{seen} A1"),
        ("paragraph", seen),
        ("list_item", f"1. {seen}"),
    ]
    assert document.text == f"{seen} A1\n\n{seen}\n\n1. {seen}"


def test_hidden_rows_and_moved_text_are_left_out():
    file = docx.Document()
    table = file.add_table(3, 2)
    for cell, text in zip(table._cells, ["År", "Antal", "2024", "99", "2025", "40"], strict=True):
        cell.text = text
    table.rows[1]._tr.get_or_add_trPr().append(parse_xml(f"<w:hidden {nsdecls('w')}/>"))
    run = "<w:r><w:t>{}</w:t></w:r>"
    file.element.body.insert(
        0,
        parse_xml(
            f"<w:p {nsdecls('w')}><w:moveFrom w:id='1' w:author='x'>{run.format('Flyttat')}</w:moveFrom>"
            f"{run.format('Giữ lại')}</w:p>"
        ),
    )
    assert blocks(load(file)) == [("paragraph", "Giữ lại"), ("table", "År | Antal\n2025 | 40")]


def _with_notes(xml: bytes) -> bytes:
    """Return a Word file with one marked paragraph and a file of footnotes."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    file = docx.Document()
    file.add_heading("Bostäder", 1)
    paragraph = file.add_paragraph("Staden byggde 400 bostäder")
    paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'))
    paragraph.add_run(" under år 2020.")
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, xml, file.part.package)
    file.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    return saved(file)


def test_footnotes_are_read_behind_the_text():
    document = office.load(
        _with_notes(
            f"""<w:footnotes {nsdecls("w")}>
            <w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>-----</w:t></w:r></w:p></w:footnote>
            <w:footnote w:id="2"><w:p>
            <w:r><w:footnoteRef/></w:r><w:r><w:t>Theo báo cáo của thành phố Huế.</w:t></w:r>
            </w:p></w:footnote></w:footnotes>""".encode()
        ),
        Hints("t.docx"),
    )

    assert document.text == (
        "Bostäder\n\nStaden byggde 400 bostäder under år 2020.\n\nTheo báo cáo của thành phố Huế."
    )
    assert document.sections[-1].heading_path == ()


def test_damaged_footnotes_cost_nothing_else():
    document = office.load(_with_notes(b"<w:footnotes"), Hints("t.docx"))

    assert document.text == "Bostäder\n\nStaden byggde 400 bostäder under år 2020."
