"""What an expert changed becomes a case of the suite in the data directory."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping
from typing import Any

from api.service import Service

log = logging.getLogger(__name__)


def keep_case(service: Service, released: Mapping[str, Any], reason: str) -> None:
    """Write the case of a released reply; a fault here never takes the release back.

    Args:
        service: whose data directory.
        released: what `ReviewDesk.release` gave.
        reason: why the text was edited.
    """
    item = released["item"]
    if released["bank_entry_id"] is None:
        return  # it cites nothing, or a document that is no more: nothing could be expected of an answer
    try:
        cases: Any = importlib.import_module("evals.cases_from_reviews")  # heavy: only here
        cases.write_case(service.settings.data_dir, item, item["draft"], released["answer"], reason)
    except Exception as error:
        log.error("no eval case of a released reply: %s", type(error).__name__)
