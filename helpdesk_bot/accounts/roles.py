"""The four roles, and what one includes of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, cast, get_args

from helpdesk_bot.errors import AccountRefused

Role = Literal["asker", "expert", "evaluator", "administrator"]

ROLES: tuple[Role, ...] = get_args(Role)


def allows(held: Collection[Role], wanted: Collection[Role]) -> bool:
    """Return whether somebody with the roles ``held`` may do what takes one of the roles ``wanted``.

    An administrator may do everything, and everybody who holds a role may do what an asker may.
    """
    if "administrator" in held or set(held) & set(wanted):
        return True
    return bool(held) and "asker" in wanted


def read_roles(values: Iterable[str]) -> frozenset[Role]:
    """Return role names as roles.

    Raises:
        AccountRefused: none is given, or one does not exist.
    """
    given = frozenset(values)
    unknown = sorted(given - set(ROLES))
    if unknown or not given:
        what = f"There is no role {unknown[0]!r}." if unknown else "An account needs a role."
        raise AccountRefused(f"{what} Roles: {', '.join(ROLES)}.", why="role_missing")
    return cast("frozenset[Role]", given)


def in_order(roles: Collection[Role]) -> list[Role]:
    """Return roles as a list in their fixed order, for files and pages."""
    return [role for role in ROLES if role in roles]
