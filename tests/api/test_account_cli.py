"""``helpdesk account`` and ``helpdesk key``: what a person at the machine can do."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from api.cli import main
from helpdesk_bot import audit
from helpdesk_bot.accounts import keys, signing_in
from helpdesk_bot.accounts.sessions import Lifetimes
from helpdesk_bot.database import open_database
from tests.api.house import settings_in
from tests.helpdesk_bot.accounts.conftest import quick_hashes  # noqa: F401  (a fixture)

pytestmark = pytest.mark.usefixtures("quick_hashes")
PASSWORD = "rätt häst batteri"
HOURS = Lifetimes(2, 12)


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    made = open_database(settings_in(tmp_path))
    yield made
    made.dispose()


class Shell:
    """Runs the command on one data directory."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._folder, self._patch, self._capsys = folder, monkeypatch, capsys

    def __call__(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        self._patch.setattr("sys.stdin", io.StringIO(stdin))
        code = main([*words, "--data-dir", str(self._folder / "var")])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def json(self, *words: str, stdin: str = "") -> Any:
        code, out, err = self(*words, "--json", stdin=stdin)
        assert code == 0, err
        return json.loads(out)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, monkeypatch, capsys)


def test_the_life_of_an_account(shell: Shell, engine: Engine) -> None:
    code, out, _ = shell("account", "list")
    assert (code, out.split(".")[0]) == (0, "No accounts")
    made = shell.json(
        "account",
        "add",
        "Åsa@example.org",
        "--role",
        "administrator",
        "--name",
        "Åsa Berg",
        stdin=f"{PASSWORD}\n",
    )
    assert (made["email"], made["roles"], made["name"]) == ("åsa@example.org", ["administrator"], "Åsa Berg")
    assert signing_in.with_password(engine, "åsa@example.org", PASSWORD, HOURS) is not None
    two = shell.json(
        "account", "add", "bình@example.org", "--role", "expert", "--theme", "chuyển đổi số", "--no-password"
    )
    assert (two["name"], two["themes"]) == ("bình", ["chuyển đổi số"])
    changed = shell.json("account", "change", "bình@example.org", "--role", "evaluator", "--all-themes")
    assert (changed["roles"], changed["themes"]) == (["evaluator"], [])
    assert shell("account", "password", "bình@example.org", stdin="mật khẩu dễ nhớ hơn\r\n")[0] == 0
    assert signing_in.with_password(engine, "bình@example.org", "mật khẩu dễ nhớ hơn", HOURS) is not None
    assert shell.json("account", "disable", "bình@example.org")["disabled"]
    assert signing_in.with_password(engine, "bình@example.org", "mật khẩu dễ nhớ hơn", HOURS) is None
    assert not shell.json("account", "enable", "bình@example.org")["disabled"]
    listed = shell.json("account", "list")["accounts"]
    assert [(item["email"], item["has_password"]) for item in listed] == [
        ("bình@example.org", True),
        ("åsa@example.org", True),
    ]
    code, out, _ = shell("account", "list")
    assert "Åsa Berg" in out
    assert "administrator" in out
    done = [entry.what for entry in audit.latest(engine) if entry.who == audit.COMMAND_LINE]
    assert done[::-1] == [
        "account.added",
        "account.added",
        "account.changed",
        "account.password_changed",
        "account.disabled",
        "account.enabled",
    ]


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (("account", "add", "a@example.org", "--role", "expert"), "short\n", "12 to 256 characters"),
        (("account", "add", "a@example.org", "--role", "expert"), "", "12 to 256 characters"),
        (("account", "add", "no address", "--role", "expert"), PASSWORD, "e-mail"),
        (("account", "add", "a@example.org", "--role", "king"), PASSWORD, "invalid choice"),
        (("account", "add", "a@example.org"), PASSWORD, "--role"),
        (("account", "disable", "nobody@example.org"), "", "no such account"),
        (("account", "password", "nobody@example.org"), PASSWORD, "no such account"),
        (("account", "change", "nobody@example.org"), "", "what to change"),
        (("key", "create", "nobody@example.org", "--name", "x"), "", "no such account"),
        (("key", "revoke", "hdk_nothing1"), "", "no such key"),
    ],
)
def test_wrong_use_says_what_to_do(
    shell: Shell, engine: Engine, words: tuple[str, ...], stdin: str, said: str
) -> None:
    code, out, err = shell(*words, stdin=stdin)
    assert (code, out) == (2, "")
    assert said in err.lower() if said.islower() else said in err
    assert PASSWORD not in err
    assert shell.json("account", "list") == {"accounts": []}


def test_a_password_is_typed_twice_where_somebody_can_type(
    shell: Shell, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    typed = [PASSWORD, PASSWORD + "!", PASSWORD, PASSWORD]
    monkeypatch.setattr("getpass.getpass", lambda _prompt: typed.pop(0))
    monkeypatch.setattr("tests.api.test_account_cli.io.StringIO", lambda _text: Terminal())
    adding = ("account", "add", "a@example.org", "--role", "expert")
    code, _, err = shell(*adding)
    assert (code, "differ" in err) == (2, True)
    assert shell(*adding)[0] == 0


def test_the_life_of_a_key(shell: Shell, engine: Engine) -> None:
    shell("account", "add", "a@example.org", "--role", "expert", stdin=PASSWORD)
    code, secret, err = shell(
        "key", "create", "a@example.org", "--name", "nội bộ", "--role", "expert", "--days", "3"
    )
    assert (code, secret.count("\n")) == (0, 1), "the key is the only line, for a script"
    assert "not shown again" in err
    found = keys.resolve(engine, secret.strip())
    assert found is not None
    assert found.roles == {"expert"}
    made = shell.json("key", "create", "a@example.org", "--name", "x", "--no-expiry")
    assert (made["roles"], made["expires_at"]) == (["asker"], None)
    assert keys.resolve(engine, made["key"]) is not None
    listed = shell.json("key", "list", "--account", "a@example.org")
    assert [key["name"] for key in listed["keys"]] == ["x", "nội bộ"]
    assert secret.strip() not in json.dumps(listed)
    assert shell.json("key", "revoke", made["prefix"])["revoked_at"] is not None
    assert keys.resolve(engine, made["key"]) is None
    _, table, _ = shell("key", "list")
    assert "revoked" in table
    assert "good" in table
    assert shell("key", "create", "a@example.org", "--name", "x", "--role", "administrator")[0] == 2
