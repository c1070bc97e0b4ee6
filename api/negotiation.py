"""Which of the forms that can be made a caller takes, from the header ``Accept`` (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence


def accepted(header: str, offered: Sequence[str]) -> str | None:
    """Return the media type to send, ``None`` where none is taken.

    A more exact range goes before a wider one (``text/html`` before
    ``text/*``); among types taken equally gladly, the first offered. No header
    takes everything, and so does one that cannot be read.

    Args:
        header: the value of ``Accept``.
        offered: media types without parameters, the preferred first.
    """
    ranges = [_read(part) for part in header.lower().split(",") if part.strip()]
    if not ranges:
        return offered[0]
    qualities = [_quality(media_type, ranges) for media_type in offered]
    best = max(qualities)
    return offered[qualities.index(best)] if best > 0 else None


def _read(part: str) -> tuple[str, float]:
    """Return a media range with its quality, 0..1; one that cannot be read is 1."""
    name, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, min(1.0, max(0.0, float(value)))
            except ValueError:
                return name, 1.0
    return name, 1.0


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return how gladly a media type is taken: what the most exact range says of it."""
    for pattern in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        found = [quality for name, quality in ranges if name == pattern]
        if found:
            return max(found)
    return 0.0
