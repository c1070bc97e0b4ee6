import io
import re
import textwrap
from collections import Counter

import pypdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from corpus import pdf, pdf_layout, pdf_pages
from corpus.errors import BrokenDocument, EncryptedDocument, LimitExceeded, NoText
from corpus.hints import Hints
from corpus.pdf_furniture import without_furniture
from corpus.pdf_pages import Line, Page
from tests.corpus.sample_files import column, shared
from tests.corpus.sample_files import pdf as made

TEXTS = {
    "en": [
        "Public services are digital by default, and every citizen can use",
        "them without help from anybody in the town hall.",
    ],
    "sv": [
        "Offentliga tjänster är digitala från början, och varje medborgare",
        "kan använda dem utan hjälp från någon i stadshuset.",
    ],
    "vi": [
        "Dịch vụ công là dịch vụ số theo mặc định, và mọi người dân đều có",
        "thể sử dụng mà không cần sự trợ giúp của cơ quan nào.",
    ],
}


def load(data):
    return pdf.load(data, Hints("t.pdf"))


def blocks(document):
    return [(b.kind, document.text[b.start_char : b.end_char]) for s in document.sections for b in s.blocks]


def words(text):
    return Counter(re.findall(r"\w+", text))


@pytest.mark.parametrize("code", TEXTS)
def test_paragraphs_headings_by_size_and_pages(code):
    lines = TEXTS[code]
    heading = {"en": "Digital services", "sv": "Digitala tjänster", "vi": "Dịch vụ số"}[code]
    page = [(72, 760, 18, heading), *column([*lines, "", *lines, "", "• " + lines[0], "   " + lines[1]])]
    document = load(made([page, page], info=f"/Title ({heading[:7] if code == 'en' else 'rapport.docx'})"))
    joined = " ".join(lines)
    assert [(s.page, s.heading_path, s.language) for s in document.sections] == [
        (1, (heading,), code),
        (2, (heading,), code),
    ]
    assert blocks(document)[:4] == [
        ("heading", heading),
        ("paragraph", joined),
        ("paragraph", joined),
        ("list_item", "• " + joined),
    ]
    assert document.metadata.title == ("Digital" if code == "en" else heading)


def test_outline_gives_headings():
    stream = io.BytesIO()
    paper = canvas.Canvas(stream, pagesize=A4)
    paper.setTitle("Riktlinjer")
    paper.setAuthor("Myndigheten")
    for number, title in enumerate(["Inledning", "Krav", "Saknas på sidan"], start=1):
        paper.bookmarkPage(f"p{number}")
        paper.addOutlineEntry(title, f"p{number}", level=0 if number < 3 else 1)
        if number < 3:
            paper.drawString(72, 760, f"{number}. {title}")
        for i, line in enumerate(TEXTS["sv"]):
            paper.drawString(72, 720 - 14 * i, line)
        paper.showPage()
    paper.save()
    document = load(stream.getvalue())
    assert [(s.page, s.heading_path) for s in document.sections] == [
        (1, ("1. Inledning",)),
        (2, ("2. Krav",)),
        (3, ("2. Krav", "Saknas på sidan")),
    ]
    assert [kind for kind, _ in blocks(document)] == [
        "heading",
        "paragraph",
        "heading",
        "paragraph",
        "paragraph",
    ]
    assert (document.metadata.title, document.metadata.publisher) == ("Riktlinjer", "Myndigheten")
    assert document.metadata.date is not None


def test_running_heads_and_page_numbers_go_and_the_text_stays():
    pages = [
        [
            (72, 800, 9, "Riktlinjer för e-tjänster"),
            (300, 30, 9, f"Sida {number}"),
            *column([*TEXTS["sv"], "", f"Avsnitt nummer {number * 7} slutar här."]),
        ]
        for number in range(1, 6)
    ]
    pages[0].insert(0, (72, 700 + 40, 16, "Riktlinjer för e-tjänster"))
    document = load(made(pages))
    assert document.text.count("Riktlinjer för e-tjänster") == 1
    assert "Sida" not in document.text
    assert [f"Avsnitt nummer {n * 7} slutar här." in document.text for n in range(1, 6)] == [True] * 5


def test_a_running_head_that_stands_nowhere_else_is_kept_once():
    line = Line("Only here, v1", 72, 200, 800, 810, 9)
    body = Line("Text", 72, 200, 400, 410, 10)
    pages = [Page(n, (line, body), 842) for n in range(1, 5)]
    cleaned = without_furniture(pages)
    assert [page.text for page in cleaned] == ["Only here, v1\nText", "Text", "Text", "Text"]


