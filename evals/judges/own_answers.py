"""Whether a judge's model wrote the answers that it judges, told by the names that both go by."""

from __future__ import annotations

from collections.abc import Iterable


def wrote_them(judge: str | None, writers: Iterable[str | None]) -> bool:
    """Tell whether a judge's model is one of those that wrote.

    Names differ by who gives them: LangChain puts the provider first
    (``openai:gpt-4.1-mini``), endpoints say which version answered
    (``gpt-4.1-mini-2025-04-14``), and local servers name a file. So a name
    that begins another one, up to a hyphen, is the same model.

    Args:
        judge: the name of the judge's model; None for a judge without one.
        writers: what the answers and the run's configuration name.
    """
    if judge is None:
        return False
    return any(_alike(_bare(judge), _bare(writer)) for writer in writers if writer)


def _bare(name: str) -> str:
    """Return a name without provider, folders and case: of ``openai:org/M`` ``m``."""
    return name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].casefold()


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long == short or long.startswith(f"{short}-")
