"""An ablation as a table: for the terminal, and in Markdown for the docs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evals.depths import depth_words

_LEGEND = (
    "Differences are without the part, less the whole; intervals are 95 %, paired by case. "
    "`worse`: the helpdesk is worse without the part, so the part helps."
)
_HEADER = ("part", "measure", "whole", "without", "difference [95 % interval]", "verdict")


def format_ablation(result: Mapping[str, Any]) -> str:
    """Return the ablation as lines for a terminal: for every part its measures, one a line.

    Args:
        result: what `evals.ablation.run_ablation` gives.
    """
    rows = [_HEADER, *_rows(result)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    lines = [_title(result), ""]
    for row in rows:
        cells = (
            cell.rjust(width) if column in (2, 3) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join(cells).rstrip())
    lines += ["", *(f"{name}: {part['what']}" for name, part in result["parts"].items())]
    lines += ["", _LEGEND.replace("`", ""), *(f"note: {text}" for text in result["warnings"])]
    return "\n".join(lines) + "\n"


def format_ablation_markdown(result: Mapping[str, Any]) -> str:
    """Return the ablation as one Markdown table, a part a line and a measure a column.

    Args:
        result: what `evals.ablation.run_ablation` gives.
    """
    measures = result["measures"]
    lines = [_title(result), "", _line("without", *measures), _line("---", *["---"] * len(measures))]
    lines.append(_line("nothing: the whole", *(_figure(result["full"], name) for name in measures)))
    for name, part in result["parts"].items():
        compared = part["comparison"]["measures"]
        cells = (_cell(compared[each]) if each in compared else "" for each in measures)
        lines.append(_line(f"`{name}`: {part['what']}", *cells))
    lines += ["", _LEGEND, "", *(f"- {text}" for text in result["warnings"])]
    return "\n".join(lines) + "\n"


def _title(result: Mapping[str, Any]) -> str:
    full = result["full"]
    errors = f", {full['errors']} errors" if full["errors"] else ""
    depth = depth_words(full.get("depths"))
    at = f", depth {depth}" if depth else ""
    return f"What each part is good for: {result['suite']}, {full['n_cases']} cases{errors}{at}"


def _rows(result: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, part in result["parts"].items():
        shown = name
        compared = part["comparison"]["measures"]
        for measure in result["measures"]:
            if measure not in compared:
                continue
            row = compared[measure]
            yield shown, measure, _number(row["a"]), _number(row["b"]), _difference(row), _verdict(row)
            shown = ""


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _cell(row: Mapping[str, Any]) -> str:
    verdict = row["verdict"]
    words = f" **{verdict}**" if verdict in ("better", "worse") else ""
    return f"{_difference(row)}{words}"


def _difference(row: Mapping[str, Any]) -> str:
    if row["difference"] is None:
        return "undefined"
    low, high = row["ci95"] or (None, None)
    interval = "" if low is None else f" [{_number(low, signed=True)}, {_number(high, signed=True)}]"
    return f"{_number(row['difference'], signed=True)}{interval}"


def _verdict(row: Mapping[str, Any]) -> str:
    words = str(row["verdict"]).replace("_", " ")
    needed = row.get("cases_needed")
    return f"{words} ({needed} needed)" if row["verdict"] == "too_few_cases" and needed else words


def _figure(summary: Mapping[str, Any], measure: str) -> str:
    entry = summary["measures"][measure]
    if entry["mean"] is None:
        return "undefined"
    low, high = entry["ci95"] or (None, None)
    interval = "" if low is None else f" [{_number(low)}, {_number(high)}]"
    return f"{_number(entry['mean'])}{interval}"


def _number(value: float | None, *, signed: bool = False) -> str:
    """Return shares with three digits and milliseconds without; never ``-0.000``."""
    if value is None:
        return "-"
    digits = 0 if abs(value) >= 10 else 3
    rounded = round(value, digits) + 0.0
    sign = "+" if signed and rounded > 0 else ""
    return f"{sign}{rounded:.{digits}f}"
