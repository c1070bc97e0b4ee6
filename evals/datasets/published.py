"""Figures of others, and of plain set-ups, that ours are shown beside: ``published.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from evals.datasets.reading import DatasetError, Node

PUBLISHED = Path(__file__).with_name("published.toml")


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One figure of another system.

    ``same_data``: False where the task is the same and the questions or
    documents are not: it says what is usual and is no comparison.
    """

    set_name: str
    measure: str
    system: str
    value: float
    source: str
    same_data: bool = True
    note: str = ""


def load_published(path: Path = PUBLISHED) -> tuple[PublishedFigure, ...]:
    """Read the figures.

    Raises:
        DatasetError: naming file and field; also for a source that is not told.
    """
    try:
        whole = Node(path, "", tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatasetError(path, f"cannot be read as TOML: {error}") from error
    sources = {name: told.text() for name, told in whole["sources"].fields()}
    return tuple(
        _figure(item, entry["name"].text(), sources)
        for entry in whole["set"].items()
        for item in entry["figures"].items()
    )


def _figure(item: Node, set_name: str, sources: dict[str, str]) -> PublishedFigure:
    value = item["value"].value
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise item["value"].error("must be a number from 0 to 1")
    source = item["source"].text()
    if source not in sources:
        raise item["source"].error(f"'{source}' does not stand in [sources]")
    same_data, note = item.get("same_data"), item.get("note")
    return PublishedFigure(
        set_name=set_name,
        measure=item["measure"].text(),
        system=item["system"].text(),
        value=float(value),
        source=sources[source],
        same_data=same_data.flag() if same_data else True,
        note=note.text() if note else "",
    )
