"""``POST /api/v1/feedback``: did an answer help, and what is wrong with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import Limited, ServiceOf
from api.questions import clean
from api.replies import json_reply
from helpdesk_bot.feedback import MAX_NOTE_CHARS, Feedback, Reason, give

router = APIRouter(prefix="/api/v1", tags=["feedback"])


class FeedbackBody(BaseModel):
    """What an asker says of an answer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "answer_id": "0f3c5a6e7b8d4c2f9a1b3c4d5e6f7a8b",
                "helpful": False,
                "reason": "outdated",
                "note": "Changed in May.",
            }
        },
    )

    answer_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="Of the answer.")]
    helpful: bool
    reason: Reason | None = Field(None, description="What is wrong; only where it did not help.")
    note: Annotated[str, Field(max_length=MAX_NOTE_CHARS)] | None = Field(
        None, description="In the asker's own words; not kept where it holds personal data."
    )


class FeedbackReply(BaseModel):
    """What became of it."""

    answer_id: str
    helpful: bool
    note_kept: bool = Field(description="False where the note held personal data.")
    in_review: bool = Field(description="Whether an expert will look at the answer because of this.")


@router.post(
    "/feedback",
    status_code=201,
    response_model=FeedbackReply,
    summary="Say whether an answer helped",
    description="Said again of the same answer, the later word counts. A reason against an answer puts it "
    "before an expert. Needs no account: the answer's number is known to its asker alone.",
    responses={404: {"description": "No answer with this number is recorded (`answer_not_found`)."}},
)
def feedback(body: FeedbackBody, service: ServiceOf, limited: Limited) -> Response:
    """Keep what an asker says of an answer."""
    note = clean(body.note) if body.note else None
    taken = give(service.engine, Feedback(body.answer_id, body.helpful, body.reason, note))
    reply = FeedbackReply(
        answer_id=body.answer_id,
        helpful=body.helpful,
        note_kept=taken.note_kept,
        in_review=taken.item_id is not None,
    )
    return json_reply(reply.model_dump(), limited, 201)
