"""Examples from questions with answers: SQuAD 2.0's slice, SweQUAD-MC's and ConditionalQA's training parts.

To each question an excerpt that answers, and others that do not: of the same
document where the words are nearest, of another one, and the right one with
a name or number of the question swapped for one of another question.
"""

from __future__ import annotations

import math
import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path

from evals.datasets.conditionalqa import read_conditionalqa
from evals.datasets.reading_questions import ReadingQuestion
from evals.datasets.squad import read_squad
from evals.datasets.swequad import read_swequad
from evals.fitting.reader.examples import Example, Text, lines_as_text, text_of
from index.lexical import tokens
from index.sentences import sentence_spans

_NAME = re.compile(r"\w[\w-]*")
_LEAST_LEFT = 80  # characters of an excerpt without its answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on one text; ``places``: the spans that answer (of sentences where ``exact`` is false)."""

    question: str
    text: Text
    places: tuple[tuple[int, int], ...]
    exact: bool
    source: str
    group: str


def question_examples(folder: Path, rng: random.Random, *, gaps: float = 0.0) -> list[Example]:
    """Return the examples of all question sources.

    Args:
        folder: the training sets.
        rng: what decides.
        gaps: of the answers, the share whose excerpt is shown once more without the sentence that answers.
    """
    asked = [
        *_from_reading(read_squad(folder / "squad2-train-slice.en.json"), "squad"),
        *_from_reading(read_swequad(folder / "swequad-mc-training.sv.json"), "swequad"),
        *_from_pages(folder / "conditionalqa.en.jsonl", rng),
    ]
    found: list[Example] = []
    for source in ("squad", "swequad", "conditionalqa"):
        found += _examples([one for one in asked if one.source == source], rng, gaps)
    return found


def _from_reading(questions: Iterable[ReadingQuestion], source: str) -> list[Asked]:
    texts: dict[str, Text] = {}
    found = []
    for item in questions:
        title = item.document.replace("_", " ") if source == "squad" else ""
        text = texts.setdefault(
            item.context, text_of(f"{source}/{item.document}", title, item.context, item.language)
        )
        places = tuple((answer.start_char, answer.end_char) for answer in item.answers)
        found.append(Asked(item.question.strip(), text, places, True, source, item.document))
    return found


def _from_pages(path: Path, rng: random.Random) -> list[Asked]:
    """Questions on GOV.UK pages: of each page what any question cites as its evidence."""
    questions = read_conditionalqa(path)
    pages: dict[str, dict[str, None]] = defaultdict(dict)
    for item in questions:
        pages[item.url].update(dict.fromkeys(_plain(line) for line in item.evidence))
    texts = {
        url: lines_as_text(
            f"conditionalqa/{url}", url.rsplit("/", 1)[-1].replace("-", " "), list(lines), "en"
        )
        for url, lines in pages.items()
        if lines
    }
    found = []
    for item in questions:
        if not item.answerable or item.url not in texts:
            continue
        text, lines = texts[item.url], list(pages[item.url])
        evidence = [text.sentences[lines.index(_plain(line))] for line in item.evidence]
        spans = [_within(text, place, answer.text) for place in evidence for answer in item.answers]
        exact = [span for span in spans if span]
        scenario = item.scenario.rstrip().rsplit(". ", 1)[-1]
        question = item.question if rng.random() < 0.6 else f"{scenario} {item.question}"
        places = exact[:1] or [place for place in evidence if place[1] - place[0] > 30][:1]
        if places:
            found.append(Asked(question, text, tuple(places), bool(exact), "conditionalqa", item.url))
    return found


def _within(text: Text, place: tuple[int, int], answer: str) -> tuple[int, int] | None:
    at = text.text.find(answer, *place) if len(answer) > 3 else -1
    return None if at < 0 else (at, at + len(answer))