HEADS = {
    "en": ("Policy brief: digital services, version 2030", "By 2030 all of them are online."),
    "sv": ("Rapport: digitala tjänster, läget 2030", "År 2030 finns alla på nätet."),
    "vi": ("Tóm lược chính sách: Quyết định số 749/QĐ-TTg", "Quyết định số 749/QĐ-TTg đặt ra mục tiêu này."),
}
PAGE_NUMBERS = ["{n}", "{n} (2)", "– {n}/2"]


def two_pages(code, head, *, size=8.0, y=810.0, gap=80.0):
    """Return a PDF of two pages below one head, whose ``{n}`` is the page's number."""
    first, second = [*TEXTS[code], "", HEADS[code][1]], [*reversed(TEXTS[code])]
    return made(
        [
            [(72, y, size, head.replace("{n}", str(n))), *column(lines, top=y - gap)]
            for n, lines in enumerate([first, second], start=1)
        ]
    )


@pytest.mark.parametrize("number", PAGE_NUMBERS)
@pytest.mark.parametrize("code", TEXTS)
def test_two_pages_are_enough_for_a_running_head(code, number):
    head, last = HEADS[code]
    of = {"en": "of", "sv": "av", "vi": "trên"}[code]
    for shown in (f"{head} {number}", f"{number} {head}", f"{head} {{n}} {of} 2"):
        if shown.startswith(("{n} (2)", "–")):
            continue  # a total stands behind the last number of a line
        text = load(two_pages(code, shown)).text
        assert head not in text
        assert words(text) == words(" ".join([*TEXTS[code], last, *TEXTS[code]]))


@pytest.mark.parametrize("code", TEXTS)
def test_a_running_foot_of_two_pages_and_left_and_right_pages(code):
    head, last = HEADS[code]
    feet = [(72, 35, 8, f"{head} 14"), (72, 35, 8, f"15 {head}")]
    document = load(made([[foot, *column([*TEXTS[code], "", last])] for foot in feet]))
    assert words(document.text) == words(" ".join([*TEXTS[code], last] * 2))


@pytest.mark.parametrize(
    "reference", ["Riktlinje, dnr 2023/4567", "Decision of 12 May 2019", "Công báo số 123 ngày 24/8"]
)
def test_a_reference_that_stands_only_in_the_head_is_kept_once(reference):
    text = load(two_pages("sv", f"{reference}, sida {{n}} (2)")).text
    assert text.count(reference) == 1


@pytest.mark.parametrize("code", TEXTS)
def test_without_a_page_number_words_that_stand_nowhere_else_are_kept_once(code):
    office = {"en": "Office of the Regions", "sv": "Regionernas kansli", "vi": "Văn phòng các tỉnh"}[code]
    assert load(two_pages(code, office)).text.count(office) == 1
    within = made([[(72, 810, 8, office), *column([*TEXTS[code], f"({office})"])]] * 2)
    assert load(within).text.count(office) == 2  # those in the text


LABELS = {"en": "Annex {n}", "sv": "Bilaga {n}", "vi": "Phụ lục {n}"}
TITLES = {"en": "Application for support", "sv": "Ansökan om stöd", "vi": "Đơn đề nghị hỗ trợ"}
TABLES = {
    "en": ("Municipality  Users  Cost", "Ash  10  20"),
    "sv": ("Kommun  Användare  Kostnad", "Ale  10  20"),
    "vi": ("Huyện  Người dùng  Chi phí", "Ba Vì  10  20"),
}


@pytest.mark.parametrize("code", TEXTS)
def test_titles_labels_and_table_heads_of_two_pages_stay(code):
    kept = load(two_pages(code, LABELS[code])).text
    assert [LABELS[code].format(n=n) in kept for n in (1, 2)] == [True, True]
    assert load(two_pages(code, TITLES[code], size=16, y=760)).text.count(TITLES[code]) == 2
    assert load(two_pages(code, TITLES[code], size=10, y=760)).text.count(TITLES[code]) == 2
    numbered = TITLES[code] + " {n}: " + HEADS[code][0]
    kept = load(two_pages(code, numbered, size=10, y=760)).text
    assert [numbered.replace("{n}", str(n)) in kept for n in (1, 2)] == [True, True]
    head, row = TABLES[code]
    table = load(made([column([head, *[row] * 12, "", *TEXTS[code]], top=790, size=9)] * 2)).text
    assert len(re.findall(r"\s+".join(map(re.escape, head.split("  "))), table)) == 2


