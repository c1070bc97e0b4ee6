"""Train differences for queries and measure what they bring. Not in use yet: docs/decisions/0023.

    python -m evals.fitting.queries ../shared/data/training --measure ../shared/data/retrieval --out FILE

Reads the sets marked for training and nothing else; the sets to measure on are
only searched. Passages keep the vectors that they have. Some ten minutes on two
cores, a third of them for the vectors of the passages; measuring takes four more.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from index.chunks import FloatArray

SEED = 20
STEPS = 200
SAMPLE = 200


def main(argv: Sequence[str] | None = None) -> int:
    """Train, write, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the training sets")
    parser.add_argument("--out", type=Path, required=True, help="file of the differences (safetensors)")
    parser.add_argument("--measure", type=Path, help="folder of retrieval sets in BEIR's format")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"batches (default: {STEPS})")
    parser.add_argument("--sample", type=int, default=SAMPLE, help=f"queries of a set (default: {SAMPLE})")
    parser.add_argument("--model-cache", type=Path, default=Path.home() / ".cache/helpdesk-bot/models")
    arguments = parser.parse_args(argv)

    import numpy as np
    import torch
    from safetensors.torch import save_file

    from evals.fitting.queries.measuring import measure
    from evals.fitting.queries.pairs import query_pairs
    from evals.fitting.queries.training import RANK, QueryNetwork, neutral, train
    from index import bundled_model
    from index.bert_encoder import BertEncoder
    from index.embedding import BUNDLED, open_embedder
    from index.language_directions import language_directions

    torch.manual_seed(SEED)
    torch.set_flush_denormal(True)
    embedder = open_embedder(BUNDLED, arguments.model_cache)
    directions = language_directions(embedder, arguments.model_cache)
    bank, pairs = query_pairs(arguments.data, random.Random(SEED))  # noqa: S311  (a draw, no secret)
    print(f"{len(pairs)} pairs, {len(bank.passages)} passages", file=sys.stderr, flush=True)
    vectors = embedder.embed_passages(bank.passages, [()] * len(bank.passages)).passages
    network = QueryNetwork(BertEncoder.load(bundled_model.ensure(arguments.model_cache), "float32"), RANK)
    train(network, bank, vectors, pairs, directions, arguments.steps, SEED)
    save_file(network.state(), arguments.out, metadata={"base": bundled_model.NAME, "rank": str(RANK)})
    if not arguments.measure:
        return 0

    known: dict[str, FloatArray] = {}  # the sets share their documents

    def documents(texts: Sequence[str]) -> FloatArray:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, embedder.embed_passages(new, [()] * len(new)).passages, strict=True))
        return np.array([known[text] for text in texts])

    def before(texts: Sequence[str]) -> FloatArray:
        found: FloatArray = neutral(torch.from_numpy(embedder.embed_queries(texts)), directions).numpy()
        return found

    def after(texts: Sequence[str]) -> FloatArray:
        with torch.inference_mode():
            found: FloatArray = torch.cat([network.embed([text], directions) for text in texts]).numpy()
        return found

    print("| set | queries | before | after | difference |\n|---|---|---|---|---|")
    for folder in sorted(path.parent for path in arguments.measure.glob("*/corpus.jsonl")):
        it = measure(folder, documents, before, after, arguments.sample)
        low, high = it.ci95 or (float("nan"), float("nan"))
        figures = f"{it.a:.3f} | {it.b:.3f} | {it.difference:+.3f} [{low:+.3f}, {high:+.3f}]"
        print(f"| {folder.name} | {it.n} | {figures} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
