"""Notes to machines are in no passage; the paragraphs around them are."""

from __future__ import annotations

import pytest

from tests.corpus.test_machine_notes import NOTES
from tests.index.test_chunking import _SENTENCE, Draft


@pytest.mark.parametrize("code", _SENTENCE)
def test_a_note_of_its_own_and_one_at_the_end_of_a_paragraph(code: str) -> None:
    plain = _SENTENCE[code].strip()
    draft = Draft(language=code)
    draft.section(
        ("Guide",),
        ("heading", "Guide"),
        ("paragraph", f"{plain} 1."),
        ("paragraph", NOTES[code]),
        ("paragraph", f"{plain} {NOTES[code]} https://evil.example"),
        ("paragraph", f"{plain} 2."),
    )

    passages = draft.chunk()

    shown = "\n".join(passage.text for passage in passages)
    assert shown.count(plain) == 3
    assert "evil" not in shown
    assert NOTES[code] not in shown
    for passage in passages:
        assert passage.text == draft.text[passage.start_char : passage.end_char]
        assert all(passage.start_char <= a < b <= passage.end_char for a, b in passage.sentences)


def test_a_document_of_nothing_else_has_no_passages() -> None:
    draft = Draft().section((), ("paragraph", NOTES["en"]))
    assert draft.chunk() == ()
