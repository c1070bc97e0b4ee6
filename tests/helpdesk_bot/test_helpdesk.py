"""The helpdesk as one object: opening, health, following an ingest; and once with the real model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.gibberish import is_gibberish
from helpdesk_bot.helpdesk import Helpdesk, open_helpdesk
from helpdesk_bot.ingesting import ingest
from index.embedding import BUNDLED, Embedder, open_embedder
from index.errors import EmbedderMismatch
from index.pooling import PoolingEmbedder
from index.rebuilding import build_generation
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library
from tests.helpdesk_bot.test_answering import ask, check

UNANSWERABLE = (
    "What is the corporate tax rate in Portugal?",
    "Vilken är bolagsskatten i Portugal?",
    "Thuế suất thuế thu nhập doanh nghiệp ở Bồ Đào Nha là bao nhiêu?",
)
CROSS = (
    ("Hur många bibliotek lånade ut surfplattor?", "reports/tablets.en.md", "318"),
    (
        "Có bao nhiêu xã, thành phố của Thụy Điển đã triển khai danh tính số?",
        "projects/identitet.sv.md",
        "57",
    ),
    ("How many teachers took part in the webinar on children's safety?", "webinars/tre-em.vi.md", "640"),
)


@pytest.fixture(scope="module")
def model() -> Embedder:
    return open_embedder(BUNDLED, library.settings_for(Path("var")).model_cache)


@pytest.fixture(scope="module")
def real(model: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    settings = library.settings_for(tmp_path_factory.mktemp("real"))
    library.fill(settings, model)
    build_generation(settings.database, settings.data_dir / "index")
    with open_helpdesk(settings, model) as desk:
        yield desk


def test_the_real_model_finds_the_document_and_quotes_it(real: Helpdesk) -> None:
    for question, (language, source, words) in library.QUESTIONS.items():
        answer = ask(real, question)
        check(real, answer)
        assert answer["outcome"] == "answered", question
        assert answer["answer_language"] == language
        assert answer["citations"][0]["document"]["source"] == source
        assert any(words in citation["quote"] for citation in answer["citations"])
    assert real.health().status == "ready"
    assert real.index_status()["share_by_generation"] == 1.0


@pytest.mark.parametrize(("question", "source", "words"), CROSS)
def test_the_real_model_finds_it_in_another_language(
    real: Helpdesk, question: str, source: str, words: str
) -> None:
    answer = ask(real, question)
    check(real, answer)
    assert answer["trace"]["retrieved"][0]["source"] == source
    if answer["outcome"] == "answered":
        assert any(words in citation["quote"] for citation in answer["citations"])


@pytest.mark.parametrize(
    "keys", ["asdf qwer zxcv", "jfkdls ajfkl djskal?", "sadf asdf asdf asdf", "dsfgsdgdsg", "a" * 1500]
)
def test_keys_struck_at_random_are_no_question(real: Helpdesk, keys: str) -> None:
    answer = ask(real, keys)
    assert (answer["outcome"], answer["outcome_reason"]) == ("blocked_guardrail", "not_a_question")
    assert answer["citations"] == []
    assert answer["confidence"] == 0
    assert "No words could be read" in ask(real, keys, language="en")["text"]


@pytest.mark.parametrize(
    "question",
    [
        "what does parking cost in the city centre?",
        "vad kostar det att parkera i centrum?",
        "đỗ xe ở trung tâm thành phố giá bao nhiêu?",
        "do xe o trung tam thanh pho gia bao nhieu?",
        "paljonko pysäköinti maksaa keskustassa?",
        "πόσο κοστίζει η στάθμευση στο κέντρο;",
        "ile kosztuje parkowanie w centrum?",
        "kolik stojí parkování v centru?",
        "cât costă parcarea în centru?",
        "hvad koster det at parkere i midtbyen?",
        "mennyibe kerül a parkolás a belvárosban?",
        "kui palju maksab parkimine kesklinnas?",
        "kiek kainuoja automobilio stovėjimas centre?",
        "скільки коштує паркування в центрі?",
        "kung fu",
        "5g sa",
        "hjkl",
    ],
)
def test_what_is_asked_in_any_language_is_a_question(real: Helpdesk, question: str) -> None:
    assert ask(real, question)["outcome_reason"] != "not_a_question"


@pytest.mark.parametrize(
    "question",
    ["ở đó có bể bơi ko ạ", "xe ở bến có đi ra ga ko ạ", "mfa vpn sso totp", "bawo ni mo se le ṣe é"],
)
def test_short_syllables_and_abbreviations_are_no_random_keys(model: Embedder, question: str) -> None:
    assert isinstance(model, PoolingEmbedder)
    assert not is_gibberish(question, model.n_pieces)


def test_the_real_model_is_surer_of_what_the_documents_say(real: Helpdesk) -> None:
    said = [ask(real, question)["confidence"] for question in library.QUESTIONS]
    unsaid = [ask(real, question)["confidence"] for question in UNANSWERABLE]
    assert min(said) > max(unsaid)


def test_the_real_model_puts_the_rule_in_force_first(real: Helpdesk) -> None:
    for question in (
        "What does an extract from the land register cost?",
        "Vad kostar ett utdrag ur fastighetsregistret?",
    ):
        sources = [item["source"] for item in ask(real, question)["trace"]["retrieved"]]
        assert sources.index("rules/fees-2025.en.md") < sources.index("rules/fees-2021.en.md")


def test_a_very_long_question_is_answered_by_the_real_model(real: Helpdesk) -> None:
    check(real, ask(real, "Hur många kommuner? " * 200))  # longer than is accepted, and than a window


def test_ingesting_with_the_settings_makes_an_index_that_opens(tmp_path: Path, model: Embedder) -> None:
    settings = library.settings_for(tmp_path / "var")
    library.write_files(tmp_path / "inbox", dict(list(library.TEXTS.items())[:3]))
    report = ingest(settings, [str(tmp_path / "inbox")])
    assert report.counts["added"] == 3
    with open_helpdesk(settings, model) as desk:
        answer = ask(desk, "Hur många kommuner införde digital identitet för sina invånare?")
        check(desk, answer)
        assert "57" in answer["citations"][0]["quote"]


def test_a_helpdesk_sees_what_is_committed_beside_it(data_dir: Path) -> None:
    settings = library.settings_for(data_dir, min_confidence=0.0)
    with library.helpdesk(settings) as desk:
        before = desk.index_version()
        library.fill(settings, FakeEmbedder())
        for question, (_, source, _) in library.QUESTIONS.items():
            assert ask(desk, question)["citations"][0]["document"]["source"] == source
        assert desk.index_version() != before
        assert desk.health().reasons == ()


def test_an_index_of_another_model_is_refused(data_dir: Path) -> None:
    settings = library.settings_for(data_dir)
    library.fill(settings, FakeEmbedder())
    with pytest.raises(EmbedderMismatch, match="rebuild"):
        library.helpdesk(settings, FakeEmbedder(name="another"))


def test_a_damaged_generation_degrades_and_still_answers(tmp_path: Path) -> None:
    settings = library.settings_for(tmp_path / "var", min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    index_dir = settings.data_dir / "index"
    index_dir.mkdir()
    (index_dir / "CURRENT").write_text("gen-7\n")
    with library.helpdesk(settings) as desk:
        assert desk.health().status == "degraded"
        assert "gen-7" in desk.health().reasons[0]
        for question, (_, source, _) in library.QUESTIONS.items():
            answer = ask(desk, question)
            check(desk, answer)
            assert answer["citations"][0]["document"]["source"] == source


def test_an_answer_is_the_json_of_the_contract(desk: Helpdesk) -> None:
    answer = desk.ask(Question("Vad kan upphandlare be om?"))
    assert json.loads(json.dumps(answer_to_json(answer))) == answer_to_json(answer)
