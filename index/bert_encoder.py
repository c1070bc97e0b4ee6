"""The bundled model's forward pass in plain torch.

The same sums as Sentence-Transformers makes of the same folder (a test compares
them), without importing it: measured on two AVX2 cores, 2 s instead of 9 s until
the first vector, and 300 MB less memory. Weights are mapped from the file, so
that only the used rows of the 384 MB embedding table are ever in memory.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from index.chunks import FloatArray
from index.pooling import TokenisedText

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

Precision = Literal["float32", "bfloat16"]

_PRIMITIVES = "64"
"""Compiled kernels that oneDNN keeps, one for each shape of rows in bfloat16: its own 1,024 take
some 100 MB after a few hundred questions; with 64 answers take as long, with 24 a sixth longer."""


_BATCHES_A_THREAD = 4
"""With fewer, a thread that is done early waits longer for the others than side by side saves."""


def best_precision() -> Precision:
    """Return ``bfloat16`` on processors that multiply it natively (AMX, AVX512-BF16), else ``float32``.

    Where it is emulated it is several times slower than float32.
    """
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return "float32"  # not Linux: never wrong, only slower
    return "bfloat16" if "amx_bf16" in flags or "avx512_bf16" in flags else "float32"


@dataclass(frozen=True, slots=True)
class Layer:
    """One encoder layer; ``qkv`` holds the three projections in one matrix, for one multiplication."""

    qkv: tuple[Tensor, Tensor]
    attention_output: tuple[Tensor, Tensor]
    attention_norm: tuple[Tensor, Tensor]
    expand: tuple[Tensor, Tensor]
    contract: tuple[Tensor, Tensor]
    output_norm: tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class BertEncoder:
    """A BERT encoder with mean pooling: an `index.pooling.TokenModel`."""

    tokenizer: Tokenizer
    word_embeddings: Tensor
    position_embeddings: Tensor
    embedding_norm: tuple[Tensor, Tensor]
    layers: tuple[Layer, ...]
    n_heads: int
    layer_norm_eps: float
    special_tokens: tuple[tuple[int, ...], tuple[int, ...]]
    pad_token: int

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""
        return int(self.word_embeddings.shape[1])

    @property
    def max_tokens(self) -> int:
        """The longest row, special tokens included."""
        return int(self.position_embeddings.shape[0])

    @classmethod
    def load(cls, folder: Path, precision: Precision | None = None) -> BertEncoder:
        """Load the folder that `bundled_model.ensure` gives; ``precision`` None takes the best."""
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _PRIMITIVES)
        import torch

        config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        weights = _mapped_weights(folder / "model.safetensors")
        dtype = getattr(torch, precision or best_precision())
        layers = tuple(
            _layer(weights, f"encoder.layer.{i}", dtype) for i in range(config["num_hidden_layers"])
        )
        positions = weights["embeddings.position_embeddings.weight"]
        tokenizer = _load_tokenizer(folder / "tokenizer.json")
        ids = tokenizer.encode("a").ids  # <s> a </s>
        return cls(
            tokenizer=tokenizer,
            word_embeddings=weights["embeddings.word_embeddings.weight"],
            position_embeddings=positions + weights["embeddings.token_type_embeddings.weight"][0],
            embedding_norm=_pair(weights, "embeddings.LayerNorm", torch.float32),
            layers=layers,
            n_heads=config["num_attention_heads"],
            layer_norm_eps=config["layer_norm_eps"],
            special_tokens=((ids[0],), (ids[-1],)),
            pad_token=config["pad_token_id"],
        )

    def tokenise(self, texts: Sequence[str]) -> list[TokenisedText]:
        """Return the content tokens of each text, all of them."""
        encodings = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        result = []
        for encoding in encodings:
            offsets = np.array(encoding.offsets, np.int64).reshape(-1, 2)
            result.append(TokenisedText(np.array(encoding.ids, np.int64), offsets[:, 0], offsets[:, 1]))
        return result

    def forward(self, rows: Sequence[npt.NDArray[np.int64]]) -> tuple[FloatArray, FloatArray]:
        """Return token vectors ``(n_rows, longest, dim)`` and their means ``(n_rows, dim)``, float32."""
        import torch

        lengths = torch.tensor([len(row) for row in rows])
        longest = int(lengths.max())
        ids = torch.full((len(rows), longest), self.pad_token)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.from_numpy(row)
        own = torch.arange(longest) < lengths[:, None]
        with torch.inference_mode():
            # All of one length is the common case after sorting, and attention is faster unmasked.
            hidden = self._encode(ids, None if bool(own.all()) else own[:, None, None, :]).float()
            means = (hidden * own[:, :, None]).sum(1) / lengths[:, None]
            return hidden.numpy(), means.numpy()

    def forward_all(
        self, batches: Iterable[Sequence[npt.NDArray[np.int64]]]
    ) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Yield what `forward` returns for each batch, in their order.

        Many batches are computed side by side, one on each of torch's threads, few one after
        the other on all of them. Side by side no thread waits for another after each of some
        100 steps: a sixth faster on an idle machine, twice as fast beside other work (docs/decisions).
        """
        import torch

        n_threads = torch.get_num_threads()
        waiting = list(batches)
        n_workers = min(n_threads, len(waiting) // _BATCHES_A_THREAD)
        if n_workers < 2:
            yield from map(self.forward, waiting)
            return
        running: deque[Future[tuple[FloatArray, FloatArray]]] = deque()
        pool = ThreadPoolExecutor(n_workers, initializer=torch.set_num_threads, initargs=(1,))
        try:
            for batch in waiting:
                running.append(pool.submit(self.forward, batch))
                if len(running) >= 2 * n_workers:  # so many results are held, and no more
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            torch.set_num_threads(n_threads)  # new threads of the process would take the last word

    def _encode(self, ids: Tensor, mask: Tensor | None) -> Tensor:
        from torch.nn import functional as nn

        n_rows, longest = ids.shape
        size, eps = self.dimension, self.layer_norm_eps
        hidden = nn.embedding(ids, self.word_embeddings) + self.position_embeddings[:longest]
        hidden = nn.layer_norm(hidden, (size,), *self.embedding_norm, eps).to(self.layers[0].qkv[0].dtype)
        for layer in self.layers:
            heads = nn.linear(hidden, *layer.qkv).view(n_rows, longest, 3, self.n_heads, size // self.n_heads)
            query, key, value = heads.permute(2, 0, 3, 1, 4)
            attended = nn.scaled_dot_product_attention(query, key, value, attn_mask=mask)
            attended = attended.transpose(1, 2).reshape(n_rows, longest, size)
            hidden = hidden + nn.linear(attended, *layer.attention_output)
            hidden = nn.layer_norm(hidden, (size,), *layer.attention_norm, eps)
            inner = nn.gelu(nn.linear(hidden, *layer.expand))
            hidden = hidden + nn.linear(inner, *layer.contract)
            hidden = nn.layer_norm(hidden, (size,), *layer.output_norm, eps)
        return hidden


# Two encoders of one folder (the embedder and the reader) share what neither changes:
# measured, 420 MB less than two copies after some hundred questions.
@lru_cache(maxsize=1)
def _mapped_weights(path: Path) -> dict[str, Tensor]:
    """Return the tensors by name; mapped from the file, not read."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        names: list[str] = file.keys()
        return {name: file.get_tensor(name) for name in names}


@lru_cache(maxsize=1)
def _load_tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    # A document that spells "</s>" means those characters, not the end of the text.
    tokenizer.encode_special_tokens = True
    return tokenizer


def _pair(weights: dict[str, Tensor], name: str, dtype: Any) -> tuple[Tensor, Tensor]:
    return weights[f"{name}.weight"].to(dtype), weights[f"{name}.bias"].to(dtype)


def _layer(weights: dict[str, Tensor], name: str, dtype: Any) -> Layer:
    import torch

    projections = [
        _pair(weights, f"{name}.attention.self.{part}", dtype) for part in ("query", "key", "value")
    ]
    return Layer(
        qkv=(torch.cat([weight for weight, _ in projections]), torch.cat([bias for _, bias in projections])),
        attention_output=_pair(weights, f"{name}.attention.output.dense", dtype),
        attention_norm=_pair(weights, f"{name}.attention.output.LayerNorm", dtype),
        expand=_pair(weights, f"{name}.intermediate.dense", dtype),
        contract=_pair(weights, f"{name}.output.dense", dtype),
        output_norm=_pair(weights, f"{name}.output.LayerNorm", dtype),
    )
