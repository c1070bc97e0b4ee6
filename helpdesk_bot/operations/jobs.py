"""Long work that was asked for on a page: one job at a time in each lane, over all server processes.

A job is a row. The process that runs it writes its pid and start there, so
that a job whose process died is seen to have failed, never to run for ever.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts.moments import now
from helpdesk_bot.errors import JobUnknown
from helpdesk_bot.operations.schema import jobs

Lane = Literal["documents", "evals"]
State = Literal["queued", "running", "cancelling", "done", "failed", "cancelled"]

AT_WORK = ("queued", "running", "cancelling")
DIED = "the server stopped while this ran; start it again"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work. Times are UTC, ISO 8601; ``progress`` has ``stage``, ``done`` and ``total``."""

    job_id: str
    lane: str
    state: str
    request: Mapping[str, Any]
    progress: Mapping[str, Any]
    result: Mapping[str, Any]
    error: str | None
    created_at: str
    created_by: str
    started_at: str | None
    ended_at: str | None

    @property
    def at_work(self) -> bool:
        """Whether it waits or runs."""
        return self.state in AT_WORK

    def to_json(self) -> dict[str, Any]:
        """Return the job as the HTTP interface gives it: without the paths of this machine."""
        return {
            "job_id": self.job_id,
            "lane": self.lane,
            "state": self.state,
            "progress": dict(self.progress),
            "result": dict(self.result),
            "error": self.error,
            "created_at": self.created_at,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
        }


def submit(engine: Engine, lane: Lane, request: Mapping[str, Any], who: str, subject: str) -> Job:
    """Queue a job; ``subject`` is what the audit log names."""
    job_id = uuid.uuid4().hex
    with begin_write(engine) as connection:
        connection.execute(
            insert(jobs).values(
                job_id=job_id,
                lane=lane,
                state="queued",
                request=dict(request),
                progress={},
                result={},
                created_at=now(),
                created_by=who,
            )
        )
        audit.record(connection, who=who, what=f"job.{lane}.queued", subject=subject, detail={"job": job_id})
    return get(engine, job_id)


def get(engine: Engine, job_id: str, lane: Lane | None = None) -> Job:
    """Return a job; with ``lane``, one of that lane alone.

    Raises:
        JobUnknown: there is none with this id.
    """
    query = select(jobs).where(jobs.c.job_id == job_id)
    if lane is not None:
        query = query.where(jobs.c.lane == lane)
    with engine.connect() as connection:
        row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise JobUnknown("There is no such job; it may have been of another data directory.")
    return _job(row)


def latest(engine: Engine, lane: Lane, most: int = 20) -> tuple[Job, ...]:
    """Return the newest jobs of a lane, the newest first."""
    query = select(jobs).where(jobs.c.lane == lane).order_by(jobs.c.created_at.desc()).limit(most)
    with engine.connect() as connection:
        return tuple(_job(row) for row in connection.execute(query).mappings())


def claim(engine: Engine, lane: Lane) -> Job | None:
    """Take the oldest job that waits, unless one of the lane is running; note those whose process died."""
    with begin_write(engine) as connection:
        running = connection.execute(
            select(jobs).where(jobs.c.lane == lane, jobs.c.state.in_(("running", "cancelling")))
        ).mappings()
        for row in running.all():
            if is_alive(row["runner"]):
                return None
            _end(connection, row["job_id"], "failed", {}, DIED)
        waiting = select(jobs).where(jobs.c.lane == lane, jobs.c.state == "queued")
        row = connection.execute(waiting.order_by(jobs.c.created_at).limit(1)).mappings().one_or_none()
        if row is None:
            return None
        started = {"state": "running", "runner": this_process(), "started_at": now()}
        connection.execute(update(jobs).where(jobs.c.job_id == row["job_id"]).values(**started))
        return _job({**row, **started})


def tell(engine: Engine, job_id: str, stage: str, done: int, total: int) -> None:
    """Note how far a job is."""
    with begin_write(engine) as connection:
        progress = {"stage": stage, "done": done, "total": total}
        connection.execute(update(jobs).where(jobs.c.job_id == job_id).values(progress=progress))


def finish(engine: Engine, job_id: str, state: State, result: Mapping[str, Any], error: str | None) -> None:
    """Note how a job ended."""
    with begin_write(engine) as connection:
        _end(connection, job_id, state, result, error)


def cancel(engine: Engine, job_id: str, who: str, lane: Lane | None = None) -> Job:
    """Ask for a job to be stopped: at once while it waits, in a moment while it runs.

    Raises:
        JobUnknown: there is none with this id.
    """
    job = get(engine, job_id, lane)
    with begin_write(engine) as connection:
        mine = jobs.c.job_id == job_id
        if (
            connection.execute(
                update(jobs).where(mine, jobs.c.state == "queued").values(state="cancelled", ended_at=now())
            ).rowcount
            == 0
        ):
            connection.execute(update(jobs).where(mine, jobs.c.state == "running").values(state="cancelling"))
        audit.record(connection, who=who, what=f"job.{job.lane}.cancelled", subject=job_id)
    return get(engine, job_id)


def this_process() -> str:
    """Return what tells this process from every other: its pid and when it started."""
    return f"{os.getpid()}:{_started(os.getpid())}"


def is_alive(runner: str | None) -> bool:
    """Tell whether the process that `this_process` named still runs."""
    pid, _, started = (runner or "").partition(":")
    return pid.isdigit() and _started(int(pid)) == started and started != "gone"


def _started(pid: int) -> str:
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            return stat.read_text().rpartition(")")[2].split()[19]
        except OSError:
            return "gone"
    try:  # no /proc on this system: the pid alone has to do
        os.kill(pid, 0)
    except ProcessLookupError:
        return "gone"
    except PermissionError:
        pass
    return "running"


def _end(
    connection: Connection, job_id: str, state: State, result: Mapping[str, Any], error: str | None
) -> None:
    values = {"state": state, "result": dict(result), "error": error, "ended_at": now()}
    connection.execute(update(jobs).where(jobs.c.job_id == job_id).values(**values))


def _job(row: RowMapping | Mapping[str, Any]) -> Job:
    return Job(**{name: row[name] for name in Job.__dataclass_fields__})
