"""``/evals``: suites and runs, one run with its report and cases, comparisons, reported answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import FileResponse

from api.admin_view import REFUSALS, Evaluator, back
from api.dependencies import ServiceOf
from api.desk_pages import desk_page
from api.errors import ApiError, RunUnknown
from api.eval_results import (
    FILTERS,
    PAGE,
    TABLES,
    browse,
    compared,
    known_run,
    report_of,
    sandbox,
)
from api.eval_starting import Wanted, answer_of, go_on, keep_case, reported, start
from api.messages import messages
from api.pages import page_language
from api.problems import problem_of
from api.refusals import refusal_of
from api.service import Service
from evals.errors import EvalError
from evals.report.cases import view_cases
from evals.report.comparison_rows import compared_rows, compared_slices
from evals.report.figure_tables import measure_rows
from evals.report.reading import load_run
from evals.reported_cases import Expectation
from evals.shelf import runs_of, suites_of
from helpdesk_bot import retention
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.operations import jobs

router = APIRouter(include_in_schema=False)

REFUSED = (*REFUSALS, EvalError, ApiError)
Text = Annotated[str, Form(max_length=20_000)]
Short = Annotated[str, Form(max_length=200)]
Key = Annotated[str, Query(max_length=200)]


def _page(
    request: Request,
    account: Account,
    section: str,
    template: str,
    *,
    refusal: Exception | None = None,
    **values: Any,
) -> Response:
    return desk_page(
        request,
        f"evals/{template}",
        part="evals",
        place="evals",
        account=account,
        status=200 if refusal is None else problem_of(refusal).status,
        section=section,
        done=request.query_params.get("done", "") if refusal is None else "",
        refusal=refusal_of(refusal, messages(page_language(request, "evals"), "evals")),
        **values,
    )


@router.get("/evals")
def show_runs(request: Request, service: ServiceOf, account: Evaluator) -> Response:
    """Show suites, what runs, and the runs."""
    return _runs(request, service, account)


def _runs(request: Request, service: Service, account: Account, refusal: Exception | None = None) -> Response:
    service.jobs.wake("evals")
    data_dir = service.settings.data_dir
    runs = runs_of(data_dir)
    return _page(
        request,
        account,
        "runs",
        "runs.html",
        refusal=refusal,
        suites=suites_of(data_dir),
        at_work=[job for job in jobs.latest(service.engine, "evals", 20) if job.at_work],
        runs=runs,
        scored=[run for run in runs if run.scored],
        depth=service.settings.depth,
    )


@router.post("/evals/start")
def start_run(
    request: Request,
    service: ServiceOf,
    account: Evaluator,
    suite: Short = "",
    sample: Short = "",
    depth: Short = "",
) -> Response:
    """Start a run."""
    n = int(sample) if sample.strip().isdecimal() and int(sample) > 0 else None
    chosen = cast("Literal['fast', 'deep'] | None", depth if depth in ("fast", "deep") else None)
    try:
        job = start(service, account, Wanted(suite, None, n, chosen))
    except REFUSED as error:
        return _runs(request, service, account, error)
    return back(request, f"/evals/jobs/{job.job_id}")


@router.get("/evals/jobs/{job_id}")
def show_job(request: Request, service: ServiceOf, account: Evaluator, job_id: str) -> Response:
    """Show how far a run is."""
    service.jobs.wake("evals")
    job = jobs.get(service.engine, job_id, "evals")
    return _page(
        request, account, "runs", "job.html", job=job, run=str(job.request["out"]).rsplit("/", 1)[-1]
    )


@router.post("/evals/jobs/{job_id}/cancel")
def cancel(request: Request, service: ServiceOf, account: Evaluator, job_id: str) -> Response:
    """Stop a run."""
    jobs.cancel(service.engine, job_id, account.account_id, "evals")
    return back(request, f"/evals/jobs/{job_id}")


@router.post("/evals/jobs/{job_id}/go-on")
def resume(request: Request, service: ServiceOf, account: Evaluator, job_id: str) -> Response:
    """Go on with a run that was stopped."""
    job = go_on(service, account, job_id)
    return back(request, f"/evals/jobs/{job.job_id}")


@router.get("/evals/runs/{run}")
def show_run(request: Request, service: ServiceOf, account: Evaluator, run: str) -> Response:
    """Show the figures of a run, and ways to its report, cases and files."""
    shelved = known_run(service.settings.data_dir, run)
    data = load_run(shelved.path) if shelved.scored else None
    return _page(
        request,
        account,
        "runs",
        "run.html",
        run=shelved,
        data=data,
        rows=measure_rows(data.summary["measures"]) if data else [],
        warnings=list(data.summary.get("warnings") or []) if data else [],
        others=[each for each in runs_of(service.settings.data_dir) if each.scored and each.key != run],
        tables=list(TABLES),
    )


@router.get("/evals/runs/{run}/report")
def show_report(service: ServiceOf, _account: Evaluator, run: str) -> Response:
    """Send a run's report: one file that needs nothing else, in a sandbox."""
    data_dir = service.settings.data_dir
    file = report_of(data_dir, known_run(data_dir, run))
    return FileResponse(file, media_type="text/html; charset=utf-8", headers=_sandboxed())


