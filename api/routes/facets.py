"""``GET /api/v1/documents/facets``: what the documents can be narrowed by."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Response

from api.dependencies import ServiceOf
from api.offered import facets
from api.replies import json_reply
from corpus.facets import Facets

router = APIRouter(prefix="/api/v1/documents", tags=["documents"])


@router.get(
    "/facets",
    response_model=Facets,
    summary="What the documents can be narrowed by",
    description="The values of each filter among the documents in force, with the number of documents: "
    "each can be sent as a filter of `/ask` and `/documents` as it stands.",
)
def get_facets(service: ServiceOf) -> Response:
    """Return the values of each filter."""
    return json_reply(asdict(facets(service.helpdesk.engine)))
