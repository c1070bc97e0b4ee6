import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import BrokenDocument
from corpus.text import decode, normalise, one_line

SENTENCES = [
    "Public services should be digital by default.",
    "Offentliga tjänster ska vara tillgängliga för alla.",
    "Dịch vụ công trực tuyến phải dễ sử dụng.",
]


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_unicode_encodings_are_told_apart(sentence, encoding):
    if encoding == "utf-16-le" and sentence.startswith("Dịch"):
        sentence = "So: " + sentence  # the guess without a mark needs Latin letters
    assert decode(sentence.encode(encoding)) == sentence


@pytest.mark.parametrize("sentence", SENTENCES[:2])
def test_latin_1_and_windows_1252(sentence):
    assert decode(sentence.encode("latin-1")) == sentence
    assert decode(("\u201c" + sentence + "\u201d").encode("cp1252")) == "\u201c" + sentence + "\u201d"


def test_a_declared_encoding_is_used_where_the_bytes_are_not_utf8():
    assert decode("Zażółć gęślą jaźń".encode("iso-8859-2"), "iso-8859-2") == "Zażółć gęślą jaźń"
    assert (
        decode("Tjänster för alla åldrar".encode("latin-1"), "no-such-encoding") == "Tjänster för alla åldrar"
    )


@pytest.mark.parametrize("sentence", SENTENCES)
def test_utf8_with_a_damaged_byte_or_cut_in_a_character_is_still_utf8(sentence):
    text = sentence * 20 + "ä"
    assert decode(text.encode()[:-1]) == text[:-1]
    damaged = ("ö" * 50 + sentence).encode() + b"\xff" + b"abcdef"
    assert decode(damaged) == "ö" * 50 + sentence + "\ufffdabcdef"


def test_binary_data_is_refused():
    with pytest.raises(BrokenDocument, match="not text"):
        decode(bytes(range(256)) * 20)


def test_normalise_composes_and_cleans():
    assert normalise(unicodedata.normalize("NFD", "Tiếng Việt, åäö")) == "Tiếng Việt, åäö"
    assert normalise("a\r\nb\rc\u2028d\u00a0e\tf") == "a\nb\nc\nd e f"
    assert normalise("in\u00adfor\u200bma\ufefftion\u202e\U000e0041\x00") == "information"
    assert normalise("\ud800") == "\ufffd"
    assert one_line("  a \n\n b ") == "a b"


@given(st.text())
def test_normalise_is_idempotent_and_nfc(text):
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\r" not in once
