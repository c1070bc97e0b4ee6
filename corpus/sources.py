"""From what the user named (a file, a folder, an address) to the list of things to read.

Nothing is read here except directory entries and, for an address, the page or
sitemap itself. `SourceItem.read` reads one item when its turn comes.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from corpus import folders, identity, sidecar
from corpus.errors import MisusedError
from corpus.files import explain, read_file
from corpus.hints import Hints
from corpus.identity import KnownDocument
from corpus.loading import MAX_BYTES

if TYPE_CHECKING:
    from corpus.web import WebRules


@dataclass(frozen=True, slots=True)
class Content:
    """What was read: the bytes, their fingerprint, and what is known besides them.

    ``fingerprint`` is a SHA-256 (hexadecimal) over the bytes and the sidecar
    where there is one: what either of them changes is read again.
    """

    data: bytes
    fingerprint: str
    hints: Hints


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One file or page under the identity it has, or would get, in the catalogue.

    ``location`` is its absolute path or normal address. ``read`` raises
    `corpus.errors.CorpusError`. Where ``skipped`` or ``failed`` gives a
    reason, there is nothing to read.
    """

    source_root: str
    source: str
    location: str
    read: Callable[[], Content]
    skipped: str | None = None
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which known documents were looked for, so that a missing one has vanished.

    ``kind`` is ``folder`` (everything below ``place``, except below the
    folders in ``unread``), ``sitemap`` (every page whose root is ``place``) or
    ``nothing`` (a file or page alone, or a listing that is not complete).
    """

    kind: Literal["folder", "sitemap", "nothing"]
    place: str = ""
    unread: tuple[str, ...] = ()

    def covers(self, known: KnownDocument) -> bool:
        """Tell whether a known document would have been found if it still were there."""
        if self.kind == "sitemap":
            return known.source_root == self.place
        place = known.location
        return (
            self.kind == "folder"
            and identity.is_inside(place, self.place)
            and not any(identity.is_inside(place, folder) for folder in self.unread)
        )


@dataclass(frozen=True, slots=True)
class Discovery:
    """Everything that one target holds, in a stable order, and the scope of vanishing."""

    target: str
    source_root: str
    items: tuple[SourceItem, ...]
    scope: Scope


def discover(
    target: str,
    known: Sequence[KnownDocument] = (),
    *,
    max_bytes: int = MAX_BYTES,
    data_dir: Path | None = None,
    web_rules: WebRules | None = None,
) -> Discovery:
    """List what a target holds.

    Args:
        target: a path, or an ``http(s)`` address of a page or sitemap.
        known: all documents of the catalogue (see `corpus.catalog`): a file
            that one of them stands for keeps that document's identity.
        max_bytes: larger files fail, unread.
        data_dir: the helpdesk's own data directory; a folder that holds it is read without it.
        web_rules: limits for addresses; the default of `corpus.web` if ``None``.

    Raises:
        MisusedError: the path does not exist, or the address cannot be used.
    """
    if identity.is_url(target):
        # Imported here: the HTTP client would slow down the start of every command.
        from corpus.websources import discover_url

        return discover_url(target, known, web_rules)
    if not target.strip() or "\0" in target:
        raise MisusedError("The name of a file or folder is empty; name a path or an address.")
    # The name itself is kept where it is a link: links are often renewed to point elsewhere.
    absolute = os.path.abspath(os.path.expanduser(target))
    try:
        status = os.stat(absolute)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MisusedError(f"{identity.shown(target)} does not exist; check the path.") from error
    except OSError as error:
        return _unreadable(absolute, known, explain(error, absolute))
    if stat.S_ISDIR(status.st_mode):
        found = folders.walk(os.path.realpath(absolute), max_bytes, str(data_dir) if data_dir else None)
        return _folder_discovery(target, os.path.realpath(absolute), known, found, max_bytes)
    parent = os.path.realpath(os.path.dirname(absolute))
    return _discover_file(target, os.path.join(parent, os.path.basename(absolute)), known, max_bytes)


def fingerprint(data: bytes, sidecar_data: bytes | None = None) -> str:
    """Return the SHA-256 that tells whether a document changed (see `Content`)."""
    content = hashlib.sha256(hashlib.sha256(data).digest())
    if sidecar_data is not None:
        content.update(hashlib.sha256(sidecar_data).digest())
    return content.hexdigest()


def _folder_discovery(
    target: str, folder: str, known: Sequence[KnownDocument], found: folders.Walk, max_bytes: int
) -> Discovery:
    place = identity.shown(folder)
    root = _longest_root(place, known) or place
    names = names_by_location(known)
    items = []
    for entry in found.entries:
        where = place if entry.name == "." else identity.join(place, entry.name)
        source_root, source = names.get(where) or (root, _relative(where, root))
        folder_name = _folder_name(where, source_root)
        read = _reader(entry.path, entry.sidecar, source, folder_name, max_bytes)
        items.append(SourceItem(source_root, source, where, read, entry.skipped, entry.failed))
    return Discovery(target, root, tuple(items), Scope("folder", place, found.unread))


def _discover_file(target: str, path: str, known: Sequence[KnownDocument], max_bytes: int) -> Discovery:
    where = identity.shown(path)
    folder, name = os.path.split(path)
    source_root, source = _identity_of_file(where, known)
    try:
        siblings = set(os.listdir(folder))
    except OSError:  # a folder may be closed to listing and its files still open to reading
        siblings = set()
    if sidecar.is_sidecar(name):
        raise MisusedError(f"{identity.shown(target)} describes another file; ingest that file instead.")
    beside = sidecar.find(name, siblings)
    sidecar_path = os.path.join(folder, beside) if beside else None
    read = _reader(path, sidecar_path, source, _folder_name(where, source_root), max_bytes)
    return Discovery(target, source_root, (SourceItem(source_root, source, where, read),), Scope("nothing"))


def _unreadable(path: str, known: Sequence[KnownDocument], error: Exception) -> Discovery:
    where = identity.shown(path)
    source_root, source = _identity_of_file(where, known)

    def read() -> Content:
        raise error

    item = SourceItem(source_root, source, where, read, failed=str(error))
    return Discovery(path, source_root, (item,), Scope("nothing"))


def _identity_of_file(where: str, known: Sequence[KnownDocument]) -> tuple[str, str]:
    folder, _, name = where.rpartition("/")
    root = _longest_root(folder or "/", known)
    fallback = (root, _relative(where, root)) if root else (identity.file_root(folder or "/"), name)
    return names_by_location(known).get(where) or fallback


def _reader(
    path: str, sidecar_path: str | None, source: str, folder: str | None, max_bytes: int
) -> Callable[[], Content]:
    def read() -> Content:
        data = read_file(path, max_bytes)
        described, described_by = None, None
        if sidecar_path is not None:
            described = read_file(sidecar_path, max_bytes)
            described_by = sidecar.parse(described, identity.shown(os.path.basename(sidecar_path)))
        return Content(data, fingerprint(data, described), Hints(source, described_by, folder))

    return read


def _folder_name(where: str, source_root: str) -> str | None:
    """Return the folders of a file from its root's own name on: they may tell its kind."""
    top = source_root if identity.is_folder_root(source_root) else where.rpartition("/")[0]
    parts = PurePosixPath(where).parent.relative_to(PurePosixPath(top or "/").parent)
    return str(parts) if parts.parts else None


def _longest_root(folder: str, known: Iterable[KnownDocument]) -> str | None:
    """Return the innermost ingested folder that is or holds ``folder``."""
    roots = {document.source_root for document in known if identity.is_folder_root(document.source_root)}
    return max((root for root in roots if identity.is_inside(folder, root)), key=len, default=None)


def names_by_location(known: Iterable[KnownDocument]) -> dict[str, tuple[str, str]]:
    """Map each location to (source_root, source); a document in force goes before a withdrawn one."""
    ordered = sorted(known, key=lambda document: (document.status == "in_force", document.document_id))
    return {document.location: (document.source_root, document.source) for document in ordered}


def _relative(where: str, root: str) -> str:
    return str(PurePosixPath(where).relative_to(root))
