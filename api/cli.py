"""The command ``helpdesk``: parse, run one subcommand, turn errors into exit codes.

A subcommand's module is imported only when it is used.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence

from api.console import Console, speak_utf8
from api.parser import Misread, build_parser

DONE, FAILURES, MISUSE, INTERNAL = 0, 1, 2, 3
INTERRUPTED = 130
"""What a shell expects of a command that Ctrl+C ended (128 + SIGINT)."""

Command = Callable[[argparse.Namespace, Console], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``helpdesk`` with these arguments (default: the process's own).

    Returns:
        the exit code: 0 done, 1 failures reported, 2 wrong use, 3 internal
        error, 130 interrupted.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    speak_utf8("--json" in given)
    try:
        options = build_parser().parse_args(given)
    except Misread as wrong:  # argparse has already printed what is wrong
        Console(as_json="--json" in given).refusal("wrong_use", wrong.reason, MISUSE)
        return MISUSE
    except SystemExit as stop:  # it has printed the help
        return int(stop.code or 0)
    console = Console(options.quiet, options.verbose, getattr(options, "as_json", False))
    _log_to_stderr(console)
    try:
        code = _command(options.run)(options, console)
        sys.stdout.flush()
    except KeyboardInterrupt:
        told = "interrupted; what was finished is kept, run it again to go on."
        console.warn(f"helpdesk: {told}")
        console.refusal("interrupted", told, INTERRUPTED)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted. Python would complain once
        # more at exit, when it flushes what is left: give it somewhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        return _report(error, console)
    return code


def _command(run: str) -> Command:
    module, _, function = run.partition(":")
    command: Command = getattr(importlib.import_module(f"api.commands.{module}"), function)
    return command


def _report(error: Exception, console: Console) -> int:
    """Print one line about an error, and with ``--json`` a document; return its exit code."""
    from api.problems import code_of, is_misuse  # knows every room's errors

    if console.verbose:
        traceback.print_exception(error, file=sys.stderr)
    message = " ".join(str(error).split()) or type(error).__name__
    if is_misuse(error):
        console.warn(f"helpdesk: {message}")
        console.refusal(code_of(error), message, MISUSE)
        return MISUSE
    hint = "" if console.verbose else " Run it again with -v for the traceback."
    message = f"{type(error).__name__}: {message}"
    console.warn(f"helpdesk: internal error: {message}{hint}")
    console.refusal(code_of(error), message, INTERNAL)
    return INTERNAL


def _log_to_stderr(console: Console) -> None:
    level = logging.ERROR if console.quiet else logging.WARNING
    if console.verbose:
        level = logging.INFO if console.verbose == 1 else logging.DEBUG
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    if console.verbose < 2:  # other people's libraries are only of interest when asked for twice
        for name in ("httpx", "httpcore", "sentence_transformers", "chromadb", "pypdf", "trafilatura"):
            logging.getLogger(name).setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
