"""Training the reader: its examples say what their sources say, and a step of training teaches something."""

from __future__ import annotations

import json
import random
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

import evals.fitting.reader.__main__ as command
from evals.datasets.squad import read_squad
from evals.datasets.swequad import read_swequad
from evals.fitting.reader.averaging import averaged
from evals.fitting.reader.examples import MAX_CHARS, Example, lines_as_text, text_of
from evals.fitting.reader.network import RANK, ReaderNetwork, stack
from evals.fitting.reader.parallel import cloze_examples, title_examples
from evals.fitting.reader.questions import question_examples
from evals.fitting.reader.training import Plan, batch_loss, train
from index import bundled_model
from index.bert_encoder import BertEncoder
from index.reader import Excerpt, load_reader
from index.reader_input import lay_out
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


@pytest.fixture(scope="module")
def encoder() -> BertEncoder:
    return BertEncoder.load(bundled_model.ensure(MODEL_CACHE), "float32")


def shown_rows(network: ReaderNetwork) -> tuple[torch.Tensor, torch.Tensor]:
    rows = lay_out(
        network.encoder.tokenizer,
        ["Bao nhiêu xã tham gia?", "Who leads it?"],
        ["", "Svea"],
        ["Có 57 xã tham gia.", "The city of Lund leads the project, which ends in 2027."],
    )
    return stack(rows, network.encoder.pad_token)


def test_half_as_many_bits_give_nearly_the_same_verdicts_and_gradients(encoder: BertEncoder) -> None:
    verdicts, gradients = [], []
    for precision in ("float32", "bfloat16"):
        torch.manual_seed(3)
        network = ReaderNetwork(encoder, precision=precision)
        with torch.no_grad():
            for up in network.up:
                up.normal_(std=0.01)
        told, _ = network(*shown_rows(network))
        told.square().sum().backward()
        verdicts.append(told.detach())
        grown = [each.grad for each in (*network.down, *network.up, *network.bias)]
        gradients.append(torch.cat([each.flatten() for each in grown if each is not None]))
        assert all(each.dtype == torch.float32 for each in network.parameters())
    assert not torch.equal(*verdicts)  # or bfloat16 was not used
    assert torch.allclose(*verdicts, atol=0.05)
    assert torch.cosine_similarity(*gradients, dim=0) > 0.99


def test_everything_lies_on_the_device_that_it_learns_on(encoder: BertEncoder) -> None:
    network = ReaderNetwork(encoder, "meta")  # which holds no numbers, and refuses those of another device
    ids, own = shown_rows(network)
    verdicts, places = network(ids.to("meta"), own.to("meta"))
    (verdicts.sum() + places.sum()).backward()
    assert verdicts.shape == (2, 2)
    assert {each.device.type for each in (verdicts, places, *network.parameters())} == {"meta"}
    assert not encoder.layers[-1].qkv[0].is_meta


def test_the_mean_of_adapters_is_that_of_what_they_add() -> None:
    torch.manual_seed(5)

    def adapters() -> dict[str, torch.Tensor]:
        return {"up.0": torch.randn(12, 2), "down.0": torch.randn(2, 7), "bias.0": torch.randn(12)}

    def added(state: dict[str, torch.Tensor]) -> torch.Tensor:
        return state["up.0"].float() @ state["down.0"].float()

    states = [adapters() for _ in range(3)]
    wanted = torch.stack([added(state) for state in states]).mean(0)
    whole = averaged(states, 6)
    assert torch.allclose(added(whole), wanted, atol=0.02)
    assert torch.allclose(
        whole["bias.0"].float(), torch.stack([s["bias.0"] for s in states]).mean(0), atol=1e-2
    )
    assert {name: tuple(value.shape) for name, value in averaged(states, 2).items()} == {
        name: tuple(value.shape) for name, value in states[0].items()
    }
    nearest = (added(averaged(states, 2)) - wanted).norm()  # of rank 2 none is nearer
    assert nearest < min((added(state) - wanted).norm() for state in states)
    assert torch.allclose(added(averaged(states[:1], 2)), added(states[0]), atol=0.02)


@real
def test_the_command_trains_the_second_stages_and_keeps_their_mean(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, encoder: BertEncoder
) -> None:
    yes = Example("Who led it?", "", "Lund led it.", (0, 4), True, True, "s", "d")
    no = Example("Who led it?", "", "It rained.", None, False, False, "s", "d")
    monkeypatch.setattr(command, "second_stage", lambda _data, _pairs, seed: (yes, no) * (4 + seed % 2))
    monkeypatch.setattr(command, "word_pairs", lambda _data, _embedder: None)
    monkeypatch.setattr(command, "epoch_of", lambda _data, _number: (yes, no))
    first, out = tmp_path / "first.safetensors", tmp_path / "out.safetensors"
    torch.manual_seed(7)
    save_file(ReaderNetwork(encoder).state(), first)
    arguments = [str(DATA), "--out", str(out), "--second", str(first), "--model-cache", str(MODEL_CACHE)]
    assert command.main([*arguments, "--seeds", "1", "2"]) == 0
    with safe_open(out, "pt") as kept:
        assert kept.metadata()["seeds"] == "1 2"
        assert kept.metadata()["stage"] == "mean"
        assert kept.get_tensor("up.0").shape[1] == RANK
        assert kept.get_tensor("up.0").any()  # it learnt
    answer = load_reader(out, MODEL_CACHE).read("Who led it?", [Excerpt("", "Lund led it.")])[0]
    assert 0 <= answer.start_char <= answer.end_char <= 12
