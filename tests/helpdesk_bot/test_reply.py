"""The helpdesk reply: what it says, what it lists, that every quote is where it says, nothing twice."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.documents import KINDS
from helpdesk_bot.answers import Question
from helpdesk_bot.citations import one_line
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.reply.conditions import conditions_quote
from helpdesk_bot.reply.lines import line_text
from helpdesk_bot.reply.quoted import Said
from helpdesk_bot.reply.rendering import FORMATS, render
from helpdesk_bot.reply.searching import all_candidates
from helpdesk_bot.reply.values import Line, Reply, Resource, reply_to_json
from index.document_metadata import document_infos
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

PRACTICES = {
    "practices/portal.en.md": """---
title: One portal for all services
kind: good_practice
date: 2024-02
language: en
region: Tartu, Estonia
url: https://example.org/portal
---
# One portal for all services

The city of Tartu put all its digital services for residents behind one portal with one login.

## Transfer to other places

- Staff. A municipality needs a small team that keeps the portal running.
- A legal basis for the exchange of data between registers is the second thing.

## History

The portal was opened in the spring and grew by about ten services in each of the following years.
""",
    "practices/portal.sv.md": """---
title: En portal för alla tjänster
kind: good_practice
language: sv
region: Tartu, Estonia
url: https://example.org/portal
---
# En portal för alla tjänster

Staden Tartu samlade alla digitala tjänster för invånare i en portal med en inloggning.
""",
    "practices/cong.vi.md": """---
title: Một cổng cho mọi dịch vụ
kind: good_practice
language: vi
region: Huế, Việt Nam
---
# Một cổng cho mọi dịch vụ

Thành phố Huế đưa mọi dịch vụ số cho người dân vào một cổng duy nhất với một lần đăng nhập.

## Điều kiện để áp dụng ở nơi khác

Địa phương cần có một đơn vị vận hành cổng thường xuyên và một quy chế chia sẻ dữ liệu.
""",
    "practices/palvelut.fi.md": """---
title: Palvelut yhdessä portaalissa
kind: good_practice
language: fi
---
# Palvelut yhdessä portaalissa

