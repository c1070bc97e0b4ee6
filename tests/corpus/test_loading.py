import io
import zipfile

import docx
import pptx
import pytest

from corpus import archives, loading
from corpus.errors import (
    BrokenDocument,
    CorpusError,
    EncryptedDocument,
    LimitExceeded,
    NoText,
    UnsupportedFormat,
)
from corpus.hints import Hints
from corpus.loading import parse
from tests.corpus.sample_files import column, pdf
from tests.corpus.sample_files import docx as saved

SENTENCE = {
    "en": "The agency publishes guidance on accessible public services.",
    "sv": "Myndigheten publicerar vägledning om tillgängliga tjänster.",
    "vi": "Cơ quan công bố hướng dẫn về dịch vụ công dễ tiếp cận.",
}


def office_file(kind, sentence):
    if kind == "docx":
        file = docx.Document()
        file.add_paragraph(sentence)
        return saved(file)
    file = pptx.Presentation()
    file.slides.add_slide(file.slide_layouts[6]).shapes.add_textbox(0, 0, 9, 9).text_frame.text = sentence
    return saved(file)


def make(kind, sentence):
    if kind in ("docx", "pptx"):
        return office_file(kind, sentence)
    if kind == "pdf":
        return pdf([column([sentence])])
    if kind == "html":
        return f"<!doctype html><html><body><p>{sentence}</p></body></html>".encode()
    return sentence.encode()


MEDIA = {
    "pdf": "pdf",
    "html": "html",
    "md": "markdown",
    "txt": "plain",
    "docx": "word",
    "pptx": "presentation",
}


@pytest.mark.parametrize("code", SENTENCE)
@pytest.mark.parametrize("kind", MEDIA)
def test_every_format_in_every_language(kind, code):
    document = parse(make(kind, SENTENCE[code]), Hints(f"folder/name.{kind}"))
    assert document.text == SENTENCE[code]
    assert MEDIA[kind] in document.media_type
    assert document.metadata.language == code
    assert document.notes == ()
    for section in document.sections:
        assert [document.text[b.start_char : b.end_char] for b in section.blocks] == [SENTENCE[code]]


@pytest.mark.parametrize("name", ["report.pdf", "report.docx", "report.html"])
def test_mislabelled_files_are_read_as_what_they_are(name):
    document = parse(SENTENCE["sv"].encode(), Hints(name))
    if name.endswith(".html"):
        assert document.media_type == "text/html"  # bare text is a page, too
    else:
        assert (document.media_type, document.text) == ("text/plain", SENTENCE["sv"])
        assert "it was read as plain" in document.notes[0]


def test_html_called_pdf_and_pdf_called_text():
    assert parse(make("html", SENTENCE["vi"]), Hints("a.pdf")).media_type == "text/html"
    assert parse(make("pdf", SENTENCE["vi"]), Hints("a.txt")).media_type == "application/pdf"
    assert parse(b"junk before\n" + make("pdf", SENTENCE["en"]), Hints("a.pdf")).text == SENTENCE["en"]


def test_the_declared_type_of_a_web_page():
    hints = Hints("https://example.org/page.php?x=1", media_type="text/html; charset=utf-8")
    assert parse(f"<p>{SENTENCE['en']}</p>".encode(), hints).media_type == "text/html"
    assert parse(SENTENCE["sv"].encode("utf-16"), Hints("https://example.org/x")).text == SENTENCE["sv"]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def zipped(**entries):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "error", "says"),
    [
        (b"", "a.pdf", NoText, "empty"),
        (b" \n\t\r\n", "a.txt", NoText, "empty"),
        (b"\xef\xbb\xbf", "a.md", NoText, "empty"),
        (bytes(range(256)) * 8, "a.txt", BrokenDocument, "not text"),
        (b"%PDF-1.4 and no more", "a.pdf", BrokenDocument, "truncated"),
        (OLE, "a.doc", UnsupportedFormat, "docx"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", EncryptedDocument, "without one"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a.pdf", UnsupportedFormat, "image"),
        (rb"{\rtf1 hej}", "a.rtf", UnsupportedFormat, "RTF"),
        (b"a,b\n1,2\n", "a.csv", UnsupportedFormat, r"\.csv"),
        (zipped(xl__workbook_xml="<x/>"), "a.xlsx", UnsupportedFormat, "spreadsheet"),
        (zipped(mimetype="application/epub+zip"), "a.odt", UnsupportedFormat, "OpenDocument"),
        (zipped(readme="hi"), "a.zip", UnsupportedFormat, "unpack"),
        (zipped(word__document_xml="<w/>"), "a.docx", BrokenDocument, "Word"),
        (zipped(ppt__presentation_xml="<p/>"), "a.pptx", BrokenDocument, "presentation"),
        (office_file("docx", "x")[:2000], "a.docx", BrokenDocument, "truncated"),
    ],
)
def test_bad_files_fail_with_a_reason(data, name, error, says):
    with pytest.raises(error, match=says) as caught:
        parse(data, Hints(name))
    assert str(caught.value).startswith(name)


def test_zip_bombs_are_seen_in_the_directory():
    with pytest.raises(LimitExceeded, match="unpacks"):
        parse(zipped(word__document_xml=b" " * 31_000_000), Hints("bomb.docx"))
    many = [zipfile.ZipInfo(f"x{i}") for i in range(archives.MAX_ENTRIES + 1)]
    with pytest.raises(LimitExceeded, match="parts"):
        archives.check_sizes(many)
    large = zipfile.ZipInfo("media/film.bin")
    large.file_size = archives.MAX_UNPACKED_BYTES + 1
    with pytest.raises(LimitExceeded, match="MB"):
        archives.check_sizes([large])


def test_files_that_are_too_large(monkeypatch):
    monkeypatch.setattr(loading, "MAX_BYTES", 10)
    with pytest.raises(LimitExceeded, match="limit"):
        parse(b"more than ten bytes", Hints("a.txt"))


@pytest.mark.parametrize(
    ("raised", "error"),
    [(RecursionError(), LimitExceeded), (MemoryError(), LimitExceeded), (IndexError("x"), BrokenDocument)],
)
def test_whatever_a_parser_raises_becomes_a_typed_error(monkeypatch, raised, error):
    def fail(_data, _hints):
        raise raised

    monkeypatch.setattr("corpus.plain.load", fail)
    with pytest.raises(error, match=r"^a\.txt: ") as caught:
        parse(b"text", Hints("a.txt"))
    assert isinstance(caught.value, CorpusError)


def test_deep_word_nesting_is_refused_in_time():
    cell = "<w:tbl><w:tr><w:tc>" * 200 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 200
    body = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{cell}</w:body></w:document>"
    )
    source = io.BytesIO(office_file("docx", "x"))
    target = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, body if entry.filename == "word/document.xml" else old.read(entry))
    with pytest.raises((LimitExceeded, BrokenDocument), match=r"^deep\.docx"):
        parse(target.getvalue(), Hints("deep.docx"))


def test_the_room_starts_without_its_parsers():
    import subprocess
    import sys

    code = (
        "import sys, corpus.loading, corpus.isolation\n"
        "print(sorted({'pypdf', 'pypdfium2', 'docx', 'pptx', 'trafilatura', 'lxml', 'py3langid', 'numpy'} "
        "& set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
