"""Parts switched off: how they are named in the settings, and what the helpdesk does without each."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from helpdesk_bot.answerability import calibration, similarity_only
from helpdesk_bot.answers import Answer, Question
from helpdesk_bot.errors import ConfigurationError
from helpdesk_bot.extractive import Weights, weights_without
from helpdesk_bot.retrieving import NO_CAP, retrieval_options
from helpdesk_bot.settings import INDEX_SETTINGS, Settings, load_settings
from helpdesk_bot.switches import INDEX_SWITCHES, SWITCHES, Switch, in_order
from index.errors import EmbedderMismatch
from index.retrieval_options import WHOLE, RetrievalOptions
from tests.helpdesk_bot import library

QUESTION = {
    "en": "How many libraries lent tablets to residents?",
    "sv": "Hur många kommuner införde digital identitet för sina invånare?",
    "vi": "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?",
}


def load(**environment: str) -> Settings:
    return load_settings(
        None, None, {f"HELPDESK_{name.upper()}": value for name, value in environment.items()}
    )


def ask(filled: Settings, question: str, *off: Switch) -> Answer:
    with library.helpdesk(filled.model_copy(update={"switched_off": off})) as desk:
        return desk.ask(Question(question))


def test_every_switch_is_in_the_closed_list_and_explained() -> None:
    assert get_args(Switch) == tuple(SWITCHES)
    assert set(SWITCHES) >= INDEX_SWITCHES
    assert all(SWITCHES.values())
    description = Settings.model_fields["switched_off"].description or ""
    assert all(f"`{name}`" in description for name in SWITCHES)


def test_nothing_is_off_by_default() -> None:
    assert load().switched_off == ()
    assert retrieval_options(load()) == WHOLE
    assert weights_without(()) == Weights()


def test_the_environment_and_a_file_name_them(tmp_path: Path) -> None:
    assert load(switched_off=" close_reading, lexical,lexical ").switched_off == ("lexical", "close_reading")
    path = tmp_path / "helpdesk.toml"
    path.write_text('switched_off = ["nameless", "dense"]\n', "utf-8")
    assert load_settings(path, None, {}).switched_off == ("dense", "nameless")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("lexicon", "switched_off.*'lexical', 'dense'"),
        ("lexical,dense", "'lexical' and 'dense' cannot be given together"),
        ("fusion=normalised_sum,fusion=reciprocal_rank", "cannot be given together"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(value: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        load(switched_off=value)


def test_the_order_given_makes_no_difference() -> None:
    assert in_order(["calibration", "lexical"]) == in_order(["lexical", "calibration", "lexical"])


OPTIONS: dict[Switch, dict[str, Any]] = {
    "lexical": {"lexical": False},
    "dense": {"dense": False},
    "fusion=reciprocal_rank": {"fusion": "reciprocal_rank"},
    "fusion=normalised_sum": {"fusion": "normalised_sum"},
    "language_directions": {"language_directions": False},
    "other_languages": {"other_language": 0.0},
    "word_beginnings": {"word_beginnings": False},
    "syllable_pairs": {"syllable_pairs": False},
    "superseded": {"superseded_penalty": 0.0},
    "document_cap": {"per_document": NO_CAP},
    "duplicates": {"duplicates": False},
}


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_of_the_search_changes_its_option_and_no_other(switch: Switch) -> None:
    expected = RetrievalOptions(**OPTIONS.get(switch, {}))
    assert retrieval_options(load(switched_off=switch)) == expected
    assert (expected != WHOLE) == (switch in OPTIONS)


def test_settings_of_the_order_reach_the_search() -> None:
    given = load(
        kind_weights="news=-0.02", recency_weight="0.001", superseded_penalty="0.1", per_document="3"
    )
    assert retrieval_options(given) == RetrievalOptions(
        kind_weights={"news": -0.02}, recency_weight=0.001, superseded_penalty=0.1, per_document=3
    )
    off = given.model_copy(update={"switched_off": ("superseded", "document_cap")})
    assert retrieval_options(off).superseded_penalty == 0
    assert retrieval_options(off).per_document == NO_CAP


def test_an_index_is_known_by_what_it_is_made_with() -> None:
    whole = load()
    assert whole.index_options == {name: getattr(whole, name) for name in INDEX_SETTINGS} | {
        "switched_off": []
    }
    assert load(switched_off="lexical,close_reading").index_options == whole.index_options
    other = load(switched_off="lexical,heading_context")
    assert other.index_options["switched_off"] == ["heading_context"]
    assert not other.heading_context
    assert whole.heading_context


def test_an_index_with_headings_is_not_opened_without_them(filled: Settings) -> None:
    with pytest.raises(EmbedderMismatch, match="helpdesk index rebuild"):
        ask(filled, QUESTION["en"], "heading_context")


@pytest.mark.parametrize("language", QUESTION)
@pytest.mark.parametrize("switch", [name for name in SWITCHES if name not in INDEX_SWITCHES])
def test_questions_are_answered_without_any_one_part(filled: Settings, switch: Switch, language: str) -> None:
    answer = ask(filled, QUESTION[language], switch)
    assert answer.outcome == "answered"
    assert answer.citations[0].document.language == language
    assert 0 <= answer.confidence < 1


@pytest.mark.parametrize(
    "source", ["briefs/ai-small-firms.en.md", "practices/upphandling.sv.md", "webinars/tre-em.vi.md"]
)
def test_without_the_calibration_the_similarity_decides(filled: Settings, source: str) -> None:
    # The text of a document itself: near enough for the seeded embedder to be confident.
    question = library.TEXTS[source].rpartition("# ")[2]
    whole, without = (ask(filled, question, *off) for off in ((), ("calibration",)))
    expected = similarity_only().probability({"dense": without.trace["features"]["dense"]})
    assert 0.01 < expected < 0.99
    assert without.confidence == pytest.approx(expected, abs=1e-3)
    assert whole.confidence == pytest.approx(calibration().probability(whole.trace["features"]), abs=1e-3)
    assert abs(without.confidence - whole.confidence) > 0.01
    assert set(similarity_only().weights) == {"dense"}
    assert similarity_only().provenance == calibration().provenance


def test_names_are_not_taken_out_of_a_question(filled: Settings) -> None:
    question = "How many libraries in Springfield lent tablets to residents?"
    whole, without = ask(filled, question), ask(filled, question, "nameless")
    assert whole.trace["features"]["nameless"] != whole.trace["features"]["pooled"]
    assert without.trace["features"]["nameless"] == without.trace["features"]["pooled"]


def test_sentences_are_not_read_again(filled: Settings) -> None:
    whole, without = (ask(filled, QUESTION["sv"], *off) for off in ((), ("close_reading",)))
    assert whole.trace["features"]["alone"] != whole.trace["features"]["pooled"]
    assert without.trace["features"]["alone"] == without.trace["features"]["pooled"]


def test_a_short_quote_stays_alone(filled: Settings) -> None:
    question = "Each loan lasts three weeks and costs nothing"
    whole, without = (
        {citation.quote for citation in ask(filled, question, *off).citations}
        for off in ((), ("neighbours",))
    )
    short = "Each loan lasts three weeks and costs nothing."
    assert short in without
    assert short not in whole
    assert any(short in quote for quote in whole)


def test_sentences_are_chosen_by_similarity_alone() -> None:
    weights = weights_without(("sentence_signals",))
    assert (weights.words, weights.kind, weights.length) == (0.0, 0.0, 0.0)
    assert (weights.passage, weights.pooled, weights.alone) == (1.0, 0.5, 0.5)
