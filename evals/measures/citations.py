"""citation_recall and citation_precision: the quotes bear out what is said, and each is needed.

ALCE's definitions (Gao et al. 2023, https://arxiv.org/abs/2305.14627, section
3.3; ``compute_autoais`` of its ``eval.py``), with the judge that the summary
names:

- ``citation_recall``: the share of the answer's sentences whose cited quotes,
  one after the other, entail the sentence. A sentence without a citation, or
  with one that the answer does not list, counts 0.
- ``citation_precision``: the share of citations, over all sentences, that are
  relevant. A citation is irrelevant where the sentence has no recall, or where
  its quote alone does not entail the sentence while the others without it do.

The premise is the quote itself, what a reader sees under the number; ALCE's is
the title and the whole passage.

What counts as a sentence: every entry of ``sentences`` with a letter or digit
that was shown. (A sentence of a model that cites nothing is taken out of the
text before it is shown, and stays in ``sentences`` as ``unsupported``: it is no
claim to the reader.) Frames from the message catalogues and the "quoted in"
notes are in the ``text`` alone, so they are no sentences.

Undefined, both: no sentence (refusals, questions back), a cited quote that is
empty (a foreign system that names documents only), no judge, or one that fails
or cannot tell (counted under ``judge`` in the summary). Precision also where no
citation can be counted; ALCE counts that 0, but then recall is 0 already, and
there is no citation whose relevance could be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.judges.protocol import EntailmentJudge
from evals.measures.normalisation import squash
from evals.measures.observation import Observation


def citation_recall(observation: Observation) -> float | None:
    """Return the share of sentences borne out, 0..1, None where undefined.

    Raises:
        JudgeError: the judge failed or cannot tell.
    """
    judged = _judgeable(observation)
    if judged is None:
        return None
    judge, language, sentences = judged
    borne_out = [bool(quotes) and _entails(judge, quotes, text, language) for text, quotes in sentences]
    return sum(borne_out) / len(borne_out)


def citation_precision(observation: Observation) -> float | None:
    """Return the share of relevant citations, 0..1, None where undefined.

    Raises:
        JudgeError: the judge failed or cannot tell.
    """
    judged = _judgeable(observation)
    if judged is None:
        return None
    judge, language, sentences = judged
    n_citations = sum(len(quotes) for _, quotes in sentences)
    if not n_citations:
        return None
    n_relevant = sum(_n_relevant(judge, quotes, text, language) for text, quotes in sentences)
    return n_relevant / n_citations


_Quote = Mapping[str, Any]
_Judged = tuple[EntailmentJudge, str, list[tuple[str, list[_Quote]]]]


def _judgeable(observation: Observation) -> _Judged | None:
    """Return judge, language of the answer, and each sentence with its citations; None where undefined."""
    sentences = _shown(observation)
    if not sentences or observation.judge is None:
        return None
    listed = {citation["citation_id"]: citation for citation in observation.citations}
    pairs: list[tuple[str, list[_Quote]]] = []
    for sentence in sentences:
        cited = list(dict.fromkeys(sentence.get("citations") or ()))
        # As in ALCE: a citation of nothing spoils its sentence, and is not counted itself.
        known = [listed[key] for key in cited] if all(key in listed for key in cited) else []
        if any(not citation.get("quote") for citation in known):
            return None
        pairs.append((sentence["text"], known))
    return observation.judge, str(observation.answer.get("answer_language") or "und"), pairs


def _shown(observation: Observation) -> list[Mapping[str, Any]]:
    return [
        sentence
        for sentence in observation.answer.get("sentences") or []
        if any(map(str.isalnum, sentence["text"])) and not _was_taken_out(sentence, observation)
    ]


def _was_taken_out(sentence: Mapping[str, Any], observation: Observation) -> bool:
    if sentence.get("verification") != "unsupported" or sentence.get("citations"):
        return False
    return squash(sentence["text"]) not in squash(str(observation.answer.get("text") or ""))


def _n_relevant(judge: EntailmentJudge, quotes: Sequence[_Quote], text: str, language: str) -> int:
    if not quotes or not _entails(judge, quotes, text, language):
        return 0
    if len(quotes) == 1:
        return 1
    return sum(
        _entails(judge, [quote], text, language)
        or not _entails(judge, [*quotes[:place], *quotes[place + 1 :]], text, language)
        for place, quote in enumerate(quotes)
    )


def _entails(judge: EntailmentJudge, quotes: Sequence[_Quote], text: str, language: str) -> bool:
    languages = [str(quote.get("language") or "und") for quote in quotes]
    # Quotes of several languages: those in the language of the sentence can carry it.
    premise_language = language if language in languages else languages[0]
    return judge.entails("\n".join(quote["quote"] for quote in quotes), premise_language, text, language)
