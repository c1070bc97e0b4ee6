"""Train the reader's adapters.

    python -m evals.fitting.reader ../shared/data/training --out index/reader_adapters.safetensors

Reads the sets marked for training and nothing else, takes about 70 minutes on
two cores, and uses a GPU where there is one. Adapters are written every 200
steps, so a stopped run leaves something to look at.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from evals.fitting.reader.examples import Example
from evals.fitting.reader.parallel import cloze_examples, title_examples
from evals.fitting.reader.questions import question_examples

SEED = 20
EPOCHS = ((1.0, 2000), (0.7, 1000))
"""The share of the questions' examples, and the number of clozes, of each epoch."""


def epoch_of(data: Path, number: int) -> tuple[Example, ...]:
    """Return the examples of one epoch: other negatives, excerpts and gaps each time."""
    rng = random.Random(f"{SEED}/{number}")  # noqa: S311  (a draw, no secret)
    share, clozes = EPOCHS[number]
    examples = question_examples(data, rng)
    examples = rng.sample(examples, round(share * len(examples)))
    if number == 0:
        examples += title_examples(data, rng)
    examples += cloze_examples(data, rng, clozes)
    return tuple(item for item in examples if not item.held_out)


def main(argv: Sequence[str] | None = None) -> int:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the training sets")
    parser.add_argument("--out", type=Path, required=True, help="file of the adapters (safetensors)")
    parser.add_argument("--model-cache", type=Path, default=Path.home() / ".cache/helpdesk-bot/models")
    arguments = parser.parse_args(argv)

    import torch
    from safetensors.torch import save_file

    from evals.fitting.reader.network import RANK, ReaderNetwork
    from evals.fitting.reader.training import Plan, train
    from index import bundled_model
    from index.bert_encoder import BertEncoder

    torch.manual_seed(SEED)
    torch.set_flush_denormal(True)
    plan = Plan(tuple(epoch_of(arguments.data, number) for number in range(len(EPOCHS))))
    counts = Counter((item.source, item.answers) for epoch in plan.epochs for item in epoch)
    print(
        {f"{source}/{answers}": n for (source, answers), n in sorted(counts.items(), key=str)},
        file=sys.stderr,
    )
    encoder = BertEncoder.load(bundled_model.ensure(arguments.model_cache), "float32")
    network = ReaderNetwork(encoder)
    metadata = {
        "base": bundled_model.NAME,
        "rank": str(RANK),
        "seed": str(SEED),
        "examples": json.dumps(sum(counts.values())),
    }

    def keep(step: int) -> None:
        save_file(network.state(), arguments.out, metadata={**metadata, "step": str(step)})

    train(network, plan, SEED, keep)
    keep(plan.n_steps)
    return 0


if __name__ == "__main__":
    sys.exit(main())
