"""``/api/v1/evals``: suites, runs, comparisons and cases, for programs of evaluators."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.admin_view import Evaluator
from api.dependencies import ServiceOf
from api.errors import RunUnknown
from api.eval_results import TABLES, browse, compared, known_run, packed, report_of, summary_of
from api.eval_starting import Wanted, keep_case, start
from api.job_replies import JobReply, job_json
from api.replies import json_reply
from evals.reported_cases import Expectation
from evals.shelf import ShelvedRun, ShelvedSuite, runs_of, suites_of
from helpdesk_bot.operations import jobs

router = APIRouter(prefix="/api/v1/evals", tags=["evals"])

NO_RUN: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such run"}}
NOT_SCORED: dict[int | str, dict[str, Any]] = {422: {"description": "The run has no figures yet"}}
Key = Annotated[str, Query(max_length=200)]
Texts = Annotated[list[Annotated[str, Field(min_length=1, max_length=2000)]], Field(max_length=50)]


class SuiteReply(BaseModel):
    """A suite; ``own:`` in its key marks those of the data directory."""

    key: str
    name: str
    description: str
    kind: Literal["answers", "retrieval"]
    n_cases: int


class RunReply(BaseModel):
    """A run, or a committed baseline (``baseline:`` in its key)."""

    key: str
    suite: str
    system: str
    started_at: str
    scored: bool
    n_done: int
    n_cases: int | None
    errors: int | None


class SuiteList(BaseModel):
    """The suites."""

    suites: list[SuiteReply]


class RunList(BaseModel):
    """The runs."""

    runs: list[RunReply]


class StartBody(BaseModel):
    """A run that is to be made."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"suite": "starter", "sample": 20, "depth": "fast"}}
    )

    suite: str = Field(max_length=200, description="The key of a suite.")
    limit: int | None = Field(None, ge=1, le=1_000_000, description="Only the first so many cases.")
    sample: int | None = Field(None, ge=1, le=1_000_000, description="Only so many cases, drawn at random.")
    depth: Literal["fast", "deep"] | None = Field(None, description="Default: the helpdesk's own setting.")


