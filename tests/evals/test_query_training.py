"""Training the queries' differences: its pairs are right, it starts as the bundled model, and it learns."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from evals.fitting.queries.measuring import measure
from evals.fitting.queries.pairs import Bank, QueryPair, query_pairs
from evals.fitting.queries.training import RANK, QueryNetwork, batch_loss, neutral, train
from evals.fitting.reader.examples import is_held_out
from index import bundled_model
from index.bert_encoder import BertEncoder
from index.chunks import FloatArray
from index.embedding import BUNDLED, open_embedder
from index.language_directions import LanguageDirections, language_directions
from tests.index.test_embedding import MODEL_CACHE

DATA = Path(__file__).parents[3] / "shared" / "data" / "training"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the training sets are not beside the checkout")
LENT = (
    ("How many libraries lent tablets?", "In the survey, 318 libraries lent tablets to residents."),
    ("Hur många kommuner deltog?", "In all, 57 municipalities took part in the trial."),
    ("Ai ký quyết định này?", "The decision was signed by the minister of finance."),
    ("When does the law enter into force?", "Lagen träder i kraft den 1 januari 2026."),
)


@pytest.fixture(scope="module")
def directions() -> LanguageDirections:
    return language_directions(open_embedder(BUNDLED, MODEL_CACHE), MODEL_CACHE)


@pytest.fixture
def network() -> QueryNetwork:
    torch.manual_seed(3)
    return QueryNetwork(BertEncoder.load(bundled_model.ensure(MODEL_CACHE), "float32"), RANK)


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The beginnings of the training sets."""
    folder = tmp_path_factory.mktemp("part")
    for name, most in (("squad2-train-slice.en.json", 1), ("swequad-mc-training.sv.json", 20)):
        whole = json.loads((DATA / name).read_text("utf-8"))
        (folder / name).write_text(json.dumps(whole | {"data": whole["data"][:most]}), "utf-8")
    lines = (DATA / "conditionalqa.en.jsonl").read_text("utf-8").splitlines(keepends=True)
    (folder / "conditionalqa.en.jsonl").write_text("".join(lines[:40]), "utf-8")
    for source in DATA.glob("libreoffice-help-*"):
        shutil.copytree(source, folder / source.name)
    shared = {path.name for path in (DATA / "gnome-help" / "vi").glob("*.page")}
    for code in ("C", "sv", "de", "vi"):
        (folder / "gnome-help" / code).mkdir(parents=True)
        for name in sorted(shared)[:25]:
            shutil.copy(DATA / "gnome-help" / code / name, folder / "gnome-help" / code / name)
    return folder


@real
def test_pairs_lead_to_what_answers_in_one_language_and_between_them(part: Path) -> None:
    bank, pairs = query_pairs(part, random.Random(1))
    assert set(Counter(pair.source for pair in pairs)) == {
        *("squad", "swequad", "conditionalqa", "title", "paragraph", "libreoffice")
    }
    for pair in pairs:
        assert pair.places
        held = {bank.groups[place] for place in pair.places}
        assert len(held) == 1
        if pair.source in ("title", "paragraph", "libreoffice"):
            assert not is_held_out(held.pop())
    paragraphs = [pair for pair in pairs if pair.source == "paragraph"]
    itself = [pair for pair in paragraphs if any(pair.query in bank.passages[at] for at in pair.places)]
    assert len(itself) < 0.1 * len(paragraphs)  # pages that are translated in part
    assert any(len(pair.places) > 1 for pair in pairs if pair.source == "title")


def test_it_starts_where_the_bundled_model_is(network: QueryNetwork, directions: LanguageDirections) -> None:
    texts = [query for query, _ in LENT]
    plain = open_embedder(BUNDLED, MODEL_CACHE).embed_queries(texts)
    with torch.inference_mode():
        likeness = (network.embed(texts, directions) * neutral(torch.from_numpy(plain), directions)).sum(1)
    assert float(likeness.min()) > 0.999


def test_a_few_steps_bring_queries_to_their_passages(
    network: QueryNetwork, directions: LanguageDirections
) -> None:
    bank = Bank()
    pairs = [QueryPair(query, (bank.add(text, query),), "title") for query, text in LENT]
    vectors = open_embedder(BUNDLED, MODEL_CACHE).embed_passages(bank.passages, [()] * len(LENT)).passages
    groups = torch.arange(len(LENT))

    def loss() -> tuple[float, float]:
        with torch.no_grad():
            found, held = batch_loss(
                network, pairs, torch.from_numpy(vectors), groups, directions, random.Random(1)
            )
        return float(found), float(held)

    before, unmoved = loss()
    train(network, bank, vectors, pairs, directions, 4, seed=1)
    after, moved = loss()
    assert after < before
    assert moved > unmoved == pytest.approx(0, abs=1e-4)
    assert all(torch.isfinite(value).all() for value in network.state().values())


def test_what_says_the_same_is_not_held_against_a_query(
    network: QueryNetwork, directions: LanguageDirections
) -> None:
    embedder = open_embedder(BUNDLED, MODEL_CACHE)

    def loss(*passages: tuple[str, str]) -> float:
        vectors = embedder.embed_passages([text for text, _ in passages], [()] * len(passages)).passages
        names = [group for _, group in passages]
        groups = torch.tensor([names.index(group) for group in names])
        part = [QueryPair(LENT[0][0], (0,), "title")]
        with torch.no_grad():
            found, _ = batch_loss(
                network, part, torch.from_numpy(vectors), groups, directions, random.Random(1)
            )
        return float(found)

    right, other = (LENT[0][1], "a"), (LENT[1][1], "b")
    twin = "Enligt undersökningen lånade 318 bibliotek ut surfplattor."
    assert loss(right, other, (twin, "a")) == pytest.approx(loss(right, other), abs=1e-4)
    assert loss(right, other, (twin, "c")) > loss(right, other)


def test_what_ranks_better_measures_better(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": str(i), "text": f"text {i}"} for i in range(6)]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    judged = "".join(f"{i}\t{i}\t1\n" for i in range(6))
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{judged}", "utf-8")
    places: FloatArray = np.eye(6, dtype=np.float32)

    def right(texts: list[str]) -> FloatArray:
        return places[[int(text.split()[1]) for text in texts]]

    def wrong(texts: list[str]) -> FloatArray:
        return np.roll(right(texts), 1, axis=1)

    found = measure(folder, right, wrong, right, 6)  # type: ignore[arg-type]
    assert (found.n, found.b) == (6, 1.0)
    assert found.a < 1.0
    assert found.difference == pytest.approx(1.0 - found.a)
