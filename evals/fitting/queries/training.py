"""Training the queries' differences: passages keep their vectors, queries move towards the right ones.

A query's vector is what the index searches with: the mean of its tokens, without the
directions of languages (`index.language_directions`). It is taken against the whole bank at
once (InfoNCE, van den Oord et al. 2018, https://arxiv.org/abs/1807.03748), and held near to
the vector that the bundled model gives it: languages that no training set has stay in place.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from evals.fitting.queries.pairs import Bank, QueryPair
from evals.fitting.reader.network import LowRankEncoder, stack
from index.chunks import FloatArray
from index.language_directions import LanguageDirections
from index.pooling import PoolingEmbedder
from index.reader_input import ReaderRow

RANK = 16
SHARES = {"title": 3, "paragraph": 3, "squad": 2, "swequad": 2, "libreoffice": 2, "conditionalqa": 1}
"""How often each source is drawn, since some have twenty times the pairs of others."""
BATCH, PART = 64, 32
LEARNING_RATE = 5e-4
SLOWER = 0.3
WARM_UP_STEPS = 30
TEMPERATURE = 0.02
HELD = 10.0
"""Weight of one less the cosine between the new vector of a query and its old one."""
_MOST_TOKENS = 126
_NO_OFFSETS = np.empty(0, np.int64)


class QueryNetwork(LowRankEncoder):
    """The bundled model with differences for queries."""

    def embed(self, texts: Sequence[str], directions: LanguageDirections) -> Tensor:
        """Return ``(n, dim)`` vectors of unit norm to search with."""
        encoder = self.encoder
        (start,), (end,) = encoder.special_tokens
        found = encoder.tokenizer.encode_batch([f"query: {text}" for text in texts], add_special_tokens=False)
        rows = [
            ReaderRow(np.array([start, *one.ids[:_MOST_TOKENS], end], np.int64), 1, _NO_OFFSETS, _NO_OFFSETS)
            for one in found
        ]
        ids, own = stack(rows, encoder.pad_token)
        weight = own[:, :, None].float()
        means = (self.encode(ids, own) * weight).sum(1) / weight.sum(1)
        return neutral(functional.normalize(means, dim=1), directions)


def neutral(vectors: Tensor, directions: LanguageDirections) -> Tensor:
    """Return the vectors ``(n, dim)`` without their languages, of unit norm."""
    basis = torch.from_numpy(directions.basis)
    return functional.normalize(vectors - (vectors @ basis.T) @ basis, dim=1)


def train(
    network: QueryNetwork,
    bank: Bank,
    vectors: FloatArray,
    pairs: Sequence[QueryPair],
    directions: LanguageDirections,
    n_steps: int,
    seed: int,
) -> list[float]:
    """Train in place, with progress on stderr.

    Args:
        network: starts as the bundled model, or where an earlier training ended.
        bank: the passages.
        vectors: theirs, ``(n_passages, dim)``, unit norm.
        pairs: queries with the right places in the bank.
        directions: what is taken out of a query's vector.
        n_steps: batches of `BATCH` pairs.
        seed: of all drawing; sums differ in their last bits with the number of threads.

    Returns:
        the loss of each step, without what holds the vectors.
    """
    rng = random.Random(seed)  # noqa: S311  (a draw, no secret)
    by_source: dict[str, list[QueryPair]] = {}
    for pair in pairs:
        by_source.setdefault(pair.source, []).append(pair)
    sources = sorted(by_source)
    numbers = {group: number for number, group in enumerate(dict.fromkeys(bank.groups))}
    groups = torch.tensor([numbers[group] for group in bank.groups])
    passages = torch.from_numpy(vectors)
    slow = [*network.bias, *network.norm]
    rates = (LEARNING_RATE, LEARNING_RATE * SLOWER)
    optimiser = torch.optim.AdamW(
        [{"params": [*network.down, *network.up]}, {"params": slow}], betas=(0.9, 0.98), weight_decay=0.01
    )
    losses: list[float] = []
    started = time.monotonic()
    for step in range(n_steps):
        share = min(1.0, (step + 1) / WARM_UP_STEPS, 1 - step / n_steps)
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * share
        drawn = rng.choices(sources, [SHARES[source] for source in sources], k=BATCH)
        batch = sorted((rng.choice(by_source[source]) for source in drawn), key=lambda pair: len(pair.query))
        optimiser.zero_grad()
        losses.append(0.0)
        for first in range(0, BATCH, PART):
            part = batch[first : first + PART]
            found, held = batch_loss(network, part, passages, groups, directions, rng)
            ((found + HELD * held) * (PART / BATCH)).backward()  # type: ignore[no-untyped-call]
            losses[-1] += float(found.detach()) * PART / BATCH
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if step % 20 == 0 or step + 1 == n_steps:
            recent = sum(losses[-20:]) / len(losses[-20:])
            spent = time.monotonic() - started
            print(f"step {step + 1}/{n_steps}  loss {recent:.3f}  {spent:.0f} s", file=sys.stderr, flush=True)
    return losses


def batch_loss(
    network: QueryNetwork,
    part: Sequence[QueryPair],
    passages: Tensor,
    groups: Tensor,
    directions: LanguageDirections,
    rng: random.Random,
) -> tuple[Tensor, Tensor]:
    """Return how far the right passages are from first, and how far the vectors have moved."""
    texts = [pair.query for pair in part]
    queries = network.embed(texts, directions)
    with torch.no_grad():
        before = neutral(torch.from_numpy(_plain(network, texts)), directions)
    right = torch.tensor([rng.choice(pair.places) for pair in part])
    same = groups[None] == groups[right][:, None]
    same[torch.arange(len(part)), right] = False  # the others of its group are neither right nor wrong
    likeness = (queries @ passages.T / TEMPERATURE).masked_fill(same, float("-inf"))
    return functional.cross_entropy(likeness, right), (1 - (queries * before).sum(1)).mean()


def _plain(network: QueryNetwork, texts: Sequence[str]) -> FloatArray:
    return PoolingEmbedder(network.encoder, "plain", "query: ", "passage: ").embed_queries(texts)
