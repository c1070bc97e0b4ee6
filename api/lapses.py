"""What a page says beside the quote of a document that does not hold today."""

from __future__ import annotations

from collections.abc import Mapping

from helpdesk_bot.lapsed import Lapse


def said_of(lapse: Lapse | None, words: Mapping[str, str]) -> str | None:
    """Return what became of a document in the page's words, ``None`` where nothing did."""
    if lapse is None:
        return None
    if lapse.change == "withdrawn":
        return words["withdrawn"]
    if lapse.change == "changed":
        return words["old_version"]
    said = words["source_lapsed"]
    return f"{said} {words['source_replaced'].format(title=lapse.title)}" if lapse.title else said