Kaupunki kokosi kaikki digitaaliset palvelut asukkaille yhteen portaaliin, ja se vaati pienen tiimin.
""",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    settings = library.settings_for(tmp_path_factory.mktemp("town"), min_confidence=0.0)
    library.fill(settings, FakeEmbedder(), {**library.TEXTS, **PRACTICES})
    with library.helpdesk(settings) as opened:
        yield opened


def resources(reply: Reply) -> list[Resource]:
    return [resource for group in reply.groups for resource in group.resources]


def lines(reply: Reply) -> list[Line]:
    return [line for item in resources(reply) for line in (item.line, item.conditions) if line is not None]


def check(desk: Helpdesk, reply: Reply) -> None:
    """What holds for every reply."""
    assert [citation.number for citation in reply.citations] == list(range(1, len(reply.citations) + 1))
    for citation in reply.citations:
        text = desk.catalog.text(citation.document.document_id, citation.document.version)
        assert text[citation.start_char : citation.end_char] == citation.quote
    spans = [(c.document.document_id, c.start_char, c.end_char) for c in reply.citations]
    for place, (document, start, end) in enumerate(spans):
        for other, other_start, other_end in spans[place + 1 :]:
            assert document != other or end <= other_start or other_end <= start
    by_number = {citation.number: citation for citation in reply.citations}
    for line in lines(reply):
        assert (line.kind == "quoted") == (line.number is not None)
        if line.number is not None:
            citation = by_number[line.number]
            assert line.language == citation.language
            for item in line.text.split("\n"):
                assert item in one_line(citation.quote)
    listed = resources(reply)
    assert len({item.document_id for item in listed}) == len(listed)
    assert len({item.title.casefold() for item in listed}) == len(listed)
    texts = [line.text for line in lines(reply) if line.kind == "quoted"]
    quoted = [statement.text for statement in reply.direct if statement.kind == "quoted"]
    assert len({*texts, *quoted}) == len(texts) + len(quoted)
    order = [KINDS.index(group.kind) for group in reply.groups]
    assert order == sorted(set(order))
    assert all(item.kind == group.kind for group in reply.groups for item in group.resources)
    phrases = catalogue(reply.language)
    assert all(group.heading == phrases.kinds[group.kind] for group in reply.groups)
    assert json.loads(json.dumps(reply_to_json(reply))) == reply_to_json(reply)


@pytest.mark.parametrize("question", library.QUESTIONS)
def test_a_reply_answers_and_lists_what_it_quotes(desk: Helpdesk, question: str) -> None:
    language, source, words = library.QUESTIONS[question]
    reply = desk.reply(Question(question))
    check(desk, reply)
    assert (reply.outcome, reply.language) == ("answered", language)
    quoted = [statement for statement in reply.direct if statement.kind == "quoted"]
    assert any(words in statement.text for statement in quoted)
    assert [number for statement in quoted for number in statement.numbers] == list(range(1, len(quoted) + 1))
    cited = next(item for item in resources(reply) if item.source == source)
    assert 1 in cited.cited_by
    assert reply.offer == catalogue(language).reply["expert"]
    assert reply.origin


def test_it_is_recorded_as_an_answer_is(desk: Helpdesk) -> None:
    reply = desk.reply(Question("Hur många kommuner införde digital identitet för sina invånare?"))
    recorded = desk.records.get(reply.answer_id)
    assert recorded is not None
    assert recorded["question"] == reply.question
    assert [c["citation_id"] for c in recorded["citations"]] == [
        c.citation_id for c in reply.citations[: len(recorded["citations"])]
    ]


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What is the corporate tax rate in Portugal?", "en"),
        ("Vilken är bolagsskatten i Portugal?", "sv"),
        ("Thuế suất thuế thu nhập doanh nghiệp ở Bồ Đào Nha là bao nhiêu?", "vi"),
    ],
)
def test_a_refusal_claims_nothing_and_offers_what_is_near(
    tmp_path: Path, question: str, language: str
) -> None:
    settings = library.settings_for(tmp_path / "var", min_confidence=1.0)
    library.fill(settings, FakeEmbedder())
    with library.helpdesk(settings) as desk:
        reply = desk.reply(Question(question))
        check(desk, reply)
    phrases = catalogue(language)
    assert reply.refuses
    assert [statement.kind for statement in reply.direct] == ["framed"] * len(reply.direct)
    said = " ".join(statement.text for statement in reply.direct)
    assert phrases.text(reply.outcome.removeprefix("unanswerable_")) in said
    assert phrases.text("offer_expert") not in said
    assert reply.offer == phrases.text("offer_expert")
    assert reply.short_answer is None
    assert resources(reply)
    assert not any(item.cited_by for item in resources(reply))
    markdown = render(reply, "markdown").decode()
    assert phrases.reply["nearest"] in markdown
    assert phrases.text("offer_expert") in markdown


def test_a_question_with_personal_data_comes_back_nowhere(desk: Helpdesk) -> None:
    reply = desk.reply(Question("My number is 19121212-1212, may I apply?"))
    assert reply.outcome == "blocked_personal_data"
    assert (reply.groups, reply.citations, reply.offer) == ((), (), "")
    assert desk.records.get(reply.answer_id) is None
    for form in FORMATS:
        assert b"19121212" not in render(reply, form)


def test_filters_bound_what_is_listed(town: Helpdesk) -> None:
    reply = town.reply(Question("one portal digital services residents", filters={"language": ("vi",)}))
    check(town, reply)
    assert {item.language for item in resources(reply)} == {"vi"}


def test_a_practice_says_where_it_worked_and_what_it_took(town: Helpdesk) -> None:
    asked = {
        "en": ("What did the city of Tartu put behind one portal?", "practices/portal.en.md"),
        "vi": ("Thành phố Huế đưa dịch vụ số vào đâu?", "practices/cong.vi.md"),
    }
    for language, (question, source) in asked.items():
        reply = town.reply(Question(question))
        check(town, reply)
        practice = next(item for item in resources(reply) if item.source == source)
        assert practice.region == {"en": "Tartu, Estonia", "vi": "Huế, Việt Nam"}[language]
        assert practice.conditions is not None
        words = {"en": "needs a small team", "vi": "cần có một đơn vị"}[language]
        assert words in practice.conditions.text
        assert "spring" not in practice.conditions.text


def test_an_item_of_a_list_keeps_its_label(town: Helpdesk) -> None:
    known = town.catalog.known(library.ROOT)["practices/portal.en.md"]
    with town.engine.connect() as connection:
        (document,) = document_infos(connection, {known.document_id}).values()
        passages = all_candidates(connection, document)
    takes = conditions_quote(passages, town.retriever.embed_query("a small team"), Said())
    assert takes is not None
    first = line_text(takes).split("\n")[0]
    assert first == "Staff. A municipality needs a small team that keeps the portal running."


def test_what_a_document_does_not_say_is_left_out(town: Helpdesk) -> None:
    """No catalogue knows the words of Finnish, and none of this Swedish edition says what it takes."""
    for question in ("Kaupunki kokosi kaikki digitaaliset palvelut", "Staden Tartu samlade alla tjänster"):
        reply = town.reply(Question(question, language="en"))
        found = [item for item in resources(reply) if item.language in ("fi", "sv")]
        assert found
        assert all(item.conditions is None for item in found)


def test_of_two_editions_the_askers_is_listed(town: Helpdesk) -> None:
    sources = {
        language: {item.source for item in resources(town.reply(Question(question, language=language)))}
        for language, question in {
            "sv": "Staden Tartu samlade alla digitala tjänster för invånare",
            "en": "The city of Tartu put all its digital services for residents",
        }.items()
    }
    for language, listed in sources.items():
        editions = listed & {"practices/portal.en.md", "practices/portal.sv.md"}
        assert editions == {f"practices/portal.{language}.md"}


def test_a_replaced_rule_is_listed_only_where_it_is_quoted(desk: Helpdesk) -> None:
    reply = desk.reply(Question("Fees for land register extracts ordered online"))
    listed = {item.source: item for item in resources(reply)}
    for source, item in listed.items():
        assert item.in_force or item.cited_by, source
    old = listed.get("rules/fees-2021.en.md")
    assert old is None or old.replaced_by == "Fees for land register extracts"


def test_a_reply_is_a_value(desk: Helpdesk) -> None:
    reply = desk.reply(Question("Vad kan upphandlare be om innan de köper?"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        reply.offer = ""  # type: ignore[misc]  # that it cannot be set is the point


@pytest.mark.parametrize("language", languages())
def test_each_catalogue_has_every_text_of_the_reply(language: str) -> None:
    own, english = catalogue(language), catalogue("en")
    assert own.reply.keys() == english.reply.keys()
    assert own.conditions.keys() == english.conditions.keys()
    assert all(own.conditions.values())
    for key, text in own.reply.items():
        assert text == text.strip() != ""
        assert ("{" in text) == ("{" in english.reply[key]), key
        names = ("quote", "region", "page", "number", "source", "title", "model")
        assert ("§" in text.format(**dict.fromkeys(names, "§"))) == ("{" in text)
    if language != "en":
        same = {key for key, text in own.reply.items() if text == english.reply[key]}
        assert same <= {"quote", "region", "page", "file", "question", "title"}
