"""``helpdesk ingest``."""

from __future__ import annotations

import argparse

from api.commands.progress import Progress
from api.commands.session import settings_of
from api.console import Console, table


def run(options: argparse.Namespace, console: Console) -> int:
    """Ingest the targets; 1 if a file failed."""
    from helpdesk_bot.ingesting import IngestEvent, ingest

    settings = settings_of(options)
    with Progress(console) as progress:

        def tell(event: IngestEvent) -> None:
            progress.step(event.stage, event.done, event.total)
            item = event.item
            if item is not None and (
                item.action == "failed" or (item.action == "skipped" and not console.quiet)
            ):
                reason = (item.reason or "").removeprefix(f"{item.source}: ")
                progress.write(f"{item.action}: {item.source}: {reason}")

        report = ingest(settings, options.targets, dry_run=options.dry_run, progress=tell)
    console.document(report.to_json())
    if not console.quiet:
        console.result(table(list(report.counts.items()), ("documents", "count")))
        would = " (a dry run: nothing was changed)" if options.dry_run else ""
        console.result(f"passages: {report.n_passages}, in {report.seconds:.1f} s{would}")
        if report.n_read_again:
            console.result(f"{report.n_read_again} of them were read again by newer loaders.")
    if report.index_note:
        console.warn(
            f"index: {report.index_note} Searches go on without it; `helpdesk index repair` mends it."
        )
    return 1 if report.failed else 0
