"""Scored runs read back, and baselines that can be committed."""

import dataclasses
import json
import math
from dataclasses import asdict
from pathlib import Path

import pytest

from evals import run_folder
from evals.comparison import compare_runs
from evals.errors import RunError, SuiteError
from evals.figures import answer_figures
from evals.scored_runs import load_scored_run, save_baseline
from evals.summary import Score, summarise
from tests.evals import report_runs
from tests.evals.simulated_runs import make_run

BASELINES = Path(__file__).resolve().parents[2] / "evals" / "baselines"


def write_run(folder, run, **config):
    folder.mkdir(parents=True)
    run_folder.write_json(folder / "config.json", {**run.config, **config})
    run_folder.write_json(folder / "summary.json", run.summary)
    run_folder.write_lines(folder / "scores.jsonl", (asdict(score) for score in run.scores))
    return folder


def test_a_run_is_read_as_it_was_scored(tmp_path):
    run = make_run()
    found = load_scored_run(write_run(tmp_path / "run", run))
    assert found.scores == run.scores
    assert found.summary == run.summary
    assert found.path == tmp_path / "run"


def test_a_baseline_holds_no_path_and_compares_as_equal(tmp_path):
    run = make_run()
    failed = dataclasses.replace(run.scores[0], error="ValueError: đã hỏng", measures={}, facts={})
    run = dataclasses.replace(run, scores=(failed, *run.scores[1:]))
    folder = write_run(
        tmp_path / "run",
        run,
        suite_path=str(tmp_path / "suite"),
        ingest={"items": [{"path": str(tmp_path)}]},
        options={
            "data_dir": str(tmp_path),
            "embedder": "small",
            "list": ["C:\\index", "kept"],
            "ratio": 1 / 3,
        },
        code={"commit": "abc"},
    )
    (folder / "outputs.jsonl").write_text("{}\n", encoding="utf-8")
    save_baseline(folder, tmp_path / "baselines" / "made-up")
    saved = tmp_path / "baselines" / "made-up"
    assert sorted(path.name for path in saved.iterdir()) == ["config.json", "scores.jsonl", "summary.json"]
    text = "".join(path.read_text(encoding="utf-8") for path in saved.iterdir())
    assert str(tmp_path) not in text
    assert "C:" not in text
    assert "đã hỏng" in text
    config = json.loads((saved / "config.json").read_text(encoding="utf-8"))
    assert config["options"] == {"embedder": "small", "list": ["kept"], "ratio": 0.333333}
    baseline, original = load_scored_run(saved), load_scored_run(folder)
    assert [row.case_id for row in baseline.scores] == [row.case_id for row in original.scores]
    assert [row.cluster for row in baseline.scores] == [row.cluster for row in original.scores]
    assert [row.slices for row in baseline.scores] == [row.slices for row in original.scores]
    assert baseline.scores[5].measures["quote_hit"] == original.scores[5].measures["quote_hit"]
    rows = compare_runs(baseline, original)["measures"]
    assert {row["p_value"] for row in rows.values() if row["p_value"] is not None} == {1.0}
    assert all(row["difference"] == 0 for row in rows.values())
    # A newer run may take its place; a folder of something else is left alone.
    save_baseline(folder, saved)
    with pytest.raises(RunError, match="holds other files"):
        save_baseline(saved, folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "summary.json").unlink(), "is not scored"),
        (lambda folder: (folder / "config.json").unlink(), "config.json is missing"),
        (lambda folder: (folder / "scores.jsonl").unlink(), "scores.jsonl is missing"),
        (lambda folder: (folder / "summary.json").write_text("[]"), "must hold a JSON object"),
        (lambda folder: (folder / "scores.jsonl").write_text('{"id": 1}\n'), r"scores.jsonl:1: is no score"),
        (
            lambda folder: (folder / "scores.jsonl").write_text(
                '{"case_id": "a", "slices": {}, "measures": {"m": "much"}}\n'
            ),
            r"scores.jsonl:1: is no score",
        ),
        (
            lambda folder: (folder / "scores.jsonl").write_text('{"case_id": "a", "slices": {}}\n' * 2),
            "stands there twice",
        ),
    ],
)
def test_what_is_no_scored_run_is_refused(tmp_path, damage, message):
    folder = write_run(tmp_path / "run", make_run())
    damage(folder)
    with pytest.raises(RunError, match=message):
        load_scored_run(folder)


def set_in(name, *keys, value=None):
    """A change of one field of a JSON file of a run; without ``value`` it is left out."""

    def damage(folder):
        whole = part = run_folder.read_json(folder / name)
        for key in keys[:-1]:
            part = part[key]
        del part[keys[-1]]
        if value is not None:
            part[keys[-1]] = value
        run_folder.write_json(folder / name, whole)

    return damage


def summary_without(*keys):
    return set_in("summary.json", *keys)


