"""What made a run: the code, the machine, the packages. Enough to tell two runs apart."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import helpdesk_bot
from helpdesk_bot.settings import Settings
from index.bundled_model import SOURCE_SHA256
from index.reader import ADAPTERS

ROOT = Path(__file__).resolve().parents[1]
CODE_ROOMS = ("corpus", "index", "helpdesk_bot", "evals/systems")
"""What makes an answer. A measure or a report that changes leaves a run's outputs as they are."""

_CODE_SUFFIXES = {".py", ".json", ".toml", ".txt"}
_NO_CODE = {"documents", "suites", "baselines", "examples", "__pycache__"}
_WEIGHT_SUFFIXES = (".safetensors", ".bin", ".json")

PACKAGES = ("chromadb", "ir_measures", "numpy", "sentence-transformers", "torch", "transformers")


def code_version() -> dict[str, Any]:
    """Return release, commit (None outside a checkout), whether it was changed, and two hashes.

    ``code_sha256`` is of what makes an answer (`CODE_ROOMS`), ``evals_sha256`` of what asks and scores.
    """
    commit = _git("rev-parse", "HEAD")
    return {
        "version": helpdesk_bot.__version__,
        "commit": commit,
        "changed": bool(_git("status", "--porcelain", "--untracked-files=no")) if commit else None,
        "code_sha256": hash_code(CODE_ROOMS),
        "evals_sha256": hash_code(("evals",)),
    }


@lru_cache(maxsize=8)
def hash_code(rooms: tuple[str, ...], *, without: Collection[str] = ()) -> str:
    """Return the SHA-256 over the code of the rooms and the data files that lie in it.

    What made the output, committed or not: calibration, prompts and word lists
    bear on answers as much as Python does. Taken once a process: an edit while
    it runs does not change the code that it has loaded. ``without``: files that
    have no part in it, such as ``index/fusion.py``.
    """
    digest = hashlib.sha256()
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*")):
            inside = path.relative_to(ROOT / room)
            if path.relative_to(ROOT).as_posix() in without:
                continue
            if path.suffix in _CODE_SUFFIXES and not set(inside.parts[:-1]) & _NO_CODE and path.is_file():
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
                digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def models(settings: Settings) -> dict[str, Any]:
    """Return what tells the models, prompts and fitted numbers of a run from others.

    Returns:
        ``embedder`` (name and ``weights_sha256``, None where the weights lie in
        no folder of ours), ``chat_model``, ``prompts_sha256`` by file,
        ``calibration_sha256``, ``reader_sha256`` (None where the trained
        reader's file is missing).
    """
    room = ROOT / "helpdesk_bot"
    adapters = ROOT / "index" / ADAPTERS
    return {
        "embedder": {"name": settings.embedder, "weights_sha256": _weights_sha256(settings.embedder)},
        "chat_model": settings.chat_model,
        "prompts_sha256": {path.name: hash_file(path) for path in sorted((room / "prompts").glob("*.txt"))},
        "calibration_sha256": hash_file(room / "calibration.json"),
        "reader_sha256": hash_file(adapters) if adapters.exists() else None,
    }


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=4)
def _weights_sha256(embedder: str) -> str | None:
    if embedder == "bundled":
        return SOURCE_SHA256
    folder = Path(embedder).expanduser()
    digest = hashlib.sha256()
    files = sorted(path for suffix in _WEIGHT_SUFFIXES for path in folder.rglob(f"*{suffix}"))
    for path in files:
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + hash_file(path).encode())
    return digest.hexdigest() if files else None


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
