"""``/admin``: the overview with the off switch, usage, retention, origins, release policy, audit log."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response

from api.admin_view import REFUSALS, Administrator, admin_page, back
from api.charts import bar_chart, shares
from api.dependencies import ServiceOf
from api.service import Service
from corpus.catalog import Catalog
from corpus.storage import begin_write
from helpdesk_bot import audit, off_switch, origins, retention
from helpdesk_bot.accounts import directory
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.operations import jobs
from helpdesk_bot.review import policy as policies
from helpdesk_bot.review.values import RISKS
from helpdesk_bot.usage import usage_of

router = APIRouter(include_in_schema=False)

USAGE_DAYS = (7, 30, 90)
Text = Annotated[str, Form(max_length=4000)]
Short = Annotated[str, Form(max_length=500)]


@router.get("/admin")
def overview(request: Request, service: ServiceOf, account: Administrator) -> Response:
    """Show how everything stands, and the off switch."""
    return _overview(request, service, account)


def _overview(
    request: Request, service: Service, account: Account, refusal: Exception | None = None
) -> Response:
    service.jobs.wake("documents")
    engine = service.engine
    since = retention.visible_since(engine, service.settings)
    return admin_page(
        request,
        account,
        "overview",
        "overview.html",
        refusal=refusal,
        switch=off_switch.state(engine),
        counts=Catalog(engine).counts(),
        usage=usage_of(engine, 7, since=since),
        at_work=[job for job in jobs.latest(engine, "documents", 5) if job.at_work],
    )


@router.post("/admin/switch")
def move_switch(
    request: Request,
    service: ServiceOf,
    account: Administrator,
    off: Annotated[bool, Form()],
    reason: Short = "",
) -> Response:
    """Switch answering off or on."""
    try:
        off_switch.switch(service.engine, off=off, who=account.account_id, reason=reason)
    except REFUSALS as error:
        return _overview(request, service, account, error)
    return back(request, "/admin", "switched_off" if off else "switched_on")


@router.get("/admin/usage")
def usage(
    request: Request,
    service: ServiceOf,
    account: Administrator,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> Response:
    """Show what the helpdesk is used for."""
    since = retention.visible_since(service.engine, service.settings)
    found = usage_of(service.engine, days, since=since)
    return admin_page(
        request,
        account,
        "usage",
        "usage.html",
        usage=found,
        chart=bar_chart(found.days),
        parts=[(name, shares(getattr(found, name))) for name in ("outcomes", "languages", "themes")],
        lengths=shares(found.turnaround.lengths),
        n_days=days,
        choices=USAGE_DAYS,
    )


@router.get("/admin/retention")
def show_retention(request: Request, service: ServiceOf, account: Administrator) -> Response:
    """Show how long conversations are kept."""
    return _retention(request, service, account)


def _retention(
    request: Request,
    service: Service,
    account: Account,
    refusal: Exception | None = None,
    erased: retention.Erased | None = None,
) -> Response:
    limits = retention.limits(service.engine, service.settings)
    return admin_page(
        request, account, "retention", "retention.html", refusal=refusal, limits=limits, erased=erased
    )


@router.post("/admin/retention")
def change_retention(
    request: Request,
    service: ServiceOf,
    account: Administrator,
    visible_days: Annotated[int, Form()],
    kept_days: Annotated[int, Form()],
) -> Response:
    """Set how long conversations are kept."""
    wanted = retention.Limits(visible_days, kept_days)
    try:
        retention.set_limits(service.engine, wanted, account.account_id)
    except REFUSALS as error:
        return _retention(request, service, account, error)
    return back(request, "/admin/retention", "saved")


@router.post("/admin/retention/run")
def run_retention(request: Request, service: ServiceOf, account: Administrator) -> Response:
    """Erase what is older than conversations are kept."""
    erased = retention.run_retention(service.settings, account.account_id)
    return _retention(request, service, account, erased=erased)


@router.post("/admin/retention/erase")
def erase(
    request: Request, service: ServiceOf, account: Administrator, conversation_id: Short = ""
) -> Response:
    """Erase one conversation."""
    erased = retention.erase(service.settings, conversation_id.strip(), account.account_id)
    return _retention(request, service, account, erased=erased)


@router.get("/admin/origins")
def show_origins(request: Request, service: ServiceOf, account: Administrator) -> Response:
    """Show which sites may embed the widget."""
    return _origins(request, service, account)


def _origins(
    request: Request, service: Service, account: Account, refusal: Exception | None = None, typed: str = ""
) -> Response:
    return admin_page(
        request,
        account,
        "origins",
        "origins.html",
        refusal=refusal,
        listed=origins.listed(service.engine),
        configured=service.settings.allowed_origins,
        typed=typed,
    )


@router.post("/admin/origins")
def add_origin(request: Request, service: ServiceOf, account: Administrator, origin: Short = "") -> Response:
    """Allow a site to embed the widget."""
    try:
        with begin_write(service.engine) as connection:
            origins.add(connection, origin.strip(), account.account_id)
    except REFUSALS as error:
        return _origins(request, service, account, error, origin)
    return back(request, "/admin/origins", "added")


@router.post("/admin/origins/remove")
def remove_origin(
    request: Request, service: ServiceOf, account: Administrator, origin: Short = ""
) -> Response:
    """Allow a site no longer to embed the widget."""
    with begin_write(service.engine) as connection:
        origins.remove(connection, origin, account.account_id)
    return back(request, "/admin/origins", "removed")


@router.get("/admin/policy")
def show_policy(request: Request, service: ServiceOf, account: Administrator) -> Response:
    """Show which answers a person looks at."""
    return _policy(request, service, account)


def _policy(
    request: Request, service: Service, account: Account, refusal: Exception | None = None
) -> Response:
    policy = policies.read(service.engine)
    rules = "\n".join(f"{rule.theme or '*'} | {rule.risk or '*'} | {rule.release}" for rule in policy.rules)
    return admin_page(
        request,
        account,
        "policy",
        "policy.html",
        refusal=refusal,
        policy=policy,
        rules=rules,
        releases=policies.RELEASES,
        risks=RISKS,
    )


@router.post("/admin/policy")
def change_policy(
    request: Request,
    service: ServiceOf,
    account: Administrator,
    otherwise: Short,
    low_confidence: Annotated[float, Form()],
    high: Annotated[float, Form()],
    normal: Annotated[float, Form()],
    low: Annotated[float, Form()],
    sensitive_themes: Text = "",
    rules: Text = "",
    queue_unanswerable: Annotated[bool, Form()] = False,
    every_answer: Annotated[bool, Form()] = False,
    own_themes_only: Annotated[bool, Form()] = False,
) -> Response:
    """Put another policy in force."""
    document: dict[str, Any] = {
        "otherwise": otherwise,
        "sensitive_themes": [line.strip() for line in sensitive_themes.splitlines() if line.strip()],
        "low_confidence": low_confidence,
        "queue_unanswerable": queue_unanswerable,
        "every_answer": every_answer,
        "due_hours": {"high": high, "normal": normal, "low": low},
        "own_themes_only": own_themes_only,
        "rules": [_rule(line) for line in rules.splitlines() if line.strip()],
    }
    try:
        policy = policies.from_json(document)
        policies.write(service.engine, replace(policy), account.account_id)
        with begin_write(service.engine) as connection:
            audit.record(connection, who=account.account_id, what="policy.changed", subject="release policy")
    except REFUSALS as error:
        return _policy(request, service, account, error)
    return back(request, "/admin/policy", "saved")


def _rule(line: str) -> dict[str, Any]:
    """Read a line such as ``health | high | before``; ``*`` means any."""
    parts = [part.strip() for part in line.split("|")]
    theme, risk, release = (*parts, "", "", "")[:3]
    return {
        "theme": None if theme in ("", "*") else theme,
        "risk": None if risk in ("", "*") else risk,
        "release": release,
    }


@router.get("/admin/audit")
def show_audit(
    request: Request,
    service: ServiceOf,
    account: Administrator,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """Show who changed what."""
    entries = audit.latest(service.engine, 100, before=before)
    names = {each.account.account_id: each.account.name for each in directory.listing(service.engine)}
    older = entries[-1].entry_id if len(entries) == 100 else None
    return admin_page(request, account, "audit", "audit.html", entries=entries, names=names, older=older)
