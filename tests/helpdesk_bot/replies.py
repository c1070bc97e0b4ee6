"""Replies for tests of the formats, with the texts that a hostile document would hold."""

from __future__ import annotations

from helpdesk_bot.answers import Citation, CitedDocument, EngineInfo
from helpdesk_bot.reply.values import Group, Line, Reply, ReplyShortAnswer, Resource, Statement

HOSTILE = "](javascript:alert(1)) <script>alert(1)</script> **x** &copy; `code` \u202egnp.exe # h"
QUOTE = {
    "en": "A region needs a legal basis.",
    "sv": "En kommun behöver en rättslig grund.",
    "vi": "Địa phương cần có cơ sở pháp lý.",
}


def citation(number: int, language: str, quote: str, title: str, url: str | None) -> Citation:
    return Citation(
        citation_id=f"cit_{number}",
        number=number,
        passage_id=f"p{number}",
        document=CitedDocument(
            f"d{number}", title, "good_practice", None, "2024-05", language, url, f"d{number}.md", 1
        ),
        page=number,
        heading_path=(title, HOSTILE),
        start_char=0,
        end_char=len(quote),
        quote=quote,
        language=language,
    )


def reply(language: str, quoted_in: str, *, text: str | None = None, url: str | None = None) -> Reply:
    """A reply with one quote, in a language, from a document in another one."""
    quote = text or QUOTE[quoted_in]
    title = text or "Title"
    resource = Resource(
        kind="good_practice",
        title=title,
        document_id="d1",
        version=1,
        source="d1.md",
        publisher=text,
        date="2024-05",
        language=quoted_in,
        region="Trelleborg, Sverige",
        themes=("x",),
        url=url,
        cited_by=(1,),
        line=Line("framed", "…", language),
        conditions=Line("quoted", f"{quote}\n{quote}", quoted_in, 2),
        in_force=True,
        replaced_by=None,
    )
    return Reply(
        answer_id="a",
        conversation_id="c",
        created_at="2026-01-31T09:30:00Z",
        question=text or "?",
        question_language=language,
        language=language,
        outcome="answered",
        outcome_reason=None,
        confidence=0.9,
        engine=EngineInfo("extractive"),
        short_answer=ReplyShortAnswer(quote, quoted_in, 1),
        direct=(Statement("framed", "…", language), Statement("quoted", quote, quoted_in, (1,))),
        groups=(Group("good_practice", "G", (resource,)),),
        citations=(citation(1, quoted_in, quote, title, url), citation(2, quoted_in, quote, title, url)),
        offer="…",
        origin="…",
    )
