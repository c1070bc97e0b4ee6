"""Reads a question beside an excerpt: is it about that, does it answer, and where.

The bundled model with trained low-rank differences (`reader_adapters.safetensors`;
its card is docs/reader-model-card.md, `evals.fitting.reader` makes it). The
differences are added to the weights once, so a row costs what a passage costs
the embedder.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from index import bundled_model
from index.bert_encoder import BertEncoder
from index.errors import ModelUnavailable
from index.reader_input import ReaderRow, lay_out

if TYPE_CHECKING:
    from torch import Tensor

ADAPTERS = "reader_adapters.safetensors"
_HEADS = ("dense", "verdict", "span")
MAX_SPAN_TOKENS = 24
"""A longer answer is a sentence, and is quoted as one."""
_PADDED_TOKENS = 1200
"""Of one forward pass, filling included: what stays in a processor's cache."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says about one excerpt.

    ``relevance`` and ``answers`` are logits (any number, 0 is even odds) that
    the excerpt is about what is asked, and that it answers. ``start_char`` and
    ``end_char``: the most likely answer, half open in the excerpt (equal:
    none). ``span``: its log odds against there being none.
    """

    relevance: float
    answers: float
    span: float
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Whole sentences to read; ``context``: title and heading they stand under, may be empty."""

    context: str
    text: str


class Reader(Protocol):
    """Reads excerpts for one question; safe to call from several threads."""

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[Reading]:
        """Return one reading for each excerpt, in their order."""
        ...


def open_reader(cache_dir: Path) -> Reader:
    """Load the reader that ships with this version.

    Args:
        cache_dir: where the bundled model is expanded.

    Raises:
        ModelUnavailable: model or adapters are missing; the message says which.
    """
    source = resources.files("index").joinpath(ADAPTERS)
    with resources.as_file(source) as path:
        return load_reader(path, cache_dir)


@cache
def cached_reader(cache_dir: Path) -> Callable[[], Reader]:
    """Return what gives the reader, loaded when it is first asked for and once a process."""
    lock = Lock()
    loaded: list[Reader] = []

    def reader() -> Reader:
        with lock:
            if not loaded:
                loaded.append(open_reader(cache_dir))
        return loaded[0]

    return reader


def load_reader(adapters: Path, cache_dir: Path) -> Reader:
    """Load a reader from an adapter file, as `open_reader`."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(adapters, "pt") as file:
            metadata: dict[str, str] = file.metadata() or {}
            values: dict[str, Tensor] = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ModelUnavailable(f"The reader's adapters {adapters} cannot be read: {error}.") from error
    if metadata.get("base") != bundled_model.NAME:
        raise ModelUnavailable(
            f"The reader's adapters {adapters} were trained on {metadata.get('base')}, "
            f"not on {bundled_model.NAME}. Train them again: python -m evals.fitting.reader."
        )
    encoder = BertEncoder.load(bundled_model.ensure(cache_dir), "float32")
    heads = {name: value for name, value in values.items() if name.split(".")[0] in _HEADS}
    return LowRankReader(_adapted(encoder, values), heads)


@dataclass(frozen=True, slots=True)
class LowRankReader:
    """The bundled encoder with the differences added in; ``heads``: their weights by name."""

    encoder: BertEncoder
    heads: Mapping[str, Tensor]

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[Reading]:
        """Return one reading for each excerpt, in their order."""
        rows = lay_out(
            self.encoder.tokenizer,
            [question] * len(excerpts),
            [excerpt.context for excerpt in excerpts],
            [excerpt.text for excerpt in excerpts],
        )
        found: dict[int, Reading] = {}
        for batch in _batches([len(row.ids) for row in rows]):
            hidden, means = self.encoder.forward([rows[i].ids for i in batch])
            for i, reading in zip(batch, self._judge([rows[i] for i in batch], hidden, means), strict=True):
                found[i] = reading
        return [found[i] for i in range(len(excerpts))]

    def _judge(
        self, rows: Sequence[ReaderRow], hidden: npt.NDArray[np.float32], means: npt.NDArray[np.float32]
    ) -> list[Reading]:
        dense = np.tanh(_linear(hidden[:, 0] + means, self.heads, "dense"))
        verdicts = _linear(dense, self.heads, "verdict")
        places = _linear(hidden, self.heads, "span")
        return [
            _reading(row, verdict, place) for row, verdict, place in zip(rows, verdicts, places, strict=True)
        ]


def _reading(row: ReaderRow, verdict: npt.NDArray[np.float32], places: npt.NDArray[np.float32]) -> Reading:
    starts, ends = places[row.first : row.last, 0], places[row.first : row.last, 1]
    nowhere = float(places[0, 0] + places[0, 1])
    best, first, last = -math.inf, 0, -1
    for begin in range(len(starts)):
        end = begin + int(np.argmax(ends[begin : begin + MAX_SPAN_TOKENS]))
        score = float(starts[begin] + ends[end])
        if score > best:
            best, first, last = score, begin, end
    if last < 0:
        return Reading(float(verdict[0]), float(verdict[1]), -math.inf, 0, 0)
    return Reading(
        relevance=float(verdict[0]),
        answers=float(verdict[1]),
        span=best - nowhere,
        start_char=int(row.starts[first]),
        end_char=int(row.ends[last]),
    )


def _linear(
    values: npt.NDArray[np.float32], weights: Mapping[str, Tensor], name: str
) -> npt.NDArray[np.float32]:
    product = values @ weights[f"{name}.weight"].numpy().T + weights[f"{name}.bias"].numpy()
    return np.asarray(product, np.float32)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Return rows of like length together, the longest first, none over `_PADDED_TOKENS` filled up."""
    batches: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= _PADDED_TOKENS:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


def _adapted(encoder: BertEncoder, values: Mapping[str, Tensor]) -> BertEncoder:
    """Return the encoder with the differences added to its upper layers."""
    n_trained = sum(name.startswith("down.") for name in values) // 4
    first = len(encoder.layers) - n_trained
    layers = list(encoder.layers[:first])
    for number, layer in enumerate(encoder.layers[first:]):
        pairs = []
        for part, (weight, _) in enumerate((layer.qkv, layer.attention_output, layer.expand, layer.contract)):
            place = 4 * number + part
            difference = values[f"up.{place}"] @ values[f"down.{place}"]
            pairs.append((weight + difference, values[f"bias.{place}"]))
        norms = [values[f"norm.{4 * number + i}"] for i in range(4)]
        layers.append(
            replace(
                layer,
                qkv=pairs[0],
                attention_output=pairs[1],
                expand=pairs[2],
                contract=pairs[3],
                attention_norm=(norms[0], norms[1]),
                output_norm=(norms[2], norms[3]),
            )
        )
    return replace(encoder, layers=tuple(layers))
