"""What is known about a file before it is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Hints:
    """What the caller knows of a file: its name, its neighbours, where it came from.

    ``source`` is the relative path or the URL, ``sidecar`` the parsed
    ``NAME.meta.yaml``/``.json`` beside it, ``folder`` the folder it lies in
    (a name or a relative path), ``media_type`` what a web server declared,
    ``override`` what an administrator knows better (`corpus.overrides`).
    """

    source: str
    sidecar: Mapping[str, Any] | None = None
    folder: str | None = None
    media_type: str | None = None
    override: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """The file name: the last part of the path or URL."""
        path = unquote(urlsplit(self.source).path) if "://" in self.source else self.source
        return PurePosixPath(path.replace("\\", "/")).name

    @property
    def suffix(self) -> str:
        """The file name's ending in lower case with its dot, or an empty string."""
        return PurePosixPath(self.name).suffix.lower()
