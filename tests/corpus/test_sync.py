from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import BrokenDocument, TransientError, UnsupportedFormat
from corpus.identity import KnownDocument, document_id
from corpus.sources import Content, Scope, SourceItem, discover
from corpus.sync import READ_AGAIN, Observation, compare, judge, observe, preview, withdrawals

ROOT = "/srv/papers"
SOURCES = ("en.txt", "sv/sv.md", "vi/vi.pdf")
WHOLE = Scope("folder", ROOT)


def seen(source: str, fingerprint: str | None = "1", root: str = ROOT, **why: object) -> Observation:
    return Observation(
        root, source, f"{root.removeprefix('file:')}/{source}", None if why else fingerprint, **why
    )


def known(source: str, fingerprint: str = "1", root: str = ROOT, status: str = "in_force") -> KnownDocument:
    return KnownDocument(document_id(root, source), root, source, fingerprint, 3, status)


def outcome(*arguments: object) -> dict[str, str]:
    return {change.source: change.action for change in compare(*arguments)}


def test_every_action() -> None:
    observations = [
        seen("new.txt", "9"),
        seen("en.txt"),
        seen("sv/sv.md", "2"),
        seen("film.mp4", skipped="no loader"),
        seen("bad.pdf", failed="damaged"),
    ]
    changes = compare(observations, [known(source) for source in SOURCES], WHOLE)
    assert [(change.source, change.action) for change in changes] == [
        ("new.txt", "added"),
        ("en.txt", "unchanged"),
        ("sv/sv.md", "updated"),
        ("film.mp4", "skipped"),
        ("bad.pdf", "failed"),
        ("vi/vi.pdf", "withdrawn"),
    ]
    assert [change.document_id is not None for change in changes] == [False, True, True, False, False, True]
    assert [change.reason for change in changes[3:]] == ["no loader", "damaged", "it is no longer there"]
    assert changes[2].fingerprint == "2"


@pytest.mark.parametrize("source", SOURCES)
def test_what_an_older_loader_read_is_read_again(source: str) -> None:
    older = replace(known(source), outdated=True)
    change = judge(seen(source), older)
    assert (change.action, change.reason) == ("updated", READ_AGAIN)
    assert judge(seen(source, "2"), older).reason is None  # its bytes changed: that is reason enough
    assert judge(seen(source, failed="damaged"), older).action == "failed"


def test_comparing_changes_nothing_and_always_says_the_same() -> None:
    observations = [seen("en.txt"), seen("vi/vi.pdf", "5")]
    documents = [known(source) for source in SOURCES]
    assert compare(observations, documents, WHOLE) == compare(observations, documents[::-1], WHOLE)


@pytest.mark.parametrize("source", SOURCES)
def test_a_failed_document_stays_in_force(source: str) -> None:
    changes = compare([seen(source, failed="Permission denied.", transient=True)], [known(source)], WHOLE)
    assert [change.action for change in changes] == ["failed"]
    assert changes[0].reason == "Permission denied. Version 3 stays in force."
    assert changes[0].transient
    gone = compare([seen(source, failed="Damaged.")], [known(source, status="withdrawn")], WHOLE)
    assert gone[0].reason == "Damaged."


def test_only_what_was_searched_is_withdrawn() -> None:
    documents = [known(source) for source in SOURCES] + [known("en.txt", root="/srv/other")]
    assert outcome([], documents, WHOLE) == dict.fromkeys(SOURCES, "withdrawn")
    assert outcome([], documents, Scope("folder", f"{ROOT}/sv")) == {"sv/sv.md": "withdrawn"}
    assert outcome([], documents, Scope("folder", ROOT, (f"{ROOT}/sv", f"{ROOT}/vi"))) == {
        "en.txt": "withdrawn"
    }
    assert outcome([], documents, Scope("nothing")) == {}


def test_a_withdrawn_document_stays_withdrawn_until_it_is_back() -> None:
    documents = [known("vi/vi.pdf", status="withdrawn")]
    assert compare([], documents, WHOLE) == []
    (change,) = compare([seen("vi/vi.pdf")], documents, WHOLE)  # the same bytes as before
    assert (change.action, change.reason) == ("added", "was withdrawn, and is back")
    assert change.document_id == documents[0].document_id


def test_a_renamed_file_is_one_document_gone_and_one_added() -> None:
    changes = compare([seen("sv/ny.md", "7")], [known("sv/sv.md", "7"), known("en.txt", "8")], WHOLE)
    assert [(change.source, change.action, change.reason) for change in changes] == [
        ("sv/ny.md", "added", "renamed from sv/sv.md"),
        ("en.txt", "withdrawn", "it is no longer there"),
        ("sv/sv.md", "withdrawn", "it is no longer there"),
    ]


def test_a_copy_is_not_a_renamed_file() -> None:
    changes = compare([seen("en.txt", "7"), seen("copy.txt", "7")], [known("en.txt", "7")], WHOLE)
    assert [(change.action, change.reason) for change in changes] == [("unchanged", None), ("added", None)]


def test_a_location_seen_twice_is_decided_once() -> None:
    assert Counter(change.action for change in compare([seen("en.txt"), seen("en.txt")], [], WHOLE)) == {
        "added": 1
    }


def test_a_document_that_became_a_link_to_another_is_withdrawn() -> None:
    observations = [seen("en.txt"), seen("sv/sv.md", skipped="a symbolic link to en.txt")]
    changes = compare(observations, [known("en.txt"), known("sv/sv.md")], WHOLE)
    assert [(change.source, change.action) for change in changes] == [
        ("en.txt", "unchanged"),
        ("sv/sv.md", "withdrawn"),
    ]
    assert changes[1].reason == "a symbolic link to en.txt"


