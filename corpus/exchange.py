"""Documents, hints and errors as JSON, for the pipe to the parsing child.

JSON and not pickle: a child that a hostile file has taken over must not be able
to run anything here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from corpus import errors
from corpus.documents import Block, Document, Metadata, Section
from corpus.hints import Hints


def document_to_json(document: Document) -> dict[str, Any]:
    """Return a document as plain values."""
    return dataclasses.asdict(document)


def document_from_json(values: Mapping[str, Any]) -> Document:
    """Return the document of `document_to_json`."""
    sections = tuple(
        Section(
            start_char=section["start_char"],
            end_char=section["end_char"],
            page=section["page"],
            heading_path=tuple(section["heading_path"]),
            language=section["language"],
            blocks=tuple(Block(**block) for block in section["blocks"]),
        )
        for section in values["sections"]
    )
    known = {**values["metadata"], "themes": tuple(values["metadata"]["themes"])}
    return Document(values["text"], sections, Metadata(**known), values["media_type"], tuple(values["notes"]))


def hints_to_json(hints: Hints) -> dict[str, Any]:
    """Return hints as plain values; dates of a sidecar become ISO 8601."""
    return {
        "source": hints.source,
        "sidecar": None if hints.sidecar is None else _plain(hints.sidecar),
        "folder": hints.folder,
        "media_type": hints.media_type,
        "override": None if hints.override is None else _plain(hints.override),
    }


def hints_from_json(values: Mapping[str, Any]) -> Hints:
    """Return the hints of `hints_to_json`."""
    return Hints(**values)


def error_to_json(error: errors.CorpusError) -> dict[str, str]:
    """Return an error as its class name and message."""
    return {"error": type(error).__name__, "message": str(error)}


def error_from_json(values: Mapping[str, str]) -> errors.CorpusError:
    """Return the error of `error_to_json`; an unknown class is a `BrokenDocument`."""
    kind = getattr(errors, values["error"], None)
    if not (isinstance(kind, type) and issubclass(kind, errors.CorpusError)):
        kind = errors.BrokenDocument
    return kind(values["message"])


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
