"""What an administrator sets goes before what a document says, and stays when it is read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.catalog import Catalog
from corpus.errors import BrokenDocument
from corpus.hints import Hints
from corpus.identity import document_id
from corpus.loading import parse
from corpus.overrides import Override, check_override, with_overrides
from corpus.sources import discover
from corpus.sync import observe
from helpdesk_bot.database import open_database
from index.build import ingest
from index.ingest_report import IngestReport
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

TEXT = "---\ntitle: {title}\nkind: report\nlanguage: {language}\n---\n# {title}\n\n{body}\n"
TEXTS = {
    "a.en.md": TEXT.format(title="Fees", language="en", body="An extract costs five euro."),
    "b.sv.md": TEXT.format(title="Avgifter", language="sv", body="Ett utdrag kostar fem euro."),
    "c.vi.md": TEXT.format(title="Lệ phí", language="vi", body="Một bản trích lục giá năm euro."),
}


def test_it_goes_before_front_matter_and_sidecar() -> None:
    hints = Hints("a.en.md", {"publisher": "Sidecar"}, None, None, {"title": "Nhan đề", "publisher": "Hand"})
    about = parse(TEXTS["a.en.md"].encode(), hints).metadata
    assert (about.title, about.publisher, about.kind, about.language) == ("Nhan đề", "Hand", "report", "en")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"themes": "hälsa, y tế", "title": ""}, {"themes": ("hälsa", "y tế")}),
        ({"date": "2024-05", "kind": "Good practice"}, {"date": "2024-05", "kind": "good_practice"}),
    ],
)
def test_fields_are_checked_as_everywhere(fields: dict[str, str], expected: dict[str, object]) -> None:
    assert check_override(fields) == expected


@pytest.mark.parametrize("fields", [{"date": "soon"}, {"kind": "novel"}, {"colour": "red"}, {"url": "x"}])
def test_what_cannot_be_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(BrokenDocument):
        check_override(fields)


def test_a_changed_override_is_a_changed_document(tmp_path: Path) -> None:
    library.write_files(tmp_path, TEXTS)
    found = discover(str(tmp_path))
    ids = {item.source: document_id(item.source_root, item.source) for item in found.items}

    def prints(overrides: dict[str, Override]) -> dict[str, str | None]:
        items = with_overrides(found, overrides).items
        return {item.source: observe(item)[0].fingerprint for item in items}

    plain = prints({})
    first = prints({ids["b.sv.md"]: Override({"title": "Nytt"})})
    second = prints({ids["b.sv.md"]: Override({"title": "Nyare"})})
    assert len({plain["b.sv.md"], first["b.sv.md"], second["b.sv.md"]}) == 3
    assert {**plain, "b.sv.md": None} == {**first, "b.sv.md": None} == {**second, "b.sv.md": None}
    assert prints({ids["b.sv.md"]: Override({}, withdrawn=True)})["b.sv.md"] is None


def test_it_survives_every_ingest_and_a_withdrawn_document_stays_away(tmp_path: Path) -> None:
    folder, data_dir = tmp_path / "texts", tmp_path / "var"
    library.write_files(folder, TEXTS)
    settings = library.settings_for(data_dir)
    engine = open_database(settings)
    catalog = Catalog(engine)

    def run(overrides: dict[str, Override]) -> IngestReport:
        return ingest(
            engine,
            data_dir,
            FakeEmbedder,
            [str(folder)],
            database_url=settings.database,
            overrides=overrides,
        )

    assert run({}).counts["added"] == 3
    ids = {each.source: each.document_id for each in catalog.known_documents()}
    by_hand = {
        ids["b.sv.md"]: Override({"title": "Avgifter 2026", "themes": ["avgifter"]}),
        ids["c.vi.md"]: Override({}, withdrawn=True),
    }
    assert run(by_hand).counts["updated"] == 1
    (folder / "b.sv.md").write_text(TEXTS["b.sv.md"].replace("fem", "sex"), "utf-8")
    again = run(by_hand)
    assert (again.counts["updated"], again.counts["skipped"]) == (1, 1)
    about = catalog.get(ids["b.sv.md"]).metadata
    assert (about.title, about.themes) == ("Avgifter 2026", ("avgifter",))
    assert "sex euro" in catalog.text(ids["b.sv.md"])
    assert run(by_hand).counts["unchanged"] == 2
    back = run({})
    assert catalog.get(ids["b.sv.md"]).metadata.title == "Avgifter"
    assert back.counts["updated"] == 1
    engine.dispose()
