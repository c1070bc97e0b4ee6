"""Pieces of text that say the same in two languages, out of the help pages marked for training.

GNOME's pages have the same paragraphs in the same order. LibreOffice's have
the same sentences, which the bundled embedder matches: each with the one of the
other page that is nearest to it, where that holds both ways.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from corpus.language import UNDETERMINED
from evals.datasets.parallel_rows import read_parallel_rows
from evals.fitting.reader.examples import text_of
from evals.fitting.reader.parallel import LANGUAGES, page_blocks
from index.embedding import Embedder

Aligned = dict[tuple[str, str], list[tuple[str, str]]]
"""Two languages, in the order of `LANGUAGES`: pieces in the one and in the other."""
_LEAST_LIKENESS = 0.8


def aligned_texts(folder: Path, embedder: Embedder) -> Aligned:
    """Return pieces of text by pair of languages; ``folder`` holds the training sets."""
    found: Aligned = {pair: [] for pair in combinations(LANGUAGES, 2)}
    for versions in page_blocks(folder).values():
        for one, other in found:
            if one in versions and other in versions and len(versions[one]) == len(versions[other]):
                blocks = zip(versions[one], versions[other], strict=True)
                found[one, other] += [(a.text, b.text) for a, b in blocks if a.text != b.text]
    found["en", "vi"] += _matched(folder, embedder)
    return found


def _matched(folder: Path, embedder: Embedder) -> list[tuple[str, str]]:
    english = {row.document: row.text for row in read_parallel_rows(folder / "libreoffice-help-doc_en-q_vi")}
    rows = {row.document: row.text for row in read_parallel_rows(folder / "libreoffice-help-doc_vi-q_en")}
    pairs: list[tuple[str, str]] = []
    for document in sorted(english.keys() & rows.keys()):
        sides = [
            [text.text[start:end] for start, end in text.sentences if 15 < end - start < 300]
            for text in (text_of(document, "", side[document], UNDETERMINED) for side in (english, rows))
        ]
        if not all(sides):
            continue
        likeness = embedder.embed_queries(sides[0]) @ embedder.embed_queries(sides[1]).T
        forth, back = likeness.argmax(axis=1), likeness.argmax(axis=0)
        pairs += [
            (sides[0][i], sides[1][j])
            for i, j in enumerate(forth)
            if back[j] == i and likeness[i, j] >= _LEAST_LIKENESS
        ]
    return pairs
