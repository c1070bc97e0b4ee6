"""The release policy: which answers a person looks at, and whether before or after they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, Engine, insert, select

from corpus.storage import begin_write
from helpdesk_bot.review.errors import BadPolicy
from helpdesk_bot.review.schema import review_policies
from helpdesk_bot.review.values import RISKS, Reason, Risk, folded, moment

Release = Literal["none", "after", "before"]
RELEASES: tuple[Release, ...] = ("none", "after", "before")
ANSWERS = ("answered", "partial")
MOST_RULES = 200

_RISK_OF: Mapping[Reason, Risk] = {
    "sensitive_theme": "high",
    "reported": "high",
    "source_changed": "high",
    "asked_for_expert": "normal",
    "low_confidence": "normal",
    "unanswerable": "normal",
    "every_answer": "low",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to answers of a theme and a risk; ``None`` means any."""

    theme: str | None
    risk: Risk | None
    release: Release

    def holds(self, themes: Sequence[str], risk: Risk) -> bool:
        """Tell whether the rule is about an answer of these themes (casefolded) and this risk."""
        return (self.theme is None or folded(self.theme) in themes) and self.risk in (None, risk)


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy in force. Of the rules the first that holds wins; none holds: ``otherwise``.

    ``none``: nobody looks. ``after``: the answer is given, and stands in the
    queue. ``before``: it is held back until an expert releases it. Whoever
    asks for an expert or reports an answer reaches the queue in any case. A
    theme that a rule names for every risk is sensitive, as those in
    ``sensitive_themes`` are. ``low_confidence``: below it (0..1) an answer
    stands in the queue. ``due_hours``: from entering to the due time.
    ``own_themes_only``: an expert with themes works on those alone.
    """

    rules: tuple[Rule, ...] = ()
    otherwise: Release = "after"
    sensitive_themes: tuple[str, ...] = ()
    low_confidence: float = 0.5
    queue_unanswerable: bool = True
    every_answer: bool = False
    due_hours: Mapping[Risk, float] = field(
        default_factory=lambda: {"high": 8.0, "normal": 48.0, "low": 120.0}
    )
    own_themes_only: bool = False

    def release_of(self, themes: Sequence[str], risk: Risk) -> Release:
        """Return what happens to an answer of these themes (casefolded) and this risk."""
        return next((rule.release for rule in self.rules if rule.holds(themes, risk)), self.otherwise)

    def is_sensitive(self, themes: Sequence[str]) -> bool:
        """Tell whether a theme (casefolded) is one that a person has to look at."""
        named = {folded(theme) for theme in self.sensitive_themes}
        named |= {
            folded(rule.theme)
            for rule in self.rules
            if rule.theme is not None and rule.risk is None and rule.release != "none"
        }
        return bool(named & set(themes))


DEFAULT = Policy()


@dataclass(frozen=True, slots=True)
class Wanted:
    """That a person is wanted for an answer: why, how urgently, and whether it is held back."""

    reasons: tuple[Reason, ...]
    risk: Risk
    themes: tuple[str, ...]
    held: bool
    due_hours: float


def decide(policy: Policy, outcome: str, confidence: float, themes: Sequence[str]) -> Wanted | None:
    """Return whether a person has to look at an answer, by the policy alone.

    Args:
        policy: the one in force.
        outcome: of the answer; only answers, partial ones and what the documents do not say count.
        confidence: calibrated, 0..1.
        themes: of the documents that it cites, or of the nearest.
    """
    is_answer = outcome in ANSWERS
    if not is_answer and outcome != "unanswerable_not_in_documents":
        return None
    known = tuple(dict.fromkeys(folded(theme) for theme in themes))
    reasons: list[Reason] = []
    if policy.is_sensitive(known):
        reasons.append("sensitive_theme")
    if is_answer and confidence < policy.low_confidence:
        reasons.append("low_confidence")
    if not is_answer and policy.queue_unanswerable:
        reasons.append("unanswerable")
    if policy.every_answer:
        reasons.append("every_answer")
    if not reasons:
        return None
    risk = risk_of(reasons)
    release = policy.release_of(known, risk)
    if release == "none":
        return None
    # A refusal claims nothing: there is nothing to hold back.
    return Wanted(tuple(reasons), risk, known, release == "before" and is_answer, policy.due_hours[risk])


def risk_of(reasons: Sequence[Reason]) -> Risk:
    """Return the highest risk among the reasons."""
    return min((_RISK_OF[reason] for reason in reasons), key=RISKS.index)


def read(engine: Engine) -> Policy:
    """Return the policy in force."""
    with engine.connect() as connection:
        return read_in(connection)


def read_in(connection: Connection) -> Policy:
    """Return the policy in force, read in the caller's transaction."""
    newest = select(review_policies.c.document).order_by(review_policies.c.policy_id.desc()).limit(1)
    document = connection.execute(newest).scalar_one_or_none()
    return DEFAULT if document is None else from_json(document)


