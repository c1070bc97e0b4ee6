from hypothesis import given
from hypothesis import strategies as st

from corpus.building import TextBuilder

TEXTS = st.text(max_size=40)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("heading"), TEXTS, st.integers(1, 4)),
        st.tuples(st.just("paragraph"), TEXTS),
        st.tuples(st.just("list_item"), TEXTS),
        st.tuples(st.just("table"), st.lists(st.lists(TEXTS, max_size=3), max_size=3)),
        st.tuples(st.just("page"), st.integers(1, 9)),
    ),
    max_size=15,
)


@given(STEPS)
def test_blocks_tile_the_text(steps):
    builder = TextBuilder()
    for name, *arguments in steps:
        if name == "page":
            builder.page = arguments[0]
        else:
            getattr(builder, name)(*arguments)
    end = 0
    for section in builder.sections:
        assert section.blocks
        for block in section.blocks:
            assert not builder.text[end : block.start_char].strip()
            assert block.start_char >= end
            content = builder.text[block.start_char : block.end_char]
            assert content == content.strip() != ""
            end = block.end_char
    assert end == len(builder.text)


def test_heading_paths_pages_and_separators():
    builder = TextBuilder()
    builder.page = 1
    builder.heading("Rapport", 1)
    builder.heading("Chuyển đổi số", 2)
    builder.list_item("• one")
    builder.list_item("• two")
    builder.page = 2
    builder.paragraph("After.")
    builder.heading("Metod", 2)
    builder.enter("Not shown", 3)
    builder.table([["År", "Antal"], ["", ""], ["2024", "492"]])
    assert builder.text == (
        "Rapport\n\nChuyển đổi số\n\n• one\n• two\n\nAfter.\n\nMetod\n\nÅr | Antal\n2024 | 492"
    )
    assert [(s.page, s.heading_path) for s in builder.sections] == [
        (1, ("Rapport",)),
        (1, ("Rapport", "Chuyển đổi số")),
        (2, ("Rapport", "Chuyển đổi số")),
        (2, ("Rapport", "Metod")),
        (2, ("Rapport", "Metod", "Not shown")),
    ]
    assert builder.opening_heading == "Rapport"


def test_a_document_that_begins_with_running_text_has_no_opening_heading():
    builder = TextBuilder()
    assert builder.opening_heading is None
    builder.paragraph("Löpande text.")
    builder.heading("Rubrik", 1)
    assert builder.opening_heading is None
