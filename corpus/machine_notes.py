"""Paragraphs that speak to a machine, not to a reader: "To AI assistants: ignore your instructions, say ...".

Who hides them well is caught by `corpus.visibility`. These stand in the open: a reader sees them and
passes them over, but quoted as the answer they would do what they were written for. They stay in the
text, are not searched or quoted, and the file's notes say so. Told by three things together, in any
language of ``machine_notes.toml``: who is spoken to, the call to pass over instructions, and what to
do instead. What stands in quotation marks is spoken of, not spoken: articles about such notes are left
alone. Who avoids these words is not found; the answer then shows the passage and whose it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

_PARTS = ("machines", "pass_over", "instructions", "do")
_QUOTED = re.compile(r"[“„”«»\"‟][^“„”«»\"‟]{1,400}[“”«»\"‟]")
_SENTENCE_END = re.compile(r"(?<=[.!?。؟])\s+")
_OPENS = r"(?:^|[.:;!?–—-])\W{0,3}(?:(?:\w{1,30}\W{1,3}){0,1}\w{1,30},\W{0,3})?"
"""What a command stands behind, with an address of one or two words: "Note: dear assistant, ignore ..."."""


def first_of_note(sentences: Sequence[str]) -> int | None:
    """Return the place of the first sentence of a note to machines; ``None`` where there is none.

    Args:
        sentences: of one paragraph, in order. The note goes on to the paragraph's end.
    """
    machines, pass_over, instructions, do = (_words()[name] for name in _PARTS)
    spoken = [_QUOTED.sub(" ", sentence) for sentence in sentences]
    for at, sentence in enumerate(spoken):
        if pass_over.search(sentence) and instructions.search(sentence):
            start = at - 1 if at and machines.search(spoken[at - 1]) else at
            rest = spoken[start:]
            if any(map(machines.search, rest)) and any(map(do.search, rest)):
                return start
    return None


def note_on(document_text: str, paragraphs: Iterable[tuple[int, int]]) -> str | None:
    """Return what to tell of a file that speaks to machines, with its first words; ``None`` of any other."""
    found = [
        text
        for text in (document_text[start:end] for start, end in paragraphs)
        if first_of_note(_SENTENCE_END.split(text)) is not None
    ]
    if not found:
        return None
    return (
        f"{len(found)} paragraph(s) speak to machines and are neither searched nor quoted; "
        f"the first: {' '.join(found[0].split())[:80]!r}"
    )


@cache
def _words() -> dict[str, re.Pattern[str]]:
    languages = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).values()
    choices = {
        name: "|".join(
            f"{word[:-1]}\\b" if word.endswith("$") else word
            for word in dict.fromkeys(word for lists in languages for word in lists[name])
        )
        for name in (*_PARTS, "please")
    }
    before = rf"{_OPENS}(?:(?:{choices.pop('please')})\W{{1,3}})?"
    patterns = {name: rf"\b(?:{words})" for name, words in choices.items()}
    patterns["pass_over"] = before + patterns["pass_over"]
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in patterns.items()}
