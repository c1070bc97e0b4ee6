"""What an administrator knows better than a document: metadata before its own, and withdrawal by hand.

An override belongs to a document, not to a file: it is applied to whatever
the next ingest finds at the document's place, so it survives every re-ingest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from corpus.identity import document_id
from corpus.metadata import check_fields
from corpus.sources import Content, Discovery, SourceItem

WITHDRAWN = "withdrawn by an administrator; take it in again on the page of the documents"


@dataclass(frozen=True, slots=True)
class Override:
    """What goes before a document's own words. ``withdrawn``: passed over until it is taken in again."""

    fields: Mapping[str, Any]
    withdrawn: bool = False


def check_override(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as metadata knows them, checked; empty ones are left out.

    Raises:
        BrokenDocument: a field is not known, or a value cannot be.
    """
    return check_fields(fields, "the form")


def with_overrides(found: Discovery, overrides: Mapping[str, Override]) -> Discovery:
    """Return what was found, as it is read with the overrides.

    Args:
        found: what a target holds.
        overrides: by document id.
    """
    if not overrides:
        return found
    return replace(found, items=tuple(_overridden(item, overrides) for item in found.items))


def _overridden(item: SourceItem, overrides: Mapping[str, Override]) -> SourceItem:
    override = overrides.get(document_id(item.source_root, item.source))
    if override is None:
        return item
    if override.withdrawn:
        return replace(item, skipped=WITHDRAWN, failed=None)
    if not override.fields:
        return item
    fields = dict(override.fields)

    def read() -> Content:
        content = item.read()
        # Part of the fingerprint: a changed override is a changed document.
        told = json.dumps(fields, sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(f"{content.fingerprint}\0{told}".encode()).hexdigest()
        return Content(content.data, digest, replace(content.hints, override=fields))

    return replace(item, read=read)