class CaseBody(BaseModel):
    """A reported answer, and what a right one would have held."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "answer_id": "0123456789abcdef0123456789abcdef",
                "answerable": True,
                "expected_quotes": ["492 tjänstemän"],
            }
        },
    )

    answer_id: str = Field(max_length=32)
    answerable: bool = True
    expected_documents: Texts = []
    expected_quotes: Texts = []
    expected_answers: Texts = []


class CaseKept(BaseModel):
    """The case as it stands in ``suites/reported`` of the data directory."""

    case_id: str
    suite: str


class CaseReply(BaseModel):
    """A case of a run and how it went."""

    case_id: str
    question: str
    grade: str
    verdict: str
    slices: dict[str, list[str]]
    measures: dict[str, float | None]


class CasePage(BaseModel):
    """Cases that meet the conditions, the worst first."""

    cases: list[CaseReply]
    total: int
    limit: int
    offset: int


@router.get("/suites", response_model=SuiteList, summary="The suites")
def list_suites(service: ServiceOf, _account: Evaluator) -> Response:
    """List the suites that come with the program and those of the data directory."""
    return json_reply({"suites": [_suite_json(each) for each in suites_of(service.settings.data_dir)]})


@router.get("/runs", response_model=RunList, summary="The runs, those of the command line too")
def list_runs(service: ServiceOf, _account: Evaluator) -> Response:
    """List the runs below ``evals/runs`` of the data directory, and the committed baselines."""
    return json_reply({"runs": [_run_json(each) for each in runs_of(service.settings.data_dir)]})


@router.post(
    "/runs",
    status_code=202,
    response_model=JobReply,
    responses=NO_RUN,
    summary="Start a run",
    description="It is made by a child process of low priority, one at a time; the reply names the job.",
)
def start_run(body: StartBody, service: ServiceOf, account: Evaluator) -> Response:
    """Start a run."""
    wanted = Wanted(body.suite, body.limit, body.sample, body.depth)
    return json_reply(job_json(start(service, account, wanted)), status=202)


@router.get("/jobs/{job_id}", response_model=JobReply, responses=NO_RUN, summary="How far a run is")
def show_job(service: ServiceOf, _account: Evaluator, job_id: str) -> Response:
    """Return the job of a run; ask again until its state is `done`, `failed` or `cancelled`."""
    service.jobs.wake("evals")
    return json_reply(job_json(jobs.get(service.engine, job_id, "evals")))


@router.delete("/jobs/{job_id}", response_model=JobReply, responses=NO_RUN, summary="Stop a run")
def cancel_job(service: ServiceOf, account: Evaluator, job_id: str) -> Response:
    """Stop a run; what was asked stays, and the command line can go on with it."""
    return json_reply(job_json(jobs.cancel(service.engine, job_id, account.account_id, "evals")))


@router.get(
    "/runs/{run}",
    responses=NO_RUN | NOT_SCORED,
    summary="The figures of a run",
    description="As `helpdesk eval run --json` prints them: every measure with n and a 95 % interval, whole "
    "and by slice.",
)
def show_run(service: ServiceOf, _account: Evaluator, run: str) -> Response:
    """Return the figures of a run."""
    return json_reply(summary_of(known_run(service.settings.data_dir, run)))


@router.get("/runs/{run}/cases", response_model=CasePage, responses=NO_RUN | NOT_SCORED, summary="Its cases")
def list_cases(
    service: ServiceOf,
    _account: Evaluator,
    run: str,
    grade: Key = "",
    outcome: Key = "",
    pair: Key = "",
    tag: Key = "",
    q: Key = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """List the cases of a run, the worst first."""
    chosen = {"grade": grade, "outcome": outcome, "pair": pair, "tag": tag}
    found = browse(known_run(service.settings.data_dir, run), chosen, q)
    cases = [
        {
            "case_id": case.case_id,
            "question": found.run.question(case.case_id),
            "grade": case.verdict.grade,
            "verdict": case.verdict.text,
            "slices": {name: list(values) for name, values in case.score.slices.items()},
            "measures": dict(case.score.measures),
        }
        for case in found.cases[offset : offset + limit]
    ]
    return json_reply({"cases": cases, "total": len(found.cases), "limit": limit, "offset": offset})


@router.get(
    "/runs/{run}/download",
    responses=NO_RUN | {200: {"content": {"application/zip": {}}, "description": "The run folder"}},
    response_class=StreamingResponse,
    summary="The whole run folder as a ZIP file",
)
def download(service: ServiceOf, _account: Evaluator, run: str) -> Response:
    """Return a run folder."""
    shelved = known_run(service.settings.data_dir, run)
    name = f"attachment; filename*=UTF-8''{quote(shelved.path.name, safe='')}.zip"
    return StreamingResponse(
        packed(shelved),
        media_type="application/zip",
        headers={"Content-Disposition": name, "Cache-Control": "no-store"},
    )


@router.get(
    "/runs/{run}/files/{name}",
    responses=NO_RUN | NOT_SCORED,
    response_class=FileResponse,
    summary="A table of a run",
    description="`figures.csv`, `cases.csv`, `report.json`, `report.md` or `summary.json`.",
)
def get_file(service: ServiceOf, _account: Evaluator, run: str, name: str) -> Response:
    """Return one file of a run's report."""
    if name not in TABLES:
        raise RunUnknown(f"A run has no file {name[:80]!r}; it has {', '.join(TABLES)}.")
    shelved = known_run(service.settings.data_dir, run)
    file = report_of(service.settings.data_dir, shelved, name)
    return FileResponse(
        file,
        media_type=TABLES[name],
        filename=f"{shelved.path.name}-{name}",
        headers={"Cache-Control": "no-store"},
    )


@router.get(
    "/compare",
    responses=NO_RUN | {422: {"description": "The runs cannot be compared"}},
    summary="Two runs, case by case",
    description="As `helpdesk eval compare A B --json`: for each measure, whole and by slice, the difference "
    "B - A with its 95 % interval, a corrected p-value and a verdict.",
)
def compare(service: ServiceOf, _account: Evaluator, a: Key, b: Key) -> Response:
    """Compare two runs."""
    data_dir = service.settings.data_dir
    figures = compared(data_dir, known_run(data_dir, a), known_run(data_dir, b)).figures
    heads = {side: {k: v for k, v in figures[side].items() if k != "path"} for side in ("a", "b")}
    return json_reply({**figures, **heads})


@router.post(
    "/cases",
    status_code=201,
    response_model=CaseKept,
    responses={
        404: {"description": "There is no such answer"},
        422: {"description": "The case cannot be so"},
    },
    summary="Turn a recorded answer into a case",
    description="The case goes to the suite `own:reported`; the same answer again replaces it.",
)
def make_case(body: CaseBody, service: ServiceOf, account: Evaluator) -> Response:
    """Keep a case."""
    expected = Expectation(
        body.answerable,
        tuple(body.expected_documents),
        tuple(body.expected_quotes),
        tuple(body.expected_answers),
    )
    case_id = keep_case(service, account, body.answer_id, expected)
    return json_reply({"case_id": case_id, "suite": "own:reported"}, status=201)


def _suite_json(suite: ShelvedSuite) -> dict[str, Any]:
    return {name: getattr(suite, name) for name in SuiteReply.model_fields}


def _run_json(run: ShelvedRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in RunReply.model_fields}
