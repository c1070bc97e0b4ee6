"""Settings: where they come from, in which order, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from helpdesk_bot.errors import ConfigurationError
from helpdesk_bot.settings import Settings, load_settings


def load(config: Path | None = None, environment: dict[str, str] | None = None, **more: Any) -> Settings:
    return load_settings(config, None, environment or {}, **more)


def config(folder: Path, text: str) -> Path:
    path = folder / "helpdesk.toml"
    path.write_text(text, "utf-8")
    return path


def test_defaults_need_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load()
    assert settings.data_dir == tmp_path / "var"
    assert settings.database == f"sqlite:///{tmp_path}/var/helpdesk.db"
    assert (settings.host, settings.port, settings.embedder, settings.chat_model) == (
        "127.0.0.1",
        8000,
        "bundled",
        None,
    )


def test_the_command_line_wins_over_the_environment_over_the_file(tmp_path: Path) -> None:
    path = config(tmp_path, 'port = 1\nhost = "file"\ndefault_language = "sv"\n')
    settings = load(path, {"HELPDESK_PORT": "2", "HELPDESK_HOST": "environment"}, port=3, host=None)
    assert (settings.port, settings.host, settings.default_language) == (3, "environment", "sv")


def test_the_data_directory_is_absolute_wherever_it_is_named(tmp_path: Path) -> None:
    given = load_settings(None, Path("here"), {"HELPDESK_DATA_DIR": "/elsewhere"})
    assert given.data_dir == Path.cwd() / "here"
    assert load(environment={"HELPDESK_DATA_DIR": "~/x"}).data_dir == Path.home() / "x"


def test_an_empty_variable_means_not_set() -> None:
    assert load(environment={"HELPDESK_PORT": ""}).port == 8000


def test_the_process_environment_is_read_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_DEFAULT_LANGUAGE", "vi")
    assert load_settings().default_language == "vi"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 1\n", "Setting 'colour'.*Known settings: .*data_dir"),
        ("port = 'many'\n", "Setting 'port'"),
        ("port = 70000\n", "Setting 'port'.*65535"),
        ("depth = 'shallow'\n", "Setting 'depth'.*fast.*deep"),
        ("min_confidence = 2\n", "Setting 'min_confidence'"),
        ("kind_weights = [1]\n", "Setting 'kind_weights'.*kind=number, parted by commas, or a table"),
        ("kind_weights = {news = true}\n", "Setting 'kind_weights'.*'news' is no number: True"),
        ("default_language = 'et'\n", "Setting 'default_language'.*no message catalogue for 'et'.*sv"),
        ("port = \n", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        load(config(tmp_path, text))


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(ConfigurationError, match="Setting 'workers'"):
        load(environment={"HELPDESK_WORKERS": "none"})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"missing\.toml cannot be read: No such file"):
        load(tmp_path / "missing.toml")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes("default_language = 'sv' # på svenska".encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"latin\.toml is not UTF-8 text; save it as UTF-8"):
        load(tmp_path / "latin.toml")


def test_settings_cannot_be_changed_and_do_not_show_the_key() -> None:
    settings = load(environment={"HELPDESK_CHAT_API_KEY": "a secret"})
    assert settings.chat_api_key == "a secret"
    assert "a secret" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]  # that it cannot be set is the point


def test_weights_of_kinds_are_read_from_a_variable_and_from_a_table(tmp_path: Path) -> None:
    given = load(environment={"HELPDESK_KIND_WEIGHTS": " news=-0.02, policy-brief = .03,"})
    assert given.kind_weights == {"policy_brief": 0.03, "news": -0.02}
    path = config(tmp_path, "recency_weight = 0.002\n[kind_weights]\nnews = -0.02\nPolicy-Brief = 0.03\n")
    table = load(path)
    assert (table.kind_weights, table.recency_weight) == (given.kind_weights, 0.002)
    # As the measurements hand them on to their workers.
    assert Settings.model_validate_json(given.model_dump_json()) == given
    assert load().kind_weights == {}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("kind_weights", "poem=0.1", "no kind 'poem'; there are policy_brief, report"),
        ("kind_weights", "news=much", "the weight of 'news' is no number: 'much'"),
        ("kind_weights", "news", "the weight of 'news' is no number: ''"),
        ("kind_weights", "news=2", "'news' is 2; it must be -1 to 1"),
        ("kind_weights", "news=nan", "it must be -1 to 1"),
        ("kind_weights", "news=0.1,NEWS=0.2", "'news' is given twice"),
        ("recency_weight", "-0.1", "greater than or equal to 0"),
        ("recency_weight", "nan", "less than or equal to 1"),
        ("superseded_penalty", "1.5", "less than or equal to 1"),
        ("per_document", "0", "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_with_the_order_is_named(name: str, value: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=f"Setting '{name}'.*{words}"):
        load(environment={f"HELPDESK_{name.upper()}": value})


def test_every_setting_is_described() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
