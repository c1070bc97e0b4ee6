"""Walking a folder: every file in a stable order, each to be read or with the reason why not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from corpus import sidecar
from corpus.errors import LimitExceeded
from corpus.files import check_size, explain
from corpus.identity import is_inside, shown
from corpus.loading import MAX_BYTES, SUPPORTED_SUFFIXES

_LEFTOVERS = ("~$", "~")  # lock files of Office, backup copies of editors
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A file (or a folder that could not be read) found by `walk`.

    ``path`` is what the operating system calls it, ``name`` the POSIX path
    relative to the folder walked. ``sidecar`` is the path of its sidecar. At
    most one of ``skipped`` and ``failed`` is set, and gives the reason.
    """

    path: str
    name: str
    sidecar: str | None = None
    skipped: str | None = None
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """What lies in a folder, ordered by name; ``unread`` are the folders that could not be listed."""

    entries: tuple[Entry, ...]
    unread: tuple[str, ...]


def walk(folder: str, max_bytes: int = MAX_BYTES, data_dir: str | None = None) -> Walk:
    """List a folder and all folders in it.

    Symbolic links are followed, except where their target is read anyway
    under its own name; so no loop is entered and no document is read twice.

    Args:
        folder: an absolute path.
        max_bytes: larger files are reported as failed, unopened.
        data_dir: the helpdesk's own data directory, which is passed over.
    """
    walker = _Walker(folder, max_bytes, data_dir)
    walker.walk_tree(folder)
    walker.follow_links()
    entries = sorted(walker.entries, key=lambda entry: (entry.name, entry.path))
    return Walk(tuple(_without_doubles(entries)), tuple(sorted(walker.unread)))


def _without_doubles(entries: list[Entry]) -> Iterator[Entry]:
    seen: set[str] = set()
    for entry in entries:
        if entry.name in seen:
            reason = "another file has the same name once bytes that are not UTF-8 are spelt out; rename it"
            yield Entry(entry.path, f"{entry.name} (2)", failed=reason)
        else:
            seen.add(entry.name)
            yield entry


class _Walker:
    """The state of one walk: what was found, which real folders and files were seen."""

    def __init__(self, root: str, max_bytes: int, data_dir: str | None) -> None:
        self.root = root
        self.max_bytes = max_bytes
        self.data_dir = os.path.realpath(data_dir) if data_dir else None
        self.entries: list[Entry] = []
        self.unread: list[str] = []
        self.links: list[tuple[str, str | None]] = []
        self.real_folders: set[str] = set()
        self.real_files: set[str] = set()

    def walk_tree(self, top: str) -> None:
        """List a folder and its real subfolders; links are only noted."""
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            real = os.path.realpath(folder)
            if real == self.data_dir:
                self._add(folder, skipped="the data directory of this helpdesk")
                continue
            if real in self.real_folders:
                self._add(folder, skipped=f"the folder {shown(real)} is read already")
                continue
            self.real_folders.add(real)
            try:
                with os.scandir(folder) as found:
                    children = sorted(found, key=lambda child: child.name)
            except OSError as error:
                self.unread.append(shown(folder))
                self._add(folder, failed=str(explain(error, folder)))
                continue
            files = {child.name for child in children if not child.is_dir(follow_symlinks=False)}
            sidecars = {name: beside for name in files if (beside := sidecar.find(name, files))}
            waiting.extend(child.path for child in children if self._visit(child, real, sidecars))

    def follow_links(self) -> None:
        """Read the links whose targets were not met under their own names."""
        done = 0
        while done < len(self.links):  # a linked folder may hold more links
            path, described_by = self.links[done]
            done += 1
            target = os.path.realpath(path)
            try:
                status = os.stat(path)
            except FileNotFoundError:
                self._add(path, failed=f"The symbolic link {shown(path)} leads nowhere; mend or remove it.")
                continue
            except OSError as error:
                self._add(path, failed=str(explain(error, path)))
                continue
            if stat.S_ISDIR(status.st_mode):
                self._follow_folder(path, target)
            else:
                self._add_file(path, target, status, described_by)

    def _follow_folder(self, path: str, target: str) -> None:
        if target in self.real_folders or is_inside(self.root, target):
            self._add(path, skipped=f"a symbolic link to the folder {shown(target)}, which is read already")
        else:
            self.walk_tree(path)

    def _visit(self, child: os.DirEntry[str], real_folder: str, sidecars: dict[str, str]) -> bool:
        """Note one child; tell whether it is a folder to go into."""
        name = child.name
        if name.startswith(".") or name.lower() in _SYSTEM_FILES:
            self._add(child.path, skipped="hidden or made by the system")
            return False
        if child.is_dir(follow_symlinks=False):
            return True
        if sidecar.is_sidecar(name):
            if name not in sidecars.values():
                self._add(child.path, skipped="a sidecar without its document")
            return False
        beside = sidecars.get(name)
        described_by = os.path.join(os.path.dirname(child.path), beside) if beside else None
        if child.is_symlink():
            self.links.append((child.path, described_by))
            return False
        try:
            status = child.stat(follow_symlinks=False)
        except OSError as error:
            self._add(child.path, failed=str(explain(error, child.path)))
            return False
        self._add_file(child.path, os.path.join(real_folder, name), status, described_by)
        return False

    def _add_file(self, path: str, real: str, status: os.stat_result, described_by: str | None) -> None:
        if real in self.real_files:
            self._add(path, skipped=f"leads to {shown(real)}, which is read under its own name")
            return
        self.real_files.add(real)
        name = os.path.basename(path)
        ending = os.path.splitext(name)[1].lower()
        if name.startswith(_LEFTOVERS[0]) or name.endswith(_LEFTOVERS[1]):
            self._add(path, skipped="left behind by an editor")
        elif not stat.S_ISREG(status.st_mode):
            self._add(path, skipped="not a regular file")
        elif ending not in SUPPORTED_SUFFIXES:
            readable = ", ".join(sorted(SUPPORTED_SUFFIXES))
            what = f"{shown(ending)} files" if ending else "files without an ending"
            self._add(path, skipped=f"no loader reads {what} (only {readable})")
        else:
            try:
                check_size(status.st_size, shown(path), self.max_bytes)
            except LimitExceeded as error:
                self._add(path, failed=str(error))
            else:
                self._add(path, described_by=described_by)

    def _add(
        self,
        path: str,
        *,
        described_by: str | None = None,
        skipped: str | None = None,
        failed: str | None = None,
    ) -> None:
        name = shown(os.path.relpath(path, self.root))
        self.entries.append(Entry(path, name, described_by, skipped, failed))
