"""SQuAD 2.0 (Rajpurkar et al. 2018, https://aclanthology.org/P18-2124), JSON as published.

Licence: CC BY-SA 4.0; a model trained on it says so in its card. Permitted use:
the training slice (``training/squad2-train-slice.en.json``) may be trained on.
The development articles (the retrieval sets ``squad2-en`` and ``squad2-sv``)
hold XQuAD's paragraphs: never train on them.
"""

from __future__ import annotations

from pathlib import Path

from evals.datasets.reading import Node, read_document
from evals.datasets.reading_questions import ReadingQuestion, Span, checked_span


def read_squad(path: Path, language: str = "en") -> tuple[ReadingQuestion, ...]:
    """Read a file of SQuAD 1.1 or 2.0; `ReadingQuestion.document` is the article's title.

    An impossible question has no answers; its plausible ones are distractors.

    Raises:
        DatasetError: naming file and place; also for an answer that does not
            stand where it says, and for an id that stands twice.
    """
    questions: list[ReadingQuestion] = []
    seen: set[str] = set()
    for article in read_document(path)["data"].items():
        title = article["title"].text()
        for paragraph in article["paragraphs"].items():
            context = paragraph["context"].text()
            for asked in paragraph["qas"].items():
                question = _question(asked, title, context, language)
                if question.question_id in seen:
                    raise asked["id"].error(f"'{question.question_id}' stands there twice")
                seen.add(question.question_id)
                questions.append(question)
    return tuple(questions)


def _question(asked: Node, title: str, context: str, language: str) -> ReadingQuestion:
    flag = asked.get("is_impossible")  # SQuAD 1.1 has none
    impossible = flag is not None and flag.flag()
    answers = _spans(asked["answers"], context)
    if impossible == bool(answers):
        raise asked["answers"].error("must be empty exactly when is_impossible is true")
    given = asked.get("plausible_answers")
    plausible = _spans(given, context) if given else ()
    return ReadingQuestion(
        asked["id"].text(), asked["question"].text(), context, language, title, answers, plausible
    )


def _spans(given: Node, context: str) -> tuple[Span, ...]:
    spans = (
        checked_span(context, item["text"].text(), item["answer_start"].count(), item)
        for item in given.items()
    )
    return tuple(dict.fromkeys(spans))  # several annotators often give the same
