from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.documents import Block, BlockKind, Document, Metadata, Section
from index import tokens
from index.chunking import MAX_TOKENS, chunk, embedding_input
from index.chunks import Passage
from index.packing import TINY
from index.units import WHOLE_ITEM

POLICY_DOCUMENTS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "policy-documents"

_SENTENCE = {
    "en": "The city offers help to every small firm that wants to use data well. ",
    "sv": "Staden erbjuder hjälp till varje litet företag som vill använda data väl. ",
    "vi": "Thành phố hỗ trợ mọi doanh nghiệp nhỏ muốn sử dụng dữ liệu một cách hiệu quả. ",
}


@dataclass
class Draft:
    """Makes documents by hand, as a loader would."""

    language: str = "en"
    title: str = "Guide"
    text: str = ""
    sections: list[Section] = field(default_factory=list)

    def section(
        self, path: tuple[str, ...], *blocks: tuple[BlockKind, str], page: int | None = None
    ) -> Draft:
        placed = []
        for kind, text in blocks:
            self.text += "\n\n" if self.text else ""
            placed.append(Block(len(self.text), len(self.text) + len(text), kind))
            self.text += text
        first, last = placed[0].start_char, placed[-1].end_char
        self.sections.append(Section(first, last, page, path, self.language, tuple(placed)))
        return self

    def chunk(self, max_tokens: int = MAX_TOKENS) -> tuple[Passage, ...]:
        return chunk(self.document(), "doc", 1, max_tokens=max_tokens)

    def document(self) -> Document:
        metadata = Metadata(title=self.title, language=self.language)
        return Document(self.text, tuple(self.sections), metadata, "text/plain")


def _visible(text: str) -> str:
    return "".join(text.split())


def _check(document: Document, passages: tuple[Passage, ...], max_tokens: int = MAX_TOKENS) -> None:
    """What holds for every document."""
    assert "".join(_visible(p.text) for p in passages) == _visible(document.text)
    assert [p.ordinal for p in passages] == list(range(len(passages)))
    assert all(before.end_char <= after.start_char for before, after in pairwise(passages))
    assert len({p.passage_id for p in passages}) == len(passages)
    for passage in passages:
        assert passage.text == document.text[passage.start_char : passage.end_char]
        assert passage.text == passage.text.strip() != ""
        assert passage.n_tokens == tokens.count(passage.text)
        assert tokens.size(passage.text) <= max_tokens * WHOLE_ITEM + TINY + 16
        assert passage.sentences
        inside = [
            passage.start_char,
            *[edge for span in passage.sentences for edge in span],
            passage.end_char,
        ]
        assert inside == sorted(inside)
        seen, spans = embedding_input(passage)
        assert [seen[a:b] for a, b in spans] == [document.text[a:b] for a, b in passage.sentences]


_WORDS = st.sampled_from(
    ["data", "skatt.", "Việc", "số", "Ändå", "e.g.", "3.5", "?", "—", "Stadt!", "数据。"]
)
_BLOCK_TEXTS = st.lists(_WORDS, min_size=1, max_size=150).map(" ".join)
_BLOCKS = st.tuples(st.sampled_from(["paragraph", "list_item", "table"]), _BLOCK_TEXTS)
_SECTIONS = st.tuples(
    st.lists(st.sampled_from(["A", "B", "C"]), max_size=2).map(tuple),
    st.sampled_from([None, 1, 2]),
    st.lists(_BLOCKS, min_size=1, max_size=6),
    st.booleans(),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(_SECTIONS, max_size=5), st.sampled_from([32, 64, 256]), st.sampled_from(["en", "sv", "vi"]))
def test_passages_hold_the_whole_text_once(sections: list, max_tokens: int, language: str) -> None:
    draft = Draft(language)
    for path, page, blocks, shows_heading in sections:
        heading = [("heading", path[-1])] if path and shows_heading else []
        draft.section(path, *heading, *blocks, page=page)
    _check(draft.document(), draft.chunk(max_tokens), max_tokens)


@pytest.mark.parametrize(
    "hostile", ["a" * 20_000, "ấ" * 5_000, "数" * 5_000, "🙂" * 3_000, "a.b " * 4_000 + "c"]
)
def test_text_without_sentences_is_cut_all_the_same(hostile: str) -> None:
    draft = Draft().section((), ("paragraph", hostile))
    _check(draft.document(), draft.chunk())
    assert all(end - start <= 600 for p in draft.chunk() for start, end in p.sentences)


