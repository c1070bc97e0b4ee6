"""The trained reader: what it was trained with is what it reads with, in several languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from evals.fitting.reader.network import ReaderNetwork, stack
from index import bundled_model
from index.bert_encoder import BertEncoder
from index.errors import ModelUnavailable
from index.reader import Excerpt, Reader, load_reader, open_reader
from index.reader_input import MAX_EXCERPT_TOKENS, lay_out
from tests.index.test_embedding import MODEL_CACHE

QUESTION = "Hur många kommuner deltog?"
EXCERPTS = [
    Excerpt("Digital identitet", "Sammanlagt 57 kommuner deltog i försöket. Det avslutades i maj."),
    Excerpt("", "Vädret var vackert."),
    Excerpt("Thư viện", "Cuộc khảo sát có 318 thư viện tham gia trong năm 2023."),
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return open_reader(MODEL_CACHE)


def test_adding_the_differences_in_gives_what_the_training_saw(tmp_path: Path) -> None:
    torch.manual_seed(3)
    encoder = BertEncoder.load(bundled_model.ensure(MODEL_CACHE), "float32")
    network = ReaderNetwork(encoder)
    with torch.no_grad():
        for parameter in network.up:
            parameter.normal_(std=0.02)
    path = tmp_path / "adapters.safetensors"
    save_file(network.state(), path, metadata={"base": bundled_model.NAME})
    rows = lay_out(
        encoder.tokenizer,
        [QUESTION] * len(EXCERPTS),
        [excerpt.context for excerpt in EXCERPTS],
        [excerpt.text for excerpt in EXCERPTS],
    )
    with torch.inference_mode():
        verdicts, _ = network(*stack(rows, encoder.pad_token))
    readings = load_reader(path, MODEL_CACHE).read(QUESTION, EXCERPTS)
    read = np.array([(reading.relevance, reading.answers) for reading in readings])
    np.testing.assert_allclose(read, verdicts.numpy(), atol=0.02)  # half precision in the file


@pytest.mark.parametrize(
    ("question", "answering", "other", "answer"),
    [
        (
            "How many libraries lent tablets?",
            "In the survey, 318 libraries lent tablets to residents. Each loan lasts three weeks.",
            "Staff spent the spring on digital coaching. The coaching was free of charge.",
            "318",
        ),
        (
            "Hur många kommuner införde digital identitet?",
            "Sammanlagt 57 kommuner införde digital identitet för sina invånare. Projektet kostade pengar.",
            "Äldre invånare fick hjälp på medborgarkontoren. Tjänsten var gratis.",
            "57",
        ),
        (
            "Có bao nhiêu thư viện tham gia khảo sát?",
            "Cuộc khảo sát có 318 thư viện tham gia. Mỗi lần mượn kéo dài ba tuần.",
            "Nhân viên hướng dẫn kỹ năng số cho người dân. Việc hướng dẫn là miễn phí.",
            "318",
        ),
        (
            "Có bao nhiêu thư viện cho mượn máy tính bảng?",
            "In the survey, 318 libraries lent tablets to residents. Each loan lasts three weeks.",
            "Staff spent the spring on digital coaching. The coaching was free of charge.",
            "318",
        ),
    ],
    ids=["en", "sv", "vi", "vi-en"],
)
def test_what_answers_is_told_from_what_does_not_and_the_words_are_found(
    reader: Reader, question: str, answering: str, other: str, answer: str
) -> None:
    right, wrong = reader.read(question, [Excerpt("", answering), Excerpt("", other)])
    assert right.answers > wrong.answers
    assert right.span > wrong.span
    assert answer in answering[right.start_char : right.end_char]
    assert right.end_char - right.start_char < len(answering) / 2


def test_a_reading_does_not_depend_on_what_is_read_with_it(reader: Reader) -> None:
    together = reader.read(QUESTION, EXCERPTS)
    for excerpt, reading in zip(EXCERPTS, together, strict=True):
        (alone,) = reader.read(QUESTION, [excerpt])
        assert (alone.start_char, alone.end_char) == (reading.start_char, reading.end_char)
        assert alone.answers == pytest.approx(reading.answers, abs=1e-3)


def test_it_shares_with_the_embedder_what_neither_changes() -> None:
    folder = bundled_model.ensure(MODEL_CACHE)
    one, other = BertEncoder.load(folder), BertEncoder.load(folder, "float32")
    assert one.tokenizer is other.tokenizer
    assert one.word_embeddings.data_ptr() == other.word_embeddings.data_ptr()


def test_nothing_to_read_and_too_much_to_read(reader: Reader) -> None:
    assert reader.read(QUESTION, []) == []
    long = "Sammanlagt deltog 57 kommuner. " * 200
    (empty, cut) = reader.read("ord " * 500, [Excerpt("", ""), Excerpt("rubrik " * 90, long)])
    assert empty.start_char == empty.end_char == 0
    assert 0 <= cut.start_char < cut.end_char < MAX_EXCERPT_TOKENS * 20


def test_adapters_of_another_model_and_missing_ones_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "adapters.safetensors"
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        load_reader(path, MODEL_CACHE)
    save_file({"a": torch.zeros(1)}, path, metadata={"base": "another"})
    with pytest.raises(ModelUnavailable, match="trained on another"):
        load_reader(path, MODEL_CACHE)
    path.write_bytes(b"damaged")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        load_reader(path, MODEL_CACHE)
