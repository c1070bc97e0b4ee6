"""Systems that a suite can be run against, by name."""

from __future__ import annotations

from evals.errors import UnknownSystemError
from evals.suite import RetrievalSuite
from evals.systems.protocol import AnswerSystem, SearchSystem
from helpdesk_bot.settings import Settings

SYSTEMS = ("helpdesk", "tutorial")


def open_answer_system(name: str, settings: Settings) -> AnswerSystem:
    """Open a system that answers questions on the documents of an index.

    Args:
        name: one of `SYSTEMS`.
        settings: their data directory holds the suite's documents, ingested.

    Raises:
        UnknownSystemError: no such system.
    """
    if name == "helpdesk":
        from evals.systems.helpdesk import HelpdeskAnswers

        return HelpdeskAnswers(settings)
    if name == "tutorial":
        from evals.systems.tutorial import TutorialAnswers

        return TutorialAnswers(settings)
    raise _unknown(name)


def open_search_system(name: str, settings: Settings, suite: RetrievalSuite) -> SearchSystem:
    """Open a system that ranks the documents of a suite (indexed in the settings' data directory)."""
    if name == "helpdesk":
        from evals.systems.helpdesk import HelpdeskSearch

        return HelpdeskSearch(settings)
    if name == "tutorial":
        from evals.systems.tutorial import TutorialSearch

        return TutorialSearch(settings, suite)
    raise _unknown(name)


def _unknown(name: str) -> UnknownSystemError:
    return UnknownSystemError(f"no system '{name}'; there are {', '.join(SYSTEMS)}")