def test_a_document_without_text_has_no_passages() -> None:
    assert Draft().chunk() == ()


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_long_paragraph_is_cut_at_sentences_into_even_parts(language: str) -> None:
    draft = Draft(language).section(("Support",), ("paragraph", (_SENTENCE[language] * 40).strip()))
    passages = draft.chunk()
    _check(draft.document(), passages)
    assert len(passages) >= 2
    assert all(p.text.endswith(".") for p in passages)
    sizes = [tokens.size(p.text) for p in passages]
    assert max(sizes) <= MAX_TOKENS
    assert min(sizes) >= 0.6 * max(sizes)
    assert {p.heading_path for p in passages} == {("Support",)}
    assert {p.context for p in passages} == {"Guide — Support"}


def test_the_same_content_makes_passages_of_like_length_in_every_language() -> None:
    n_sentences = {
        language: len(Draft(language).section((), ("paragraph", sentence * 60)).chunk()[0].sentences)
        for language, sentence in _SENTENCE.items()
    }
    assert max(n_sentences.values()) <= 2 * min(n_sentences.values())


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_items_that_describe_one_practice_are_passages_of_their_own(language: str) -> None:
    item = "• Practice: " + (_SENTENCE[language] * 6).strip()
    draft = Draft(language).section(
        ("Good practices",),
        ("heading", "Good practices"),
        ("paragraph", "Such as:"),
        ("list_item", item),
        ("list_item", item),
        ("list_item", item),
    )
    passages = draft.chunk()
    _check(draft.document(), passages)
    assert [p.text.count("•") for p in passages] == [1, 1, 1]
    assert passages[1].text == item
    assert passages[1].context == "Guide — Good practices"
    assert passages[0].text.startswith("Good practices")


def test_one_item_above_the_limit_stays_whole_and_a_huge_one_does_not() -> None:
    whole = "• " + (_SENTENCE["en"] * 24).strip()
    assert MAX_TOKENS < tokens.size(whole) < WHOLE_ITEM * MAX_TOKENS
    assert len(Draft().section((), ("list_item", whole)).chunk()) == 1
    assert len(Draft().section((), ("list_item", whole * 3)).chunk()) >= 3


def test_a_short_list_stays_with_the_words_that_introduce_it() -> None:
    filler = ("paragraph", (_SENTENCE["sv"] * 6).strip())
    items = [("list_item", f"• Mål nummer {i} för kommunen och dess invånare") for i in range(6)]
    draft = Draft("sv").section((), filler, ("paragraph", "Projektets mål är att:"), *items, filler)
    [with_list] = [p for p in draft.chunk(128) if "•" in p.text]
    assert with_list.text.count("•") == 6
    assert "Projektets mål" in with_list.text


def test_a_heading_is_never_left_alone() -> None:
    long = (_SENTENCE["en"] * 9).strip()
    draft = (
        Draft()
        .section(("One",), ("heading", "One"))
        .section(("One", "Two"), ("heading", "Two"), ("paragraph", long))
        .section(("One", "Three"), ("heading", "Three"), ("paragraph", long))
    )
    passages = draft.chunk()
    _check(draft.document(), passages)
    assert [p.text.split("\n")[0] for p in passages] == ["One", "Three"]
    assert passages[0].heading_path == ("One", "Two")
    assert passages[1].heading_path == ("One", "Three")
    assert passages[1].context == "Guide — One"  # "Three" stands in the text itself


def test_sections_stay_apart_unless_both_are_tiny() -> None:
    long = (_SENTENCE["vi"] * 4).strip()
    apart = Draft("vi").section(("A",), ("paragraph", long)).section(("B",), ("paragraph", long))
    assert [p.heading_path for p in apart.chunk()] == [("A",), ("B",)]
    tiny = Draft("vi")
    for name in "ABC":
        tiny.section((name,), ("heading", name), ("paragraph", "Một trang chiếu rất ngắn về số hóa."))
    [joined] = tiny.chunk()
    assert joined.heading_path == ()
    assert joined.text.count("số hóa") == 3


def test_a_stray_label_joins_what_follows_and_takes_its_path() -> None:
    long = (_SENTENCE["en"] * 9).strip()
    draft = Draft().section((), ("paragraph", "Press release")).section(("Help",), ("paragraph", long))
    [passage] = draft.chunk()
    assert passage.heading_path == ("Help",)


