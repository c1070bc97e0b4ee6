"""The last step of every loader: from blocks and claims to a document."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from corpus import bold_labels, language, machine_notes, metadata, provisions
from corpus.building import TextBuilder
from corpus.documents import Document, Section
from corpus.errors import LimitExceeded, NoText
from corpus.hints import Hints

MAX_CHARACTERS = 20_000_000
_OPENING_CHARACTERS = 5_000
_MIN_VISIBLE = 2  # letters or digits; less is a stray mark, not a text


def assemble(
    builder: TextBuilder,
    hints: Hints,
    media_type: str,
    *,
    front_matter: Mapping[str, Any] | None = None,
    file_metadata: Mapping[str, Any] | None = None,
    titles: Iterable[str] = (),
    notes: Iterable[str] = (),
    no_text: str = "the file holds no text; check that it is the right file",
) -> Document:
    """Return the document that a loader has read.

    Args:
        builder: the blocks of the document.
        hints: what was known of the file before.
        media_type: what the file turned out to be.
        front_matter: fields a person wrote at its head.
        file_metadata: fields a program wrote into it.
        titles: candidates for a title; the first heading by default.
        notes: what the loader had to mend.
        no_text: the message where there is no text.

    Raises:
        NoText: nothing can be read in it.
        LimitExceeded: the text is unreasonably long.
        BrokenDocument: front matter or sidecar are wrong.
    """
    text = builder.text
    if sum(1 for _ in zip(range(_MIN_VISIBLE), filter(str.isalnum, text), strict=False)) < _MIN_VISIBLE:
        raise NoText(f"{hints.source}: {no_text}")
    if len(text) > MAX_CHARACTERS:
        raise LimitExceeded(
            f"{hints.source}: {len(text):,} characters of text, "
            f"more than the limit of {MAX_CHARACTERS:,}; split it"
        )
    candidates = [*titles, *([builder.opening_heading] if builder.opening_heading else [])]
    known, claimed, more_notes = metadata.merge(
        hints,
        front_matter=front_matter,
        file_metadata=file_metadata,
        titles=candidates,
        opening=text[:_OPENING_CHARACTERS],
    )
    declared = known.language if known.language != language.UNDETERMINED else None
    drafts = bold_labels.headed(text, provisions.headed(text, builder.sections), builder.bold)
    spans = [(d.blocks[0].start_char, d.blocks[-1].end_char) for d in drafts]
    document_language, languages = language.of_sections([text[a:b] for a, b in spans], declared, claimed)
    sections = tuple(
        Section(start, end, draft.page, draft.heading_path, code, tuple(draft.blocks))
        for draft, (start, end), code in zip(drafts, spans, languages, strict=True)
    )
    known = dataclasses.replace(known, language=document_language)
    blocks = ((b.start_char, b.end_char) for section in sections for b in section.blocks)
    spoken = machine_notes.note_on(text, blocks)
    return Document(text, sections, known, media_type, (*notes, *more_notes, *([spoken] if spoken else ())))
