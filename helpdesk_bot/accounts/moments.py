"""Moments as the tables keep them: UTC, ISO 8601 to the microsecond, so that they sort as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def moment(at: datetime) -> str:
    """Return a moment as text."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now() -> str:
    """Return the present moment as text."""
    return moment(datetime.now(UTC))


def in_future(*, hours: float = 0, days: float = 0, minutes: float = 0) -> str:
    """Return the moment that lies so far ahead; negative numbers lie behind."""
    return moment(datetime.now(UTC) + timedelta(hours=hours, days=days, minutes=minutes))
