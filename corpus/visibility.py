"""Whether a reader of a page can see the text of an element, by its tag and attributes alone.

Text that nobody sees is no evidence: it cannot be checked beside the page, and
it is where instructions to machines are hidden. Left out is what is plainly
invisible:

- the attribute ``hidden`` (but not ``until-found``, which a search in the page opens);
- ``<template>``, which is never shown, and ``<noscript>``, which a browser
  shows only where scripts are off and which mostly says so;
- by the ``style`` attribute: ``display:none``, ``visibility:hidden`` or
  ``collapse``, ``content-visibility:hidden``, ``opacity:0``, letters of one
  pixel or less, a box of one pixel or less that cuts off what it holds, a clip
  that leaves nothing, a scale of nought, and a place of 999 pixels or more
  outside the page.

Kept, on purpose:

- ``aria-hidden``: it hides from screen readers what others see, often a
  decoration or a doubled number (the extractor of main text of web pages
  leaves some of these out by its own judgement);
- ``opacity:0`` beside a transform, transition or animation: it fades in;
- what a control of the page opens (`revealed`): a folded answer, a tab;
- a whole ``<html>`` or ``<body>``: pages hide themselves until a script has run.

Not known without drawing the page, and so kept: letters in the colour of the
ground (white on white), what lies behind something else, and all that a style
sheet or a script hides.

The rules are those of CSS (https://www.w3.org/TR/css-display-3/,
https://www.w3.org/TR/CSS22/visufx.html) and of HTML's ``hidden``
(https://html.spec.whatwg.org/multipage/interaction.html#the-hidden-attribute).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NEVER_SHOWN = frozenset({"template", "noscript"})
_WHOLE_PAGE = frozenset({"html", "body"})
_SIZE = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(px|pt|em|rem|%|[a-z]*)")
_ABSOLUTE_SIZE = re.compile(
    r"(?:x{1,2}-)?small|medium|(?:x{1,3}-)?large|initial|[\d.]+(?:px|pt|pc|cm|mm|in|q|rem|v[a-z]+)"
)
_FONT_SIZE = re.compile(r"(?:^|\s)(0|[\d.]+(?:[a-z]+|%))(?=[\s/])")
_CLIPPED = re.compile(r"rect\((?:[01](?:px)?[\s,]*){4}\)")
_CLIP_PATH = re.compile(r"inset\((?:[5-9]\d|100)%\)|circle\(0[^1-9.]*\)")
_NO_SCALE = re.compile(r"scale[xy]?\(\s*0(?:\.0*)?\s*[,)]")
_FADES = "transform", "-webkit-transform", "transition", "animation", "will-change"
_OVERFLOW = "overflow", "overflow-x", "overflow-y"
_PIXELS = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0}
_TINY = 1.0  # pixels; no letter can be read at this size
_FAR = -999.0  # pixels; the usual hack is -9999px


@dataclass(frozen=True, slots=True)
class Visibility:
    """What an element makes of the text inside it; the default is that of a page."""

    gone: bool = False  # for good: nothing inside can show itself again
    unseen: bool = False  # by `visibility`, which an element inside can set anew
    tiny: bool = False  # by the size of letters, which an element inside can set anew

    @property
    def shown(self) -> bool:
        """Whether text directly inside is seen."""
        return not (self.gone or self.unseen or self.tiny)

    def inside(
        self, tag: str, attributes: Mapping[str, str | None], revealed: frozenset[str] = frozenset()
    ) -> Visibility:
        """Return the visibility inside an element that stands where this one holds.

        Args:
            tag: its name, in lower case.
            attributes: its attributes, names in lower case; an attribute without
                a value is None or "".
            revealed: ids of elements that a control of the page opens.
        """
        if self.gone or tag in _WHOLE_PAGE or (attributes.get("id") or "") in revealed:
            return self
        if tag in _NEVER_SHOWN:
            return Visibility(gone=True)
        if "hidden" in attributes and (attributes["hidden"] or "").strip().lower() != "until-found":
            return Visibility(gone=True)
        style = attributes.get("style")
        if not style:
            return self
        rules = _declarations(style)
        if _is_gone(rules):
            return Visibility(gone=True)
        return Visibility(unseen=_unseen(rules, self.unseen), tiny=_tiny(rules, self.tiny))


VISIBLE = Visibility()
"""The visibility at the top of a page."""


def _declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute: the last one counts, an important one before it."""
    found: dict[str, str] = {}
    important: set[str] = set()
    for part in re.sub(r"/\*.*?(?:\*/|\Z)", "", style.lower(), flags=re.DOTALL).split(";"):
        name, _, value = (piece.strip() for piece in part.partition(":"))
        weight = re.search(r"!\s*important\Z", value)
        if weight:
            important.add(name)
            value = value[: weight.start()].rstrip()
        elif name in important:
            continue
        found[name] = value
    return found


def _pixels(value: str | None) -> float | None:
    """Return a length in pixels, None where it is none or depends on what stands around it."""
    match = _SIZE.fullmatch(value or "")
    if not match:
        return None
    number = float(match.group(1))
    if number == 0:
        return 0.0
    scale = _PIXELS.get(match.group(2))
    return None if scale is None else number * scale


def _is_gone(rules: Mapping[str, str]) -> bool:
    if rules.get("display") == "none" or rules.get("content-visibility") == "hidden":
        return True
    opacity = re.fullmatch(r"([+-]?[\d.]+)%?", rules.get("opacity", ""))
    if opacity and not opacity.group(1).strip("+0.") and not any(name in rules for name in _FADES):
        return True
    placed = rules.get("position") in ("absolute", "fixed")
    moved = ("left", "right", "top", "bottom") if placed else ()
    if any((_pixels(rules.get(name)) or 0) <= _FAR for name in (*moved, "text-indent", "margin-left")):
        return True
    if placed and _CLIPPED.fullmatch(rules.get("clip", "")):
        return True
    if _CLIP_PATH.match(rules.get("clip-path", "")) or _NO_SCALE.search(rules.get("transform", "")):
        return True
    # Padding makes room in a box without height: the frame of a film.
    if any(name.startswith("padding") for name in rules):
        return False
    cut_off = any(rules.get(name, "").split()[:1] in (["hidden"], ["clip"]) for name in _OVERFLOW)
    sides = (_pixels(rules.get(name)) for name in ("width", "height", "max-width", "max-height"))
    return cut_off and any(side is not None and 0 <= side <= _TINY for side in sides)


def _unseen(rules: Mapping[str, str], outside: bool) -> bool:
    own = rules.get("visibility", "")
    if own in ("hidden", "collapse"):
        return True
    return outside and own not in ("visible", "initial")


def _tiny(rules: Mapping[str, str], outside: bool) -> bool:
    own = rules.get("font-size")
    if own is None:
        # `font: 0/0 a` sets the size as well; a number alone, 700, is the weight.
        size_first = _FONT_SIZE.search(rules.get("font", ""))
        own = size_first.group(1) if size_first else None
    if own is None:
        return outside
    size = _pixels(own)
    if size is not None and 0 <= size <= _TINY:
        return True
    # A size in parts of the one around it stays nought.
    return outside and not _ABSOLUTE_SIZE.fullmatch(own)
