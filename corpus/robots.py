"""robots.txt as RFC 9309 reads it: the longest matching rule wins, ``*`` and ``$`` are known.

The standard library's parser takes the first rule that matches and knows no
wildcards, so it would read pages that their owners have closed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit

AGENT = "helpdesk-bot"
MAX_BYTES = 512_000  # RFC 9309 wants at least 500 KiB read; what follows is ignored
_SAFE = "/?=&;,:@!$'()*+~#[]%"


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for one agent: (allowed, path pattern), and the pause it asks for in seconds."""

    rules: tuple[tuple[bool, str], ...] = ()
    crawl_delay: float = 0.0

    def allows(self, url: str) -> bool:
        """Tell whether the page may be read."""
        parts = urlsplit(url)
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path == "/robots.txt":
            return True
        # At equal length the rule that allows wins: RFC 9309, 2.2.2.
        matching = [(len(pattern), allowed) for allowed, pattern in self.rules if _matches(pattern, path)]
        return max(matching, default=(0, True))[1]


def parse(data: bytes, agent: str = AGENT) -> Robots:
    """Read a robots.txt file; lines that make no sense are passed over."""
    groups: list[tuple[list[str], list[tuple[str, str]]]] = []
    naming = False
    for line in data[:MAX_BYTES].decode("utf-8-sig", "replace").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if not naming:
                groups.append(([], []))
            groups[-1][0].append(value.lower())
            naming = True
        elif key in ("allow", "disallow", "crawl-delay"):
            naming = False
            if groups:
                groups[-1][1].append((key, value))
    mine = [lines for names, lines in groups if any(_names(name, agent) for name in names)]
    chosen = mine or [lines for names, lines in groups if "*" in names]
    lines = [line for group in chosen for line in group]
    rules = tuple((key == "allow", _normal(value)) for key, value in lines if key != "crawl-delay" and value)
    return Robots(rules, max((_seconds(value) for key, value in lines if key == "crawl-delay"), default=0.0))


def _names(name: str, agent: str) -> bool:
    product = re.match(r"[a-z_-]+", name)
    return product is not None and product.group() == agent.lower()


def _seconds(value: str) -> float:
    return float(value) if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", value) else 0.0


def _normal(path: str) -> str:
    """Spell percent-escapes one way, and keep an escaped ``/`` apart from a real one."""
    parts = re.split(r"(%2[fF])", path)
    return "".join(
        part.upper() if part.lower() == "%2f" else quote(unquote_to_bytes(part), safe=_SAFE.replace("%", ""))
        for part in parts
    )


def _matches(pattern: str, path: str) -> bool:
    """Match without a regular expression, whose time a hostile file could blow up."""
    anchored = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not others:
        return path == first if anchored else True
    position = len(first)
    for piece in others[:-1] if anchored else others:
        found = path.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return not anchored or (len(path) - len(others[-1]) >= position and path.endswith(others[-1]))
