"""Progress of long work: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from api.console import Console

EVERY_S = 10.0
"""Seconds between plain lines, where there is no terminal."""


class Progress:
    """Shows how far a stage is, on stderr; use it in a ``with`` block."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar_wanted = sys.stderr.isatty() and not console.quiet
        self._stage = ""
        self._said_at = 0.0
        self._begun = (0.0, 0)
        self._bar: object | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def step(self, stage: str, done: int, total: int) -> None:
        """Tell how far a stage is.

        Args:
            stage: what is being done, in a few words.
            done: how much of it is done.
            total: how much there is; 0 where nobody knows.
        """
        if self._bar_wanted:
            self._draw(stage, done, total)
            return
        now = time.monotonic()
        if stage != self._stage:
            self._begun = (now, done)
        if stage != self._stage or now - self._said_at >= EVERY_S:
            self._stage, self._said_at = stage, now
            self._console.note(f"{stage}: {done}/{total}{self._pace(now, done, total)}" if total else stage)

    def write(self, line: str) -> None:
        """Print a line for people on stderr without breaking the bar."""
        if self._bar_wanted:
            from tqdm import tqdm

            tqdm.write(line, file=sys.stderr)
        else:
            self._console.warn(line)

    def _pace(self, now: float, done: int, total: int) -> str:
        """Return how fast it goes and how long it will take; what was done before does not count."""
        began, done_before = self._begun
        if done <= done_before or now <= began:
            return ""
        per_second = (done - done_before) / (now - began)
        left = (total - done) / per_second
        rate = f"{per_second:.1f} a second" if per_second >= 1 else f"{1 / per_second:.1f} s each"
        return f", {rate}, " + (f"{left / 60:.0f} min left" if left >= 90 else f"{left:.0f} s left")

    def _draw(self, stage: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if stage != self._stage or not isinstance(self._bar, tqdm):
            self._close()
            self._stage = stage
            self._bar = tqdm(
                total=total or None,
                initial=done,  # of a run that goes on: the rate is of what is done now
                desc=stage,
                file=sys.stderr,
                leave=False,
                dynamic_ncols=True,
            )
        bar = self._bar
        bar.total = total or None
        bar.n = done
        bar.refresh()

    def _close(self) -> None:
        from tqdm import tqdm

        if isinstance(self._bar, tqdm):
            self._bar.close()
        self._bar = None
