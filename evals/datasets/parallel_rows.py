"""Title and page pairs in BEIR-like folders (``corpus.jsonl``, ``queries.jsonl``, ``qrels.tsv``).

LibreOffice's help, the title of a page in one language and its text in the same
or another: ``libreoffice-help-doc_en-q_vi`` has texts in English, titles in
Vietnamese. Licence: MPL-2.0. Permitted use: the folders below ``training/`` may
be trained on; those below ``retrieval/`` hold other pages, for development.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from evals.datasets.reading import DatasetError, read_lines

_NAME = re.compile(r".*-doc_([a-z]{2,3})-q_([a-z]{2,3})(-mt)?")


@dataclass(frozen=True, slots=True)
class PagePair:
    """The title of a page, as it could be asked for, and its text; ``document`` names the page."""

    document: str
    title: str
    title_language: str
    text: str
    text_language: str


def read_parallel_rows(folder: Path) -> tuple[PagePair, ...]:
    """Read the pairs that the judgements connect; languages come from the folder's name.

    A judgement of which neither side is there is passed over: the page is one
    of those set apart for development.

    Raises:
        DatasetError: naming file, line and field; also for a judgement of
            which one side is missing, and for a folder whose name tells no languages.
    """
    languages = _NAME.fullmatch(folder.name)
    if not languages:
        raise DatasetError(folder, "the folder's name must end like -doc_en-q_vi")
    texts = {row["_id"].text(): row["text"].text(empty=True) for row in read_lines(folder / "corpus.jsonl")}
    titles = {row["_id"].text(): row["text"].text() for row in read_lines(folder / "queries.jsonl")}
    path = folder / "qrels.tsv"
    pairs = []
    for number, line in enumerate(_lines(path), 1):
        columns = line.split("\t")
        if not line.strip() or columns[0] == "query-id":
            continue
        if len(columns) != 3:
            raise DatasetError(path, f"needs 3 columns with tabs between, has {len(columns)}", line=number)
        title_id, text_id, grade = columns
        if title_id not in titles and text_id not in texts:
            continue  # a page that was set apart for development: only its judgement was left behind
        if title_id not in titles:
            raise DatasetError(path, f"no query '{title_id}' in queries.jsonl", line=number)
        if text_id not in texts:
            raise DatasetError(path, f"no document '{text_id}' in corpus.jsonl", line=number)
        if grade != "0":
            pairs.append(PagePair(text_id, titles[title_id], languages[2], texts[text_id], languages[1]))
    return tuple(pairs)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise DatasetError(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DatasetError(path, "is not UTF-8") from error
