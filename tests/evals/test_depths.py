"""Figures of quality name the depth: in the summary, in reports, and where two runs are compared."""

import json
from pathlib import Path

import pytest

from evals import run_folder
from evals.ablation_text import format_ablation_markdown
from evals.comparison import compare_runs, format_comparison
from evals.depths import count_depths, depth_named, depth_words, depths_of
from evals.dev.figures import as_markdown, row
from evals.errors import RunError
from evals.gate import format_gate, gate
from evals.report.head import facts_of
from evals.report.markdown import comparison_markdown, run_markdown
from evals.report.reading import load_run
from evals.runs import score_run
from evals.scored_runs import load_scored_run, save_baseline
from evals.suite import Gate
from evals.summary import format_summary
from evals.summary_shape import check_summary
from tests.evals.report_runs import write_retrieval_run, write_run

BASELINES = Path(__file__).resolve().parents[2] / "evals" / "baselines"


def run_at(folder, *depths):
    """A scored run whose answers name these depths in turn (None: none)."""
    write_run(folder)
    rows = list(run_folder.read_lines(folder / run_folder.OUTPUTS))
    for number, item in enumerate(each for each in rows if each["answer"]):
        item["answer"]["trace"]["depth"] = depths[number % len(depths)]
    lines = [json.dumps(item) for item in rows]
    (folder / run_folder.OUTPUTS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder, score_run(folder)


@pytest.mark.parametrize(
    ("answer", "depth"),
    [
        ({"trace": {"depth": "deep"}}, "deep"),
        ({"trace": {"depth": None}}, None),
        ({"trace": {"depth": 3}}, None),
        ({"trace": None}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_depth_that_an_answer_names(answer, depth):
    assert depth_named(answer) == depth


def test_depths_are_counted_the_most_frequent_first():
    counted = count_depths(["fast", "deep", None, "deep"])
    assert list(counted.items()) == [("deep", 2), ("fast", 1)]
    assert depth_words(counted) == "deep 2, fast 1"
    assert (depth_words({"deep": 3}), depth_words({}), depth_words(None)) == ("deep", "", "")


def test_a_summary_names_its_depth(tmp_path):
    folder, summary = run_at(tmp_path / "run", "deep")
    assert summary["depths"] == {"deep": 6}
    assert not any("depth" in warning for warning in summary["warnings"])
    assert (
        format_summary(summary).splitlines()[0].startswith("small & odd  system canned  depth deep  7 cases")
    )
    assert ("Depth", "deep") in facts_of(load_run(folder))
    assert "depth: deep" in run_markdown(load_run(folder), [])


def test_answers_at_several_depths_are_called_a_mixture(tmp_path):
    _, summary = run_at(tmp_path / "run", "deep", "deep", "fast")
    assert summary["depths"] == {"deep": 4, "fast": 2}
    assert summary["warnings"][0] == (
        "the answers were given at different depths (deep 4, fast 2): figures are of a mixture"
    )
    assert "depth deep 4, fast 2" in format_summary(summary)


def test_a_system_without_depths_names_none(tmp_path):
    folder, summary = run_at(tmp_path / "run", None)
    assert summary["depths"] == {}
    assert "depth" not in format_summary(summary).splitlines()[0]
    assert "Depth" not in dict(facts_of(load_run(folder)))
    retrieval = load_scored_run(write_retrieval_run(tmp_path / "retrieval"))
    assert depths_of(retrieval.config, retrieval.summary) == {}


@pytest.mark.parametrize(
    ("before", "after", "warned"),
    [
        (("fast",), ("deep",), "(A fast, B deep)"),
        (("deep",), ("deep", "fast"), "(A deep, B deep 3, fast 3)"),
        (("deep",), ("deep",), None),
        (("fast", "deep"), ("deep", "deep", "fast"), "(A deep 3, fast 3, B deep 4, fast 2)"),
        ((None,), ("deep",), None),
    ],
)
def test_a_comparison_warns_of_different_depths(tmp_path, before, after, warned):
    a, b = (load_scored_run(run_at(tmp_path / name, *at)[0]) for name, at in (("a", before), ("b", after)))
    comparison = compare_runs(a, b)
    found = [warning for warning in comparison["warnings"] if "different depths" in warning]
    assert len(found) == (1 if warned else 0)
    if warned:
        assert warned in found[0]
        assert f"Warning: {found[0]}" in format_comparison(comparison)
        assert found[0] in format_gate(gate(b, a, Gate()))
    assert comparison["b"]["depth"] == depth_words(b.summary["depths"])


def test_reports_of_a_comparison_name_both_depths(tmp_path):
    folders = [run_at(tmp_path / name, depth)[0] for name, depth in (("a", "fast"), ("b", "deep"))]
    comparison = compare_runs(*map(load_scored_run, folders))
    assert [
        line.split("depth ")[1].split()[0] for line in format_comparison(comparison).splitlines()[:2]
    ] == [
        "fast",
        "deep",
    ]
    text = comparison_markdown(comparison, *map(load_run, folders))
    assert "depth fast against deep" in text
    same = compare_runs(*[load_scored_run(folders[1])] * 2)
    assert "depth deep, " in comparison_markdown(same, *[load_run(folders[1])] * 2)


def test_older_runs_go_by_their_setting(tmp_path):
    baseline = load_scored_run(BASELINES / "gate")
    older = {name: value for name, value in baseline.summary.items() if name != "depths"}
    config = {"options": {"depth": "deep"}}
    assert depth_words(depths_of(config, older)) == "deep"
    assert depths_of({"options": {}}, older) == {}
    assert depths_of(config, {**older, "kind": "retrieval"}) == {}
    folder, summary = run_at(tmp_path / "run", "fast")
    save_baseline(folder, tmp_path / "baseline")
    saved = load_scored_run(tmp_path / "baseline")
    assert saved.summary["depths"] == summary["depths"]
    del summary["depths"]
    run_folder.write_json(folder / run_folder.SUMMARY, summary)
    config = run_folder.read_json(folder / run_folder.CONFIG)
    run_folder.write_json(folder / run_folder.CONFIG, config | {"options": {"depth": "deep"}})
    compared = compare_runs(load_scored_run(folder), saved)
    assert any("(A deep, B fast)" in warning for warning in compared["warnings"])


@pytest.mark.parametrize("wrong", [["deep"], {"deep": -1}, {"deep": "many"}])
def test_depths_that_are_none_are_refused(tmp_path, wrong):
    _, summary = run_at(tmp_path / "run", "deep")
    with pytest.raises(RunError, match="'depths' must be"):
        check_summary(tmp_path / "summary.json", summary | {"depths": wrong})


def test_an_ablation_names_the_depth_of_the_whole():
    full = {"n_cases": 5, "errors": 0, "measures": {}, "depths": {"deep": 5}}
    result = {"suite": "starter", "full": full, "measures": [], "parts": {}, "warnings": []}
    assert format_ablation_markdown(result).splitlines()[0].endswith("starter, 5 cases, depth deep")


def test_development_figures_name_the_depth_of_answers(tmp_path):
    _, summary = run_at(tmp_path / "run", "deep")
    text = as_markdown({"small": summary}, ())
    assert "| set | depth | cases | errors |" in text
    assert "| small | deep | 7 | 1 |" in text
    assert "errors 1  depth deep  " in row("small", summary)
