"""Training the reader: what is minimised, in what order, how fast."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from evals.fitting.reader.examples import Example
from evals.fitting.reader.network import ReaderNetwork, stack
from index.reader_input import ReaderRow, lay_out

BATCH = 24
PART = 8
"""Rows of one pass: what a processor's cache holds (measured: 1.5 times as fast as 24)."""
LEARNING_RATE = 1e-3
SLOWER = 0.3
"""Biases and norms start from good values and learn at this share of the rate."""
WARM_UP = 0.05
_BUCKET = 24  # batches that are sorted by length together
_RELEVANT, _ANSWERS = 0, 1


@dataclass(frozen=True, slots=True)
class Plan:
    """How long: ``n_steps`` batches over the examples of each epoch in turn."""

    epochs: tuple[tuple[Example, ...], ...]

    @property
    def n_steps(self) -> int:
        """Batches of the whole training."""
        return sum(-(-len(epoch) // BATCH) for epoch in self.epochs)


def train(
    network: ReaderNetwork, plan: Plan, seed: int, keep: Callable[[int], None], rate: float = LEARNING_RATE
) -> None:
    """Train in place, with progress on stderr; ``keep`` is called with the step now and then.

    The same seed gives the same batches; sums differ in their last bits with
    the number of threads.
    """
    rng = random.Random(seed)  # noqa: S311  (a draw, no secret)
    device = next(network.parameters()).device
    slow = [*network.bias, *network.norm]
    slow_ids = {id(parameter) for parameter in slow}
    fast = [parameter for parameter in network.parameters() if id(parameter) not in slow_ids]
    rates = (rate, rate * SLOWER)
    optimiser = torch.optim.AdamW(
        [{"params": fast, "lr": rates[0]}, {"params": slow, "lr": rates[1]}],
        betas=(0.9, 0.98),
        weight_decay=0.01,
    )
    network.train()
    started, running = time.monotonic(), 0.0
    for step, batch in enumerate(_batches(plan, rng)):
        share = min((step + 1) / (WARM_UP * plan.n_steps), 1 - step / plan.n_steps)
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * max(0.0, min(1.0, share))
        optimiser.zero_grad()
        loss = 0.0
        for start in range(0, len(batch), PART):
            part = batch[start : start + PART]
            part_loss = batch_loss(network, part, device) * (len(part) / len(batch))
            part_loss.backward()  # type: ignore[no-untyped-call]
            loss += float(part_loss.detach())
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        running = loss if not running else 0.98 * running + 0.02 * loss
        if step % 20 == 0 or step + 1 == plan.n_steps:
            spent = time.monotonic() - started
            print(
                f"step {step + 1}/{plan.n_steps}  loss {running:.3f}  {spent:.0f} s",
                file=sys.stderr,
                flush=True,
            )
        if (step + 1) % 200 == 0:
            keep(step + 1)
    network.eval()


def _batches(plan: Plan, rng: random.Random) -> Iterator[list[Example]]:
    """Yield batches of examples of like length, in random order."""
    for epoch in plan.epochs:
        order = list(epoch)
        rng.shuffle(order)
        for start in range(0, len(order), BATCH * _BUCKET):
            bucket = sorted(
                order[start : start + BATCH * _BUCKET],
                key=lambda item: len(item.excerpt) + len(item.question),
            )
            batches = [bucket[i : i + BATCH] for i in range(0, len(bucket), BATCH)]
            rng.shuffle(batches)
            yield from batches


def batch_loss(network: ReaderNetwork, batch: Sequence[Example], device: torch.device) -> Tensor:
    """Return the loss: is it relevant (half), does it answer, where (nowhere is the row's first place)."""
    rows = lay_out(
        network.encoder.tokenizer,
        [item.question for item in batch],
        [item.context for item in batch],
        [item.excerpt for item in batch],
    )
    ids, own = stack(rows, network.encoder.pad_token)
    verdicts, places = network(ids.to(device), own.to(device))
    loss: Tensor = verdicts.new_zeros(())
    for column, share in ((_RELEVANT, 0.5), (_ANSWERS, 1.0)):
        known = [(i, _truth(item, column)) for i, item in enumerate(batch)]
        told = [(i, float(truth)) for i, truth in known if truth is not None]
        if told:
            chosen = verdicts[[i for i, _ in told], column]
            truth = torch.tensor([value for _, value in told], device=device)
            loss = loss + share * functional.binary_cross_entropy_with_logits(chosen, truth)
    targets = [
        (i, target)
        for i, (item, row) in enumerate(zip(batch, rows, strict=True))
        if (target := _target(item, row))
    ]
    if targets:
        allowed = torch.full(ids.shape, float("-inf"), device=device)
        for i, row in enumerate(rows):
            allowed[i, 0] = 0.0
            allowed[i, row.first : row.last] = 0.0
        which = [i for i, _ in targets]
        for end in (0, 1):
            logits = (places[:, :, end] + allowed)[which]
            wanted = torch.tensor([target[end] for _, target in targets], device=device)
            loss = loss + 0.5 * functional.cross_entropy(logits, wanted)
    return loss


def _truth(item: Example, column: int) -> bool | None:
    return item.relevant if column == _RELEVANT else item.answers


def _target(item: Example, row: ReaderRow) -> tuple[int, int] | None:
    """Return the places of the first and last token of the answer; the first place where there is none."""
    if item.answers is False:
        return 0, 0
    if item.span is None:
        return None
    inside = np.flatnonzero((row.ends > item.span[0]) & (row.starts < item.span[1]))
    if not len(inside):
        return None
    return row.first + int(inside[0]), row.first + int(inside[-1])
