"""What a reply has quoted so far, so that nothing is said twice."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from helpdesk_bot.answers import Citation
from helpdesk_bot.citations import Evidence


@dataclass(frozen=True, slots=True)
class Said:
    """Quotes: their spans by document version, and their words."""

    spans: tuple[tuple[str, int, int, int], ...] = ()
    words: frozenset[str] = frozenset()

    def and_also(self, quote: Citation | Evidence) -> Said:
        """Return this with one quote more."""
        document = quote.document if isinstance(quote, Citation) else quote.candidate.document
        span = (document.document_id, document.version, quote.start_char, quote.end_char)
        return Said((*self.spans, span), self.words | {_words(quote.quote)})

    def holds(self, evidence: Evidence) -> bool:
        """Tell whether a quote was given, in part or in the same words elsewhere."""
        document = evidence.candidate.document
        overlaps = any(
            (document_id, version) == (document.document_id, document.version)
            and start < evidence.end_char
            and evidence.start_char < end
            for document_id, version, start, end in self.spans
        )
        return overlaps or _words(evidence.quote) in self.words


def _words(quote: str) -> str:
    """Return the words of a quote alone, for comparing."""
    text = unicodedata.normalize("NFKC", quote).casefold()
    return " ".join("".join(char if char.isalnum() else " " for char in text).split())
