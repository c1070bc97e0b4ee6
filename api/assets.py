"""Scripts, styles and pictures: held in memory, compressed once, sent again only when they changed."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
"""Named here, since what a system says of them differs."""

_WORTH_COMPRESSING = 500
"""Bytes; less is not made shorter."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. ``tag`` changes with its bytes."""

    body: bytes
    compressed: bytes | None
    tag: str
    media_type: str


def make_asset(body: bytes, media_type: str, edition: str = "") -> Asset:
    """Return an asset of these bytes; ``edition`` stands at the head of its tag."""
    is_text = media_type.startswith(("text/", "image/svg"))
    compressed = gzip.compress(body, mtime=0) if is_text and len(body) >= _WORTH_COMPRESSING else None
    # Weak: the same tag stands for the plain and the compressed bytes.
    return Asset(body, compressed, f'W/"{edition}{hashlib.sha256(body).hexdigest()[:20]}"', media_type)


def asset_reply(asset: Asset, asked: Headers, headers: Mapping[str, str]) -> Response:
    """Return the response to a request with these headers: 304 where the caller has it already."""
    given = {"ETag": asset.tag, "Vary": "Accept-Encoding", **headers}
    known = {each.strip() for each in asked.get("if-none-match", "").split(",")}
    if asset.tag in known or "*" in known:
        return Response(status_code=304, headers=given)
    if asset.compressed is not None and "gzip" in asked.get("accept-encoding", "").lower():
        given["Content-Encoding"] = "gzip"
        return Response(asset.compressed, headers=given, media_type=asset.media_type)
    return Response(asset.body, headers=given, media_type=asset.media_type)


class Assets:
    """Serves the files of a folder; a file that was changed is read again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._held: dict[Path, tuple[tuple[int, int], Asset]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        # An upgrade must not mix old scripts with new pages: ask each time, 304 is cheap.
        reply = asset_reply(self._read(name), Headers(scope=scope), {"Cache-Control": "no-cache"})
        await reply(scope, receive, send)

    def _read(self, name: str) -> Asset:
        try:
            path = (self._folder / name).resolve()
            state = os.stat(path)
        except (OSError, ValueError) as error:
            raise HTTPException(404) from error
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise HTTPException(404)
        stamp = (state.st_mtime_ns, state.st_size)
        held = self._held.get(path)
        if held is None or held[0] != stamp:
            kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            held = self._held[path] = (stamp, make_asset(path.read_bytes(), kind))
        return held[1]
