"""The off switch: it holds over processes, wants a reason, and is in the audit log."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_bot import audit, off_switch
from helpdesk_bot.database import open_database
from helpdesk_bot.errors import OperationRefused
from tests.helpdesk_bot import library


@pytest.mark.parametrize("reason", ["The price list is wrong", "Prislistan är fel", "Bảng giá bị sai"])
def test_it_stays_off_for_every_process_until_it_is_switched_on(data_dir: Path, reason: str) -> None:
    engine = open_database(library.settings_for(data_dir))
    assert off_switch.is_off(engine) is None
    off_switch.switch(engine, off=True, who="acc1", reason=f"  {reason}\n")
    other = open_database(library.settings_for(data_dir))
    assert off_switch.is_off(other) == reason
    off_switch.switch(other, off=False, who="acc2", reason="mended")
    assert off_switch.is_off(engine) is None
    entries = audit.latest(engine)
    assert [(entry.who, entry.what) for entry in entries] == [
        ("acc2", "answering.switched_on"),
        ("acc1", "answering.switched_off"),
    ]
    assert entries[1].detail["reason"] == reason
    engine.dispose()
    other.dispose()


@pytest.mark.parametrize("reason", ["", " \n ", "x" * (off_switch.MAX_REASON_CHARS + 1)])
def test_without_a_fitting_reason_nothing_happens(data_dir: Path, reason: str) -> None:
    engine = open_database(library.settings_for(data_dir))
    with pytest.raises(OperationRefused):
        off_switch.switch(engine, off=True, who="acc1", reason=reason)
    assert off_switch.is_off(engine) is None
    assert audit.latest(engine) == ()
    engine.dispose()
