"""Calls to LangChain that report to nobody: its tracing service would be sent questions and answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def untraced() -> Iterator[None]:
    """Keep LangChain's own tracing off inside, whatever the environment says; callbacks still run."""
    from langsmith.run_helpers import tracing_context  # comes with LangChain

    with tracing_context(enabled=False):
        yield
