"""Which edition of a loader read a document.

An edition is recorded with the version that it read. Once a loader has a newer
one, the next ingest reads its documents again, though their bytes are the
same; those that come out otherwise become a new version.
"""

from __future__ import annotations

from types import MappingProxyType

EDITIONS = MappingProxyType(
    {
        "application/pdf": 5,
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": 3,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": 3,
        "text/html": 4,
        "text/markdown": 3,
        "text/plain": 3,
    }
)
"""Each loader's edition, by the media type that it gives its documents.

Raise it when the loader gives another text, other sections or other metadata
for the same bytes; `tests/corpus/test_editions.py` notices.
"""


def edition(media_type: str) -> int:
    """Return the edition of the loader of a media type; 0 where there is none (documents made in memory)."""
    return EDITIONS.get(media_type, 0)


def is_outdated(media_type: str, read_by: int | None) -> bool:
    """Tell whether a version was read by an older edition of its loader; ``None`` is older than any."""
    return (read_by or 0) < edition(media_type)
