"""The settings of running a helpdesk, a part of `helpdesk_bot.settings.Settings`."""

from __future__ import annotations

from pydantic import BaseModel, Field


class OperationOptions(BaseModel):
    """Options of uploads and of how long conversations are kept."""

    max_upload_bytes: int = Field(
        100_000_000,
        ge=1_000,
        le=2_000_000_000,
        description="Largest upload of documents in one request, in bytes. A single file of more than "
        "100,000,000 bytes is refused in any case.",
    )
    conversations_visible_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="Days after which a conversation is no longer shown, nor counted in the usage. The "
        "administrator's page goes before this.",
    )
    conversations_kept_days: int = Field(
        365,
        ge=1,
        le=3650,
        description="Days after which `helpdesk retention run` erases a conversation with all that came of "
        "it. The administrator's page goes before this.",
    )
