"""The short forms of the reports, for a pull request."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from evals.report.case_verdicts import GRADES
from evals.report.cases import JudgedCase
from evals.report.comparison_rows import VERDICTS, where_words
from evals.report.figure_tables import measure_rows
from evals.report.head import facts_of, warnings_of
from evals.report.numbers import (
    format_count,
    format_difference,
    format_difference_interval,
    format_figure,
    format_p,
)
from evals.report.reading import RunData
from evals.report.run_report import grade_counts
from evals.report.wording import language_name

N_WORST = 10
MAX_QUESTION = 160
"""Characters of a question in these notes."""

SIGNS = {"worse": "▼", "better": "▲", "too_few_cases": "?", "no_difference_shown": "="}
"""The verdicts' signs, the same as on the page."""


def run_markdown(run: RunData, judged: Sequence[JudgedCase]) -> str:
    """Return the headline table, the verdicts counted and the ten worst cases."""
    facts = " · ".join(f"{what.lower()}: {_plain(value)}" for what, value in facts_of(run))
    lines = [f"## {_plain(run.name)}", "", facts, *_warnings(warnings_of(run)), ""]
    lines += _table(
        ("measure", "mean", "95 % interval", "n", "undefined", "better"),
        [
            (_code(row.name), row.mean, row.interval, row.n, row.undefined, row.direction_words.split(" ")[0])
            for row in measure_rows(run.summary["measures"])
        ],
    )
    counts = ", ".join(f"{n} {name}" for _, name, n in grade_counts(judged))
    lines += ["", f"**{format_count(len(judged))} cases:** {counts}"]
    worst = [case for case in judged if case.verdict.grade != "right"][:N_WORST]
    if worst:
        lines += ["", f"<details><summary>The {len(worst)} worst</summary>", ""]
        for case in worst:
            language = next(iter(case.slice_values("question_language")), "und")
            question = _code(run.question(case.case_id))
            lines.append(
                f"- {_code(case.case_id)} ({language_name(language)}), **{GRADES[case.verdict.grade]}**: "
                f"{_plain(case.verdict.text)}. {question}"
            )
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def comparison_markdown(comparison: Mapping[str, Any], a: RunData, b: RunData) -> str:
    """Return the verdicts over all cases, the slices that differ, and the number of changed cases."""
    lines = [
        f"## {_plain(b.name)}: {_plain(_name(comparison['b']))} against {_plain(_name(comparison['a']))}"
    ]
    lines += [
        "",
        f"{format_count(comparison['n_paired'])} cases in both runs, {_depths(comparison)}"
        f"{format_count(comparison['n_tests'])} tests, {_plain(str(comparison['correction']))} correction "
        f"at {comparison['alpha']:g}.",
        *_warnings(comparison.get("warnings") or []),
        "",
    ]
    head = ("measure", "a", "b", "difference", "95 % interval", "p (adjusted)", "verdict")
    lines += _table(head, [(_code(name), *_cells(name, row)) for name, row in comparison["measures"].items()])
    differing = [
        (f"{_plain(where_words(dimension, value))}, {_code(name)}", *_cells(name, row))
        for dimension, values in comparison["slices"].items()
        for value, rows in values.items()
        for name, row in rows.items()
        if row["verdict"] in ("better", "worse")
    ]
    if differing:
        lines += ["", "**Slices that differ**", "", *_table(("slice, measure", *head[1:]), differing)]
    changes = comparison["changes"]
    lost, won = ({c["case_id"] for c in changes if c["change"] == kind} for kind in ("loss", "win"))
    lines += ["", f"**Changed cases:** {len(lost)} lost, {len(won)} won"]
    worst = list(dict.fromkeys(c["case_id"] for c in changes if c["change"] == "loss"))[:N_WORST]
    if worst:
        lines += ["", f"<details><summary>The first {len(worst)} lost</summary>", ""]
        for case_id in worst:
            names = ", ".join(
                _code(c["measure"]) for c in changes if c["case_id"] == case_id and c["change"] == "loss"
            )
            lines.append(f"- {_code(case_id)}: {names}. {_code(a.question(case_id))}")
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def _cells(name: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    needed = f" ({format_count(row['cases_needed'])} needed)" if row.get("cases_needed") else ""
    return (
        format_figure(name, row["a"]),
        format_figure(name, row["b"]),
        format_difference(name, row["difference"]),
        format_difference_interval(name, row["ci95"]),
        format_p(row["p_adjusted"]),
        f"{SIGNS.get(row['verdict'], '')} {VERDICTS.get(row['verdict'], row['verdict'])}{needed}".strip(),
    )


def _name(head: Mapping[str, Any]) -> str:
    code = head.get("code")
    commit = code.get("commit") if isinstance(code, Mapping) else code
    return f"{head['system']} {str(commit)[:10]}" if commit else str(head["system"])


def _depths(comparison: Mapping[str, Any]) -> str:
    """Return at which depth the runs answered, with a comma behind; nothing where neither says."""
    a, b = (comparison[side].get("depth") for side in "ab")
    if not a and not b:
        return ""
    return f"depth {a}, " if a == b else f"depth {a or 'unknown'} against {b or 'unknown'}, "


def _warnings(warnings: Sequence[str]) -> list[str]:
    return [line for text in warnings for line in ("", f"> ⚠ {_plain(text)}")]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    marks = ["---", *("---:" for _ in head[1:-1]), "---"]
    return [
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
        for cells in (head, marks, *rows)
    ]


def _plain(text: str) -> str:
    """Return the text so that Markdown and HTML leave it as it is, on one line."""
    line = re.sub(r"[\r\n\t\u2028\u2029]+", " ", text)
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = re.sub(r"([\\`*_\[\]~])", r"\\\1", line)
    # A backslash does not keep a forge from calling @somebody or linking #12; a space of no width does.
    return re.sub(r"([@#])", r"\1&#8203;", line)


def _code(text: str) -> str:
    """Return the text as a code span: nothing in it is a link, a name to be called or a tag."""
    line = " ".join(text.split())
    if len(line) > MAX_QUESTION:
        line = line[:MAX_QUESTION] + "…"
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{pad}{line}{pad}{fence}"
