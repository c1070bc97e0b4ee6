"""Hidden text of Word documents: what Word neither shows nor prints by default.

The run property ``vanish`` hides letters, by itself or through a style, and
``hidden`` a row of a table. ``vanish`` is a toggle: set by the style of the
paragraph and by the style of the letters it cancels out, and what stands at
the letters themselves overrides both (ECMA-376 part 1, 17.7.3 and 17.3.2.41,
https://ecma-international.org/publications-and-standards/standards/ecma-376/).
``webHidden`` hides in one view only and does not count. Letters in the colour
of the page, or a point high, cannot be told from a design and stay.
"""

from __future__ import annotations

from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFF = ("0", "false", "off")
_MAX_ANCESTORS = 20


class HiddenText:
    """Knows which styles of a document hide, and with them which runs are hidden."""

    def __init__(self, styles: Any) -> None:
        """Read the styles (the root element of ``styles.xml``)."""
        own: dict[str, bool | None] = {}
        parents: dict[str, str] = {}
        for style in styles.iter(f"{_W}style"):
            identifier = style.get(f"{_W}styleId") or ""
            own[identifier] = _switch(style.find(f"{_W}rPr"), "vanish")
            based_on = style.find(f"{_W}basedOn")
            parents[identifier] = based_on.get(f"{_W}val") or "" if based_on is not None else ""
        self._styles = frozenset(name for name in own if _inherited(name, own, parents))

    def hides_run(self, run: Any, paragraph_style: str | None) -> bool:
        """Say whether the letters of a run (``w:r``) are hidden in a paragraph of this style."""
        properties = run.find(f"{_W}rPr")
        own = _switch(properties, "vanish")
        if own is not None:
            return own
        style = properties.find(f"{_W}rStyle") if properties is not None else None
        by_letters = style is not None and style.get(f"{_W}val") in self._styles
        return by_letters != (paragraph_style in self._styles)


def hides_row(row: Any) -> bool:
    """Say whether a row of a table (``w:tr``) is hidden."""
    return bool(_switch(row.find(f"{_W}trPr"), "hidden"))


def _switch(properties: Any, name: str) -> bool | None:
    """Return a property that is on or off, None where it is not set."""
    found = properties.find(f"{_W}{name}") if properties is not None else None
    return None if found is None else (found.get(f"{_W}val") or "").lower() not in _OFF


def _inherited(name: str, own: dict[str, bool | None], parents: dict[str, str]) -> bool:
    for _ in range(_MAX_ANCESTORS):
        value = own.get(name)
        if value is not None:
            return value
        name = parents.get(name, "")
    return False
