"""What was run: the few lines on top of a report, and all the rest of the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from evals.depths import depth_words, depths_of
from evals.report.numbers import format_count
from evals.report.reading import RunData

HIDDEN = ("suite_path", "ingest")
"""Parts of the configuration that hold paths of a machine; a report may travel."""


def facts_of(run: RunData) -> list[tuple[str, str]]:
    """Return (what, value) pairs: the few lines that tell one run from another."""
    config, summary = run.config, run.summary
    facts = [
        ("System", _system(run)),
        ("Depth", depth_words(depths_of(config, summary))),
        ("Questions", _questions(summary)),
        ("Code", _code(config.get("code") or {})),
        ("Started", _time(config.get("started_at"))),
        ("Machine", _machine(config.get("machine") or {})),
        ("Judge", _judge(summary.get("judge"))),
    ]
    return [(what, value) for what, value in facts if value]


def details_of(run: RunData) -> list[tuple[str, str]]:
    """Return every entry of the configuration as (dotted name, value): options, hashes, packages."""
    config = {name: value for name, value in run.config.items() if name not in HIDDEN}
    if run.summary.get("judge"):
        config["judge"] = run.summary["judge"]
    return [(name, value) for name, value in _flat("", config) if value != ""]


def warnings_of(run: RunData) -> list[str]:
    """Return what a reader has to know before the figures."""
    warnings = [str(text) for text in run.summary.get("warnings") or []]
    errors, n_cases = int(run.summary.get("errors") or 0), int(run.summary.get("n_cases") or 0)
    if errors:
        warnings.append(
            f"{format_count(errors)} of {format_count(n_cases)} cases ended in an error. "
            "They are in no figure; they are listed among the cases."
        )
    if run.config.get("limit"):
        warnings.append(f"Only the first {run.config['limit']} cases of the suite were asked.")
    if run.config.get("sample"):
        warnings.append(f"Only a random sample of {run.config['sample']} cases of the suite was asked.")
    if (run.config.get("code") or {}).get("changed"):
        warnings.append("The code had changes that were not committed.")
    return warnings


def _questions(summary: Mapping[str, Any]) -> str:
    n_cases, errors = int(summary.get("n_cases") or 0), int(summary.get("errors") or 0)
    noun = "error" if errors == 1 else "errors"
    return f"{format_count(n_cases)}, {format_count(errors)} {noun}" if errors else format_count(n_cases)


def _system(run: RunData) -> str:
    options = run.config.get("options") or {}
    models = [options.get(name) for name in ("chat_model", "model", "embedder") if options.get(name)]
    return f"{run.system} ({', '.join(map(str, models))})" if models else run.system


def _code(code: Mapping[str, Any]) -> str:
    parts = [f"version {code['version']}"] if code.get("version") else []
    if code.get("commit"):
        parts.append(f"commit {str(code['commit'])[:10]}")
    if code.get("changed"):
        parts.append("with changes")
    return ", ".join(parts)


def _machine(machine: Mapping[str, Any]) -> str:
    processor = machine.get("processor") or {}
    cores = machine.get("n_cores")
    parts = [processor.get("name"), f"{cores} cores" if cores else None]
    return ", ".join(str(part) for part in parts if part)


def _judge(judge: object) -> str:
    if isinstance(judge, Mapping):
        name = str(judge.get("name") or "")
        return f"{name} ({judge['model']})" if judge.get("model") else name
    return str(judge or "")


def _time(stamp: object) -> str:
    try:
        moment = datetime.fromisoformat(str(stamp))
    except ValueError:
        return str(stamp or "")
    zone = "UTC" if not moment.utcoffset() else moment.strftime("%z")
    return f"{moment.day} {moment:%B %Y, %H:%M} {zone}"


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else str(name), part)
    elif isinstance(value, list | tuple):
        yield prefix, ", ".join(str(part) for part in value)
    else:
        yield prefix, "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
