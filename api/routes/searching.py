"""``/api/v1/search`` and ``/api/v1/passages``: passages for programs that read for themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import Limited, ServiceOf
from api.openapi import problems
from api.questions import check_question, read_filters
from api.replies import json_reply
from api.schemas import FilterValues, filter_pairs
from helpdesk_bot.searching import (
    MOST_CONTEXT,
    Found,
    FoundPassage,
    OpenedPassage,
    open_passage,
    passage_json,
    search_passages,
)

MOST_IN_A_PAGE = 50
MOST_SKIPPED = 50

router = APIRouter(prefix="/api/v1", tags=["documents"])


class SearchBody(BaseModel):
    """What is looked for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"query": "bibliotek som lånar ut surfplattor", "limit": 5}},
    )

    query: str = Field(description="Words or a question, in any language.")
    filters: dict[str, FilterValues] | None = Field(
        default=None,
        description="Only these documents: kind, language, theme, region, publisher, source, year.",
    )
    limit: int = Field(10, ge=1, le=MOST_IN_A_PAGE)
    offset: int = Field(0, ge=0, le=MOST_SKIPPED)


class SearchReply(BaseModel):
    """A page of passages, the best first; ``next_offset`` is ``null`` at the end."""

    passages: list[FoundPassage]
    next_offset: int | None


@router.post(
    "/search", response_model=SearchReply, responses=problems(422, 429, 503), summary="Find passages"
)
async def search(body: SearchBody, service: ServiceOf, limited: Limited) -> Response:
    """Find the passages that bear on a query, in documents of any language; nothing is recorded."""
    query = check_question(body.query, service.settings.max_question_chars)
    filters = read_filters(filter_pairs(body.filters))
    helpdesk = service.helpdesk

    def work() -> Found:
        return search_passages(helpdesk.search, query, filters, most=body.limit, skip=body.offset)

    found = await service.workers.run(work)
    skip = found.next_skip if found.next_skip is not None and found.next_skip <= MOST_SKIPPED else None
    return json_reply(
        {"passages": [passage_json(passage) for passage in found.passages], "next_offset": skip}, limited
    )


@router.get(
    "/passages/{passage_id}",
    response_model=OpenedPassage,
    responses=problems(404),
    summary="One passage",
)
def get_passage(
    passage_id: str,
    service: ServiceOf,
    context_chars: Annotated[
        int, Query(ge=0, le=MOST_CONTEXT, description="Characters of the text on each side.")
    ] = 0,
) -> Response:
    """Return a passage by its id, with the text around it."""
    opened = open_passage(service.helpdesk.engine, passage_id, context_chars=context_chars)
    return json_reply(passage_json(opened))
