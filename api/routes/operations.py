"""``/api/v1/admin``: the off switch, usage, retention and erasure, for programs of administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.admin_view import Administrator
from api.dependencies import ServiceOf
from api.replies import json_reply
from helpdesk_bot import off_switch, retention
from helpdesk_bot.usage import Usage, usage_of

router = APIRouter(prefix="/api/v1/admin", tags=["operations"])

REFUSED: dict[int | str, dict[str, Any]] = {422: {"description": "A value is not allowed"}}


class SwitchBody(BaseModel):
    """How the switch is to stand, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"off": True, "reason": "The price list is wrong; see ticket 812."}},
    )

    off: bool
    reason: str = Field(min_length=1, max_length=off_switch.MAX_REASON_CHARS)


class SwitchReply(BaseModel):
    """How the switch stands; ``changed_by`` is an account id."""

    off: bool
    reason: str
    changed_at: str | None
    changed_by: str | None


class Limits(BaseModel):
    """Days for which conversations are shown, and for which they are kept."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"visible_days": 90, "kept_days": 365}}
    )

    visible_days: int = Field(ge=1, le=retention.LONGEST_DAYS)
    kept_days: int = Field(ge=1, le=retention.LONGEST_DAYS)


class EraseBody(BaseModel):
    """The conversation that is to be erased."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"conversation_id": "0123456789abcdef0123456789abcdef"}},
    )

    conversation_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")


class ErasedReply(BaseModel):
    """What was erased; ``bytes_gone`` is false where the database was in use all the while."""

    n_conversations: int
    rows: dict[str, int]
    n_lines: int
    bytes_gone: bool


@router.get("/switch", response_model=SwitchReply, summary="Whether questions are answered")
def get_switch(service: ServiceOf, _account: Administrator) -> Response:
    """Return how the off switch stands."""
    return json_reply(off_switch.state(service.engine).to_json())


@router.put(
    "/switch",
    response_model=SwitchReply,
    responses=REFUSED,
    summary="Switch answering off or on",
    description="While it is off, every way to ask gives 503 with the code `switched_off`. The reason "
    "is kept in the audit log.",
)
def put_switch(body: SwitchBody, service: ServiceOf, account: Administrator) -> Response:
    """Move the off switch."""
    state = off_switch.switch(service.engine, off=body.off, who=account.account_id, reason=body.reason)
    return json_reply(state.to_json())


@router.get("/usage", response_model=Usage, summary="What the helpdesk is used for")
def get_usage(
    service: ServiceOf, _account: Administrator, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> Response:
    """Count questions by day, outcome, language and theme; group what the documents do not answer."""
    since = retention.visible_since(service.engine, service.settings)
    return json_reply(usage_of(service.engine, days, since=since).to_json())


@router.get("/retention", response_model=Limits, summary="How long conversations are kept")
def get_retention(service: ServiceOf, _account: Administrator) -> Response:
    """Return the limits in force."""
    return json_reply(retention.limits(service.engine, service.settings).to_json())


@router.put("/retention", response_model=Limits, responses=REFUSED, summary="Set how long they are kept")
def put_retention(body: Limits, service: ServiceOf, account: Administrator) -> Response:
    """Put limits in force."""
    wanted = retention.Limits(body.visible_days, body.kept_days)
    retention.set_limits(service.engine, wanted, account.account_id)
    return json_reply(wanted.to_json())


@router.post(
    "/erase",
    response_model=ErasedReply,
    summary="Erase a conversation",
    description="With its answers, feedback, review, wordings in the answer bank, messages and eval cases; "
    "and its bytes from the disk. One that does not exist is no error.",
)
def post_erase(body: EraseBody, service: ServiceOf, account: Administrator) -> Response:
    """Erase a conversation."""
    return json_reply(retention.erase(service.settings, body.conversation_id, account.account_id).to_json())
