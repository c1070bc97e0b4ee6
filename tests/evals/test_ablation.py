"""Ablations: the parts, what is changed for each, the tables, and a retrieval suite end to end."""

import json
import os

import pytest

from evals import run_folder
from evals.ablation import format_ablation, format_ablation_markdown, run_ablation
from evals.ablation_parts import ABLATIONS, MEASURES, chosen
from evals.errors import RunError
from helpdesk_bot.settings import Settings
from helpdesk_bot.switches import SWITCHES
from tests.evals.factories import write_retrieval_suite


def row(a, b, ci95=None, verdict="no_difference_shown", cases_needed=None):
    difference = None if a is None or b is None else b - a
    return {
        "a": a,
        "b": b,
        "difference": difference,
        "ci95": ci95,
        "verdict": verdict,
        "cases_needed": cases_needed,
    }


RESULT = {
    "suite": "starter",
    "kind": "answers",
    "measures": ["quote_hit", "ece", "latency_p50"],
    "full": {
        "n_cases": 157,
        "errors": 1,
        "measures": {
            "quote_hit": {"mean": 0.725, "ci95": [0.63, 0.8]},
            "ece": {"mean": None, "ci95": None},
            "latency_p50": {"mean": 904.2, "ci95": [880.0, 930.0]},
        },
    },
    "parts": {
        "lexical": {
            "what": "no words | at all",
            "summary": {},
            "comparison": {
                "measures": {
                    "quote_hit": row(0.725, 0.6, [-0.2, -0.05], "worse"),
                    "ece": row(None, 0.1, None, "too_few_cases"),
                    "latency_p50": row(904.2, 811.7, [-120.4, -60.0], "better"),
                }
            },
        },
        "neighbours": {
            "what": "alone",
            "summary": {},
            "comparison": {
                "measures": {"quote_hit": row(0.725, 0.7249, [-0.02, 0.01], "too_few_cases", 900)}
            },
        },
    },
    "warnings": ["one by one"],
}


def test_the_table_for_a_terminal():
    lines = format_ablation(RESULT).splitlines()
    assert lines[0] == "What each part is good for: starter, 157 cases, 1 errors"
    assert [line.split("  ")[0] for line in lines[2:4]] == ["part", "lexical"]
    assert lines[3].split() == [
        "lexical",
        "quote_hit",
        "0.725",
        "0.600",
        "-0.125",
        "[-0.200,",
        "-0.050]",
        "worse",
    ]
    assert lines[4].split() == ["ece", "-", "0.100", "undefined", "too", "few", "cases"]
    assert lines[5].split() == ["latency_p50", "904", "812", "-92", "[-120,", "-60]", "better"]
    # A difference that rounds to nothing has no sign.
    assert lines[6].split()[4] == "0.000"
    assert lines[6].endswith("too few cases (900 needed)")
    assert "lexical: no words | at all" in lines
    assert lines[-1] == "note: one by one"
    assert not any(line.endswith(" ") for line in lines)


def test_the_table_for_the_docs():
    lines = format_ablation_markdown(RESULT).splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert table == [
        "| without | quote_hit | ece | latency_p50 |",
        "| --- | --- | --- | --- |",
        "| nothing: the whole | 0.725 [0.630, 0.800] | undefined | 904 [880, 930] |",
        r"| `lexical`: no words \| at all | -0.125 [-0.200, -0.050] **worse** | undefined | "
        "-92 [-120, -60] **better** |",
        "| `neighbours`: alone | 0.000 [-0.020, +0.010] |  |  |",
    ]
    assert lines[-1] == "- one by one"


def test_every_switch_can_be_ablated_and_two_settings_besides():
    assert list(ABLATIONS) == [*SWITCHES, "depth", "abstention"]
    assert all(each.what for each in ABLATIONS.values())


@pytest.mark.parametrize("name", ABLATIONS)
def test_one_thing_is_changed_and_nothing_else(tmp_path, name):
    whole = Settings(data_dir=tmp_path, passage_tokens=128, default_language="sv")
    changed = ABLATIONS[name].without(whole).model_dump()
    differing = {key for key, value in whole.model_dump().items() if changed[key] != value}
    assert differing == {"depth": {"depth"}, "abstention": {"min_confidence"}}.get(name, {"switched_off"})
    if name in SWITCHES:
        assert changed["switched_off"] == (name,)