def test_sitemap_pages() -> None:
    home = "https://example.eu/sitemap.xml"
    pages = [f"https://example.eu/{language}" for language in ("en", "sv", "vi")]
    documents = [known(page, root=home) for page in pages] + [known(pages[0], root="page:https://example.eu")]
    observations = [
        Observation(home, pages[0], pages[0], "1"),
        Observation(home, pages[1], pages[1], skipped="robots.txt"),
    ]
    changes = compare(observations, documents, Scope("sitemap", home))
    assert [(change.source, change.action) for change in changes] == [
        (pages[0], "unchanged"),
        (pages[1], "skipped"),  # what may not be read now was not taken down
        (pages[2], "withdrawn"),
    ]


def test_one_by_one_gives_the_same_as_all_at_once() -> None:
    observations = [seen("en.txt", "2"), seen("neu.txt", "9"), seen("vi/vi.pdf", failed="Damaged.")]
    documents = {f"{ROOT}/{source}": known(source) for source in SOURCES}
    singly = [judge(each, documents.get(each.location)) for each in observations]
    assert singly + withdrawals(observations, documents.values(), WHOLE) == compare(
        observations, list(documents.values()), WHOLE
    )


@pytest.mark.parametrize(
    ("error", "field", "transient"),
    [
        (BrokenDocument("damaged"), "failed", False),
        (TransientError("busy"), "failed", True),
        (UnsupportedFormat("a film"), "skipped", False),
        (OSError(5, "Input/output error"), "failed", True),
    ],
)
def test_whatever_goes_wrong_is_part_of_the_observation(
    error: Exception, field: str, transient: bool
) -> None:
    def read() -> Content:
        raise error

    observation, content = observe(SourceItem(ROOT, "sv.txt", f"{ROOT}/sv.txt", read))
    assert content is None
    assert observation.fingerprint is None
    assert getattr(observation, field)
    assert observation.transient is transient


def run(folder: Path, catalogue: dict[str, KnownDocument]) -> dict[str, str]:
    """Apply a preview to a toy catalogue, as an ingest would; return the actions by source."""
    before = list(catalogue.values())
    changes = preview(discover(str(folder), before), before)
    for change in changes:
        key = f"{change.source_root}/{change.source}"
        old = catalogue.get(key)
        if change.action in ("added", "updated"):
            assert change.fingerprint is not None
            catalogue[key] = KnownDocument(
                document_id(change.source_root, change.source),
                change.source_root,
                change.source,
                change.fingerprint,
                old.version + 1 if old else 1,
                "in_force",
            )
        elif change.action == "withdrawn":
            assert old is not None
            catalogue[key] = KnownDocument(
                old.document_id, *key_of(old), old.fingerprint, old.version, "withdrawn"
            )
    return {change.source: change.action for change in changes}


def key_of(document: KnownDocument) -> tuple[str, str]:
    return document.source_root, document.source


def test_the_life_of_a_folder(tmp_path: Path) -> None:
    """Real files: added, unchanged, changed, changed back, described, gone, back."""
    for name, text in (("en.txt", "Open data"), ("sv.txt", "Öppna data"), ("vi.txt", "Dữ liệu mở")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    catalogue: dict[str, KnownDocument] = {}
    assert set(run(tmp_path, catalogue).values()) == {"added"}
    assert set(run(tmp_path, catalogue).values()) == {"unchanged"}
    (tmp_path / "sv.txt").write_text("Stängda data", encoding="utf-8")
    assert run(tmp_path, catalogue)["sv.txt"] == "updated"
    (tmp_path / "sv.txt").write_text("Öppna data", encoding="utf-8")
    assert run(tmp_path, catalogue)["sv.txt"] == "updated"
    (tmp_path / "vi.txt.meta.yaml").write_text("title: Dữ liệu", encoding="utf-8")
    assert run(tmp_path, catalogue) == {"en.txt": "unchanged", "sv.txt": "unchanged", "vi.txt": "updated"}
    (tmp_path / "vi.txt.meta.yaml").unlink()
    assert run(tmp_path, catalogue)["vi.txt"] == "updated"
    (tmp_path / "en.txt").rename(tmp_path / "english.txt")
    assert run(tmp_path, catalogue) == {
        "english.txt": "added",
        "sv.txt": "unchanged",
        "vi.txt": "unchanged",
        "en.txt": "withdrawn",
    }
    (tmp_path / "english.txt").rename(tmp_path / "en.txt")
    assert run(tmp_path, catalogue)["en.txt"] == "added"
    assert catalogue[f"{tmp_path}/sv.txt"].version == 3
    for path in tmp_path.iterdir():
        path.unlink()
    assert run(tmp_path, catalogue) == dict.fromkeys(("en.txt", "sv.txt", "vi.txt"), "withdrawn")
    assert run(tmp_path, catalogue) == {}


def test_a_file_of_a_known_folder_updates_the_folders_document(tmp_path: Path) -> None:
    (tmp_path / "sv").mkdir()
    for name in ("sv/sv.txt", "en.txt", "vi.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    catalogue: dict[str, KnownDocument] = {}
    run(tmp_path, catalogue)
    (tmp_path / "sv" / "sv.txt").write_text("Ändrad", encoding="utf-8")
    (tmp_path / "en.txt").unlink()
    assert run(tmp_path / "sv" / "sv.txt", catalogue) == {"sv/sv.txt": "updated"}
    assert run(tmp_path / "sv", catalogue) == {"sv/sv.txt": "unchanged"}
    assert run(tmp_path, catalogue) == {
        "sv/sv.txt": "unchanged",
        "vi.txt": "unchanged",
        "en.txt": "withdrawn",
    }
    assert len(catalogue) == 3
