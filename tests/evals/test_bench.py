"""The benchmarks' parts: repeatable documents, figures from measurements, the table. No asserted time."""

import json

import pytest

from corpus import language
from evals.bench import NAMES, ask, ask_worker, ingest, run_bench
from evals.bench.documents import LANGUAGES, Recipe, questions, starter_sentences, write_documents
from evals.bench.processes import BenchFailedError, peak_rss_mb, run_worker
from evals.bench.report import BenchResult, Line, at_least, at_most, format_bench
from evals.errors import EvalError
from helpdesk_bot.database import open_database
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.settings import Settings
from index.reader import Reading
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

MACHINE = {"processor": {"name": "P", "flags": []}, "n_cores": 2, "python": "3"}
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


def measured_at(*ask_ms, embed_ms=(2.0, 4.0, 6.0), stages=None, n_read=0):
    return {
        "ask_ms": list(ask_ms),
        "embed_ms": list(embed_ms),
        "stages": stages or {},
        "outcomes": {"answered": len(ask_ms)},
        "n_read": n_read,
    }


MEASURED = {
    "depths": {
        "fast": measured_at(
            10.0,
            20.0,
            30.0,
            stages={
                "understand": [0.5],
                "retrieve.embed": [1.0, 2.0, 3.0],
                "retrieve.dense": [4.0],
                "retrieve": [7.0],
                "judge.sentences": [5.0],
                "judge_answerability": [6.0],
            },
        ),
        "deep": measured_at(
            900.0,
            1300.0,
            1500.0,
            stages={
                "understand": [0.6],
                "retrieve.embed": [1.5],
                "retrieve": [8.0],
                "judge.sentences": [90.0],
                "judge.reading": [700.0],
                "judge_answerability": [800.0],
                "write": [1.0],
                "elsewhere.part": [9.0],
            },
            n_read=3,
        ),
    },
    "peak_rss_mb": 1600.0,
}


def test_ask_figures_stand_beside_the_embedder():
    result = ask.summarise(MEASURED, n_passages=12_000)
    lines = {line.figure: line for line in result.lines}
    assert (lines["answer p50"].value, lines["answer p50"].ratio, lines["answer p50"].met) == (20, 5, True)
    assert lines["answer p95"].met is None
    assert lines["  stage retrieve.embed p50"].value == 2
    assert lines["peak memory"].met is False
    assert lines["passages"].met is True
    deep = lines["answer p50, deep"]
    assert (deep.value, deep.goal, deep.met, deep.depth) == (1300, "at most 1200 ms", False, "deep")
    assert lines["  stage judge.reading p50, deep"].value == 700
    assert len(lines) == len(result.lines)


def test_the_json_of_a_bench_keeps_its_keys_and_holds_both_depths():
    written = json.loads(json.dumps(ask.summarise(MEASURED, 12_000).to_json()))
    assert set(written) == {"name", "figures", "conditions", "depths"}
    keys = {"figure", "value", "unit", "baseline", "baseline_value", "ratio", "goal", "met"}
    assert all(keys <= set(line) for line in written["figures"])
    assert written["depths"]["deep"]["stages"]["judge.reading"] == {"p50": 700.0, "p95": 700.0, "n": 1}
    assert written["depths"]["fast"]["embed alone"]["p50"] == 4.0
    assert written["conditions"]["read by the trained reader"] == {"fast": "0 of 3", "deep": "3 of 3"}
    assert "depths" not in BenchResult("ingest", ()).to_json()


def test_every_stage_has_its_line_with_the_depths_side_by_side():
    report = {"machine": MACHINE, "benches": [ask.summarise(MEASURED, 12_000).to_json()]}
    lines = format_bench(report).splitlines()
    table = lines[lines.index(next(line for line in lines if line.startswith("stage, ms"))) :]
    assert [line.split("  ")[0] or line.split()[0] for line in table] == [
        "stage, ms",
        "whole answer",
        "baseline: embed alone",
        "understand",
        "retrieve",
        "retrieve.embed",
        "retrieve.dense",
        "judge_answerability",
        "judge.sentences",
        "judge.reading",
        "write",
        "elsewhere.part",
    ]
    assert table[0].split()[2:] == ["fast", "p50", "fast", "p95", "deep", "p50", "deep", "p95"]
    assert table[1].split()[2:] == ["20.0", "29.0", "1300.0", "1480.0"]
    assert table[9].split() == ["judge.reading", "700.0", "700.0"]
    assert len({len(line.rstrip()) for line in table if "1480" in line or "deep p95" in line}) == 1
    figures = "\n".join(lines[: len(lines) - len(table)])
    assert "answer p50, fast" in figures
    assert "answer p50, deep" in figures
    assert "stage" not in figures


def test_figures_saved_before_there_were_depths_are_shown():
    old = BenchResult(
        "ask", (Line("answer p50", 20.0, "ms"), Line("  stage search p50", 2.0, "ms"))
    ).to_json()
    for line in old["figures"]:
        del line["depth"]
    shown = format_bench({"machine": MACHINE, "benches": [old]})
    assert "stage search p50" in shown
    assert "answer p50 " in shown


@pytest.mark.parametrize("code", LANGUAGES)
def test_whole_answers_are_timed_at_both_depths(tmp_path, monkeypatch, code):
    settings = library.settings_for(tmp_path / "var", min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    asked = [text for text, (language_code, *_) in library.QUESTIONS.items() if language_code == code]
    monkeypatch.setattr(ask_worker, "N_WARM", 1)
    monkeypatch.setattr(ask_worker, "questions", lambda n: (asked * n)[:n])
    monkeypatch.setattr("index.embedding.open_embedder", lambda *_: FakeEmbedder())
    monkeypatch.setattr("helpdesk_bot.helpdesk.open_helpdesk", lambda own, embedder: opened(own, embedder))
    measured = ask_worker.measure(settings, 3)
    for depth, times in measured["depths"].items():
        assert len(times["ask_ms"]) == len(times["embed_ms"]) == sum(times["outcomes"].values()) == 3
        assert {"understand", "retrieve", "retrieve.embed", "judge.reading"} <= set(times["stages"])
        steps = [taken for name, taken in times["stages"].items() if "." not in name]
        assert [sum(parts) for parts in zip(*steps, strict=True)] == pytest.approx(times["ask_ms"])
        assert times["n_read"] == (3 if depth == "deep" else 0)
    assert [line.depth for line in ask.summarise(measured, 9).lines if line.goal][1:3] == ["fast", "deep"]


class Reads:
    """A reader that finds an answer in everything."""

    def read(self, _question, excerpts):
        return [Reading(1.0, 1.0, 1.0, 0, 1) for _ in excerpts]


def opened(settings, embedder):
    return Helpdesk(settings, open_database(settings), embedder, reader=Reads)


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
    table = format_bench({"machine": MACHINE, "benches": [result.to_json()]}).splitlines()
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