def test_a_passage_ends_with_its_page() -> None:
    long = (_SENTENCE["en"] * 5).strip()
    draft = Draft().section((), ("paragraph", long), page=1).section((), ("paragraph", long), page=2)
    assert [p.page for p in draft.chunk()] == [1, 2]


def test_rows_items_and_sentences_can_be_quoted_alone() -> None:
    draft = Draft("sv").section(
        ("Siffror",),
        ("heading", "Siffror"),
        ("table", "Land | Andel\nSverige | 45 %\nVietnam | 25 %"),
        ("list_item", "• Öppna data för alla"),
        ("paragraph", "Första meningen. Andra meningen."),
    )
    [passage] = draft.chunk()
    quotes = [draft.text[a:b] for a, b in passage.sentences]
    assert quotes == [
        "Land | Andel",
        "Sverige | 45 %",
        "Vietnam | 25 %",
        "Öppna data för alla",
        "Första meningen.",
        "Andra meningen.",
    ]


def test_text_outside_of_blocks_is_not_lost() -> None:
    document = Document(
        "Före. Inne. Efter.",
        (Section(6, 11, 3, ("H",), "sv", (Block(6, 11, "paragraph"),)),),
        Metadata("T"),
        "text/plain",
    )
    passages = chunk(document, "doc", 1)
    _check(document, passages)
    assert "".join(p.text for p in passages).startswith("Före.")


def test_passage_ids_are_stable_and_differ_between_versions_and_documents() -> None:
    document = Draft().section((), ("paragraph", "Hello there.")).document()
    [first] = chunk(document, "doc", 1)
    assert first.passage_id == chunk(document, "doc", 1)[0].passage_id
    others = {chunk(document, "doc", 2)[0].passage_id, chunk(document, "other", 1)[0].passage_id}
    assert len({first.passage_id, *others}) == 3


def test_the_language_is_that_of_the_section_else_of_the_document() -> None:
    told = Draft("sv").section((), ("paragraph", "Hej."))
    untold = Draft("und").section((), ("paragraph", "Hej."))
    untold_document = Document(
        untold.text, tuple(untold.sections), Metadata("T", language="sv"), "text/plain"
    )
    assert told.chunk()[0].language == chunk(untold_document, "doc", 1)[0].language == "sv"


def test_refuses_a_limit_that_would_cut_every_sentence() -> None:
    with pytest.raises(ValueError, match="32"):
        Draft().chunk(8)


@pytest.mark.skipif(not POLICY_DOCUMENTS.is_dir(), reason="needs ../shared/data/policy-documents")
def test_the_five_policy_documents() -> None:
    from corpus.hints import Hints
    from corpus.loading import parse

    by_name = {}
    for path in sorted(POLICY_DOCUMENTS.glob("*.txt")):
        document = parse(path.read_bytes(), Hints(path.name, None, None, None))
        by_name[path.name.split("-")[0]] = passages = chunk(document, path.name, 1)
        _check(document, passages)
    assert len(by_name) == 5
    practices = [p.text for p in by_name["interreg"] if "Business diagnostic test" in p.text]
    assert len(practices) == 1
    assert "early warning system" not in practices[0]
    [survey] = [p for p in by_name["ai"] if "492" in p.text]
    assert survey.language == "sv"


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_passage_never_ends_with_what_announces_a_list(language: str) -> None:
    clause = "4. " + _SENTENCE[language] * 3 + "1, 2:"
    items = [("paragraph", f"{letter}) {_SENTENCE[language]}".strip()) for letter in "abcdef"]
    before = [("list_item", f"{n}. " + _SENTENCE[language].strip()) for n in range(1, 7)]
    passages = Draft(language).section(("Law",), *before, ("list_item", clause), *items).chunk(96)
    assert not any(passage.text.endswith(":") for passage in passages)


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_clause_that_announces_a_list_begins_a_passage(language: str) -> None:
    before = ("paragraph", (_SENTENCE[language] * 7).strip())
    items = [("list_item", f"{letter}) {_SENTENCE[language]}".strip()) for letter in "abc"]
    first, second = Draft(language).section(("Law",), before, ("list_item", "4. It is:"), *items).chunk()
    assert first.text == before[1]
    assert second.text.startswith("4. It is:")