def test_a_part_is_left_out_beside_what_is_off_already(tmp_path):
    whole = Settings(data_dir=tmp_path, switched_off=("close_reading",))
    assert ABLATIONS["lexical"].without(whole).switched_off == ("lexical", "close_reading")
    assert ABLATIONS["close_reading"].without(whole).switched_off == whole.switched_off
    with pytest.raises(ValueError, match="cannot be given together"):
        ABLATIONS["dense"].without(whole.model_copy(update={"switched_off": ("lexical",)}))


def test_which_parts_are_chosen():
    assert [each.name for each in chosen(None, "answers")] == list(ABLATIONS)
    names = [each.name for each in chosen(None, "retrieval")]
    assert {"lexical", "dense", "language_directions", "heading_context"} <= set(names)
    assert {"close_reading", "calibration", "abstention", "depth"}.isdisjoint(names)
    assert [each.name for each in chosen(["dense", "lexical"], "retrieval")] == ["lexical", "dense"]
    with pytest.raises(RunError, match=r"no part 'lexicon'.*lexical, dense"):
        chosen(["lexicon"], "answers")
    with pytest.raises(RunError, match="'calibration' bears on answers alone"):
        chosen(["calibration"], "retrieval")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    cache = os.environ.get("HELPDESK_MODEL_CACHE")
    home = tmp_path_factory.mktemp("ablation")
    return Settings(data_dir=home / "var", depth="fast", **({"model_cache": cache} if cache else {}))


def test_a_retrieval_suite_without_words_and_without_headings(tmp_path, settings):
    suite = write_retrieval_suite(tmp_path / "suite")
    out = tmp_path / "out"
    stages = []
    result = run_ablation(
        suite,
        out=out,
        settings=settings,
        parts=["heading_context", "lexical"],
        progress=lambda stage, done, total: stages.append(stage),
    )
    assert result["measures"] == list(MEASURES["retrieval"])
    assert list(result["parts"]) == ["lexical", "heading_context"]
    assert json.loads((out / "ablation.json").read_text(encoding="utf-8")) == result
    assert (out / "ablation.md").read_text(encoding="utf-8") == format_ablation_markdown(result)
    scores = {
        name: {
            document: score
            for line in run_folder.read_lines(out / name / "outputs.jsonl")
            for document, score in line["ranking"]
            if line["id"] == "q2"
        }
        for name in ("full", "lexical", "heading_context")
    }
    # The words of the Swedish question count for the Swedish text alone ...
    assert scores["lexical"]["doc-sv"] < scores["full"]["doc-sv"] - 0.005
    assert scores["lexical"]["doc-vi"] == pytest.approx(scores["full"]["doc-vi"], abs=0.005)
    # ... and the title before each text is in all of their vectors.
    assert all(abs(scores["heading_context"][name] - scores["full"][name]) > 1e-4 for name in scores["full"])
    for name, off in (("full", []), ("lexical", ["lexical"]), ("heading_context", ["heading_context"])):
        config = run_folder.read_json(out / name / "config.json")
        assert config["options"]["switched_off"] == off
    indexes = [path for path in (settings.data_dir / "evals" / "indexes").iterdir() if path.is_dir()]
    assert len(indexes) == 2  # one more for the part that bears on the index
    assert sum(stage == "lexical: indexing" for stage in stages) == 0
    assert "heading_context: indexing" in stages


def test_a_part_that_is_off_already_is_named_and_not_run(tmp_path, settings):
    suite = write_retrieval_suite(tmp_path / "suite")
    own = settings.model_copy(update={"switched_off": ("lexical",)})
    result = run_ablation(suite, out=None, settings=own, parts=["lexical"], limit=1)
    assert result["parts"] == {}
    assert any(text.startswith("lexical: left out of the ablation") for text in result["warnings"])
    assert "left out of the ablation" in format_ablation(result)
    with pytest.raises(RunError, match="'dense' cannot be left out"):
        run_ablation(suite, out=tmp_path / "out", settings=own, parts=["lexical", "dense"])
    assert not (tmp_path / "out").exists()  # found before anything is run