def write(engine: Engine, policy: Policy, by: str) -> None:
    """Put a policy in force; earlier ones are kept."""
    with begin_write(engine) as connection:
        connection.execute(insert(review_policies).values(at=moment(), by=by, document=to_json(policy)))


def to_json(policy: Policy) -> dict[str, Any]:
    """Return a policy as JSON."""
    return {
        "rules": [{"theme": rule.theme, "risk": rule.risk, "release": rule.release} for rule in policy.rules],
        "otherwise": policy.otherwise,
        "sensitive_themes": list(policy.sensitive_themes),
        "low_confidence": policy.low_confidence,
        "queue_unanswerable": policy.queue_unanswerable,
        "every_answer": policy.every_answer,
        "due_hours": dict(policy.due_hours),
        "own_themes_only": policy.own_themes_only,
    }


def from_json(document: Mapping[str, Any]) -> Policy:
    """Return the policy that a JSON document says; what it leaves out is the default's.

    Raises:
        BadPolicy: an unknown name, or a value that cannot be.
    """
    known = to_json(DEFAULT)
    if unknown := sorted(set(document) - set(known)):
        raise BadPolicy(f"A policy has no {unknown[0]!r}; it has {', '.join(known)}.")
    values = known | dict(document)
    low, due = values["low_confidence"], known["due_hours"] | dict(values["due_hours"])
    if isinstance(low, bool) or not isinstance(low, int | float) or not 0 <= low <= 1:
        raise BadPolicy("low_confidence is a number from 0 to 1.", why="policy_confidence")
    if set(due) != set(RISKS) or not all(_is_hours(each) for each in due.values()):
        raise BadPolicy(
            "due_hours gives a number of hours, above 0 and at most 8760, for high, normal and low.",
            why="policy_hours",
        )
    if values["otherwise"] not in RELEASES:
        raise BadPolicy("otherwise is none, after or before.")
    if len(values["rules"]) > MOST_RULES or len(values["sensitive_themes"]) > MOST_RULES:
        raise BadPolicy(
            f"A policy has at most {MOST_RULES} rules and themes.", why="policy_rules", most=MOST_RULES
        )
    return Policy(
        rules=tuple(_rule(rule) for rule in values["rules"]),
        otherwise=values["otherwise"],
        sensitive_themes=tuple(str(theme) for theme in values["sensitive_themes"] if str(theme).strip()),
        low_confidence=float(low),
        queue_unanswerable=bool(values["queue_unanswerable"]),
        every_answer=bool(values["every_answer"]),
        due_hours={risk: float(due[risk]) for risk in RISKS},
        own_themes_only=bool(values["own_themes_only"]),
    )


def _is_hours(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 8760


def _rule(rule: Mapping[str, Any]) -> Rule:
    theme, risk, release = rule.get("theme"), rule.get("risk"), rule.get("release")
    if release not in RELEASES or risk not in (None, *RISKS) or not isinstance(theme, str | None):
        raise BadPolicy(
            "A rule has a theme or none, a risk (high, normal, low) or none, and a release.",
            why="policy_rule",
        )
    return Rule(theme.strip() or None if theme else None, risk, release)
