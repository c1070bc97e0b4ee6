"""Settings for a command, from its options."""

from __future__ import annotations

import argparse
from typing import Any

from helpdesk_bot.settings import Settings, load_settings


def settings_of(options: argparse.Namespace, **overrides: Any) -> Settings:
    """Return the settings in force for these options.

    Raises:
        ConfigurationError: a setting is unknown, wrong or unreadable.
    """
    return load_settings(options.config, options.data_dir, **overrides)