def test_pages_that_say_nothing_but_one_line_keep_it():
    assert load(made([[(72, 810, 8, "Chỉ một dòng")]] * 2)).text.count("Chỉ một dòng") == 2


def test_numbers_that_are_no_page_numbers_stay():
    pages = [
        Page(n, (Line(str(value), 72, 90, 30, 40, 9),), 842)
        for n, value in enumerate([492, 17, 2024], start=1)
    ]
    assert [page.text for page in without_furniture(pages)] == ["492", "17", "2024"]


def test_a_sentence_runs_over_the_page_break():
    first, second = TEXTS["vi"]
    document = load(made([column(["Mở đầu.", "", first]), column([second, "", "Kết thúc ở đây."])]))
    assert ("paragraph", f"{first} {second}") in blocks(document)
    assert [s.page for s in document.sections] == [1, 2]


def test_split_words_are_mended_and_real_hyphens_kept():
    known = Counter({"information": 1, "run": 2, "time": 2})
    assert pdf_layout._join("much infor-", "mation here", known, hyphenated=False) == "much information here"
    assert pdf_layout._join("at run", "time files", known, hyphenated=True) == "at run-time files"
    assert (
        pdf_layout._join("the Nordic-", "Baltic region", known, hyphenated=False)
        == "the Nordic-Baltic region"
    )
    assert pdf_layout._join("för tillgäng-", "lighet", known, hyphenated=False) == "för tillgänglighet"
    assert pdf_layout._join("plain", "words", known, hyphenated=False) == "plain words"


def test_run_together_words_are_noticed():
    good = "Each package must have a priority value, which is set in the metadata of the archive."
    assert pdf_pages.words_are_lost(good.replace(" ", ""), good)
    assert not pdf_pages.words_are_lost(good, good)
    assert not pdf_pages.words_are_lost("too", "too short to tell")


def test_the_second_extractor_is_not_trusted_blindly():
    good = (
        "Mọi người dân đều có thể sử dụng dịch vụ công trực tuyến ở bất cứ đâu và bất cứ lúc nào trong ngày."
    )
    assert pdf_pages.prefer_first(good, good[:30])
    assert pdf_pages.prefer_first(good, " ".join(good.replace(" ", "")))
    assert pdf_pages.prefer_first(good, "\ue000" * len(good))
    assert not pdf_pages.prefer_first(good.replace(" ", ""), good)


def test_pages_without_coordinates_are_read_by_their_lines():
    page = Page(1, tuple(Line(text) for text in ["• một điểm dài", "tiếp tục ở đây", "• two", "Ny mening."]))
    assert [(piece.kind, piece.text) for piece in pdf_layout.read_layout([page], [])] == [
        ("list_item", "• một điểm dài tiếp tục ở đây"),
        ("list_item", "• two"),
        ("paragraph", "Ny mening."),
    ]


def test_pypdf_reads_alone_what_pdfium_cannot_open():
    reader = pypdf.PdfReader(io.BytesIO(made([column(TEXTS["vi"])])))
    pages, notes = pdf_pages.read_pages(reader, None, 1)
    assert words(pages[0].text) == words(" ".join(TEXTS["vi"]))
    assert notes == []


def test_five_hundred_pages():
    pages = [column([f"{TEXTS['sv'][0]} ({number})", TEXTS["sv"][1]]) for number in range(1, 501)]
    document = load(made(pages))
    assert document.sections[-1].page == 500
    assert all(f"medborgare ({number})" in document.text for number in (1, 250, 500))


def test_too_many_pages(monkeypatch):
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)
    with pytest.raises(LimitExceeded, match="2 pages"):
        load(made([column(TEXTS["en"])] * 2))


def scan():
    stream = io.BytesIO()
    paper = canvas.Canvas(stream)
    paper.rect(100, 100, 300, 300, fill=1)
    paper.showPage()
    paper.save()
    return stream.getvalue()


def encrypted(user_password, algorithm="RC4-128"):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(made([column(TEXTS["sv"])])))
    writer.encrypt(user_password=user_password, owner_password="owner", algorithm=algorithm)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_passwords():
    assert load(encrypted("")).text == " ".join(TEXTS["sv"])
    with pytest.raises(EncryptedDocument, match="without one"):
        load(encrypted("hemligt"))


