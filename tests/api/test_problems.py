"""The one table of errors: complete, and never telling what it should not."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import api
import corpus
import evals
import helpdesk_bot
import index
from api import problems
from api.errors import RateLimited, Starting
from corpus.errors import NoText
from index.errors import EmbedderMismatch

ROOMS = (corpus, index, helpdesk_bot, evals, api)


def own_errors() -> Iterator[type[Exception]]:
    """Every exception class that a module named ``errors`` (or `api.questions`) of a room defines."""
    for room in ROOMS:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if not module.name.endswith((".errors", "api.questions")):
                continue
            loaded = importlib.import_module(module.name)
            for _, value in inspect.getmembers(loaded, inspect.isclass):
                if issubclass(value, Exception) and value.__module__ == module.name:
                    yield value


def test_every_error_of_every_room_stands_in_the_table() -> None:
    found = set(own_errors())
    assert len(found) >= 25
    assert found == set(problems.KINDS)


def test_every_row_is_a_stable_code_and_a_fitting_status() -> None:
    for kind in problems.KINDS.values():
        assert 400 <= kind.status <= 599
        assert kind.code.replace("_", "").isalpha()
        assert kind.title


def test_a_subclass_that_is_not_listed_is_answered_like_its_parent() -> None:
    class NoWords(NoText):
        pass

    problem = problems.problem_of(NoWords("scan.vi.pdf: không có chữ"))
    assert (problem.status, problem.code, problem.detail) == (
        422,
        "document_without_text",
        "scan.vi.pdf: không có chữ",
    )


def test_what_is_not_listed_says_nothing_of_itself() -> None:
    problem = problems.problem_of(ValueError("hemligt /srv/var"))
    assert (problem.status, problem.code) == (500, "internal_error")
    assert "hemligt" not in str(problem.to_json())


def test_extra_members_and_headers_go_along() -> None:
    limited = problems.problem_of(RateLimited(7))
    assert limited.headers == (("Retry-After", "7"),)
    assert limited.to_json()["retry_after_s"] == 7
    assert problems.problem_of(Starting(("laddar",))).to_json()["reasons"] == ["laddar"]


@pytest.mark.parametrize(
    ("error", "misuse"), [(EmbedderMismatch("rebuild"), True), (NoText("x"), False), (OSError("x"), False)]
)
def test_misuse_is_told_from_failure(error: Exception, misuse: bool) -> None:
    assert problems.is_misuse(error) is misuse


def test_json_can_always_be_sent() -> None:
    assert problems.encode({"å": "\ud800"}) == '{"å":"?"}'.encode()
