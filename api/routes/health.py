"""Is it alive, does it answer, and what does it count."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from api.dependencies import ServiceOf, from_loopback
from api.metrics import MEDIA_TYPE
from api.replies import json_reply

router = APIRouter(tags=["operations"])


@router.get("/health/live", summary="Is the process alive")
async def live() -> Response:
    """Say that the process is alive."""
    return json_reply({"status": "alive"})


@router.get(
    "/health/ready",
    summary="Are questions answered",
    responses={503: {"description": "Not yet, with reasons"}},
)
def ready(service: ServiceOf) -> Response:
    """Say whether questions are answered, and what is not as it should be."""
    health = service.helpdesk.health()
    busy = service.load.reason()
    return json_reply(
        {
            "status": "degraded" if busy else health.status,
            "reasons": [*health.reasons, *([busy] if busy else [])],
        }
    )


@router.get(
    "/metrics",
    summary="Counters for Prometheus, for this machine only",
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
