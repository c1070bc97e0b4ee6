"""Configurations of foreign systems: the samples load, mistakes are named with file and field."""

import tomllib
from pathlib import Path

import pytest

import evals.systems
from evals.errors import UnknownSystemError
from evals.systems import check_system, load_system_config, open_answer_system
from evals.systems.config import SystemConfigError, check_config
from evals.systems.pointers import MISSING, find, is_pointer
from helpdesk_bot.settings import Settings

EXAMPLES = sorted(Path(evals.systems.__file__).with_name("examples").glob("*.toml"))
GOOD = """
system = "http"
url = "http://127.0.0.1:1/ask"
[body]
question = "{question}"
[answer]
text = "/answer"
[answer.citations]
items = "/sources"
title = ["/title", "/name"]
"""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_sample_loads_and_says_where_its_shape_is_from(path):
    given = load_system_config(path)
    assert given == tomllib.loads(path.read_text(encoding="utf-8"))
    assert check_config(given).system == given["system"]
    assert path.read_text(encoding="utf-8").startswith("#")


def test_there_are_samples_of_both_kinds():
    assert {load_system_config(path)["system"] for path in EXAMPLES} == {"http", "openai"}


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        (("url =", "adress ="), "url", "Field required"),
        (('"http"', '"carrier-pigeon"'), "system", "must be openai or http"),
        (('url = "http://127', 'url = "ftp://127'), "url", "must be an http"),
        (('url = "http://127', 'url = "http://me:secret@127'), "url", "without user name"),
        (('"{question}"', '"?"'), None, "{question}"),
        (('"/answer"', '"answer"'), "answer.text", "no JSON pointer"),
        (('text = "/answer"', ""), "answer", "needs either text"),
        (('text = "/answer"', 'text = "/answer"\ntxet = "/a"'), "answer.txet", "is not known"),
        (('title = ["/title", "/name"]', ""), "answer.citations", "needs source, title or url"),
        (("[answer]", "[answer]\noutcome = '/o'"), "answer", "needs the table outcomes"),
        (("[answer]", "[answer]\nrefusal_phrases = [' ']"), "answer", "phrase is empty"),
        (('items = "/sources"', "items = '/s'\nmarker = '['"), "answer.citations", "no regular expression"),
        (('items = "/sources"', "items = '/s'\nmarker = 'x'"), "answer.citations", "exactly one group"),
        (("[body]", "[headers]\nAuthorization = 'Bearer abc'\n[body]"), "headers", "is a secret"),
        (("[body]", "[headers]\nX-Api-Key = 'abc'\n[body]"), "headers", "is a secret"),
        (("[body]", "timeout_s = 0\n[body]"), "timeout_s", "greater than 0"),
        (("[body]", "retries = true\n[body]"), "retries", "valid integer"),
        (("[body]", "status_outcomes = {tea = 'answered'}\n[body]"), None, "no HTTP status"),
        (("[answer]", "[answer"), None, "not TOML"),
    ],
)
def test_a_mistake_is_named_with_file_and_field(tmp_path, change, field, message):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(SystemConfigError) as caught:
        load_system_config(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert caught.value.field == field
    assert "secret@" not in str(caught.value)
    assert "abc" not in str(caught.value)


def test_a_file_that_is_missing_or_not_utf8(tmp_path):
    with pytest.raises(SystemConfigError, match=r"none\.toml: cannot be read"):
        load_system_config(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes("name = 'frågor'".encode("latin-1"))
    with pytest.raises(SystemConfigError, match="is not UTF-8"):
        load_system_config(tmp_path / "latin.toml")


def test_system_and_configuration_have_to_fit(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8")
    config = load_system_config(tmp_path / "mine.toml")
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(UnknownSystemError, match="needs a configuration"):
        open_answer_system("http", settings)
    with pytest.raises(UnknownSystemError, match="is of system 'http', not of 'openai'"):
        open_answer_system("openai", settings, config)
    with pytest.raises(UnknownSystemError, match="'tutorial' takes no configuration"):
        open_answer_system("tutorial", settings, config)
    with pytest.raises(UnknownSystemError, match="there are helpdesk, tutorial, embedder, openai, http"):
        open_answer_system("oracle", settings)


def test_a_system_is_checked_before_anything_is_opened(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text(
        GOOD.replace("[body]", "[headers]\nAuthorization = 'Bearer ${MY_KEY}'\n[body]"), encoding="utf-8"
    )
    config = load_system_config(tmp_path / "mine.toml")
    monkeypatch.delenv("MY_KEY", raising=False)
    with pytest.raises(SystemConfigError, match="set the environment variable MY_KEY"):
        check_system("http", config)
    monkeypatch.setenv("MY_KEY", "0123456789")
    check_system("http", config)
    check_system("helpdesk")
    check_system("tutorial")
    for name, given in (("http", None), ("openai", config), ("helpdesk", config), ("oracle", None)):
        with pytest.raises(UnknownSystemError):
            check_system(name, given)


def test_pointers_as_the_standard_has_them():
    # The examples of RFC 6901, section 5.
    document = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, "c%d": 2, " ": 7, "none": None}
    for pointer, value in {
        "": document,
        "/foo": ["bar", "baz"],
        "/foo/0": "bar",
        "/": 0,
        "/a~1b": 1,
        "/m~0n": 8,
        "/c%d": 2,
        "/ ": 7,
    }.items():
        assert is_pointer(pointer)
        assert find(document, [pointer]) == value
    for nowhere in ("/foo/2", "/foo/-1", "/foo/x", "/foo/0/1", "/fop"):
        assert find(document, [nowhere]) is MISSING
    assert find(document, ["/none"]) is None
    assert find(document, ["/none", "/nowhere", "/foo/1"]) == "baz"
    assert find(document, []) is MISSING
    assert not is_pointer("foo")
    assert not is_pointer("/a~2b")
