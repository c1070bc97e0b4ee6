"""Errors of the index room.

IndexRoomError
├── EmbedderMismatch    the index was made with another model: rebuild
├── ModelUnavailable    the weights are missing or damaged: says how to mend it
├── Locked              another writer (or server) has this data directory
├── GenerationDamaged   a built generation fails its check (searches go on without it)
└── BadQuery            an unknown filter, for example
"""

from __future__ import annotations


class IndexRoomError(Exception):
    """Base of every error here; ``str()`` says what, where and how to mend it."""


class EmbedderMismatch(IndexRoomError):
    """The index was made with another embedding model."""


class ModelUnavailable(IndexRoomError):
    """The embedding model cannot be had."""


class Locked(IndexRoomError):
    """Another process holds the lock."""


class GenerationDamaged(IndexRoomError):
    """A generation of the dense index failed its check."""


class BadQuery(IndexRoomError):
    """The query or its filters make no sense."""
