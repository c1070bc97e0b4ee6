"""Any other embedding model, by name or folder, through the Sentence-Transformers library.

The passage vector is the model's own; sentence vectors are means over the token
vectors of the same pass, which for models that pool otherwise is an approximation.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.chunks import FloatArray
from index.errors import ModelUnavailable
from index.pooling import PoolingEmbedder, TokenisedText

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_NO_LIMIT = 8192
"""Used where a model names no longest input: longer passages than this are never made."""


@dataclass(frozen=True, slots=True)
class SentenceTransformerModel:
    """A loaded model as an `index.pooling.TokenModel`."""

    model: SentenceTransformer
    dimension: int
    max_tokens: int
    special_tokens: tuple[tuple[int, ...], tuple[int, ...]]

    def tokenise(self, texts: Sequence[str]) -> list[TokenisedText]:
        """Return the content tokens of each text, all of them."""
        if not texts:
            return []
        encoded = _encode(self.model, list(texts), special=False)
        result = []
        for ids, offsets in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True):
            pairs = np.array(offsets, np.int64).reshape(-1, 2)
            result.append(TokenisedText(np.array(ids, np.int64), pairs[:, 0], pairs[:, 1]))
        return result

    def forward(self, rows: Sequence[npt.NDArray[np.int64]]) -> tuple[FloatArray, FloatArray]:
        """Return token vectors ``(n_rows, longest, dim)`` and row vectors ``(n_rows, dim)``, float32."""
        import torch

        longest = max(len(row) for row in rows)
        tokenizer: Any = self.model.tokenizer
        ids = torch.full((len(rows), longest), tokenizer.pad_token_id or 0)
        mask = torch.zeros((len(rows), longest), dtype=torch.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.from_numpy(row)
            mask[i, : len(row)] = 1
        device = self.model.device
        with torch.inference_mode():
            output = self.model({"input_ids": ids.to(device), "attention_mask": mask.to(device)})
        return _array(output["token_embeddings"]), _array(output["sentence_embedding"])

    def forward_all(
        self, batches: Iterable[Sequence[npt.NDArray[np.int64]]]
    ) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Yield what `forward` returns for each batch, in their order."""
        return map(self.forward, batches)


def open_model(name: str, cache_dir: Path) -> PoolingEmbedder:
    """Load a model from a folder or, where the hub can be reached, by its name.

    Prefixes are the prompts that the model itself names (``query``, and ``passage``
    or ``document``); the E5 family's are known.

    Raises:
        ModelUnavailable: the model cannot be had, or cannot give token positions.
    """
    for switch in ("HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        os.environ[switch] = "1"  # read by the libraries when they are imported, below
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    quiet: Any = logging  # untyped there
    quiet.disable_progress_bar()
    hub = str(cache_dir / "hub")
    try:
        model = SentenceTransformer(name, device="cpu", cache_folder=hub, local_files_only=True)
    except (OSError, ValueError) as local_error:
        if Path(name).is_dir():
            raise ModelUnavailable(_explain(name, local_error)) from local_error
        try:  # only now, so that a model that is here already loads without a network
            model = SentenceTransformer(name, device="cpu", cache_folder=hub)
        except (OSError, ValueError) as error:
            raise ModelUnavailable(_explain(name, error)) from error
    before, after = _special_tokens(model, name)
    limit = int(model.max_seq_length or _NO_LIMIT)
    dimension = int(model.encode(["a"], show_progress_bar=False).shape[1])
    query_prefix, passage_prefix = _prefixes(name, model.prompts)
    return PoolingEmbedder(
        SentenceTransformerModel(model, dimension, min(limit, _NO_LIMIT), (before, after)),
        name,
        query_prefix,
        passage_prefix,
    )


def _explain(name: str, error: Exception) -> str:
    return (
        f"Cannot load the embedding model {name!r}: {error} Check the name, and that the hub can be reached; "
        'or set `embedder` to the path of a downloaded model, or to "bundled".'
    )


def _encode(model: SentenceTransformer, texts: list[str], *, special: bool) -> Any:
    tokenizer: Any = model.tokenizer
    return tokenizer(
        texts,
        add_special_tokens=special,
        return_offsets_mapping=True,
        truncation=False,
        verbose=False,
    )


def _special_tokens(model: SentenceTransformer, name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Find what the tokenizer puts before and after a text."""
    try:
        bare: list[int] = _encode(model, ["a"], special=False)["input_ids"][0]
        full: list[int] = _encode(model, ["a"], special=True)["input_ids"][0]
    except NotImplementedError as error:
        raise ModelUnavailable(
            f"The tokenizer of {name!r} does not tell which characters a token came from, which sentence "
            "vectors need. Choose a model that ships a tokenizer.json."
        ) from error
    at = next(i for i in range(len(full)) if full[i : i + len(bare)] == bare)
    return tuple(full[:at]), tuple(full[at + len(bare) :])


def _prefixes(name: str, prompts: Mapping[str, str | None]) -> tuple[str, str]:
    query = prompts.get("query") or ""
    passage = prompts.get("passage") or prompts.get("document") or ""
    family = name.rstrip("/").rsplit("/", 1)[-1].lower()
    if not (query or passage) and "e5" in family.split("-") and "instruct" not in family:
        return "query: ", "passage: "
    return query, passage


def _array(tensor: Any) -> FloatArray:
    array: FloatArray = tensor.float().cpu().numpy()
    return array
