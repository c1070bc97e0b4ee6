"""The parts that an ablation switches off, and on which kind of suite each shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from evals.errors import RunError
from helpdesk_bot.settings import Settings
from helpdesk_bot.switches import SWITCHES

Kind = Literal["answers", "retrieval"]

MEASURES: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "answers": (
            "document_hit",
            "quote_hit",
            "token_f1",
            "quoted_chars",
            "abstention_f1",
            "abstention_auroc",
            "ece",
            "latency_p50",
        ),
        "retrieval": ("nDCG@10", "recall@10", "MRR@10"),
    }
)
"""What an ablation compares, by the kind of the suite."""

# These act after the passages were found, or on what the documents of a retrieval suite never say.
_ANSWERS_ONLY = frozenset(
    {
        *("superseded", "close_reading", "sentence_signals", "neighbours", "nameless", "calibration"),
        *("question_parts", "comparisons", "lists", "surplus", "short_answers"),
        *("asking_back", "scope", "answer_bank"),
    }
)


@dataclass(frozen=True, slots=True)
class Ablation:
    """A part of the helpdesk, and how to do without it.

    ``what`` says what the helpdesk does then. ``settings`` are changed as
    given; ``switch`` is added to ``switched_off``. ``kinds``: the suites on
    which it can show.
    """

    name: str
    what: str
    kinds: tuple[Kind, ...] = ("answers", "retrieval")
    switch: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def without(self, whole: Settings) -> Settings:
        """Return the settings of the helpdesk without the part; the same where it is off already."""
        changed: dict[str, Any] = dict(self.settings)
        if self.switch is not None:
            changed["switched_off"] = (*whole.switched_off, self.switch)
        # Validated again, unlike with `model_copy`: two switches may exclude each other.
        return Settings(**{**{name: getattr(whole, name) for name in whole.model_fields_set}, **changed})


def _ablations() -> Iterable[Ablation]:
    for name, what in SWITCHES.items():
        kinds: tuple[Kind, ...] = ("answers",) if name in _ANSWERS_ONLY else ("answers", "retrieval")
        yield Ablation(name, what, kinds, switch=name)
    yield Ablation(
        "depth",
        "fewer passages and sentences are read (`depth` fast)",
        ("answers",),
        settings={"depth": "fast"},
    )
    yield Ablation(
        "abstention",
        "every question is answered, however unlikely (`min_confidence` 0)",
        ("answers",),
        settings={"min_confidence": 0.0},
    )


ABLATIONS: Mapping[str, Ablation] = MappingProxyType({each.name: each for each in _ablations()})
"""Every ablation by the name of its part."""


def chosen(names: Iterable[str] | None, kind: Kind) -> tuple[Ablation, ...]:
    """Return the ablations with these names, in the order of the table; None: all of this kind.

    Raises:
        RunError: there is no such part, or it cannot show on this kind of suite.
    """
    if names is None:
        return tuple(each for each in ABLATIONS.values() if kind in each.kinds)
    wanted = set(names)
    unknown = sorted(wanted - set(ABLATIONS))
    if unknown:
        raise RunError(f"there is no part {unknown[0]!r} to switch off; there are {', '.join(ABLATIONS)}")
    for name in sorted(wanted):
        if kind not in ABLATIONS[name].kinds:
            raise RunError(f"the part {name!r} bears on answers alone, and this is a retrieval suite")
    return tuple(each for each in ABLATIONS.values() if each.name in wanted)
