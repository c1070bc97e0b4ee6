"""What an ingest tells: of each item, while it runs, and at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from corpus.sync import ACTIONS, READ_AGAIN


@dataclass(frozen=True, slots=True)
class IngestItem:
    """What became of one file, page or vanished document; ``reason`` where that is not plain."""

    source: str
    action: str
    reason: str | None = None
    document_id: str | None = None
    version: int | None = None
    n_passages: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IngestEvent:
    """Progress: ``done`` of ``total`` items so far, and the item that was finished."""

    done: int
    total: int
    item: IngestItem | None
    stage: str = "documents"


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Everything that a run did, or would do (``dry_run``)."""

    items: tuple[IngestItem, ...]
    dry_run: bool
    seconds: float
    index_note: str | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many items had each action; every action is there."""
        counted = Counter(item.action for item in self.items)
        return {action: counted[action] for action in ACTIONS}

    @property
    def n_passages(self) -> int:
        """How many passages were written."""
        return sum(item.n_passages for item in self.items)

    @property
    def n_read_again(self) -> int:
        """How many documents a newer loader read again, though their bytes had not changed."""
        return sum(item.reason == READ_AGAIN for item in self.items)

    @property
    def failed(self) -> bool:
        """Whether any item failed (exit code 1)."""
        return any(item.action == "failed" for item in self.items)

    def to_json(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "dry_run": self.dry_run,
            "counts": self.counts,
            "n_passages": self.n_passages,
            "n_read_again": self.n_read_again,
            "seconds": round(self.seconds, 3),
            "index_note": self.index_note,
            "items": [asdict(item) for item in self.items],
        }


Progress = Callable[[IngestEvent], None]
