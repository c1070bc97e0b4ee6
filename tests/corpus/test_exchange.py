import datetime as dt
import json

import pytest

from corpus import errors, exchange
from corpus.hints import Hints
from corpus.loading import parse

TEXTS = {
    "en": "# Title\n\nA paragraph of text.\n\n- one\n",
    "sv": "# Rubrik\n\nEtt stycke på svenska.\n\n- ett\n",
    "vi": "# Tiêu đề\n\nMột đoạn văn bằng tiếng Việt.\n\n- một\n",
}


@pytest.mark.parametrize("code", TEXTS)
def test_documents_survive_the_pipe(code):
    document = parse(
        TEXTS[code].encode(), Hints("a.md", sidecar={"themes": ["AI"], "date": dt.date(2024, 5, 1)})
    )
    sent = json.dumps(exchange.document_to_json(document))
    assert exchange.document_from_json(json.loads(sent)) == document


def test_hints_survive_with_dates_as_text():
    hints = Hints(
        "a.md", sidecar={"date": dt.date(2024, 5, 1), "themes": ("a", "b"), "x": 1 + 2j}, folder="news"
    )
    sent = json.loads(json.dumps(exchange.hints_to_json(hints)))
    assert exchange.hints_from_json(sent) == Hints(
        "a.md", sidecar={"date": "2024-05-01", "themes": ["a", "b"], "x": "(1+2j)"}, folder="news"
    )


def test_errors_survive_and_unknown_ones_are_broken_documents():
    error = exchange.error_from_json(exchange.error_to_json(errors.NoText("x")))
    assert (type(error), str(error)) == (errors.NoText, "x")
    for name in ("SystemExit", "annotations", "PermanentError2"):
        assert type(exchange.error_from_json({"error": name, "message": "x"})) is errors.BrokenDocument
