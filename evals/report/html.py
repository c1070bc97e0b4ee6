"""Rendering a report as one HTML file that needs nothing else.

Style and script stand inline; the content policy names them by their hashes and
forbids everything else, so not even a hole in the escaping could load or run
anything.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evals.report import case_verdicts, charts, numbers, wording

TEMPLATES = Path(__file__).parent / "templates"

_UNFIT = re.compile("[\\ud800-\\udfff\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]")


def clean(text: str) -> str:
    """Return the text with what no file should hold (lone surrogates, control characters) replaced."""
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


def content_policy() -> str:
    """Return the content policy of a report: its own style and script by their hashes, and nothing else."""
    style, script = _asset("report.css"), _asset("report.js")
    return (
        f"default-src 'none'; style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def render(template: str, **values: Any) -> str:
    """Return a page filled with values; every value is escaped."""
    style, script, policy = _asset("report.css"), _asset("report.js"), content_policy()
    # Ours, not data: the only texts that are not escaped.
    page = _environment().get_template(template)
    return clean(page.render(style=Markup(style), script=Markup(script), policy=policy, **values))  # noqa: S704


@cache
def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        lang=wording.lang_attribute,
        language_name=wording.language_name,
        outcome_words=wording.outcome_words,
        format_figure=numbers.format_figure,
        format_interval=numbers.format_interval,
        grades=case_verdicts.GRADES,
        charts=charts,
    )
    return environment
