"""The shapes in which documents are given, for the OpenAPI document."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class DocumentBody(BaseModel):
    """What is known of a version of a document; dates are as the document gives them (a year, a day)."""

    document_id: str
    source: str = Field(description="Its address as ingested, or its path in the ingested folder.")
    status: Literal["in_force", "withdrawn"]
    version: int
    current_version: int
    title: str
    kind: str
    publisher: str | None
    date: str | None
    language: str = Field(description="A two-letter code; `und` where it is not known.")
    themes: list[str]
    region: str | None
    url: str | None
    licence: str | None
    valid_from: str | None
    valid_until: str | None
    supersedes: str | None
    media_type: str
    content_sha256: str = Field(description="Of the original file.")
    n_chars: int = Field(description="Code points of its text.")
    notes: list[str] = Field(description="What reading it left out.")
    ingested_at: str


class DocumentList(BaseModel):
    """A page of a list of documents."""

    documents: list[DocumentBody]
    total: int = Field(description="Over all pages.")
    limit: int
    offset: int


class VersionBody(BaseModel):
    """A version of a document."""

    version: int
    ingested_at: str
    content_sha256: str
    title: str


class DocumentWithVersions(DocumentBody):
    """A document and its versions, the oldest first."""

    versions: list[VersionBody]


class DocumentText(BaseModel):
    """The text that citations count in: ``text[start_char:end_char]`` is a quote, in code points."""

    document_id: str
    version: int
    text: str


class Liveness(BaseModel):
    """The process is alive."""

    status: Literal["alive"]


class Readiness(BaseModel):
    """Questions are answered; ``degraded``: not as well as they should be, for these reasons."""

    status: Literal["ready", "degraded"]
    reasons: list[str]
