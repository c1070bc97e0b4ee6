"""Systems that a suite can be run against, by name.

``helpdesk`` is ours, ``tutorial`` the usual pipeline beside it, ``embedder`` the
embedding model alone, which only ranks; ``openai`` and ``http`` are any other
system, told by a configuration file (`evals.systems.config`, samples in ``examples/``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.errors import UnknownSystemError
from evals.suite import RetrievalSuite
from evals.systems.protocol import AnswerSystem, SearchSystem
from helpdesk_bot.settings import Settings

if TYPE_CHECKING:
    from evals.systems.config import SystemConfig

REMOTE = ("openai", "http")
"""The systems that need a configuration."""
SYSTEMS = ("helpdesk", "tutorial", "embedder", *REMOTE)


def load_system_config(path: Path) -> dict[str, Any]:
    """Read and check the configuration of a system (``--system-config FILE``).

    Returns:
        what `open_answer_system` takes; ``["system"]`` is the system's name.

    Raises:
        SystemConfigError: naming file and field.
    """
    from evals.systems import config  # pydantic is slow to import

    return config.load_system_config(path)


def check_system(name: str, config: Mapping[str, Any] | None = None) -> None:
    """Check that a system can be opened, as far as name and configuration tell; opens nothing.

    Raises:
        UnknownSystemError: no such system, no configuration for one that needs
            it, one that fits another or is written wrongly, or an environment
            variable that it names is not set.
    """
    if name in REMOTE:
        from evals.systems.remote import RemoteSystem

        RemoteSystem(_checked(name, config), ()).close()
        return
    _check_own(name, config)


def open_answer_system(
    name: str, settings: Settings, config: Mapping[str, Any] | None = None
) -> AnswerSystem:
    """Open a system that answers questions on the documents of an index.

    Args:
        name: one of `SYSTEMS`.
        settings: their data directory holds the suite's documents, ingested.
        config: for one of `REMOTE`, what `load_system_config` returned.

    Raises:
        UnknownSystemError: no such system, no configuration for one that needs
            it, or one that fits another.
    """
    if name in REMOTE:
        from evals.systems.documents import catalogue_of
        from evals.systems.remote import RemoteSystem

        return RemoteSystem(_checked(name, config), catalogue_of(settings))
    _check_own(name, config)
    if name == "helpdesk":
        from evals.systems.helpdesk import HelpdeskAnswers

        return HelpdeskAnswers(settings)
    if name == "embedder":
        raise UnknownSystemError(
            "system 'embedder' ranks documents and answers nothing: give a retrieval suite"
        )
    from evals.systems.tutorial import TutorialAnswers

    return TutorialAnswers(settings)


def open_search_system(
    name: str, settings: Settings, suite: RetrievalSuite, config: Mapping[str, Any] | None = None
) -> SearchSystem:
    """Open a system that ranks the documents of a suite (indexed in the settings' data directory).

    A remote system ranks by what it cites.
    """
    if name in REMOTE:
        from evals.systems.documents import rows_of
        from evals.systems.remote import RemoteSystem

        return RemoteSystem(_checked(name, config), rows_of(suite))
    _check_own(name, config)
    if name == "helpdesk":
        from evals.systems.helpdesk import HelpdeskSearch

        return HelpdeskSearch(settings)
    if name == "embedder":
        from evals.systems.embedder import EmbedderSearch

        return EmbedderSearch(settings, suite)
    from evals.systems.tutorial import TutorialSearch

    return TutorialSearch(settings, suite)


def _checked(name: str, config: Mapping[str, Any] | None) -> SystemConfig:
    from evals.systems.config import check_config

    if config is None:
        raise UnknownSystemError(f"system '{name}' needs a configuration: --system-config FILE")
    if config.get("system") != name:
        told = config.get("system")
        raise UnknownSystemError(
            f"the configuration is of system '{told}', not of '{name}'; leave --system out"
        )
    return check_config(config)


def _check_own(name: str, config: Mapping[str, Any] | None) -> None:
    if name not in SYSTEMS:
        raise UnknownSystemError(f"no system '{name}'; there are {', '.join(SYSTEMS)}")
    if config is not None:
        raise UnknownSystemError(f"system '{name}' takes no configuration; leave --system-config out")
