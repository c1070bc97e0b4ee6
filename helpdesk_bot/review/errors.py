"""Errors of the review desk.

HelpdeskError
└── ReviewError
    ├── ItemUnknown           no such question at the desk
    ├── ConversationUnknown   no such conversation
    ├── Conflict              somebody else changed it meanwhile: yours, theirs and base
    ├── NotAllowed            not in this state, or not of this person's themes
    ├── SourcesChanged        a quoted document does not stand as it was quoted, and nobody has seen that
    ├── Unsupported           a sentence is not supported, and nobody has taken responsibility for it
    ├── TooMany               more reports and requests than an expert would read
    ├── BadText               a text or a citation that cannot be used
    │   └── HoldsPersonalData   what an asker wrote seems to hold personal data
    ├── BadPolicy             a policy that cannot be read
    └── ConsentNeeded         an address or a question was given without consent
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk_bot.errors import HelpdeskError


class ReviewError(HelpdeskError):
    """Base of every error here; ``extra`` goes to the caller with the message."""

    extra: tuple[tuple[str, Any], ...] = ()


class ItemUnknown(ReviewError):
    """No question at the desk has this id."""


class ConversationUnknown(ReviewError):
    """No conversation has this id."""


class Conflict(ReviewError):
    """The item has another version by now; ``value`` says what is yours, theirs and the base."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        by = value.get("by") or "The helpdesk"
        super().__init__(
            f"{by} changed this question meanwhile: it is at version {value['version']}. "
            "Nothing is lost: compare the two texts, and save again from the newer version."
        )
        self.value = dict(value)
        self.extra = tuple(self.value.items())


class NotAllowed(ReviewError):
    """Not possible with the question as it is."""


class Unsupported(ReviewError):
    """Sentences whose support cannot be shown; ``extra`` lists them."""

    def __init__(self, sentences: list[dict[str, Any]]) -> None:
        super().__init__(
            f"{len(sentences)} sentence(s) are not supported by the passages that they cite. "
            "Mend them, or take responsibility for each with a reason."
        )
        self.extra = (("sentences", sentences),)


class SourcesChanged(ReviewError):
    """Quoted documents were replaced or withdrawn, or are not in force; ``extra`` lists them."""

    def __init__(self, sources: list[dict[str, Any]]) -> None:
        named = ", ".join(f"“{source['title']}”" for source in sources)
        super().__init__(
            f"Since this reply was written, documents that it quotes were replaced or withdrawn, or went out "
            f"of force: {named}. Look at them; to release all the same, say by change_id that you saw it."
        )
        self.extra = (("sources", sources),)


class TooMany(ReviewError):
    """Enough was said of this answer, or in this conversation."""


class BadText(ReviewError):
    """A text, a citation or a message that cannot be used."""


class HoldsPersonalData(BadText):
    """What an asker wrote seems to hold personal data: nothing of it is stored."""


class BadPolicy(ReviewError):
    """A release policy that cannot be read."""


class ConsentNeeded(ReviewError):
    """The asker did not consent to what they asked for."""
