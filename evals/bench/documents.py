"""Documents to measure speed on, made the same way on every machine.

The starter documents' own sentences (English, Swedish, Vietnamese), recombined
with a seed under numbered headings: real words in real proportions, as many as
a benchmark asks for, and nothing from outside the project. Where the starter
documents are missing (an installed wheel) the sentences below stand in.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from corpus import language
from evals.provenance import ROOT

STARTER_DOCUMENTS = ROOT / "corpus" / "documents"
LANGUAGES = ("en", "sv", "vi")
HEADINGS = {"en": "Measure", "sv": "Åtgärd", "vi": "Biện pháp"}
_MIN_CHARS, _MAX_CHARS = 40, 320
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z])")
_MARKUP = re.compile(r"[#|`*_>\[\]<]|://")

FALLBACK = {
    "en": (
        "A shared digital identity lets residents sign in once and use the services of every agency.",
        "Small firms adopt artificial intelligence more slowly when they lack staff with the right skills.",
        "Procurement of innovation works best when the authority describes its need and not the solution.",
        "Libraries help people who do not feel at home online to fill in forms and book appointments.",
    ),
    "sv": (
        "En gemensam digital identitet gör att invånarna loggar in en gång och når alla tjänster.",
        "Små företag inför artificiell intelligens långsammare när de saknar personal med rätt kunskaper.",
        "Innovationsupphandling fungerar bäst när myndigheten beskriver sitt behov och inte lösningen.",
        "Biblioteken hjälper den som känner sig ovan på nätet att fylla i blanketter och boka tider.",
    ),
    "vi": (
        "Danh tính số dùng chung giúp người dân đăng nhập một lần và sử dụng dịch vụ của mọi cơ quan.",
        "Doanh nghiệp nhỏ áp dụng trí tuệ nhân tạo chậm hơn khi thiếu nhân viên có kỹ năng phù hợp.",
        "Mua sắm đổi mới hiệu quả nhất khi cơ quan mô tả nhu cầu của mình thay vì mô tả giải pháp.",
        "Thư viện giúp những người chưa quen với môi trường mạng điền biểu mẫu và đặt lịch hẹn.",
    ),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How many documents, sections in each, and characters in a section (about)."""

    n_documents: int
    n_sections: int
    section_chars: int
    seed: int = 20261101


def write_documents(recipe: Recipe, folder: Path) -> Path:
    """Write the documents as Markdown files, unless they are there; return the folder.

    The same recipe over the same starter documents gives the same bytes.
    """
    sentences = starter_sentences()
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(recipe.n_documents):
        code = LANGUAGES[number % len(LANGUAGES)]
        random_source = random.Random(f"{recipe.seed}/{number}")  # noqa: S311 - repeatable, no secret
        text = _document(number, code, sentences[code], recipe, random_source)
        (folder / f"document-{number:05d}.{code}.md").write_text(text, encoding="utf-8")
    return folder


def questions(n: int, seed: int = 7) -> tuple[str, ...]:
    """Return questions on the documents, the three languages in turn: real sentences, asked about."""
    frames = {"en": "What is known about this: {}?", "sv": "Vad vet man om detta: {}?", "vi": "{} là gì?"}
    sentences = starter_sentences()
    random_source = random.Random(seed)  # noqa: S311 - repeatable, no secret
    asked = []
    for number in range(n):
        code = LANGUAGES[number % len(LANGUAGES)]
        words = random_source.choice(sentences[code]).rstrip(".!?").split()
        begin = random_source.randrange(max(1, len(words) - 10))
        asked.append(frames[code].format(" ".join(words[begin : begin + 10])))
    return tuple(asked)


@lru_cache(maxsize=1)
def starter_sentences() -> dict[str, tuple[str, ...]]:
    """Return sentences of running text by language, sorted, from the starter documents' Markdown."""
    found: dict[str, set[str]] = {code: set(FALLBACK[code]) for code in LANGUAGES}
    for path in sorted(STARTER_DOCUMENTS.rglob("*.md")):
        prose = _prose(path.read_text(encoding="utf-8"))
        code = language.detect(" ".join(prose))
        if code in found:
            found[code].update(prose)
    return {code: tuple(sorted(sentences)) for code, sentences in found.items()}


def _prose(markdown: str) -> list[str]:
    body = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL)
    sentences = []
    for paragraph in re.split(r"\n\s*\n", body):
        for sentence in _SENTENCE_END.split(" ".join(paragraph.split())):
            if _MIN_CHARS <= len(sentence) <= _MAX_CHARS and not _MARKUP.search(sentence):
                sentences.append(sentence)
    return sentences


def _document(
    number: int, code: str, sentences: Sequence[str], recipe: Recipe, random_source: random.Random
) -> str:
    lines = [f"# {HEADINGS[code]} {number + 1}", ""]
    for section in range(recipe.n_sections):
        lines += [f"## {HEADINGS[code]} {number + 1}.{section + 1}", ""]
        n_chars = 0
        paragraph = []
        while n_chars < recipe.section_chars:
            sentence = random_source.choice(sentences)
            paragraph.append(sentence)
            n_chars += len(sentence) + 1
        lines += [" ".join(paragraph), ""]
    return "\n".join(lines)
