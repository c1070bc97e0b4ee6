"""The order of found passages, and what a reading changes in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path

import pytest

from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.passage_search import MOST_READ, NEAR, PassageSearch, open_search
from helpdesk_bot.searching import search_passages
from index.chunks import Filters
from index.reader import Excerpt, Reading
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot.library import fill, helpdesk, settings_for

PLACES = tuple(", ".join(order) for order in permutations(("Alby", "Berga", "Dalen")))
"""The same words in six orders: for the seeded embedder, and by words, the texts are all as near."""

SENTENCES: Mapping[str, str] = {
    "en": "The library in {place} lends computers and tablets to residents who ask.",
    "sv": "Biblioteket i {place} lånar ut datorer och surfplattor till invånare som ber.",
    "vi": "Thư viện ở {place} cho người dân mượn máy tính và máy tính bảng khi cần.",
}
QUERIES: Mapping[str, str] = {
    "en": "library lends computers tablets residents",
    "sv": "biblioteket lånar ut datorer surfplattor invånare",
    "vi": "thư viện cho người dân mượn máy tính bảng",
}


@dataclass
class OnlyReader:
    """Says of one place that its passage answers, of the others that theirs do not."""

    place: str
    read_texts: list[list[str]] = field(default_factory=list)

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[Reading]:
        self.read_texts.append([excerpt.text for excerpt in excerpts])
        return [
            Reading(6.0, 6.0, 3.0, 0, 1) if self.place in excerpt.text else Reading(-6.0, -6.0, -3.0, 0, 1)
            for excerpt in excerpts
        ]


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    """Six passages in each language, as near to any query as each other."""
    settings = settings_for(tmp_path_factory.mktemp("towns"), switched_off=("duplicates", "document_cap"))
    texts = {
        f"{language}/{number}.md": f"---\ntitle: Town\nlanguage: {language}\n---\n"
        + sentence.format(place=place)
        for language, sentence in SENTENCES.items()
        for number, place in enumerate(PLACES)
    }
    fill(settings, FakeEmbedder(), texts)
    with helpdesk(settings) as desk:
        yield desk


def found_by(search: PassageSearch, language: str, most: int = 6) -> list[str]:
    found = search.find(QUERIES[language], language=language, most=most)
    assert [one.rank for one in found] == list(range(1, len(found) + 1))
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    return [one.passage.text for one in found]


@pytest.mark.parametrize("language", SENTENCES)
def test_what_the_reader_finds_to_answer_comes_first_of_what_is_near(towns: Helpdesk, language: str) -> None:
    plain = found_by(PassageSearch(towns.retriever), language)
    found = towns.retriever.retrieve(QUERIES[language], language=language).candidates
    near = [one.passage.text for one in found[:MOST_READ] if one.score >= found[0].score - NEAR]
    assert len(near) == MOST_READ < len(plain)
    last = next(place for place in PLACES if place in near[-1])
    reader = OnlyReader(last)
    read = found_by(PassageSearch(towns.retriever, lambda: reader), language)
    assert read[0] == near[-1] != plain[0]
    assert read[1:] == [text for text in plain if text != near[-1]]
    assert sorted(reader.read_texts[0]) == sorted(near)  # and nothing else was


@pytest.mark.parametrize("language", SENTENCES)
def test_a_longer_list_begins_as_a_shorter_one_does(towns: Helpdesk, language: str) -> None:
    search = PassageSearch(towns.retriever, lambda: OnlyReader(PLACES[2]))
    whole = found_by(search, language)
    for most in range(1, 6):
        assert found_by(search, language, most) == whole[:most]
    pages = [search_passages(search, QUERIES[language], {}, most=2, skip=skip).passages for skip in (0, 2, 4)]
    assert [one.text for page in pages for one in page] == whole


def test_one_that_stands_alone_is_not_read(towns: Helpdesk) -> None:
    reader = OnlyReader(PLACES[0])
    search = PassageSearch(towns.retriever, lambda: reader)
    found = search.find("Alby", language="sv", filters=Filters(source=("sv/1.md",)))
    assert [one.document.source for one in found] == ["sv/1.md"]
    assert search.find("Alby", language="sv", filters=Filters(source=("sv/none.md",))) == ()
    assert reader.read_texts == []


@pytest.mark.parametrize(
    ("depth", "switched_off", "reads"),
    [("deep", (), True), ("fast", (), False), ("deep", ("reading",), False)],
)
def test_the_depth_and_the_switch_decide_whether_it_reads(
    towns: Helpdesk, tmp_path: Path, depth: str, switched_off: tuple[str, ...], reads: bool
) -> None:
    settings = settings_for(tmp_path, depth=depth, switched_off=switched_off)
    search = open_search(settings, towns.retriever, lambda: OnlyReader(PLACES[0]))
    assert (search.reader is not None) is reads
