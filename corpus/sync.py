"""What has to happen to each document so that the catalogue says what the sources say.

``compare`` is the whole decision, a pure function. A run that reads one item
at a time uses its two halves: `judge` for each item in turn, and
`withdrawals`, which needs nothing read, for what has vanished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus.errors import CorpusError, TransientError, UnsupportedFormat
from corpus.files import explain
from corpus.identity import KnownDocument
from corpus.sources import Content, Discovery, Scope, SourceItem

Action = Literal["added", "updated", "unchanged", "withdrawn", "skipped", "failed"]
ACTIONS: tuple[Action, ...] = ("added", "updated", "unchanged", "withdrawn", "skipped", "failed")

READ_AGAIN = "read again by a newer loader"
"""Why a document is read whose bytes are as they were; if it comes out otherwise, it gets a new version."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of an item: a fingerprint, or the reason why there is none.

    Exactly one of ``fingerprint``, ``skipped`` and ``failed`` is set.
    ``transient`` is whether another try may succeed.
    """

    source_root: str
    source: str
    location: str
    fingerprint: str | None = None
    skipped: str | None = None
    failed: str | None = None
    transient: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one document, and why where that is not plain.

    ``document_id`` is set where the catalogue knows the document. A
    ``failed`` or ``skipped`` document that is known stays in force as it was.
    """

    action: Action
    source_root: str
    source: str
    document_id: str | None = None
    fingerprint: str | None = None
    reason: str | None = None
    transient: bool = False


def observe(item: SourceItem) -> tuple[Observation, Content | None]:
    """Read an item; whatever goes wrong becomes part of the observation, never an exception."""
    here = (item.source_root, item.source, item.location)
    if item.skipped is not None:
        return Observation(*here, skipped=item.skipped), None
    if item.failed is not None:
        return Observation(*here, failed=item.failed), None
    try:
        content = item.read()
    except UnsupportedFormat as error:
        return Observation(*here, skipped=str(error)), None
    except CorpusError as error:
        return Observation(*here, failed=str(error), transient=isinstance(error, TransientError)), None
    except OSError as error:
        return Observation(*here, failed=str(explain(error, item.location)), transient=True), None
    return Observation(*here, fingerprint=content.fingerprint), content


def judge(seen: Observation, known: KnownDocument | None) -> Change:
    """Decide on one item.

    Args:
        seen: the item.
        known: the document of its location, or ``None`` where there is none
            (see `by_location`).
    """
    document_id = known.document_id if known else None
    if seen.fingerprint is None:
        action: Action = "failed" if seen.failed is not None else "skipped"
        reason = seen.failed or seen.skipped
        if seen.failed is not None and known is not None and known.status == "in_force":
            reason = f"{reason} Version {known.version} stays in force."
        return Change(action, seen.source_root, seen.source, document_id, None, reason, seen.transient)
    reason = None
    if known is None:
        action = "added"
    elif known.status != "in_force":
        action, reason = "added", "was withdrawn, and is back"
    elif known.fingerprint != seen.fingerprint:
        action = "updated"
    elif known.outdated:
        action, reason = "updated", READ_AGAIN
    else:
        action = "unchanged"
    return Change(action, seen.source_root, seen.source, document_id, seen.fingerprint, reason)


def withdrawals(
    items: Iterable[SourceItem | Observation], known: Iterable[KnownDocument], scope: Scope
) -> list[Change]:
    """Decide which known documents have vanished.

    A document goes where its file is gone from a place that was searched
    whole, or is there but no longer a document of its own (a link to another).
    What could not be read stays.

    Args:
        items: everything found.
        known: all documents of the catalogue.
        scope: where it was searched.
    """
    skipped: dict[str, str] = {}
    present: set[str] = set()
    for item in items:
        present.add(item.location)
        if item.skipped is not None and scope.kind == "folder":
            skipped[item.location] = item.skipped
    changes = []
    for document in sorted(known, key=lambda each: (each.source_root, each.source)):
        if document.status != "in_force" or not scope.covers(document):
            continue
        where = document.location
        if where not in present:
            reason = "it is no longer there"
        elif where in skipped:
            reason = skipped[where]
        else:
            continue
        changes.append(
            Change("withdrawn", document.source_root, document.source, document.document_id, None, reason)
        )
    return changes


def compare(seen: Sequence[Observation], known: Sequence[KnownDocument], scope: Scope) -> list[Change]:
    """Decide on everything: one change for each item and each vanished document.

    An added document whose bytes are those of a vanished one was renamed: both
    changes happen (the name is the identity), and the reason says so. A
    location that is observed twice is decided once.

    Returns:
        the changes of the items in their order, then the withdrawals by name.
    """
    documents = by_location(known)
    done: set[str] = set()
    gone = withdrawals(seen, known, scope)
    going = {change.document_id for change in gone}
    old_names = {each.fingerprint: each.source for each in known if each.document_id in going}
    changes = []
    for each in seen:
        if each.location in done:
            continue
        done.add(each.location)
        document = documents.get(each.location)
        if document is not None and document.document_id in going:
            continue  # its withdrawal says why it is skipped
        changes.append(_with_old_name(judge(each, document), old_names))
    return changes + gone


def _with_old_name(change: Change, old_names: dict[str, str]) -> Change:
    old_name = old_names.get(change.fingerprint or "")
    if change.action != "added" or old_name is None or change.reason is not None:
        return change
    reason = f"renamed from {old_name}"
    return Change("added", change.source_root, change.source, change.document_id, change.fingerprint, reason)


def by_location(known: Iterable[KnownDocument]) -> dict[str, KnownDocument]:
    """Map locations to documents; of two at one location, the one in force."""
    ordered = sorted(known, key=lambda each: (each.status == "in_force", each.document_id))
    return {each.location: each for each in ordered}


def preview(
    discovery: Discovery,
    known: Sequence[KnownDocument],
    parse: Callable[[Content], object] = lambda _content: None,
) -> list[Change]:
    """Say what a run would do, reading one item at a time and keeping none.

    Args:
        discovery: what was found.
        known: all documents of the catalogue.
        parse: reads what would be added or updated, so that a file that would
            fail is told of as failed. Only its errors (`corpus.errors`) count.
    """
    documents = by_location(known)
    seen = [_tried(*observe(item), documents.get(item.location), parse) for item in discovery.items]
    return compare(seen, known, discovery.scope)


def _tried(
    seen: Observation,
    content: Content | None,
    known: KnownDocument | None,
    parse: Callable[[Content], object],
) -> Observation:
    if content is None or judge(seen, known).action not in ("added", "updated"):
        return seen
    try:
        parse(content)
    except UnsupportedFormat as error:
        return replace(seen, fingerprint=None, skipped=str(error))
    except CorpusError as error:
        return replace(seen, fingerprint=None, failed=str(error))
    return seen
