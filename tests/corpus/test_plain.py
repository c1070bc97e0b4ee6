import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import lines, plain
from corpus.building import TextBuilder
from corpus.errors import NoText
from corpus.hints import Hints
from corpus.text import normalise
from tests.corpus.sample_files import shared


def load(text, name="t.txt"):
    return plain.load(text.encode("utf-8"), Hints(name))


def blocks(document):
    return [(b.kind, document.text[b.start_char : b.end_char]) for s in document.sections for b in s.blocks]


def visible(text):
    return re.sub(r"\s", "", text)


@given(st.lists(st.one_of(st.text(max_size=60), st.sampled_from(["• a b", "1. Title", "", "word-", "- x"]))))
def test_no_visible_character_is_ever_lost(raw):
    text = normalise("\n".join(raw))
    kept = [line for line in text.split("\n") if not lines.is_rule(line.strip())]
    builder = TextBuilder()
    plain.fill(builder, plain.group(text.split("\n")))
    assert visible(builder.text) == visible("".join(kept))


@pytest.mark.parametrize(
    ("heading", "body"),
    [
        ("Digital identity", "Citizens can use one identity for all public services in the country."),
        ("Digital identitet", "Medborgare kan använda en identitet för alla offentliga tjänster i landet."),
        ("Danh tính số", "Người dân có thể dùng một danh tính cho mọi dịch vụ công trong cả nước."),
        (
            "21 action points: best practice for e-services",
            "The report gives an action plan for cities and regions.",
        ),
        ("eIDAS and wallets", "The regulation gives every citizen the right to a wallet by the end of 2026."),
    ],
)
def test_a_short_line_before_running_text_is_a_heading(heading, body):
    document = load(f"{body}\n\n{heading}\n{body}\n")
    assert blocks(document) == [("paragraph", body), ("heading", heading), ("paragraph", body)]
    assert [s.heading_path for s in document.sections] == [(), (heading,)]


def test_numbered_headings_stand_under_the_heading_above():
    body = "Ủy ban Châu Âu đã thiết lập các quy định để hỗ trợ dịch vụ công theo kịp các công nghệ mới."
    document = load(
        f"Khung chính sách\n{body}\n1. Cổng dịch vụ công\n{body}\n2. Joinup\n{body}\nKết luận\n{body}\n"
    )
    assert [s.heading_path for s in document.sections] == [
        ("Khung chính sách",),
        ("Khung chính sách", "1. Cổng dịch vụ công"),
        ("Khung chính sách", "2. Joinup"),
        ("Kết luận",),
    ]


def test_a_numbered_list_is_not_a_row_of_headings():
    document = load("Gör så här:\n1. Logga in\n2. Välj tjänst\n3. Skriv under\n")
    assert [kind for kind, _ in blocks(document)] == ["paragraph", "list_item", "list_item", "list_item"]


def test_list_items_are_blocks_and_wrapped_items_are_joined():
    text = (
        "Some good practices:\n\n  • Early warning: helps small firms\n    that face trouble\n     \n"
        "  • Tư vấn số: hỗ trợ doanh nghiệp nhỏ.\n•\nLone marker\n– streck som fortsätter\nmed gemen\n"
    )
    assert blocks(load(text)) == [
        ("paragraph", "Some good practices:"),
        ("list_item", "• Early warning: helps small firms that face trouble"),
        ("list_item", "• Tư vấn số: hỗ trợ doanh nghiệp nhỏ."),
        ("list_item", "• Lone marker"),
        ("list_item", "– streck som fortsätter med gemen"),
    ]


def test_hard_wrapped_text_is_reflowed_by_paragraph():
    paragraph = (
        "This standard consists of a set of requirements and guidelines\n"
        "for file and directory placement under UNIX-like systems. The\n"
        "Linux Foundation maintains it, and the guidelines support the\n"
        "interoperability of applications and system administration\n"
        "tools."
    )
    document = load(f"{paragraph}\n\n{paragraph}\n")
    assert [kind for kind, _ in blocks(document)] == ["paragraph", "paragraph"]
    assert blocks(document)[0][1] == paragraph.replace("\n", " ")


def test_a_hyphen_at_a_line_end_joins_without_a_space():
    assert blocks(load("Vi bygger e-\ntjänster för alla."))[0][1] == "Vi bygger e-tjänster för alla."


def test_underlined_headings():
    document = load("Policy\n======\n\nScope\n-----\n\nThis manual describes the policy.\n")
    assert document.sections[-1].heading_path == ("Policy", "Scope")
    assert "===" not in document.text


def test_no_text():
    with pytest.raises(NoText, match=r"t\.txt"):
        load("  \n...\n")


def real(name):
    data = shared("policy-documents", name).read_bytes()
    document = plain.load(data, Hints(name))
    assert visible(document.text) == visible(normalise(data.decode("utf-8")))
    return document


def test_real_swedish_article():
    document = real("ai-public-sector-five-reasons.sv.txt")
    assert document.metadata.language == "sv"
    headings = [text for kind, text in blocks(document) if kind == "heading"]
    assert len(headings) == 5
    assert headings[0] == "1. AI utökar transformationsområdet som aldrig förr"
    assert any("492 tjänstemän i 14 länder" in text for kind, text in blocks(document) if kind == "paragraph")


def test_real_vietnamese_policy_brief():
    document = real("eu-digital-public-services.vi.txt")
    assert {s.language for s in document.sections} == {"vi"}
    paths = [s.heading_path for s in document.sections]
    assert ("Khung chính sách và sáng kiến của Châu Âu", "3. Nền tảng GovTech Connect") in paths
    assert ("Kết luận",) in paths
    # A line that was broken in the middle of a sentence.
    assert "các nền tảng dễ tiếp cận đáp ứng nhu cầu đa dạng" in document.text


def test_real_helpdesk_reply():
    document = real("interreg-digitalisation-helpdesk.en.txt")
    assert document.metadata.title == "Digitalisation of public services"
    paths = {s.heading_path[-1] for s in document.sections if s.heading_path}
    assert {
        "AI4Citizens - Supporting ethical and effective AI governance in European cities and regions",
        "ENAIBLER - Enabling AI-driven public sector",
        "embrAIsme - Improving conditions and policies for SMEs to embrace AI",
        "Good practices on digitalisation of the public sector",
    } <= paths
    items = [text for kind, text in blocks(document) if kind == "list_item"]
    assert len(items) == 17
    assert sum("Business diagnostic test" in item for item in items) == 1


def test_real_slides_and_press_release():
    slides = real("oecd-ict-citizen-driven-public-sector.en.txt")
    assert ("list_item", "• Selection of adequate solution & mode of delivery") in blocks(slides)
    assert ("heading", "Main challenges of m-government") in blocks(slides)
    release = real("stockholm-e-services-21-points.en.txt")
    assert release.metadata.title == (
        "21 action points: best practice for successful public e-services in new report"
    )
