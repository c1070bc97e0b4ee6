"""Starting runs, and turning reported answers into cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Engine, select

from api.errors import RunUnknown
from api.service import Service
from corpus.catalog import Catalog
from corpus.identity import is_folder_root
from corpus.storage import begin_write
from evals.errors import RunError
from evals.reported_cases import Expectation, write_reported_case
from evals.shelf import new_run, suite_of
from helpdesk_bot import audit
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.errors import AnswerUnknown, OperationRefused
from helpdesk_bot.operations import jobs
from helpdesk_bot.operations.jobs import Job
from helpdesk_bot.records import Records
from helpdesk_bot.schema import answers, feedback

MOST_REPORTED = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run as it is asked for; see `evals.runs.run_suite`."""

    suite: str
    limit: int | None = None
    sample: int | None = None
    depth: Literal["fast", "deep"] | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """An answer that somebody reported: the question, why, and when."""

    answer_id: str
    question: str
    language: str
    outcome: str
    reason: str | None
    note: str | None
    created_at: str


def start(service: Service, account: Account, wanted: Wanted) -> Job:
    """Queue a run of a suite.

    Raises:
        RunUnknown: there is no such suite.
    """
    data_dir = service.settings.data_dir
    try:
        suite = suite_of(data_dir, wanted.suite)
    except RunError as error:
        raise RunUnknown(str(error)) from error
    request: dict[str, Any] = {
        "do": "evaluate",
        "suite": str(suite.path),
        "suite_key": suite.key,
        "out": str(new_run(data_dir, suite)),
        "limit": wanted.limit,
        "sample": wanted.sample,
        "settings": {} if wanted.depth is None else {"depth": wanted.depth},
    }
    return service.jobs.submit("evals", request, who=account.account_id, subject=suite.key)


def go_on(service: Service, account: Account, job_id: str) -> Job:
    """Queue a stopped or failed run again: it goes on where it was.

    Raises:
        JobUnknown: there is no such job.
        OperationRefused: it is no run, or it has not ended.
    """
    job = jobs.get(service.engine, job_id, "evals")
    if job.at_work:
        raise OperationRefused("Only a run that was stopped or failed can go on.", why="run_goes_on")
    key = str(job.request.get("suite_key", ""))
    return service.jobs.submit("evals", job.request, who=account.account_id, subject=key)


def reported(engine: Engine, since: str) -> tuple[Reported, ...]:
    """Return the answers that did not help, the newest report first; none older than ``since``."""
    query = (
        select(
            answers.c.answer_id,
            answers.c.question,
            answers.c.question_language.label("language"),
            answers.c.outcome,
            feedback.c.reason,
            feedback.c.note,
            feedback.c.created_at,
        )
        .join(feedback, feedback.c.answer_id == answers.c.answer_id)
        .where(feedback.c.helpful == 0, answers.c.created_at >= since)
        .order_by(feedback.c.created_at.desc())
        .limit(MOST_REPORTED)
    )
    with engine.connect() as connection:
        return tuple(Reported(**row) for row in connection.execute(query).mappings())


def answer_of(engine: Engine, answer_id: str) -> Mapping[str, Any]:
    """Return a recorded answer.

    Raises:
        AnswerUnknown: there is none with this id.
    """
    found = Records(engine).get(answer_id)
    if found is None:
        raise AnswerUnknown("There is no recorded answer with this number.")
    return found


def keep_case(service: Service, account: Account, answer_id: str, expected: Expectation) -> str:
    """Write a case of a recorded answer; return its id.

    Raises:
        AnswerUnknown: there is no such answer.
        SuiteError: the case cannot be so.
    """
    answer = answer_of(service.engine, answer_id)
    case_id = write_reported_case(
        service.settings.data_dir, answer, expected, _documents_in_force(service.engine)
    )
    with begin_write(service.engine) as connection:
        audit.record(connection, who=account.account_id, what="case.kept", subject=case_id)
    return case_id


def _documents_in_force(engine: Engine) -> list[str]:
    """Return what a suite ingests to ask the same documents: folders, files and addresses."""
    known = [each for each in Catalog(engine).known_documents() if each.status == "in_force"]
    places = [each.source_root if is_folder_root(each.source_root) else each.location for each in known]
    return sorted(set(places))