def test_scans_and_broken_files():
    with pytest.raises(NoText, match="OCR"):
        load(scan())
    whole = made([column(TEXTS["en"])])
    for data in (
        b"%PDF-1.7\n",
        whole[:60],
        whole[: whole.rindex(b"xref\n0")],
        b"%PDF-1.7\n" + bytes(range(256)) * 10,
    ):
        with pytest.raises(BrokenDocument, match="damaged or truncated"):
            load(data)


def test_a_file_without_its_end_is_recovered():
    whole = made([column(TEXTS["en"])])
    assert words(load(whole[: whole.rindex(b"startxref")]).text) == words(" ".join(TEXTS["en"]))


def test_damaged_pages_are_reported_and_a_file_of_nothing_else_fails():
    class Damaged:
        pages = (None, None)

    good = pypdf.PdfReader(io.BytesIO(made([column(TEXTS["sv"])] * 2)))
    Damaged.pages = (good.pages[0], object())
    pages, notes = pdf_pages.read_pages(Damaged, None, 2)
    assert (bool(pages[0].lines), bool(pages[1].lines)) == (True, False)
    assert notes == ["1 of 2 pages are damaged and could not be read"]
    with pytest.raises(BrokenDocument, match="none of its pages"):
        pdf_pages.read_pages(None, None, 2)


