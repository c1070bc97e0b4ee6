"""The documents that the project brings along, their ledger, and the generator of their binaries."""

import csv
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from corpus.documents import KINDS, Document
from corpus.hints import Hints
from corpus.loading import parse
from tools.starter_corpus import __main__ as generator

ROOT = Path(__file__).resolve().parents[2] / "corpus"
DOCUMENTS = ROOT / "documents"
SIDECAR = ".meta.yaml"
NAMES = sorted(
    path.relative_to(DOCUMENTS).as_posix()
    for path in DOCUMENTS.rglob("*")
    if path.is_file() and not path.name.endswith(SIDECAR)
)
BRIEFS = "policy_briefs"
SUPERSEDED = {
    f"{BRIEFS}/ai-act-timeline-2026.md": f"{BRIEFS}/ai-act-timeline-2024.md",
    f"{BRIEFS}/nghi-dinh-69-2024-dinh-danh-dien-tu.md": f"{BRIEFS}/nghi-dinh-59-2022-dinh-danh-dien-tu.md",
}
NEAR_DUPLICATES = (
    "news/interoperability-assessments-mandatory.md",
    "news/interoperability-assessments-mandatory-republished.md",
)


def declared(name):
    """What the author wrote about a document: its sidecar, or the front matter of a Markdown file."""
    sidecar = DOCUMENTS / (name + SIDECAR)
    if sidecar.is_file():
        return yaml.safe_load(sidecar.read_text(encoding="utf-8"))
    _, front_matter, _ = (DOCUMENTS / name).read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front_matter)


@cache
def parsed(name) -> Document:
    sidecar = DOCUMENTS / (name + SIDECAR)
    hints = Hints(
        source=name,
        sidecar=declared(name) if sidecar.is_file() else None,
        folder=Path(name).parent.as_posix(),
    )
    return parse((DOCUMENTS / name).read_bytes(), hints)


@cache
def ledger():
    with (ROOT / "ledger.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def suffixes():
    return Counter(Path(name).suffix for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_parses_as_it_was_declared(name):
    document, written = parsed(name), declared(name)
    about = document.metadata
    assert (about.language, about.kind) == (written["language"], written["kind"])
    assert about.kind == name.split("/")[0].removesuffix("s").replace("new", "news")
    assert about.kind in KINDS
    assert about.title == written["title"]
    assert about.publisher
    assert about.themes
    assert about.licence == "CC0-1.0"
    assert about.url is not None
    assert about.url.startswith(("https://", "http://"))
    assert about.date == str(written["date"])
    assert not [note for note in document.notes if "not known" in note], "a metadata field is misspelt"
    assert len(document.text.split()) > 120


@pytest.mark.parametrize("name", NAMES)
def test_text_is_nfc_in_the_file_and_after_parsing(name):
    assert unicodedata.is_normalized("NFC", parsed(name).text)
    if Path(name).suffix in {".md", ".txt", ".html"}:
        assert unicodedata.is_normalized("NFC", (DOCUMENTS / name).read_text(encoding="utf-8"))
    sidecar = DOCUMENTS / (name + SIDECAR)
    if sidecar.is_file():
        assert unicodedata.is_normalized("NFC", sidecar.read_text(encoding="utf-8"))


def test_there_are_enough_documents_of_every_language_and_kind():
    languages = Counter(parsed(name).metadata.language for name in NAMES)
    kinds = Counter(parsed(name).metadata.kind for name in NAMES)
    assert len(NAMES) >= 30
    assert set(languages) == {"en", "sv", "vi"}
    assert min(languages.values()) >= 8
    assert set(kinds) == set(KINDS) - {"document"}


def test_there_are_enough_files_of_every_format():
    wanted = {".pdf": 4, ".docx": 2, ".pptx": 1, ".html": 2, ".md": 1, ".txt": 1}
    found = suffixes()
    assert set(found) == set(wanted)
    assert {suffix: found[suffix] >= least for suffix, least in wanted.items()} == dict.fromkeys(wanted, True)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".pdf")])
def test_a_pdf_has_pages_headings_and_a_table(name):
    document = parsed(name)
    source = (generator.HERE / "sources" / f"{name}.md").read_text(encoding="utf-8")
    row = next(line for line in source.splitlines() if line.startswith("|"))
    headings = {line.lstrip("# ") for line in source.splitlines() if line.startswith("## ")}
    assert len({section.page for section in document.sections}) >= 2
    assert headings <= {heading for section in document.sections for heading in section.heading_path}
    for cell in row.strip("|").split("|"):
        assert cell.strip() in " ".join(document.text.split())


def test_every_theme_of_the_issue_has_documents():
    themes = Counter(theme for name in NAMES for theme in parsed(name).metadata.themes)
    for theme in (
        "ai-adoption-sme",
        "govtech-procurement",
        "digital-inclusion",
        "interoperability",
        "digital-identity",
        "ai-governance",
    ):
        assert themes[theme] >= 2, theme


def test_the_documents_that_supersede_name_documents_that_have_ended():
    assert {
        name: parsed(name).metadata.supersedes for name in NAMES if parsed(name).metadata.supersedes
    } == SUPERSEDED
    for newer, older in SUPERSEDED.items():
        begins, ends = parsed(newer).metadata.valid_from, parsed(older).metadata.valid_until
        assert older in NAMES
        assert begins is not None
        assert ends is not None
        assert ends < begins
        assert parsed(newer).metadata.language == parsed(older).metadata.language


def test_a_document_is_not_valid_before_it_begins():
    for name in NAMES:
        about = parsed(name).metadata
        if about.valid_from and about.valid_until:
            assert about.valid_from < about.valid_until, name


def test_there_is_one_near_duplicate():
    def words(name):
        return set(parsed(name).text.casefold().split())

    first, second = map(words, NEAR_DUPLICATES)
    assert first != second
    assert len(first & second) / len(first | second) > 0.75


def test_the_ledger_names_every_document_and_no_other():
    assert {row["document"] for row in ledger()} == set(NAMES)


def test_every_row_of_the_ledger_is_whole():
    for number, row in enumerate(ledger(), start=2):
        assert row["fact"], number
        assert row["where_read"], number
        assert row["status"] in {"checked", "unchecked"}, number
        assert row["second_reader"].startswith("second reader 2026-"), number
        if row["status"] == "checked":
            assert row["source_url"].startswith(("https://", "http://")), number
    assert len({(row["document"], row["fact"]) for row in ledger()}) == len(ledger())


def test_every_document_rests_on_something_that_was_read():
    read = {row["document"] for row in ledger() if row["status"] == "checked"}
    assert read == set(NAMES)


def test_the_binaries_are_what_the_generator_writes(tmp_path):
    if not (generator.FONTS / "DejaVuSans.ttf").is_file():
        pytest.skip(
            "the DejaVu fonts are not installed (Debian: fonts-dejavu-core), so no PDF can be written"
        )
    assert generator.main(["--out", str(tmp_path)]) == 0
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    binaries = [name for name in NAMES if Path(name).suffix in generator.WRITERS]
    assert written == sorted([*binaries, *(name + SIDECAR for name in binaries)])
    for name in written:
        assert (tmp_path / name).read_bytes() == (DOCUMENTS / name).read_bytes(), name
