"""The curve of quality against time: real runs of a canned system at every depth, the table, the plot."""

import json
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from evals.dev import depth_curve
from evals.dev.curve_plot import HEIGHT, LEFT, RIGHT, TOP, WIDTH, Point, curve_svg
from evals.dev.depth_curve import QUALITY, Setting, main, measure_curve, write_curve
from evals.dev.tasks import Task
from helpdesk_bot.settings import Settings
from tests.evals.factories import CASES, TEXTS, make_answer, write_answer_suite

SVG = "{http://www.w3.org/2000/svg}"


class Canned:
    """Answers a question rightly once enough excerpts are read; takes longer the more there are."""

    thread_safe = True
    asked: list = []  # noqa: RUF012 - shared by all that are opened, as one log

    def __init__(self, settings):
        self._excerpts = 0 if settings.depth == "fast" else settings.reader_excerpts
        self._depth = settings.depth

    def ask(self, question):
        Canned.asked.append((self._depth, self._excerpts, question.text))
        case = next(item for item in CASES if item["question"] == question.text)
        needed = CASES.index(case) * 3
        document = f"doc-{case['language']}" if needed <= self._excerpts else "doc-en"
        confidence = 0.9 if case["answerable"] else 0.5 - self._excerpts / 100
        quoted = make_answer((document,), short=None, confidence=confidence, language=case["language"])
        trace = {"depth": self._depth, "requests": {"latency_ms": 100.0 + 80 * self._excerpts}}
        return quoted | {"trace": trace}

    def text(self, document_id, version):
        return TEXTS[document_id] if version == 1 else None

    def document_languages(self):
        return {f"{key}.txt": key[-2:] for key in TEXTS}

    def describe(self):
        return {"system": "canned", "excerpts": self._excerpts, "depth": self._depth}

    def close(self):
        """Nothing is held."""


@pytest.fixture
def canned(monkeypatch):
    hashes = {"documents_sha256": "d", "index_key": "k"}
    monkeypatch.setattr(
        "evals.runs.index_documents_of", lambda _suite, own, *_: (own, hashes | {"items": []})
    )
    monkeypatch.setattr("evals.runs.open_answer_system", lambda _name, own, _config: Canned(own))
    monkeypatch.setattr(Canned, "asked", [])


def test_settings_of_a_point():
    base = Settings()
    assert Setting("fast").of(base) == base.model_copy(update={"depth": "fast"})
    deep = Setting("deep", 12).of(base)
    assert (deep.depth, deep.reader_excerpts, Setting("deep", 12).name) == ("deep", 12, "deep 12")


def test_every_depth_answers_the_same_questions(tmp_path, canned):
    suites = [Task(name, "answers", write_answer_suite(tmp_path / name), sample=3) for name in ("one", "two")]
    told = []
    points = measure_curve(
        suites, tmp_path / "out", Settings(data_dir=tmp_path / "var"), lambda *step: told.append(step[0]),
        excerpts=(2, 8), seed=1,
    )  # fmt: skip
    assert [(point["depth"], point["excerpts"]) for point in points] == [
        ("fast", None),
        ("deep", 2),
        ("deep", 8),
    ]
    questions = {
        key: [q for *k, q in Canned.asked if tuple(k) == key]
        for key in (("fast", 0), ("deep", 2), ("deep", 8))
    }
    assert questions["fast", 0] == questions["deep", 2] == questions["deep", 8]
    assert len(questions["fast", 0]) == 6
    assert [point["n_cases"] for point in points] == [6, 6, 6]
    hits = [point["measures"]["quote_hit"]["mean"] for point in points]
    assert hits == sorted(hits)
    assert hits[-1] > hits[0]
    assert [point["measures"]["latency_p50"]["mean"] for point in points] == [100, 260, 740]
    assert any(stage.startswith("two: deep 8, ") for stage in told)
    n_asked = len(Canned.asked)
    again = measure_curve(
        suites,
        tmp_path / "out",
        Settings(data_dir=tmp_path / "var"),
        lambda *_: None,
        excerpts=(2, 8),
        seed=1,
    )
    assert (again, len(Canned.asked)) == (points, n_asked)  # nothing was asked again