@router.get("/evals/compare")
def compare(request: Request, service: ServiceOf, account: Evaluator, a: Key = "", b: Key = "") -> Response:
    """Show which measures differ between two runs, and how sure that is."""
    data_dir = service.settings.data_dir
    found = None
    refusal: Exception | None = None
    if a and b:
        try:
            found = compared(data_dir, known_run(data_dir, a), known_run(data_dir, b)).figures
        except REFUSED as error:
            refusal = error
    return _page(
        request,
        account,
        "compare",
        "compare.html",
        refusal=refusal,
        runs=[run for run in runs_of(data_dir) if run.scored],
        a=a,
        b=b,
        found=found,
        rows=compared_rows(found["measures"]) if found else [],
        slices=compared_slices(found["slices"]) if found else [],
    )


@router.get("/evals/compare/report")
def show_comparison(service: ServiceOf, _account: Evaluator, a: Key, b: Key) -> Response:
    """Send the report of a comparison, in a sandbox."""
    data_dir = service.settings.data_dir
    found = compared(data_dir, known_run(data_dir, a), known_run(data_dir, b))
    return FileResponse(found.page, media_type="text/html; charset=utf-8", headers=_sandboxed())


@router.get("/evals/runs/{run}/cases")
def show_cases(
    request: Request,
    service: ServiceOf,
    account: Evaluator,
    run: str,
    q: Key = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show the cases of a run."""
    shelved = known_run(service.settings.data_dir, run)
    chosen = {name: request.query_params.get(name, "")[:200] for name in FILTERS}
    found = browse(shelved, chosen, q)
    first = (page - 1) * PAGE
    return _page(
        request,
        account,
        "runs",
        "cases.html",
        run=shelved,
        found=found,
        cases=found.cases[first : first + PAGE],
        chosen=chosen,
        sought=q,
        page=page,
        last_page=max(1, -(-len(found.cases) // PAGE)),
        address=lambda number: str(request.url.include_query_params(page=number).query),
    )


@router.get("/evals/runs/{run}/cases/{case_id:path}")
def show_case(request: Request, service: ServiceOf, account: Evaluator, run: str, case_id: str) -> Response:
    """Show one case: what was asked and expected, what came, and every measure."""
    shelved = known_run(service.settings.data_dir, run)
    found = browse(shelved, {}, "")
    wanted = [case for case in found.cases if case.case_id == case_id]
    if not wanted:
        raise RunUnknown("The run has no such case.")
    [view] = view_cases(found.run, wanted)
    return _page(request, account, "runs", "case.html", run=shelved, case=view, score=wanted[0].score)


@router.get("/evals/reported")
def show_reported(request: Request, service: ServiceOf, account: Evaluator) -> Response:
    """Show the answers that did not help."""
    since = retention.visible_since(service.engine, service.settings)
    return _page(request, account, "reported", "reported.html", found=reported(service.engine, since))


@router.get("/evals/reported/{answer_id}")
def show_answer(request: Request, service: ServiceOf, account: Evaluator, answer_id: str) -> Response:
    """Show a reported answer and the form that makes a case of it."""
    return _answer(request, service, account, answer_id)


def _answer(
    request: Request, service: Service, account: Account, answer_id: str, refusal: Exception | None = None
) -> Response:
    answer = answer_of(service.engine, answer_id)
    return _page(request, account, "reported", "make_case.html", refusal=refusal, answer=answer)


@router.post("/evals/reported/{answer_id}")
def make_case(
    request: Request,
    service: ServiceOf,
    account: Evaluator,
    answer_id: str,
    answerable: Annotated[bool, Form()] = True,
    documents: Text = "",
    quotes: Text = "",
    answers: Text = "",
) -> Response:
    """Make a case of a reported answer."""
    lines = [
        tuple(line.strip() for line in text.splitlines() if line.strip())
        for text in (documents, quotes, answers)
    ]
    expected = Expectation(answerable, *lines) if answerable else Expectation(answerable=False)
    try:
        keep_case(service, account, answer_id, expected)
    except REFUSED as error:
        return _answer(request, service, account, answer_id, error)
    return back(request, "/evals/reported", "case_kept")


def _sandboxed() -> dict[str, str]:
    return {"Content-Security-Policy": sandbox(), "Cache-Control": "no-store"}
