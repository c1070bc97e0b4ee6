"""Is it alive, does it answer, and what does it count."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response
from fastapi.responses import PlainTextResponse

from api.dependencies import ServiceOf, from_loopback
from api.document_models import Liveness, Readiness
from api.metrics import MEDIA_TYPE
from api.openapi import problems
from api.replies import json_reply

router = APIRouter(tags=["operations"])

SWITCHED_OFF = "questions are not answered: an administrator switched answering off"


@router.get("/health/live", response_model=Liveness, summary="Is the process alive")
async def live() -> Response:
    """Say that the process is alive."""
    return json_reply({"status": "alive"})


@router.get(
    "/health/ready",
    response_model=Readiness,
    summary="Are questions answered",
    responses=problems(503),
)
def ready(service: ServiceOf) -> Response:
    """Say whether questions are answered, and what is not as it should be."""
    health = service.helpdesk.health()
    also = [service.load.reason(), SWITCHED_OFF if service.is_switched_off else None]
    reasons = [reason for reason in also if reason]
    return json_reply(
        {"status": "degraded" if reasons else health.status, "reasons": [*health.reasons, *reasons]}
    )


@router.get(
    "/metrics",
    summary="Counters for Prometheus, for this machine only",
    response_class=PlainTextResponse,
    responses=problems(403),
    dependencies=[Depends(from_loopback)],
)
async def metrics(service: ServiceOf) -> Response:
    """Return the counters."""
    text = service.metrics.text(
        ready=float(service.ready),
        questions_waiting=float(service.workers.n_waiting),
        questions_being_answered=float(service.workers.n_busy),
    )
    return Response(text, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
