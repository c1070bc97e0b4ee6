"""The documentation holds together: links, decision records, commands and targets that exist."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from api.parser import build_parser
from helpdesk_bot.settings import ENVIRONMENT_PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")]
)
DECISIONS = sorted(ROOT.glob("docs/decisions/*.md"))
MOST_WORDS = 400

LINK = re.compile(r"(?<!\!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")
IMAGE = re.compile(r"!\[[^\]]*\]\(([^()\s]+)\)")
FENCE = re.compile(r"^(`{3,}).*?^\1`*\s*$", re.MULTILINE | re.DOTALL)
# As code only, on one line: in a sentence, "helpdesk" and "make" are words.
COMMAND = re.compile(r"^(?:\$ )?(?:\S*/)?helpdesk ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
TARGET = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S+ )*make ([a-z][a-z-]*)")
OPTION = re.compile(r"(?<!\S)(--[a-z][a-z-]*)")
VARIABLE = re.compile(rf"\b{ENVIRONMENT_PREFIX}([A-Z_]+)\b")


def named(path):
    return path.relative_to(ROOT).as_posix()


def prose(text):
    """The text without fenced code, where square brackets are not links."""
    return FENCE.sub("", text)


def slug(heading):
    """The anchor that forges make of a heading."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@cache
def anchors(path):
    return {
        slug(heading) for heading in re.findall(r"^#+ +(.+)$", prose(path.read_text("utf-8")), re.MULTILINE)
    }


def code_lines(text):
    """Every line of fenced code and every piece of inline code, without comments."""
    inside = [line for block in FENCE.finditer(text) for line in block.group().split("\n")[1:-1]]
    pieces = [*inside, *re.findall(r"`([^`\n]+)`", prose(text))]
    return [re.split(r"\s#", piece)[0].strip() for piece in pieces]


@cache
def program():
    return build_parser()


def commands(parser):
    """The subcommands of a parser by name, each with its own parser."""
    found = {}
    for action in parser._actions:
        if isinstance(action.choices, dict):
            found |= action.choices
    return found


@cache
def targets():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


def wrong_commands(text):
    """What the code of a page names that the program does not have."""
    wrong = []
    for line in code_lines(text):
        if match := COMMAND.match(line):
            parser = commands(program()).get(match[1])
            if parser is not None and (actions := commands(parser)):
                # `helpdesk index` alone names the group.
                parser = actions.get(match[2]) if match[2] else parser
            if parser is None:
                wrong.append(line)
            else:
                known = parser._option_string_actions
                wrong += [f"{option} of {line}" for option in OPTION.findall(line) if option not in known]
        elif (match := TARGET.match(line)) and match[1] not in targets():
            wrong.append(line)
    return wrong


@cache
def places_linked_from(page):
    links = LINK.findall(prose(page.read_text("utf-8")))
    return {(page.parent / link.partition("#")[0]).resolve() for link in links}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page):
    text = prose(page.read_text("utf-8"))
    broken = []
    for link in LINK.findall(text) + IMAGE.findall(text):
        if re.match(r"[a-z][a-z+.-]*:", link):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (page.parent / place).resolve() if place else page
        lost = anchor and target.suffix == ".md" and target.exists() and anchor not in anchors(target)
        if lost or not target.exists() or not target.is_relative_to(ROOT):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_targets_and_options_exist(page):
    assert wrong_commands(page.read_text("utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_environment_variables_are_settings(page):
    found = set(VARIABLE.findall(page.read_text("utf-8")))
    assert {name for name in found if name.lower() not in Settings.model_fields} - {"NAME"} == set()


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent.name in ("how-to", "decisions")], ids=named
)
def test_no_page_is_an_orphan(page):
    """Every how-to and decision record can be reached: by name, or by the folder that a page links to."""
    linked = set().union(*(places_linked_from(other) for other in PAGES if other != page))
    assert {page, page.parent} & linked


@pytest.mark.parametrize("record", DECISIONS, ids=named)
class TestDecision:
    def test_has_its_three_parts_in_order(self, record):
        headings = re.findall(r"^## (.+)$", record.read_text("utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences"]

    def test_is_short(self, record):
        assert len(record.read_text("utf-8").split()) < MOST_WORDS

    def test_is_numbered_as_it_is_named(self, record):
        number = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", record.name)
        title = re.match(r"# (\d+)\. \S", record.read_text("utf-8"))
        assert number
        assert title
        assert int(number[1]) == int(title[1])


def test_decisions_are_numbered_without_gap():
    assert [int(record.name[:4]) for record in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize(
    "text",
    [
        "`helpdesk nonsense`",
        "```\n.venv/bin/helpdesk index nonsense\n```",
        "`helpdesk ask --nonsense`",
        "`make nonsense`",
        "```\nPORT=9000 make nonsense\n```",
    ],
)
def test_a_wrong_command_is_noticed(text):
    assert wrong_commands(text)


@pytest.mark.parametrize("text", ["`helpdesk index`", "`make run`", "helpdesk nonsense, make do", "`make`"])
def test_a_right_command_is_not(text):
    assert wrong_commands(text) == []
