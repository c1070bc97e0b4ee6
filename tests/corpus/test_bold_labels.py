"""Bold lines head what follows, where a text has no headings."""

import io

import docx
import pytest

from corpus.loading import Hints, parse

LINES = {
    "en": ("What did it cost?", "The city paid 40,000 euros for the pilot."),
    "sv": ("Upplevda hinder:", "Många hävdar att personuppgifter är ett problem."),
    "vi": ("Kinh phí", "Thành phố chi 2 tỷ đồng cho giai đoạn thử nghiệm."),
}


def read(text: str) -> list[tuple[tuple[str, ...], list[str]]]:
    return placed(text.encode(), "a.md")


def placed(data: bytes, name: str) -> list[tuple[tuple[str, ...], list[str]]]:
    document = parse(data, Hints(name))
    return [(section.heading_path, [block.kind for block in section.blocks]) for section in document.sections]


@pytest.mark.parametrize("code", ["en", "sv", "vi"])
def test_a_bold_line_heads_what_follows(code: str) -> None:
    line, body = LINES[code]
    assert read(f"{body}\n\n**{line}**\n\n{body}\n\n{body}\n") == [
        ((), ["paragraph"]),
        ((line,), ["heading", "paragraph", "paragraph"]),
    ]
    assert read(f"# A\n\n__{line}__\n\n{body}\n")[-1][0] == ("A", line)


@pytest.mark.parametrize("code", ["en", "sv", "vi"])
def test_a_bold_paragraph_of_a_word_file_heads_what_follows(code: str) -> None:
    line, body = LINES[code]
    made = docx.Document()
    made.add_paragraph(body)
    made.add_paragraph().add_run(line).bold = True
    made.add_paragraph(body)
    stream = io.BytesIO()
    made.save(stream)
    assert placed(stream.getvalue(), "a.docx") == [
        ((), ["paragraph"]),
        ((line,), ["heading", "paragraph"]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# A\n\n## B\n\nText.\n\n**Not a heading here**\n\nText.\n",
        "**This is a whole sentence.**\n\nText.\n",
        "**Name** and more\n\nText.\n",
        "**One** and **two**\n\nText.\n",
        "Text.\n\n**Nothing follows**\n",
        "**First line**\n\n**Second line**\n",
    ],
)
def test_other_bold_text_is_text(text: str) -> None:
    assert "Not a heading here" not in str([path for path, _ in read(text)])
    assert not any("heading" in kinds for path, kinds in read(text) if path not in (("A",), ("A", "B")))
