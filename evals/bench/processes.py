"""Each measurement in its own fresh process, so that none is warmed or slowed by another."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from evals.errors import EvalError
from evals.provenance import ROOT
from helpdesk_bot.settings import Settings


class BenchFailedError(EvalError):
    """A measuring process failed; the message ends with what it said."""


def run_worker(module: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Run ``python -m module`` and return the JSON object on its last line of output.

    Raises:
        BenchFailedError: it ended with an error or said nothing.
    """
    places = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(places),
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
    }
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        tail = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise BenchFailedError(f"{module} ended with {done.returncode}:\n{tail}")
    result: dict[str, Any] = json.loads(lines[-1])
    return result


def to_argument(settings: Settings) -> str:
    """Return settings as a worker's argument; other users can read arguments, so no key is in it."""
    return settings.model_dump_json(exclude={"chat_api_key", "chat_model"})


def report(result: dict[str, Any]) -> None:
    """Print a worker's result as its last line."""
    print(json.dumps(result), flush=True)


def peak_rss_mb() -> float:
    """Return the peak resident memory of this process so far, in MB (10^6 bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6
