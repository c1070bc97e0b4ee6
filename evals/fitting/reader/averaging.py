"""The mean of several trained adapters: a model soup (Wortsman et al. 2022, https://arxiv.org/abs/2203.05482).

Trainings that start from the same adapters and see their examples in another order and shape err
in other places; the mean of their weights errs less, and is read in the time of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

_UP, _DOWN = "up.", "down."


def averaged(states: Sequence[Mapping[str, Tensor]], rank: int) -> dict[str, Tensor]:
    """Return the mean of adapters that were trained from the same ones, in half precision.

    A low-rank difference is the product of two matrices, and the mean of products is no product of
    means: the products are averaged, and the nearest one of ``rank`` is kept (Eckart and Young).

    Args:
        states: what `ReaderNetwork.state` gives, of each; at least one.
        rank: of the differences that are returned.
    """
    mean: dict[str, Tensor] = {}
    for name in states[0]:
        if name.startswith(_DOWN):
            continue
        if name.startswith(_UP):
            down = _DOWN + name.removeprefix(_UP)
            mean[name], mean[down] = _nearest(states, name, down, rank)
        else:
            mean[name] = torch.stack([state[name].float() for state in states]).mean(0)
    return {name: mean[name].to(torch.float16).contiguous() for name in states[0]}


def _nearest(states: Sequence[Mapping[str, Tensor]], up: str, down: str, rank: int) -> tuple[Tensor, Tensor]:
    """Return ``(n_out, rank)`` and ``(rank, n_in)`` whose product is nearest to the mean of the products."""
    left = torch.cat([state[up].float() for state in states], 1) / len(states)
    right = torch.cat([state[down].float() for state in states], 0)
    out, left = torch.linalg.qr(left)
    into, right = torch.linalg.qr(right.t())
    ours, strengths, theirs = torch.linalg.svd(left @ right.t())
    root = strengths[:rank].sqrt()
    return out @ (ours[:, :rank] * root), (root[:, None] * theirs[:rank]) @ into.t()
