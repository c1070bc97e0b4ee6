"""The embedded engine: finds the sentences that answer, and quotes them exactly."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from helpdesk_bot.citations import MAX_QUOTE_CHARS, Evidence
from helpdesk_bot.expected_kinds import mentions, most_specific
from helpdesk_bot.list_lines import heading_over
from helpdesk_bot.phrases import question_mark
from helpdesk_bot.switches import Switch
from helpdesk_bot.versions import REPEATED, figures_of
from index.chunks import Candidate, FloatArray

Tokens = Callable[[str, str], list[str]]
Embed = Callable[[list[str]], FloatArray]


@dataclass(frozen=True, slots=True)
class Weights:
    """How a sentence is judged; chosen on development data (docs/decisions).

    The score of a sentence is the sum of these times: its passage's fused
    score; the cosine similarity to the question of its vector pooled in its
    passage, and of its vector read alone; the share of the question's words
    (by rarity) that it holds; 1 if it holds the kind of thing asked for (a
    number); 1 if it is a question itself; its length, as a share of
    `full_words`. What was read gains more, see `reading.reordered`.
    """

    passage: float = 1.0
    pooled: float = 0.5
    alone: float = 0.5
    words: float = 0.06
    kind: float = 0.02
    length: float = 0.05
    asks: float = -0.06
    reading: float = 0.1
    span: float = 0.06
    full_words: int = 8
    """From here on a sentence is long enough to say something; headings and labels are shorter."""
    margin: float = 0.06
    """How far below the best sentence another one may be and still be shown."""
    read_margin: float = 0.1
    """The same where the trained reader read: its gains spread the scores."""
    most: int = 5
    """Quotes that make up an answer."""
    least_chars: int = 80
    """A shorter quote takes a neighbour along, so that it can be understood."""

    def margin_of(self, *, was_read: bool) -> float:
        """Return how far below the best sentence another one may be and still be shown."""
        return self.read_margin if was_read else self.margin


def weights_without(switched_off: Collection[Switch]) -> Weights:
    """Return the weights, less what is switched off (see `helpdesk_bot.switches`)."""
    weights = Weights()
    if "sentence_signals" in switched_off:
        weights = replace(weights, words=0.0, kind=0.0, length=0.0, asks=0.0)
    if "neighbours" in switched_off:
        weights = replace(weights, least_chars=0)
    return weights


@dataclass(frozen=True, slots=True)
class Words:
    """The question's words as the lexical index sees them, with how rare each is.

    ``weight`` maps a token to its inverse document frequency (0..about 10).
    """

    language: str
    weight: Mapping[str, float]

    def coverage(self, tokens: set[str]) -> float:
        """Return the share, 0..1, of the question's weight that these tokens hold."""
        total = sum(self.weight.values())
        return sum(value for token, value in self.weight.items() if token in tokens) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence of a candidate with its score and what it is made of."""

    candidate: Candidate
    position: int
    score: float
    pooled: float
    coverage: float
    holds_kind: bool
    n_words: int
    alone: float | None = None
    asks: bool = False

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        passage = self.candidate.passage
        start, end = passage.sentences[self.position]
        return passage.text[start - passage.start_char : end - passage.start_char]

    @property
    def heading(self) -> str:
        """The heading that it stands under, empty where there is none."""
        return " ".join(heading_over(self.candidate.passage, self.position).split())


def score_sentences(
    candidates: tuple[Candidate, ...],
    query_vector: FloatArray,
    words: Words,
    asks_for: tuple[str, ...],
    tokens: Tokens,
    weights: Weights,
) -> tuple[Scored, ...]:
    """Score every sentence of the candidates from what is stored, the best first, ties by place.

    Args:
        candidates: the passages, in order.
        query_vector: ``(dim,)`` float32, unit norm.
        words: the question's words and their rarity.
        asks_for: see `understanding.asks_for`.
        tokens: the analyser of the lexical index.
        weights: how much each signal counts.
    """
    scored = []
    wanted = most_specific(asks_for)
    for candidate in candidates:
        passage = candidate.passage
        context = set(tokens(passage.context, passage.language))
        headings: dict[str, set[str]] = {}
        similarities = candidate.sentence_vectors @ query_vector
        for position in range(len(passage.sentences)):
            item = Scored(candidate, position, 0.0, float(similarities[position]), 0.0, False, 0)
            found = tokens(item.text, passage.language)
            own, heading = set(found), item.heading
            if heading not in headings:
                headings[heading] = context | set(tokens(heading, passage.language))
            # The headings count half: they say what the sentence is about.
            coverage = 0.5 * words.coverage(own) + 0.5 * words.coverage(own | headings[heading])
            holds = wanted is not None and bool(mentions(wanted, item.text, passage.language))
            item = replace(
                item,
                coverage=coverage,
                holds_kind=holds,
                n_words=len(item.text.split()),
                asks=_asks(item.text, passage.language),
            )
            scored.append(replace(item, score=_score(item, weights)))
    return _in_order(scored)


def read_closely(
    scored: tuple[Scored, ...], query_vector: FloatArray, embed: Embed, most: int, weights: Weights
) -> tuple[Scored, ...]:
    """Score the best sentences again, each read by itself; the others are left out.

    A sentence pooled in its passage knows its context and blurs into it; read
    alone it is sharp and knows nothing. Both together choose best, between
    languages above all (docs/decisions).

    Args:
        scored: sentences in order.
        query_vector: ``(dim,)`` float32, unit norm.
        embed: gives ``(n, dim)`` unit vectors of texts.
        most: how many sentences are read; what limits the time it takes.
        weights: how much each signal counts.
    """
    nearest = scored[:most]
    if not nearest:
        return ()
    similarities = embed([item.text for item in nearest]) @ query_vector
    closer = [replace(item, alone=float(value)) for item, value in zip(nearest, similarities, strict=True)]
    return _in_order([replace(item, score=_score(item, weights)) for item in closer])


def _asks(text: str, language: str) -> bool:
    """Tell whether a sentence is a question; one with a colon may state it ("The title was: ...?")."""
    asked = text.rstrip(" \t\n\"'”“’»)").endswith(("?", "？", "؟", question_mark(language)))
    return asked and ": " not in text


def _score(item: Scored, weights: Weights) -> float:
    alone = item.pooled if item.alone is None else item.alone
    return (
        weights.passage * item.candidate.score
        + weights.pooled * item.pooled
        + weights.alone * alone
        + weights.words * item.coverage
        + weights.kind * item.holds_kind
        + weights.asks * item.asks
        + weights.length * min(1.0, item.n_words / weights.full_words)
    )


def _in_order(scored: list[Scored]) -> tuple[Scored, ...]:
    return tuple(
        sorted(scored, key=lambda item: (-item.score, item.candidate.passage.passage_id, item.position))
    )


def choose(scored: tuple[Scored, ...], weights: Weights, *, was_read: bool = False) -> tuple[Evidence, ...]:
    """Choose the quotes of an answer from scored sentences.

    The best sentence always; others within the margin of it, unless they
    repeat (in words or in meaning) what was chosen: two versions of a rule
    with other numbers do not. A chosen sentence next to
    another of the same passage joins its quote. Where the reader read, the
    sentence that was first without it is among them: the two judge by different
    things, and where they disagree either may be right.
    """
    if not scored:
        return ()
    nearest = max(scored, key=lambda item: _score(item, weights)) if was_read else None
    least = scored[0].score - weights.margin_of(was_read=was_read)
    chosen: list[Evidence] = []
    said: list[Scored] = []
    for item in scored:
        if item is not nearest and (item.score < least or len(chosen) >= weights.most):
            continue
        joined = _join(chosen, item)
        if joined is not None:
            chosen[joined[0]] = replace(joined[1], is_nearest=joined[1].is_nearest or item is nearest)
            said.append(item)
        elif not _is_said(item, said) and _length(item) <= MAX_QUOTE_CHARS:
            at = item.position
            chosen.append(Evidence(item.candidate, at, at, at, item.score, 1.0, item is nearest))
            said.append(item)
    widened: list[Evidence] = []
    for place, piece in enumerate(chosen):
        widened.append(_widened(piece, widened + chosen[place + 1 :], weights.least_chars))
    return tuple(widened)


def _is_said(item: Scored, said: Sequence[Scored]) -> bool:
    """Tell whether a sentence repeats another: as near as can be in meaning, with the same numbers.

    Sentences that share a passage, and rules that share their words, lie very near each other too.
    """
    vector = item.candidate.sentence_vectors[item.position]
    return any(
        float(vector @ other.candidate.sentence_vectors[other.position]) > REPEATED
        and figures_of(item.text) == figures_of(other.text)
        for other in said
    )


def _widened(piece: Evidence, others: list[Evidence], least_chars: int) -> Evidence:
    """Return a short quote with a neighbour, unless another quote holds that one already."""
    wider = widen(piece, least_chars)
    meets = any(
        other.candidate.passage.passage_id == piece.candidate.passage.passage_id
        and other.first <= wider.last
        and wider.first <= other.last
        for other in others
    )
    return piece if meets else wider


def _length(item: Scored) -> int:
    start, end = item.candidate.passage.sentences[item.position]
    return end - start


def _join(chosen: list[Evidence], item: Scored) -> tuple[int, Evidence] | None:
    """Return the place and the longer quote, where the sentence borders a chosen one."""
    for place, piece in enumerate(chosen):
        if piece.candidate.passage.passage_id != item.candidate.passage.passage_id:
            continue
        if piece.first <= item.position <= piece.last:
            return place, piece
        first, last = min(piece.first, item.position), max(piece.last, item.position)
        longer = replace(piece, first=first, last=last)
        borders = last - first == piece.last - piece.first + 1
        if borders and last - first <= 2 and longer.end_char - longer.start_char <= MAX_QUOTE_CHARS:
            return place, longer
    return None


def widen(piece: Evidence, least_chars: int) -> Evidence:
    """Add the following or preceding sentence to a very short quote, so that it can be understood."""
    while piece.end_char - piece.start_char < least_chars and piece.last - piece.first < 2:
        n_sentences = len(piece.candidate.passage.sentences)
        if piece.last + 1 < n_sentences:
            wider = replace(piece, last=piece.last + 1)
        elif piece.first > 0:
            wider = replace(piece, first=piece.first - 1)
        else:
            break
        if wider.end_char - wider.start_char > MAX_QUOTE_CHARS:
            break
        piece = wider
    return piece