def measured(depth, excerpts, time, **quality):
    measures = {name: {"mean": None, "n": 0, "ci95": None} for name in QUALITY}
    measures |= {name: {"mean": v, "n": 9, "ci95": [v - 0.05, v + 0.05]} for name, v in quality.items()}
    measures["latency_p50"] = {"mean": time, "n": 9, "ci95": None}
    return {"depth": depth, "excerpts": excerpts, "n_cases": 9, "errors": 0, "measures": measures}


POINTS = [
    measured("fast", None, 160.0, quote_hit=0.8, abstention_auroc=0.82),
    measured("deep", 2, 500.0, quote_hit=0.88, token_f1=0.4, abstention_auroc=0.86),
    measured("deep", 12, 1900.4, quote_hit=0.92, token_f1=0.6, abstention_auroc=0.9),
]


def test_the_curve_is_a_table_and_a_plot(tmp_path):
    text = write_curve(POINTS, ["starter", "squad2-sv-answers"], tmp_path / "out")
    lines = text.splitlines()
    assert lines[0] == "| depth | excerpts read | quote_hit | token_f1 | abstention_auroc | p50, ms |"
    assert lines[2] == "| fast | 0 | 0.800 [0.75, 0.85] |  | 0.820 [0.77, 0.87] | 160 |"
    assert lines[4].endswith("| 1900 |")
    assert "drawn from starter, squad2-sv-answers" in text
    assert (tmp_path / "out" / "curve.md").read_text("utf-8") == text
    assert json.loads((tmp_path / "out" / "curve.json").read_text("utf-8"))["points"] == POINTS
    drawing = ET.parse(tmp_path / "out" / "curve.svg").getroot()
    texts = [element.text for element in drawing.iter(f"{SVG}text")]
    assert {"quote found", "token F1 of the short answer", "AUROC of the confidence", "fast", "12"} <= set(
        texts
    )


def test_errors_are_told():
    assert "2 answers ended in an error" in depth_curve._about([{**POINTS[0], "errors": 2}], ["starter"])


def test_everything_lies_inside_the_drawing_and_names_do_not_meet():
    lines = {
        f"<{name}> & så": [Point(x, y, y - 0.1, y + 0.2, "ế") for x, y in ((10, 0.5), (1234, 0.9))]
        for name in ("một", "två", "three", "fyra")
    }
    drawing = ET.fromstring(curve_svg(lines, "ms & mer"))
    texts = list(drawing.iter(f"{SVG}text"))
    for element in (*texts, *drawing.iter(f"{SVG}circle")):
        x, y = (float(element.get(name) or element.get(f"c{name}")) for name in "xy")
        assert 0 <= x <= WIDTH - (RIGHT - 30)
        assert TOP - 12 <= y <= HEIGHT
    ends = sorted(float(element.get("y")) for element in texts if "& så" in (element.text or ""))
    assert len(ends) == 4
    assert min(b - a for a, b in pairwise(ends)) >= 14
    assert "script" not in curve_svg(lines, "x").casefold()
    whiskers = [e.get("d") for e in drawing.iter(f"{SVG}path") if e.get("stroke-opacity")]
    assert all(float(d.split("V")[1]) >= TOP for d in whiskers)
    assert all(float(d[1:].split()[0]) >= LEFT for d in whiskers)


@pytest.mark.parametrize("lines", [{}, {"a": []}, {"a": [Point(0.0, 1.0, 1.0, 1.0, "fast")]}])
def test_a_plot_of_little_is_still_one(lines):
    assert ET.fromstring(curve_svg(lines, "ms")).tag == f"{SVG}svg"


def test_the_command(tmp_path, canned, monkeypatch, capsys):
    suite = Task("small", "answers", write_answer_suite(tmp_path / "small"), sample=2)
    monkeypatch.setattr(depth_curve, "tasks", lambda *_: (suite,))
    arguments = ["--out", str(tmp_path / "out"), "--data-dir", str(tmp_path / "var"), "--excerpts", "4"]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert told == (tmp_path / "out" / "curve.md").read_text("utf-8")
    assert [line.split("|")[1].strip() for line in told.splitlines()[2:4]] == ["fast", "deep"]
    (tmp_path / "taken").write_text("", "utf-8")
    assert main(["--out", str(tmp_path / "taken"), "--data-dir", str(tmp_path / "var")]) == 1
    monkeypatch.setattr(depth_curve, "tasks", lambda *_: ())
    assert main(arguments) == 2