@pytest.mark.parametrize(
    "sentence",
    [
        "The programme of eleven regions began in 2019. It had 14,2 million euro from the Union in Brussels.",
        "Das Programm der elf Regionen begann 2019. Es erhielt 14,2 Millionen Euro von der Union.",
        "Programmet i elva regioner började 2019. Det fick 14,2 miljoner kronor från Vinnova i Stockholm.",
        "Chương trình của mười một vùng bắt đầu ở Cần Thơ. Nó được cấp 14,2 triệu đồng từ Hà Nội.",
    ],
)
def test_sentences_in_columns_stay_whole(sentence):
    text = " ".join(f"{sentence[:-1]} ({number})." for number in range(1, 9))
    lines = textwrap.wrap(text, 36)
    half = next(n for n in range(len(lines) // 2, len(lines)) if not lines[n - 1].endswith("."))
    page = [
        (72, 760, 18, sentence.split()[0]),
        *column(lines[:half]),
        *column(lines[half:], left=320),
    ]
    document = load(made([page]))
    found = [part for kind, part in blocks(document) if kind == "paragraph"]
    assert " ".join(found) == text
    assert all(part.endswith(").") for part in found)


def test_rows_of_a_table_are_no_sentence():
    rows = [
        (72, 600, 10, "Quận"),
        (320, 600, 10, "Số điểm"),
        (72, 580, 10, "Ninh Kiều"),
        (320, 580, 10, "21"),
    ]
    document = load(made([[*column(TEXTS["vi"]), *rows]]))
    assert [text for _, text in blocks(document)] == [" ".join(TEXTS["vi"]), "Quận Số điểm", "Ninh Kiều 21"]


def test_an_author_that_a_program_filled_in_is_no_publisher():
    page = [column(TEXTS["sv"])]
    assert load(made(page, info="/Author (anonymous)")).metadata.publisher is None
    assert load(made(page, info="/Author (Region Skaane)")).metadata.publisher == "Region Skaane"


@pytest.mark.parametrize(("name", "recall"), [("debian-policy", 0.99), ("fhs-3.0", 0.945)])
def test_word_recall_on_manuals(name, recall):
    folder = shared("hard-documents", "manuals")
    document = load((folder / f"{name}.pdf").read_bytes())
    wanted = words((folder / f"{name}.txt").read_text(encoding="utf-8"))
    missing = wanted - words(document.text)
    assert 1 - sum(missing.values()) / sum(wanted.values()) >= recall
    assert len({s.heading_path for s in document.sections}) > 50
    paragraphs = [text for kind, text in blocks(document) if kind == "paragraph" and len(text) > 200]
    assert len(paragraphs) > 50, "wrapped lines are joined"
    if name == "debian-policy":
        assert any("PDFium was used" in note for note in document.notes)
        assert not any("thepackage" in text for text in paragraphs)


@pytest.mark.parametrize("code", ["en", "sv", "vi"])
def test_two_pages_on_a_sheet_have_two_numbers(code):
    names = {"en": "GUIDE", "sv": "HANDBOK", "vi": "CẨM NANG"}
    body = Line(TEXTS[code][0], 72, 500, 400, 410, 10)
    pages = [
        Page(
            n,
            (Line(f"{2 * n - 2} {names[code]} {'ABCDE'[n - 1]} {2 * n - 1}", 72, 700, 580, 590, 9), body),
            612,
        )
        for n in range(1, 6)
    ]
    pages.append(Page(6, (Line("11", 690, 700, 580, 590, 9), body), 612))
    cleaned = without_furniture(pages)
    assert cleaned[-1].text == TEXTS[code][0]
    assert not any("11" in page.text for page in cleaned)


def test_bookmarks_of_programs_are_no_headings():
    stream = io.BytesIO()
    paper = canvas.Canvas(stream, pagesize=A4)
    for number, title in enumerate(["_Toc4711", "Krav"], start=1):
        paper.bookmarkPage(f"p{number}")
        paper.addOutlineEntry(title, f"p{number}", level=0)
        for i, line in enumerate(TEXTS["sv"]):
            paper.drawString(72, 720 - 14 * i, line)
        paper.showPage()
    paper.save()
    document = load(stream.getvalue())
    assert [s.heading_path for s in document.sections] == [(), ("Krav",)]


@pytest.mark.parametrize("code", TEXTS)
def test_a_quote_in_large_type_is_text_and_no_heading(code):
    large = textwrap.wrap(" ".join(TEXTS[code] * 2), 34)
    assert len(large) > 4
    page = [(72, 780 - 22 * i, 18, line) for i, line in enumerate(large)]
    page += [(x, y - 220, size, line) for x, y, size, line in column(TEXTS[code] * 4)]

    document = load(made([page, page]))

    kinds = blocks(document)
    assert ("paragraph", " ".join(large)) in kinds
    assert all(kind == "paragraph" for kind, _ in kinds)


@pytest.mark.parametrize(
    ("cover", "title"),
    [
        ([(40, "RESILIENS"), (24, "STADEN ÅBY"), (34, "STRATEGI")], "RESILIENS STADEN ÅBY STRATEGI"),
        ([(40, "Ramverk"), (24, "för betrodda tjänster")], "Ramverk för betrodda tjänster"),
        ([(40, "Digital strategi"), (24, "för Åby")], "Digital strategi"),
    ],
)
def test_a_title_of_one_word_and_what_belongs_to_it(cover, title):
    lines = TEXTS["sv"]
    first = [(72, 760 - 60 * i, size, text) for i, (size, text) in enumerate(cover)]

    document = load(made([first, column(lines * 6), column(lines * 6)]))

    assert document.metadata.title == title


def test_a_section_behind_a_title_of_one_word_is_no_part_of_it():
    lines = TEXTS["sv"]
    page = [(72, 780, 30, "Ramverk"), (72, 740, 16, "1. Inledning"), *column(lines * 4)]

    document = load(made([page, column(lines * 6)]))

    assert document.metadata.title == "Ramverk"


@pytest.mark.parametrize(
    ("code", "titles"),
    [
        ("en", ("1. Background", "2. Protection of the premises")),
        ("sv", ("1. Bakgrund och syfte", "2. Fysisk säkerhet")),
        ("vi", ("1. Mục đích", "2. An toàn vật lý")),
    ],
)
def test_numbered_titles_hardly_larger_than_the_body_are_headings(code, titles):
    page = []
    for i, title in enumerate(titles):
        page.append((72, 760 - 300 * i, 10.8, title))
        page += [(x, y + 14 - 300 * i, size, line) for x, y, size, line in column(TEXTS[code] * 4)]

    document = load(made([page]))

    assert [s.heading_path[-1:] for s in document.sections] == [(title,) for title in titles]


def test_a_size_hardly_larger_than_the_body_that_text_has_too_heads_nothing():
    lines = TEXTS["en"]
    page = [(72, 780, 10.8, "1. Background"), (72, 700, 10.8, "2. Premises")]
    page += [(x, y - 120, size, line) for x, y, size, line in column(lines * 4)]
    page.append((72, 80, 10.8, lines[0]))

    document = load(made([page]))

    assert {kind for kind, _ in blocks(document)} <= {"paragraph", "list_item"}
