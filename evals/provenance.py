"""What made a run: the code, the machine, the packages. Enough to tell two runs apart."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import helpdesk_bot

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("chromadb", "ir_measures", "numpy", "sentence-transformers", "torch", "transformers")


def code_version() -> dict[str, Any]:
    """Return release, commit (None outside a checkout), whether it was changed, and the hash of the code."""
    commit = _git("rev-parse", "HEAD")
    return {
        "version": helpdesk_bot.__version__,
        "commit": commit,
        "changed": bool(_git("status", "--porcelain", "--untracked-files=no")) if commit else None,
        "code_sha256": hash_code(("corpus", "index", "helpdesk_bot", "evals")),
    }


@lru_cache(maxsize=8)
def hash_code(rooms: tuple[str, ...]) -> str:
    """Return the SHA-256 over the Python files of the rooms: what made the output, committed or not.

    Taken once a process: an edit while it runs does not change the code that it has loaded.
    """
    digest = hashlib.sha256()
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def machine() -> dict[str, Any]:
    """Return what figures of speed depend on."""
    return {
        "platform": platform.platform(terse=True),
        "python": platform.python_version(),
        "processor": _processor(),
        "n_cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "packages": {name: _package_version(name) for name in PACKAGES},
    }


def _processor() -> dict[str, Any]:
    """Return the model name and the flags that matter for bfloat16 (Linux; elsewhere the name alone)."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {"name": platform.processor(), "flags": []}
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = set(facts.get("flags", "").split())
    return {
        "name": facts.get("model name", platform.machine()),
        "flags": sorted(flags & {"amx_bf16", "avx512_bf16", "avx512_vnni", "avx2"}),
    }


def _package_version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
