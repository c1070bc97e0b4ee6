"""Train the reader's adapters.

    python -m evals.fitting.reader ../shared/data/training --out index/reader_adapters.safetensors

Reads the sets marked for training and nothing else, takes less than two hours
on two cores that multiply bfloat16, and uses a GPU where there is one. Two
stages: the questions as they are, then with words of other languages and with
excerpts that lack just the answer. With several `--seeds` the second is trained
once for each, from the same first, and the mean of what comes out is kept.
Adapters are written every 200 steps, so a stopped run leaves something to look
at; `--second FILE` goes on from those of a finished first stage.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evals.fitting.reader.code_switching import switched
from evals.fitting.reader.examples import Example
from evals.fitting.reader.parallel import cloze_examples, title_examples
from evals.fitting.reader.questions import question_examples
from evals.fitting.reader.word_pairs import WordPairs, word_pairs

if TYPE_CHECKING:
    from torch import Tensor

SEED = 20
EPOCHS = ((1.0, 2000), (0.7, 1000))
"""The share of the questions' examples, and the number of clozes, of each epoch of the first stage."""
SECOND_SHARE, SECOND_CLOZES, GAPS = 0.75, 1200, 0.3
SECOND_RATE = 6e-4


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


def second_stage(data: Path, pairs: WordPairs, seed: int) -> tuple[Example, ...]:
    """Return the examples of a second stage."""
    rng = random.Random(f"{seed}/second")  # noqa: S311  (a draw, no secret)
    asked = [item for item in question_examples(data, rng, gaps=GAPS) if not item.held_out]
    asked = rng.sample(asked, round(SECOND_SHARE * len(asked)))
    examples = [switched(item, "sv" if item.source == "swequad" else "en", pairs, rng) for item in asked]
    examples += title_examples(data, rng)[::2]
    examples += cloze_examples(data, rng, SECOND_CLOZES)
    return tuple(item for item in examples if not item.held_out)


def main(argv: Sequence[str] | None = None) -> int:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the training sets")
    parser.add_argument("--out", type=Path, required=True, help="file of the adapters (safetensors)")
    parser.add_argument("--second", type=Path, help="adapters of a first stage: only the second is trained")
    parser.add_argument("--seeds", type=int, nargs="+", default=[SEED], help="of the second stages")
    parser.add_argument("--model-cache", type=Path, default=Path.home() / ".cache/helpdesk-bot/models")
    arguments = parser.parse_args(argv)

    import torch
    from safetensors.torch import load_file, save_file

    from evals.fitting.reader.averaging import averaged
    from evals.fitting.reader.network import RANK, ReaderNetwork
    from evals.fitting.reader.training import LEARNING_RATE, Plan, train
    from index import bundled_model
    from index.bert_encoder import BertEncoder, best_precision
    from index.embedding import BUNDLED, open_embedder

    torch.manual_seed(SEED)
    pairs = word_pairs(arguments.data, open_embedder(BUNDLED, arguments.model_cache))
    first = Plan(tuple(epoch_of(arguments.data, number) for number in range(len(EPOCHS))))
    seconds = {seed: Plan((second_stage(arguments.data, pairs, seed),)) for seed in arguments.seeds}
    plans = (*(() if arguments.second else (first,)), *seconds.values())
    counts = Counter((item.source, item.answers) for plan in plans for epoch in plan.epochs for item in epoch)
    print(
        {f"{source}/{answers}": n for (source, answers), n in sorted(counts.items(), key=str)},
        file=sys.stderr,
    )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    precision = best_precision() if device == "cpu" else "float32"
    encoder = BertEncoder.load(bundled_model.ensure(arguments.model_cache), "float32")
    network = ReaderNetwork(encoder, device, precision)
    metadata = {
        "base": bundled_model.NAME,
        "rank": str(RANK),
        "seeds": " ".join(map(str, arguments.seeds)),
        "precision": precision,
        "examples": json.dumps(sum(counts.values())),
    }

    def keep(state: Mapping[str, Tensor], stage: str, step: int) -> None:
        save_file(dict(state), arguments.out, metadata={**metadata, "stage": stage, "step": str(step)})

    if arguments.second:
        begun = load_file(arguments.second)
    else:
        train(network, first, SEED, lambda step: keep(network.state(), "1", step), LEARNING_RATE)
        begun = network.state()
    trained: list[dict[str, Tensor]] = []
    for seed, plan in seconds.items():
        network.load_state_dict({name: value.float() for name, value in begun.items()})
        train(network, plan, seed, lambda step: keep(network.state(), "2", step), SECOND_RATE)
        trained.append(network.state())
    keep(averaged(trained, RANK), "mean", sum(plan.n_steps for plan in seconds.values()))
    return 0


if __name__ == "__main__":
    import torch

    torch.set_flush_denormal(True)  # of the whole process: numbers that small only take time
    sys.exit(main())
