"""The thread of a conversation: what it turns on, and how a follow-up takes it further."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from helpdesk_bot.follow_ups import Leaning
from helpdesk_bot.marking import Marked, mark
from helpdesk_bot.stand_alone import beside, extended, pointed, rephrased, said
from helpdesk_bot.swapping import swapped
from helpdesk_bot.topics import about

LONGEST_CARRIED = 300
"""Characters of earlier questions that are carried."""
_LONGEST_DIRECT_ANSWER = 160
"""Characters; a longer answer names too much to tell whom a pronoun means."""


@dataclass(frozen=True, slots=True)
class Thread:
    """``root``: the question that the conversation turns on; ``tail``: the last one, if it points to that."""

    root: Marked
    tail: Marked | None = None
    named: tuple[str, ...] = ()
    answer: str = ""
    documents: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def last(self) -> Marked:
        """Return the last question as it stands alone."""
        if self.tail is None:
            return self.root
        return mark(pointed(self.root, self.tail, self.named).text, self.tail.language)

    def read(self) -> str:
        """Return what is asked last of the passages that are found, see `stand_alone.StandAlone`."""
        return self.root.text if self.tail is None else pointed(self.root, self.tail, self.named).reads


def grown(thread: Thread, asked: Marked, leaning: Leaning) -> Thread:
    """Return the thread after a follow-up."""
    match leaning.how:
        case "fragment":
            return _continued(thread, asked, leaning)
        case "more":
            return _with_more(thread, asked, leaning)
        case "details":
            return replace(thread, tail=None, named=())
        case _:
            return _pointing(thread, asked, leaning)


def _continued(thread: Thread, asked: Marked, leaning: Leaning) -> Thread:
    """Return the thread with what the follow-up names or adds put into its questions."""
    first, last = leaning.first, leaning.last
    root, tail = thread.root, thread.tail
    things, own = asked.named(first, last), asked.own(first, last)
    new_root = swapped(root, asked, leaning)
    new_tail = swapped(tail, asked, leaning) if tail else None
    if new_root is not None or new_tail is not None:
        turned = replace(
            thread,
            root=mark(new_root, root.language) if new_root is not None else root,
            tail=mark(new_tail, tail.language) if tail and new_tail is not None else tail,
        )
        return _pointing(turned, asked, leaning) if _says_more(thread, asked, leaning) else turned
    if "prepositions" in asked.lists[first]:
        base = tail or root
        text = rephrased(base, asked, leaning)
        if text is None and (tail is not None or things or not base.has("prepositions", 1)):
            text = extended(base, asked, leaning)
        if text is not None:
            whole = mark(text, base.language)
            return replace(thread, tail=whole) if tail is not None else replace(thread, root=whole)
    elif things and not own:
        return replace(thread, root=mark(extended(root, asked, leaning), root.language))
    elif not own or about(root) is not None:
        return _pointing(thread, asked, leaning)
    return _beside(thread, asked)


def _beside(thread: Thread, asked: Marked) -> Thread:
    """Return the thread with a follow-up set beside its last question: nothing tells where it belongs."""
    base = thread.tail or thread.root
    both = beside(base, asked)
    whole = mark(both, base.language) if len(both) <= LONGEST_CARRIED else asked
    return replace(thread, tail=whole) if thread.tail else replace(thread, root=whole, named=())


def _says_more(thread: Thread, asked: Marked, leaning: Leaning) -> bool:
    """Tell whether a follow-up asks otherwise, or says more than what it puts into the question."""
    if not any(asked.lists):  # a language without a catalogue: which words say something is not known
        return False
    first, last = leaning.first, leaning.last
    words = (*thread.root.words, *(thread.tail.words if thread.tail else ()))
    known, beginnings = {word.folded for word in words}, {word.folded[:4] for word in words}
    asking = [at for at in range(first, last) if "interrogatives" in asked.lists[at]]
    return any(asked.words[at].folded not in known for at in asking) or any(
        asked.words[at].folded[:4] not in beginnings for at in asked.own(first, last)
    )


def _with_more(thread: Thread, asked: Marked, leaning: Leaning) -> Thread:
    """Return the thread of a question for more of the same."""
    first, last = leaning.first, leaning.last
    if asked.own(first, last):  # it says itself what it wants more of
        return replace(thread, root=asked, tail=None, named=())
    thread = replace(thread, tail=None, named=())
    if asked.named(first, last):
        return replace(_continued(thread, asked, leaning), tail=None)
    known = {word.folded[:4] for word in thread.root.words}
    kinds = [at for at in range(first, last) if "generic" in asked.lists[at]]
    if about(thread.root) is None or (kinds and all(asked.words[at].folded[:4] in known for at in kinds)):
        return thread
    return _pointing(thread, asked, leaning)


def _pointing(thread: Thread, asked: Marked, leaning: Leaning) -> Thread:
    """Return the thread with a follow-up that points to what it turns on."""
    person = any("persons" in asked.lists[first] for first, _ in leaning.pointers)
    direct = thread.answer if len(thread.answer) <= _LONGEST_DIRECT_ANSWER else ""
    names = _names(direct, thread.root.language) if person else ()
    return replace(thread, tail=mark(said(asked, leaning), asked.language), named=names)


def _names(answer: str, language: str) -> tuple[str, ...]:
    """Return the names of a direct answer, at most two."""
    text = unicodedata.normalize("NFC", answer)
    return tuple(thing.text for thing in mark(text, language).things if thing.sort == "name")[:2]
