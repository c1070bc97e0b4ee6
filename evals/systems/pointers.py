"""JSON pointers (RFC 6901): where in a system's JSON a value stands, written in a configuration.

``/choices/0/message/content`` walks objects by name and lists by number (0-based);
``~1`` stands for ``/`` and ``~0`` for ``~`` in a name. The empty pointer is the
whole document. https://www.rfc-editor.org/rfc/rfc6901
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_POINTER = re.compile(r"(/([^/~]|~[01])*)*")

MISSING = object()
"""What `find` returns where a pointer leads nowhere; a null in the document is None."""


def is_pointer(text: str) -> bool:
    """Tell whether a text is a JSON pointer."""
    return _POINTER.fullmatch(text) is not None


def find(document: Any, pointers: Sequence[str]) -> Any:
    """Return the first value, other than null, that one of the pointers leads to.

    Args:
        document: parsed JSON.
        pointers: tried in their order.

    Returns:
        the value; None where a pointer leads to null only; `MISSING` where all
        lead nowhere.
    """
    found: Any = MISSING
    for pointer in pointers:
        value = _walk(document, pointer)
        if value is not MISSING and value is not None:
            return value
        if value is None:
            found = None
    return found


def _walk(document: Any, pointer: str) -> Any:
    value = document
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return MISSING
    return value
