"""Scored runs read back, and baselines that can be committed."""

import dataclasses
import json
from dataclasses import asdict

import pytest

from evals import run_folder
from evals.comparison import compare_runs
from evals.errors import RunError
from evals.scored_runs import load_scored_run, save_baseline
from tests.evals.simulated_runs import make_run


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


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(RunError, match="is no folder"):
        load_scored_run(tmp_path / "nowhere")


def test_scores_without_a_cluster_are_read(tmp_path):
    folder = write_run(tmp_path / "run", make_run())
    (folder / "scores.jsonl").write_text('{"case_id": "a", "slices": {"tag": ["x"]}}\n', encoding="utf-8")
    only = load_scored_run(folder).scores[0]
    assert (only.cluster, only.slices, dict(only.measures)) == (None, {"tag": ("x",)}, {})
