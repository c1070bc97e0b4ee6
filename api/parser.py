"""The command line's grammar: subcommands, options and their help.

Nothing heavy is imported here: ``helpdesk --help`` answers within 0.5 s. The
reference in ``docs/reference/cli.md`` is made from this parser.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from api.account_parser import add_account, add_key
from api.eval_parser import add_eval

EXIT_CODES = """exit codes:
  0  done (skipped and unchanged files, and questions without an answer, included)
  1  done, with failures reported (a file failed, verify found differences, a gate was missed)
  2  wrong use or configuration
  3  an internal error"""


class Misread(SystemExit):
    """The arguments are against the grammar, which stderr says already; ``reason`` is that in one line."""

    def __init__(self, code: object, reason: str) -> None:
        super().__init__(code)
        self.reason = reason


class Parser(argparse.ArgumentParser):
    """The library's parser, whose refusal can be told as JSON too; its subcommands have the same class."""

    def error(self, message: str) -> NoReturn:
        """Print usage and message, and leave.

        Raises:
            Misread: always.
        """
        try:
            super().error(message)
        except SystemExit as stop:
            raise Misread(stop.code, message) from None


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    parser: argparse.ArgumentParser = Parser(
        prog="helpdesk",
        description="A policy helpdesk: answers from documents, with the passage behind every sentence.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_ingest(commands)
    _add_ask(commands)
    _add_serve(commands)
    _add_mcp(commands)
    _add_index(commands)
    add_eval(commands, _command)
    _add_bench(commands)
    add_account(commands, _command)
    add_key(commands, _command)
    _add_doctor(commands)
    _add_backup(commands)
    _add_keeping(commands)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    summary: str,
    run: str,
    *,
    as_json: bool = True,
) -> argparse.ArgumentParser:
    """Add a subcommand with the options that every command takes; ``run`` is ``module:function``."""
    parser = commands.add_parser(name, help=summary, description=summary)
    parser.set_defaults(run=run)
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="data directory (default: HELPDESK_DATA_DIR, or ./var)",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file (TOML)")
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="say only what went wrong")
    loudness.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=0,
        help="say more; twice: still more; with an internal error, its traceback",
    )
    if as_json:
        parser.add_argument(
            "--json",
            dest="as_json",
            action="store_true",
            help="print exactly one JSON document to stdout",
        )
    return parser


def _add_ingest(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "ingest",
        "Read documents into the helpdesk: files, folders, web pages, sitemaps.",
        "ingesting:run",
    )
    parser.add_argument("targets", nargs="+", metavar="PATH|URL", help="file, folder, web page or sitemap")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")


def _add_ask(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "ask", "Ask a question and get a cited answer.", "asking:run")
    parser.add_argument("question", metavar="QUESTION", help="the question; '-' reads it from standard input")
    parser.add_argument("--language", metavar="xx", help="language of the answer (default: the question's)")
    parser.add_argument(
        "--filter",
        dest="filters",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="only documents with this kind, language, theme, region, publisher, source or year; repeatable",
    )
    parser.add_argument("--depth", choices=("fast", "deep"), help="thoroughness (default: the setting)")
    reply = parser.add_argument_group(
        "the reply",
        "the answer in the shape that an expert would send: direct answer, then resources by kind",
    )
    reply.add_argument("--reply", action="store_true", help="make a reply; with --json, its structure")
    reply.add_argument(
        "--format",
        dest="reply_format",
        choices=("markdown", "html", "docx"),
        help="how it is written (default: by the ending of --out, else markdown)",
    )
    reply.add_argument(
        "--out", type=Path, metavar="FILE", help="write it to a file (docx: here, or to a redirected stdout)"
    )


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands, "serve", "Serve the chat page and the HTTP interface.", "serving:run", as_json=False
    )
    parser.add_argument("--host", help="address to listen on (default: HOST, or 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: PORT, or 8000)")
    parser.add_argument("--workers", type=int, metavar="N", help="worker processes (default: 1)")


def _add_mcp(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _command(
        commands,
        "mcp",
        "Serve the documents to a program that speaks the Model Context Protocol, over stdin and stdout.",
        "speaking_mcp:run",
        as_json=False,
    )


def _add_index(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("index", help="Look at, check, rebuild or mend the index.")
    actions = group.add_subparsers(dest="action", metavar="ACTION", required=True)
    _command(actions, "status", "Show what the index holds and how it serves.", "indexing:status")
    _command(actions, "verify", "Compare the database and the indexes, exactly.", "indexing:verify")
    _command(actions, "rebuild", "Make all passages, embeddings and indexes again.", "indexing:rebuild")
    _command(actions, "repair", "Mend every difference, without embedding anything again.", "indexing:repair")


def _add_bench(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "bench", "Measure how fast it is.", "evaluating:bench")
    parser.add_argument("name", nargs="?", metavar="NAME", help="one benchmark (default: all)")


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _command(commands, "doctor", "Check this installation, and say how to mend it.", "diagnosing:run")


def _add_backup(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    backup = _command(
        commands,
        "backup",
        "Write database, originals, uploads and own suites to one file.",
        "backing_up:backup",
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="archive to write (.tar.gz)")
    restore = _command(
        commands, "restore", "Put a backup into an empty data directory.", "backing_up:restore"
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="archive to read")


def _add_keeping(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    erase = _command(
        commands, "erase", "Erase a conversation and everything that came of it.", "keeping:erase"
    )
    erase.add_argument(
        "--conversation",
        required=True,
        metavar="ID",
        help="its id; answers, feedback, review, wordings in the answer bank, messages and eval cases go too",
    )
    group = commands.add_parser("retention", help="Erase what is older than conversations are kept.")
    actions = group.add_subparsers(dest="action", metavar="ACTION", required=True)
    _command(
        actions,
        "run",
        "Erase every conversation that is older than conversations are kept; call it once a day.",
        "keeping:run_retention",
    )
