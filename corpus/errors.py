"""Errors of the corpus room.

CorpusError
├── PermanentError      the document itself is at fault: report it, do not retry
│   ├── UnsupportedFormat
│   ├── EncryptedDocument
│   ├── BrokenDocument
│   ├── NoText
│   └── LimitExceeded   too large, too slow, too many pages
├── TransientError      worth another try: network, busy file
└── MisusedError        the caller asked for something impossible (a path that does not exist)
    └── UnknownDocument     no such document, version or original
"""

from __future__ import annotations


class CorpusError(Exception):
    """Base of every error here; ``str()`` says what, where and how to mend it."""


class PermanentError(CorpusError):
    """The document itself is at fault."""


class UnsupportedFormat(PermanentError):
    """No loader reads this kind of file."""


class EncryptedDocument(PermanentError):
    """The document needs a password."""


class BrokenDocument(PermanentError):
    """The file is damaged or is not what its name says."""


class NoText(PermanentError):
    """The file holds no text (a scan, an empty page, only menus)."""


class LimitExceeded(PermanentError):
    """The file went over a limit on size, time, memory or pages."""


class TransientError(CorpusError):
    """Another try may succeed."""


class MisusedError(CorpusError):
    """The caller asked for something that cannot be done."""


class UnknownDocument(MisusedError):
    """No document, version or original has this id."""
