"""Training the reader: its examples say what their sources say, and a step of training teaches something."""

from __future__ import annotations

import json
import random
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from evals.datasets.squad import read_squad
from evals.datasets.swequad import read_swequad
from evals.fitting.reader.examples import MAX_CHARS, Example, lines_as_text, text_of
from evals.fitting.reader.network import ReaderNetwork
from evals.fitting.reader.parallel import cloze_examples, title_examples
from evals.fitting.reader.questions import question_examples
from evals.fitting.reader.training import Plan, batch_loss, train
from index import bundled_model
from index.bert_encoder import BertEncoder
from index.reader import Excerpt, load_reader
from tests.index.test_embedding import MODEL_CACHE

DATA = Path(__file__).parents[3] / "shared" / "data" / "training"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the training sets are not beside the checkout")


@pytest.fixture(scope="module")
def questions() -> list[Example]:
    return question_examples(DATA, random.Random(1))


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The beginnings of the question sets."""
    folder = tmp_path_factory.mktemp("part")
    for name, most in (("squad2-train-slice.en.json", 2), ("swequad-mc-training.sv.json", 100)):
        whole = json.loads((DATA / name).read_text("utf-8"))
        (folder / name).write_text(json.dumps(whole | {"data": whole["data"][:most]}), "utf-8")
    lines = (DATA / "conditionalqa.en.jsonl").read_text("utf-8").splitlines(keepends=True)
    (folder / "conditionalqa.en.jsonl").write_text("".join(lines[:100]), "utf-8")
    return folder


@real
def test_a_span_is_an_answer_of_its_source_and_a_negative_holds_none(questions: list[Example]) -> None:
    answers: dict[str, set[str]] = {}
    asked: Counter[str] = Counter()
    for one in (
        *read_squad(DATA / "squad2-train-slice.en.json"),
        *read_swequad(DATA / "swequad-mc-training.sv.json"),
    ):
        key = unicodedata.normalize("NFC", one.question.strip())
        asked[key] += 1  # a few are asked of two texts
        answers.setdefault(key, set()).update(answer.text for answer in one.answers)
    spans = [item for item in questions if item.span and item.source != "conditionalqa"]
    assert len(spans) > 5000
    for item in spans:
        assert item.span is not None
        words = item.excerpt[item.span[0] : item.span[1]]
        assert words in answers[item.question] or any(words in text for text in answers[item.question])
    for item in questions:
        if item.answers is False:
            assert item.span is None
        if (
            item.relevant is False and asked[item.question] == 1
        ):  # another excerpt: the answer itself is not in it
            for text in answers.get(item.question, ()):
                assert text.casefold() not in item.excerpt.casefold()


@real
def test_the_same_seed_gives_the_same_examples_and_none_of_the_development_articles(
    questions: list[Example], part: Path
) -> None:
    once, again = (question_examples(part, random.Random(1)) for _ in range(2))
    assert once == again
    assert {item.source for item in once} == {"squad", "swequad", "conditionalqa"}
    assert {item.source for item in questions} == {"squad", "swequad", "conditionalqa"}
    held = {item.document for item in questions if item.held_out}
    trained = {item.document for item in questions if not item.held_out}
    assert held
    assert not held & trained


@real
def test_a_cloze_is_filled_in_another_language(questions: list[Example]) -> None:
    clozes = cloze_examples(DATA, random.Random(1), 400)
    filled = [item for item in clozes if item.answers]
    assert len(filled) > 200
    for item in filled:
        assert "…" in item.question
        assert item.span is not None
        assert item.excerpt[item.span[0] : item.span[1]].strip()
    titles = title_examples(DATA, random.Random(1))
    assert {item.relevant for item in titles} == {True, False}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "One came. Two went home. " * 40),
        ("sv", "En kom. Två gick hem. " * 40),
        ("vi", "Một người đến. Hai người về. " * 40),
    ],
)
def test_windows_hold_every_sentence_once_and_stay_short(language: str, text: str) -> None:
    whole = text_of("d", "t", text.strip(), language)
    numbers = [n for first, last in whole.windows for n in range(first, last + 1)]
    assert numbers == list(range(len(whole.sentences)))
    assert all(len(whole.excerpt(*window)[1]) <= MAX_CHARS for window in whole.windows)
    for place in range(len(whole.sentences)):
        first, last = whole.around(place, place, 0.5)
        assert first <= place <= last
        assert len(whole.excerpt(first, last)[1]) <= MAX_CHARS


def test_lines_keep_their_places() -> None:
    text = lines_as_text("d", "t", ["en rad", "dòng hai"], "sv")
    assert [text.text[start:end] for start, end in text.sentences] == ["en rad", "dòng hai"]


def test_a_span_outside_its_excerpt_is_refused() -> None:
    with pytest.raises(ValueError, match="not inside"):
        Example("q", "", "short", (3, 9), True, True, "s", "d")


def test_a_few_steps_teach_what_was_shown_and_can_be_read_again(tmp_path: Path) -> None:
    torch.manual_seed(1)
    yes = "Sammanlagt 57 kommuner deltog."
    no = "Vädret var vackert hela veckan."
    shown = [
        Example("Hur många kommuner deltog?", "", yes, (11, 13), True, True, "s", "d"),
        Example("Hur många kommuner deltog?", "", no, None, False, False, "s", "d"),
    ]
    network = ReaderNetwork(BertEncoder.load(bundled_model.ensure(MODEL_CACHE), "float32"))
    before = float(batch_loss(network, shown, torch.device("cpu")).detach())
    train(network, Plan((tuple(shown * 5),) * 12), 1, lambda _step: None)  # 12 batches of more than one part
    assert float(batch_loss(network, shown, torch.device("cpu")).detach()) < before / 2
    path = tmp_path / "adapters.safetensors"
    save_file(network.state(), path, metadata={"base": bundled_model.NAME})
    right, wrong = load_reader(path, MODEL_CACHE).read(
        "Hur många kommuner deltog?", [Excerpt("", yes), Excerpt("", no)]
    )
    assert right.answers > 0 > wrong.answers
