"""Counters for operators, in Prometheus' text format. No label holds anything that a person wrote."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter

BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Counts of requests and answers, and how long they took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[Labels] = Counter()
        self._answers: Counter[Labels] = Counter()
        self._depth_fallbacks: Counter[Labels] = Counter({(): 0})
        self._buckets = [0] * (len(BUCKETS_S) + 1)
        self._seconds = 0.0

    def request(self, method: str, route: str, status: int) -> None:
        """Count a finished request; ``route`` is the template, never the address itself."""
        with self._lock:
            self._requests[("method", method), ("route", route), ("status", str(status))] += 1

    def answer(self, outcome: str, seconds: float) -> None:
        """Count an answer and its time."""
        with self._lock:
            self._answers[(("outcome", outcome),)] += 1
            self._buckets[bisect_left(BUCKETS_S, seconds)] += 1
            self._seconds += seconds

    def depth_fallback(self) -> None:
        """Count a question that was answered at depth `fast` because the server was busy."""
        with self._lock:
            self._depth_fallbacks[()] += 1

    def text(self, **gauges: float) -> str:
        """Return everything, with these gauges of the moment, as Prometheus reads it."""
        with self._lock:
            lines = _counter("helpdesk_requests_total", "Finished HTTP requests.", self._requests)
            lines += _counter("helpdesk_answers_total", "Answers by outcome.", self._answers)
            lines += _counter(
                "helpdesk_depth_fallbacks_total",
                "Questions answered at depth fast because the server was busy.",
                self._depth_fallbacks,
            )
            lines += self._histogram()
        for name, value in gauges.items():
            lines += [f"# TYPE helpdesk_{name} gauge", f"helpdesk_{name} {value:g}"]
        return "\n".join(lines) + "\n"

    def _histogram(self) -> list[str]:
        name = "helpdesk_answer_seconds"
        lines = [f"# HELP {name} Time of a whole answer.", f"# TYPE {name} histogram"]
        total = 0
        for bound, count in zip((*map(str, BUCKETS_S), "+Inf"), self._buckets, strict=True):
            total += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
        return [*lines, f"{name}_sum {self._seconds:.6f}", f"{name}_count {total}"]


def _counter(name: str, about: str, counts: Counter[Labels]) -> list[str]:
    lines = [f"# HELP {name} {about}", f"# TYPE {name} counter"]
    for labels, count in sorted(counts.items()):
        shown = ",".join(f'{key}="{value}"' for key, value in labels)
        lines.append(f"{name}{{{shown}}} {count}" if labels else f"{name} {count}")
    return lines
