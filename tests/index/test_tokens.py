from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import tokens

_TEXTS = {
    "en": "Public services should be digital by default, and usable by everyone.",
    "sv": "Offentliga tjänster bör vara digitala från början och användbara för alla.",
    "vi": "Dịch vụ công phải được số hóa và mọi người dân đều có thể sử dụng.",
}


def test_counts_what_the_public_table_counts() -> None:
    assert tokens.count("") == 0
    assert tokens.count("hello world") == 2
    assert tokens.count("<|endoftext|>") > 1  # text, never a control token


def test_size_makes_languages_comparable() -> None:
    counts = {language: tokens.count(text) for language, text in _TEXTS.items()}
    sizes = {language: tokens.size(text) for language, text in _TEXTS.items()}
    assert sizes["en"] == counts["en"]
    assert counts["vi"] > 2 * counts["en"]
    assert sizes["vi"] < counts["vi"]
    assert all(sizes[language] <= counts[language] for language in _TEXTS)


@pytest.mark.parametrize("text", [*_TEXTS.values(), "🙂🙂🙂 ấấấ 漢字", "lone \ud800 surrogate"])
@settings(deadline=None)
@given(max_tokens=st.integers(-1, 40))
def test_truncate_gives_a_prefix_that_fits(text: str, max_tokens: int) -> None:
    short = tokens.truncate(text, max_tokens)
    assert text.startswith(short)
    assert tokens.count(short) <= max(max_tokens, 0)
    if tokens.count(text) <= max_tokens:
        assert short == text


def test_truncate_keeps_as_much_as_fits() -> None:
    assert tokens.truncate("one two three four", 3) == "one two three"
