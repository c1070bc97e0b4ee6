"""Making the index again with another model: the documents stay, everything derived is new."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_bot import maintenance
from helpdesk_bot.answers import Question
from index.consistency import verify
from index.errors import EmbedderMismatch
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

OTHER = FakeEmbedder(name="other-words", dimension=48)


def test_another_model_is_refused_until_the_index_is_rebuilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = library.settings_for(tmp_path / "var", min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    with pytest.raises(EmbedderMismatch, match="helpdesk index rebuild"):
        library.helpdesk(settings, OTHER)
    told: list[tuple[str, int, int]] = []
    monkeypatch.setattr(maintenance, "open_embedder", lambda *_: OTHER)
    made = maintenance.rebuild_index(settings, progress=lambda *step: told.append(step))
    assert made["n_documents"] == len(library.TEXTS)
    assert told[-2][1] == told[-2][2] == len(library.TEXTS)
    with library.helpdesk(settings, OTHER) as desk:
        assert desk.index_status()["n_in_generation"] == made["n_passages"] > 0
        assert verify(desk.engine, settings.data_dir / "index").clean
        for question, (language, source, _) in library.QUESTIONS.items():
            answer = desk.ask(Question(question))
            assert answer.answer_language == language
            assert source in {citation.document.source for citation in answer.citations}
