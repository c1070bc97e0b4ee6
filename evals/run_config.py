"""``config.json`` of a run: what it is a run of, and whether a killed one may go on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.errors import RunError
from evals.provenance import code_version, machine

_MENDING = {
    "code": "the code was changed since: check out the version that began it (`code` in config.json)",
    "documents_sha256": "the documents were changed since",
    "index_key": "the index was made with other settings or other code",
    "suite_sha256": "the suite was edited since",
}


def begin(folder: Path, identity: Mapping[str, Any], notes: Mapping[str, Any]) -> None:
    """Write the configuration, or check that a run to be continued has the same.

    Args:
        folder: the run folder, locked.
        identity: what a continued run must have in common with the earlier part.
        notes: what is written down besides.

    Raises:
        RunError: the folder holds another run, or something else.
    """
    path = folder / run_folder.CONFIG
    code = code_version()
    if not path.exists():
        if not run_folder.is_untouched(folder):
            raise RunError(f"{folder} is not empty and holds no run; choose another --out")
        config = {**identity, **notes, "code": code, "machine": machine(), "started_at": _now()}
        run_folder.write_json(path, config)
        return
    earlier = run_folder.read_object(path)
    changed = [name for name, value in _plain(identity).items() if earlier.get(name) != value]
    if earlier.get("code", {}).get("code_sha256") != code["code_sha256"]:
        changed.append("code")
    if changed:
        reasons = [_MENDING[name] for name in changed if name in _MENDING]
        why = f" ({'; '.join(reasons)})" if reasons else ""
        raise RunError(
            f"{folder} holds a run that differs in {', '.join(changed)}{why}: choose another --out, "
            "or give the options of that run to go on with it"
        )
    if "finished_at" not in earlier:
        note(folder, resumed_at=[*earlier.get("resumed_at", ()), _now()])


def finish(folder: Path) -> None:
    """Write down when every case had been asked (once)."""
    if "finished_at" not in run_folder.read_json(folder / run_folder.CONFIG):
        note(folder, finished_at=_now())


def note(folder: Path, **notes: Any) -> None:
    """Add to the configuration of a run."""
    path = folder / run_folder.CONFIG
    run_folder.write_json(path, run_folder.read_json(path) | notes)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value as it reads when it has been through a file."""
    plain: dict[str, Any] = json.loads(json.dumps(value))
    return plain
