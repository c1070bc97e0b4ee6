"""Make a collection of several languages out of parallel sets, to see whether one of them is favoured.

    python -m evals.fitting.mixed_languages ../shared/data/retrieval --out var/mixed
    helpdesk eval run var/mixed --out RUN --sample 400

Each paragraph is there in one language alone, and its neighbours of the same article in others: whoever
asks in another language than the answer's finds paragraphs on the same subject in their own. That is what
a collection of several countries is like, and what no set with all its documents in one language shows.
`index.ordering.OTHER_LANGUAGE` was chosen on it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.retrieval_suite import load_retrieval_suite
from evals.suite import Query, RetrievalSuite

SETS = {"en": "xquad-en", "vi": "xquad-vi", "de": "xquad-de", "es": "xquad-es"}
"""Parallel sets by language: the same ids mean the same paragraphs and questions."""

ASKED_ONLY = {"sv": "xquad-x-doc_en-q_sv-mt"}
"""Sets whose questions are the same in a further language; their documents are not used."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """Rows of the files of a retrieval suite."""

    corpus: list[dict[str, Any]]
    queries: list[dict[str, Any]]
    qrels: list[tuple[str, str]]


def mixed(documents: dict[str, RetrievalSuite], questions: dict[str, RetrievalSuite]) -> Mixed:
    """Spread the documents over the languages, in turn, and ask every question in every language.

    Args:
        documents: parallel sets by language.
        questions: sets by language that ask the same questions (those above among them).
    """
    codes = list(documents)
    texts = {code: {row.document_id: row for row in suite.corpus} for code, suite in documents.items()}
    language_of = {
        document_id: codes[place % len(codes)] for place, document_id in enumerate(sorted(texts[codes[0]]))
    }
    corpus = [
        {"_id": each, "title": "", "text": texts[code][each].text, "language": code}
        for each, code in language_of.items()
    ]
    first = documents[codes[0]]
    asked: dict[str, dict[str, Query]] = {
        code: {query.query_id: query for query in suite.queries} for code, suite in questions.items()
    }
    queries, qrels = [], []
    for query_id, judged in sorted(first.qrels.items()):
        relevant = [each for each, grade in judged.items() if grade > 0]
        for code, of_set in asked.items():
            if query_id not in of_set or not relevant:
                continue
            own = f"{code}-{query_id}"
            told = asked[language_of[relevant[0]]][query_id].answers  # as the document's language has it
            queries.append(
                {"_id": own, "text": of_set[query_id].text, "language": code}
                | {"answer": told[0] if told else "", "para": relevant[0]}
            )
            qrels += [(own, each) for each in relevant]
    return Mixed(corpus, queries, qrels)


def write(made: Mixed, folder: Path) -> None:
    """Write the files of a retrieval suite in BEIR's format."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    for name, rows in (("corpus", made.corpus), ("queries", made.queries)):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    judged = ["query-id\tcorpus-id\tscore", *(f"{query}\t{document}\t1" for query, document in made.qrels)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(judged) + "\n", "utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    """Read the parallel sets and write the mixed one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the parallel sets")
    parser.add_argument("--out", type=Path, required=True, help="folder of the suite to make")
    given = parser.parse_args(argv)
    documents = {code: load_retrieval_suite(given.data / name) for code, name in SETS.items()}
    further = {code: load_retrieval_suite(given.data / name) for code, name in ASKED_ONLY.items()}
    made = mixed(documents, documents | further)
    write(made, given.out)
    print(f"{given.out}: {len(made.corpus)} documents, {len(made.queries)} questions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