def _plain(line: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", line).split())


def _examples(asked: Sequence[Asked], rng: random.Random, gaps: float) -> list[Example]:
    """Return each question with what answers it and with an excerpt or two that do not."""
    groups: dict[str, dict[int, Text]] = defaultdict(dict)
    for one in asked:
        groups[one.group][id(one.text)] = one.text
    frequency = Counter(
        word for texts in groups.values() for text in texts.values() for words in text.words for word in words
    )
    by_group: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        by_group[one.group].append(one)
    everything = [text for texts in groups.values() for text in texts.values()]
    found = []
    for one in asked:
        own = list(groups[one.group].values())
        if one.places:
            answering = _answering(one, rng)
            if answering is None:
                continue
            found.append(answering)
            if gaps and rng.random() < gaps and (gap := _without_answer(one, answering)):
                found.append(gap)
            swapped = _swapped(one, by_group[one.group], answering, rng)
            kind = rng.random()
            if swapped is not None and kind < 0.25:
                found.append(swapped)
            else:
                pool = (
                    own
                    if kind < 0.9 and (len(own) > 1 or len(own[0].windows) > 1)
                    else [rng.choice(everything)]
                )
                found += _near(one, pool, frequency, rng)
        else:  # its own paragraph does not answer, by the source's word: worth two looks
            for _ in range(2):
                found.append(_excerpt(one, one.text, rng.choice(one.text.windows), relevant=True, rng=rng))
    return found


def _answering(one: Asked, rng: random.Random) -> Example | None:
    start, end = one.places[0]
    first, last = one.text.sentence_at(start), one.text.sentence_at(end - 1)
    if first is None or last is None or one.text.sentences[last][1] - one.text.sentences[first][0] > 700:
        return None
    origin, excerpt = one.text.excerpt(*one.text.around(first, last, rng.random()))
    span = (start - origin, end - origin) if one.exact else None
    return Example(
        _nfc(one.question), _title(one.text, rng), excerpt, span, True, True, one.source, one.text.document
    )


def _without_answer(one: Asked, answering: Example) -> Example | None:
    """Return the excerpt without the sentence that answers: the right topic, and the answer not there."""
    if answering.span is None:
        return None
    answer = answering.excerpt[slice(*answering.span)].casefold()
    spans = sentence_spans(answering.excerpt, 0, len(answering.excerpt), one.text.language)
    kept = [
        answering.excerpt[start:end]
        for start, end in spans
        if end <= answering.span[0] or start >= answering.span[1]
    ]
    rest = " ".join(kept)
    if len(rest) < _LEAST_LEFT or answer in rest.casefold():
        return None
    return replace(answering, excerpt=rest, span=None, answers=False, relevant=None)


def _near(one: Asked, pool: Sequence[Text], frequency: Counter[str], rng: random.Random) -> list[Example]:
    """Return one of the three excerpts whose words are nearest and that hold no answer."""
    asked = set(tokens(one.question, one.text.language))
    held = [one.text.text[start:end].casefold() for start, end in one.places] if one.exact else []
    scored: list[tuple[float, int, Text, tuple[int, int]]] = []
    for text in pool:
        for window, (start, excerpt), words in zip(
            text.windows, text.window_texts, text.window_words, strict=True
        ):
            end = text.sentences[window[1]][1]
            if text is one.text and any(s < end and e > start for s, e in one.places):
                continue
            if any(answer in excerpt for answer in held):
                continue
            score = sum(1 / math.log(2 + frequency[word]) for word in asked & words)
            scored.append((score, len(scored), text, window))
    if not scored:
        return []
    nearest = sorted(scored, key=lambda item: (-item[0], item[1]))[:3]
    _, _, text, window = rng.choice(nearest)
    return [_excerpt(one, text, window, relevant=False, rng=rng)]


def _excerpt(
    one: Asked, text: Text, window: tuple[int, int], *, relevant: bool, rng: random.Random
) -> Example:
    _, excerpt = text.excerpt(*window)
    return Example(
        _nfc(one.question), _title(text, rng), excerpt, None, False, relevant, one.source, one.text.document
    )


def _swapped(one: Asked, others: Sequence[Asked], answering: Example, rng: random.Random) -> Example | None:
    """Return the example with a name or number of its question swapped for one that the excerpt lacks."""
    own = _names(one.question)
    held = f"{answering.context} {answering.excerpt}".casefold()
    missing = (
        name for other in others[:400] for name in _names(other.question) if name.casefold() not in held
    )
    pool = list(islice(missing, 200))
    fitting = [(old, new) for old in own for new in pool if old[0].isdigit() == new[0].isdigit()]
    if not fitting:
        return None
    old, new = rng.choice(fitting)
    question = re.sub(rf"\b{re.escape(old)}\b", lambda _: new, one.question, count=1)
    return Example(
        _nfc(question),
        answering.context,
        answering.excerpt,
        None,
        False,
        None,
        one.source,
        one.text.document,
    )


@cache
def _names(question: str) -> tuple[str, ...]:
    """Numbers, and words with a capital that do not open the question; the pool asks again and again."""
    words = _NAME.findall(question)
    return tuple(
        word
        for place, word in enumerate(words)
        if word[0].isdigit() or (place > 0 and word[0].isupper() and len(word) > 2)
    )


def _title(text: Text, rng: random.Random) -> str:
    return text.title if rng.random() < 0.75 else ""


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
