"""The benchmarks' parts: repeatable documents, figures from measurements, the table. No asserted time."""

import pytest

from corpus import language
from evals.bench import NAMES, ask, ingest, run_bench
from evals.bench.documents import LANGUAGES, Recipe, questions, starter_sentences, write_documents
from evals.bench.processes import BenchFailedError, peak_rss_mb, run_worker
from evals.bench.report import BenchResult, Line, at_least, at_most, format_bench
from evals.errors import EvalError
from helpdesk_bot.settings import Settings

RECIPE = Recipe(n_documents=6, n_sections=3, section_chars=400)


def test_the_same_recipe_gives_the_same_bytes(tmp_path):
    first, second = (write_documents(RECIPE, tmp_path / name) for name in "ab")
    files = sorted(path.name for path in first.iterdir())
    assert len(files) == 6
    assert [(first / name).read_bytes() for name in files] == [(second / name).read_bytes() for name in files]
    other = write_documents(Recipe(6, 3, 400, seed=1), tmp_path / "c")
    assert (other / files[0]).read_bytes() != (first / files[0]).read_bytes()


@pytest.mark.parametrize("code", LANGUAGES)
def test_documents_are_in_three_languages_with_headings(tmp_path, code):
    folder = write_documents(RECIPE, tmp_path / "d")
    text = next(folder.glob(f"*.{code}.md")).read_text(encoding="utf-8")
    assert language.detect(text) == code
    assert text.count("\n## ") == 3
    assert len(text) > 3 * 400


def test_questions_repeat_and_take_turns():
    assert questions(9) == questions(9)
    assert [language.detect(question) for question in questions(3)] == list(LANGUAGES)
    assert all(len(sentences) >= 4 for sentences in starter_sentences().values())


def test_ingest_figures_are_medians_and_their_ratios():
    def measured(*times, n):
        return [{"load_s": 1.0, "work_s": time, "n_chunks": n, "best": "x"} for time in times]

    runs = {
        "ours": measured(10, 99, 5, n=600),
        "tutorial": measured(20, 25, 30, n=500),
        "encode": measured(8, 9, 7, n=600),
    }
    result = ingest.summarise(runs, n_chars=1000, n_documents=3)
    by_baseline = {(line.figure, line.baseline): line for line in result.lines}
    assert by_baseline["chunks per second", "tutorial"].ratio == pytest.approx(60 / 20)
    assert by_baseline["characters per second", "tutorial"].ratio == pytest.approx(2.5)
    bare = by_baseline["chunks per second", "bare encode"]
    assert (bare.ratio, bare.met) == (pytest.approx(0.8), False)
    assert result.conditions["spread"]["ours"] == [10, 99, 5]


def test_ask_figures_stand_beside_the_embedder():
    measured = {
        "ask_ms": [10.0, 20.0, 30.0],
        "embed_ms": [2.0, 4.0, 6.0],
        "stages": {"search": [1.0, 2.0, 3.0]},
        "outcomes": {"answered": 3},
        "peak_rss_mb": 1600.0,
    }
    result = ask.summarise(measured, n_passages=12_000)
    lines = {line.figure: line for line in result.lines}
    assert (lines["answer p50"].value, lines["answer p50"].ratio, lines["answer p50"].met) == (20, 5, True)
    assert lines["answer p95"].met is None
    assert lines["  stage search p50"].value == 2
    assert lines["peak memory"].met is False
    assert lines["passages"].met is True


def test_the_table_shows_figures_beside_baselines():
    result = BenchResult(
        "x",
        (
            Line("speed", 250.0, "1/s", "tutorial", 100.0, 2.5, *at_least(2.5, 2, "times")),
            Line("memory", 1600.0, "MB", None, None, None, *at_most(1600, 1500, "MB")),
            Line("plain", None, ""),
        ),
        {"documents": 3},
    )
    machine = {"processor": {"name": "P", "flags": []}, "n_cores": 2, "python": "3"}
    table = format_bench({"machine": machine, "benches": [result.to_json()]}).splitlines()
    assert table[0] == "P, 2 cores, no flags of note, Python 3"
    assert table[2] == "bench x: documents 3"
    assert table[4].split() == [
        "speed",
        "250",
        "1/s",
        "tutorial",
        "100",
        "2.50",
        "at",
        "least",
        "2",
        "times:",
        "met",
    ]
    assert table[5].endswith("at most 1500 MB: MISSED")
    assert table[6].split() == ["plain"]


def test_an_unknown_bench_is_refused(tmp_path):
    with pytest.raises(EvalError, match="no benchmark 'fly'; there are startup, ingest, ask"):
        run_bench("fly", Settings(data_dir=tmp_path))
    assert set(NAMES) == {"startup", "ingest", "ask"}


def test_a_worker_that_fails_says_why():
    with pytest.raises(BenchFailedError, match=r"(?s)ended with 2:.*--settings"):
        run_worker("evals.bench.ask_worker", [])
    assert peak_rss_mb() > 10