def summary_with(value, *keys):
    return set_in("summary.json", *keys, value=value)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "summary.json").write_text("{}"), "summary.json: 'kind' must be one of"),
        (summary_without("suite"), "summary.json: 'suite' must be a string"),
        (summary_without("n_cases"), "summary.json: 'n_cases' must be a whole number"),
        (summary_with("157", "n_cases"), "'n_cases' must be a whole number"),
        (summary_with(-1, "errors"), "'errors' must be a whole number"),
        (summary_with([], "measures"), "'measures' must be an object"),
        (summary_with([], "slices"), "'slices' must be an object"),
        (summary_with(3, "slices", "tag"), "'slices.tag' must be an object"),
        (summary_with({"x": 3}, "slices", "tag"), "'slices.tag.x' must be an object"),
        (summary_with({"x": {"m": 3}}, "slices", "tag"), "'slices.tag.x.m' must be an object"),
        (
            summary_without("measures", "quote_hit", "mean"),
            "'measures.quote_hit.mean' must be a finite number",
        ),
        (summary_with("high", "measures", "quote_hit", "mean"), "mean' must be a finite number or null"),
        (summary_with(math.nan, "measures", "quote_hit", "mean"), "mean' must be a finite number or null"),
        (summary_with(math.inf, "measures", "quote_hit", "mean"), "mean' must be a finite number or null"),
        (summary_with(10**400, "measures", "quote_hit", "mean"), "mean' must be a finite number or null"),
        (summary_with([0.1], "measures", "quote_hit", "ci95"), "ci95' must be two finite numbers or null"),
        (summary_with([0.1, math.inf], "measures", "quote_hit", "ci95"), "ci95' must be two finite numbers"),
    ],
)
def test_a_summary_of_another_shape_is_refused(tmp_path, damage, message):
    folder = write_run(tmp_path / "run", make_run())
    damage(folder)
    with pytest.raises(RunError, match=message) as caught:
        load_scored_run(folder)
    assert str(folder / "summary.json") in str(caught.value)
    assert "run `helpdesk eval score` again" in str(caught.value)


@pytest.mark.parametrize("field", ["kind", "suite", "system"])
@pytest.mark.parametrize("value", [None, 3])
def test_a_configuration_of_another_shape_is_refused(tmp_path, field, value):
    folder = write_run(tmp_path / "run", make_run())
    set_in("config.json", field, value=value)(folder)
    with pytest.raises(RunError, match=f"config.json: '{field}' must be .*; give the folder"):
        load_scored_run(folder)


def test_every_committed_baseline_is_read():
    folders = [path.parent for path in BASELINES.glob("*/summary.json")]
    assert len(folders) > 10
    assert all(load_scored_run(folder).scores for folder in folders)


def test_a_lock_left_in_a_baseline_goes_with_the_next_one(tmp_path):
    run, saved = write_run(tmp_path / "run", make_run()), tmp_path / "saved"
    save_baseline(run, saved)
    (saved / run_folder.LOCK).touch()
    save_baseline(run, saved)
    assert sorted(path.name for path in saved.iterdir()) == ["config.json", "scores.jsonl", "summary.json"]


@pytest.mark.parametrize("below", [".", "deeper/still"])
def test_a_baseline_is_not_saved_over_a_file(tmp_path, below):
    file = tmp_path / "notes.txt"
    file.write_text("kept", encoding="utf-8")
    with pytest.raises(RunError, match=r"notes.txt is a file; give a folder"):
        save_baseline(write_run(tmp_path / "run", make_run()), file / below)
    assert file.read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("head", ["name = ", "gate = 3", '[gate.smallest_difference]\nquote_hit = "much"'])
@pytest.mark.parametrize("damaged", ["a", "b"])
def test_a_saved_gate_that_is_written_wrongly_is_named(tmp_path, head, damaged):
    runs = {name: load_scored_run(write_run(tmp_path / name, make_run())) for name in ("a", "b")}
    (tmp_path / damaged / "suite").mkdir()
    (tmp_path / damaged / "suite" / "suite.toml").write_text(head, encoding="utf-8")
    with pytest.raises(SuiteError, match=r"suite.toml: (not TOML|field 'gate)") as caught:
        compare_runs(runs["a"], runs["b"], n_permutations=10)
    assert str(tmp_path / damaged) in str(caught.value)


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_scores_and_summary_hold_only_what_json_has(tmp_path):
    scores = [Score(f"c{n}", {}, {"token_f1": math.inf if n else 1.0}) for n in range(3)]
    figure = summarise(scores, answer_figures(["token_f1"]))["measures"]["token_f1"]
    assert (figure["mean"], figure["n"], figure["ci95"]) == (None, 0, None)
    with pytest.raises(ValueError, match="JSON"):
        run_folder.write_json(tmp_path / "one.json", {"mean": math.nan}, allow_nan=False)
    with pytest.raises(ValueError, match="JSON"):
        run_folder.write_lines(tmp_path / "many.jsonl", [{"mean": math.inf}], allow_nan=False)
    folder = write_run(tmp_path / "run", make_run())
    (folder / "scores.jsonl").write_text(
        '{"case_id": "a", "slices": {}, "measures": {"m": NaN, "o": 1}}\n', encoding="utf-8"
    )
    assert load_scored_run(folder).scores[0].measures == {"m": None, "o": 1.0}


def test_what_a_system_sent_that_is_no_number_is_undefined(tmp_path):
    sent = report_runs.ANSWERS["sv-1"] | {"confidence": math.nan}
    folder = report_runs.write_run(tmp_path / "run", answers={"sv-1": sent})
    assert "NaN" in (folder / "outputs.jsonl").read_text(encoding="utf-8")
    assert "NaN" not in (folder / "scores.jsonl").read_text(encoding="utf-8")
    assert load_scored_run(folder).scores[0].facts["confidence"] is None


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(RunError, match="is no folder"):
        load_scored_run(tmp_path / "nowhere")


def test_scores_without_a_cluster_are_read(tmp_path):
    folder = write_run(tmp_path / "run", make_run())
    (folder / "scores.jsonl").write_text('{"case_id": "a", "slices": {"tag": ["x"]}}\n', encoding="utf-8")
    only = load_scored_run(folder).scores[0]
    assert (only.cluster, only.slices, dict(only.measures)) == (None, {"tag": ("x",)}, {})
