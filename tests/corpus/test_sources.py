import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corpus import identity
from corpus.errors import BrokenDocument, LimitExceeded, MisusedError, PermanentError, TransientError
from corpus.identity import KnownDocument
from corpus.sources import Discovery, discover, fingerprint

TEXTS = {
    "en.txt": "Digital identity for all citizens.",
    "sv/sv.md": "# Öppna data\n\nKommunen öppnar sina data.",
    "vi/vi.txt": "Dịch vụ công trực tuyến.",
}


def write(folder: Path, files: dict[str, str] = TEXTS) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def readable(found: Discovery) -> list[str]:
    return [item.source for item in found.items if not item.skipped and not item.failed]


def reasons(found: Discovery) -> dict[str, str]:
    return {item.source: item.skipped or item.failed for item in found.items if item.skipped or item.failed}


def known(found: Discovery, status: str = "in_force") -> list[KnownDocument]:
    """The documents that a run over a discovery would have made."""
    return [
        KnownDocument(
            identity.document_id(item.source_root, item.source),
            item.source_root,
            item.source,
            item.read().fingerprint,
            1,
            status,
        )
        for item in found.items
        if not item.skipped and not item.failed
    ]


@contextmanager
def unprivileged() -> Iterator[None]:
    """Permissions mean nothing to root: act as nobody where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user reaches (pytest's own are closed to others)."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name).resolve()


def test_a_folder_in_a_stable_order(tmp_path: Path) -> None:
    found = discover(str(write(tmp_path)))
    assert found.source_root == str(tmp_path)
    assert [item.source for item in found.items] == ["en.txt", "sv/sv.md", "vi/vi.txt"]
    assert [item.read().data.decode() for item in found.items] == list(TEXTS.values())
    contents = [item.read() for item in found.items]
    assert [content.fingerprint for content in contents] == [
        fingerprint(text.encode()) for text in TEXTS.values()
    ]
    assert len({content.fingerprint for content in contents}) == len(TEXTS)
    assert [content.hints.source for content in contents] == ["en.txt", "sv/sv.md", "vi/vi.txt"]
    top = tmp_path.name
    assert [content.hints.folder for content in contents] == [top, f"{top}/sv", f"{top}/vi"]
    assert {content.hints.sidecar for content in contents} == {None}


def test_the_same_folder_however_it_is_spelt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "docs")
    (tmp_path / "link").symlink_to(tmp_path / "docs")
    monkeypatch.chdir(tmp_path)
    expected = discover(str(tmp_path / "docs"))
    for spelling in ("docs", "./docs/", "docs/../docs", f"{tmp_path}/link", "link/"):
        found = discover(spelling)
        assert (found.source_root, found.scope) == (expected.source_root, expected.scope)
        assert readable(found) == readable(expected)


def test_a_file_alone_never_withdraws_its_siblings(tmp_path: Path) -> None:
    write(tmp_path)
    found = discover(str(tmp_path / "sv" / "sv.md"))
    assert found.source_root == f"file:{tmp_path}/sv"
    assert readable(found) == ["sv.md"]
    assert found.items[0].read().hints.folder == "sv"
    siblings = known(discover(str(tmp_path)))
    assert not any(found.scope.covers(document) for document in siblings)


def test_a_file_alone_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("Läs mig", encoding="utf-8")
    assert discover(str(tmp_path / "README")).items[0].read().data.decode() == "Läs mig"


@pytest.mark.parametrize("target", ["missing", "en.txt/inside", "", "  ", "a\0b"])
def test_a_path_that_does_not_exist(tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MisusedError, match=r"does not exist|is empty"):
        discover(target)


def test_what_is_skipped_and_why(tmp_path: Path) -> None:
    write(tmp_path)
    write(
        tmp_path,
        {
            ".hidden.txt": "x",
            ".git/config": "x",
            "sv/Thumbs.db": "x",
            "~$vi.docx": "x",
            "en.txt~": "x",
            "film.MP4": "x",
            "LICENSE": "x",
            "alone.meta.yaml": "title: x",
        },
    )
    os.mkfifo(tmp_path / "pipe.txt")
    found = discover(str(tmp_path))
    assert readable(found) == ["en.txt", "sv/sv.md", "vi/vi.txt"]
    assert {name: reason.split(" (")[0] for name, reason in reasons(found).items()} == {
        ".git": "hidden or made by the system",
        ".hidden.txt": "hidden or made by the system",
        "sv/Thumbs.db": "hidden or made by the system",
        "~$vi.docx": "left behind by an editor",
        "en.txt~": "left behind by an editor",
        "film.MP4": "no loader reads .mp4 files",
        "LICENSE": "no loader reads files without an ending",
        "alone.meta.yaml": "a sidecar without its document",
        "pipe.txt": "not a regular file",
    }
    assert all(item.skipped and not item.failed for item in found.items if item.source in reasons(found))


def test_the_helpdesks_own_data_directory_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"sv.txt": "Öppna data", "var/originals/ab/abc": "x", "var/notes.txt": "x"})
    found = discover(str(tmp_path), data_dir=tmp_path / "sv" / ".." / "var")
    assert readable(found) == ["sv.txt"]
    assert reasons(found) == {"var": "the data directory of this helpdesk"}


def test_an_empty_folder(tmp_path: Path) -> None:
    found = discover(str(tmp_path))
    assert (found.items, found.scope.unread) == ((), ())


def test_upper_case_endings_are_read(tmp_path: Path) -> None:
    assert readable(discover(str(write(tmp_path, {"SV.TXT": "å", "VI.Md": "ộ"})))) == ["SV.TXT", "VI.Md"]


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("vi.txt", "vi.txt.meta.yaml"),
        ("vi.txt", "vi.meta.yaml"),
        ("vi.txt", "vi.meta.yml"),
        ("sv.md", "sv.meta.json"),
    ],
)
def test_a_sidecar_belongs_to_its_document(tmp_path: Path, document: str, name: str) -> None:
    body = '{"title": "Öppna data"}' if name.endswith("json") else "title: Öppna data\nregion:\n"
    write(tmp_path, {document: "Dữ liệu mở", name: body, "en.txt": "Open data"})
    found = discover(str(tmp_path))
    assert readable(found) == sorted(["en.txt", document])
    assert reasons(found) == {}
    item = next(item for item in found.items if item.source == document)
    before = item.read()
    assert before.hints.sidecar is not None
    assert before.hints.sidecar["title"] == "Öppna data"
    assert before.fingerprint != hashlib.sha256(before.data).hexdigest()
    (tmp_path / name).write_text(body.replace("Öppna", "Stängda"), encoding="utf-8")
    assert item.read().fingerprint != before.fingerprint
    alone = discover(str(tmp_path / document))
    assert alone.items[0].read().hints.sidecar == {**before.hints.sidecar, "title": "Stängda data"}


def test_the_longer_sidecar_name_wins_and_text_stays_text(tmp_path: Path) -> None:
    files = {
        "no.txt": "Åpne data",
        "no.meta.yaml": "title: B",
        "no.txt.meta.yaml": "language: no\ndate: 2024-05\n",
    }
    item = next(item for item in discover(str(write(tmp_path, files))).items if item.source == "no.txt")
    assert item.read().hints.sidecar == {"language": "no", "date": "2024-05"}


@pytest.mark.parametrize(
    "body", ["title: [", "- a\n- b", "just text", "a: &x [1]\nb: *x", "a: \x00", "x" * 70_000, "{" * 5000]
)
def test_a_broken_sidecar_fails_its_document_only(tmp_path: Path, body: str) -> None:
    found = discover(str(write(tmp_path, {"vi.txt": "Dữ liệu", "vi.txt.meta.yaml": body, "sv.txt": "Data"})))
    items = {item.source: item for item in found.items}
    with pytest.raises(BrokenDocument, match="sidecar"):
        items["vi.txt"].read()
    assert items["sv.txt"].read().data == b"Data"
    with pytest.raises(MisusedError, match="describes another file"):
        discover(str(tmp_path / "vi.txt.meta.yaml"))


def test_a_huge_file_fails_before_it_is_read(tmp_path: Path) -> None:
    write(tmp_path)
    with (tmp_path / "huge.pdf").open("wb") as file:
        file.truncate(100_000_001)  # sparse: takes no room
    found = discover(str(tmp_path))
    assert readable(found) == ["en.txt", "sv/sv.md", "vi/vi.txt"]
    assert "100,000,001 bytes" in reasons(found)["huge.pdf"]
    alone = discover(str(tmp_path / "huge.pdf"))
    with pytest.raises(LimitExceeded, match="limit of 100,000,000"):
        alone.items[0].read()
    assert discover(str(tmp_path / "huge.pdf"), max_bytes=100_000_001).items[0].failed is None


def test_a_file_that_vanishes_or_becomes_something_else(tmp_path: Path) -> None:
    found = {item.source: item for item in discover(str(write(tmp_path))).items}
    (tmp_path / "en.txt").unlink()
    with pytest.raises(TransientError, match="vanished"):
        found["en.txt"].read()
    (tmp_path / "sv" / "sv.md").unlink()
    os.mkfifo(tmp_path / "sv" / "sv.md")
    with pytest.raises(PermanentError, match="not a regular file"):  # and it does not hang
        found["sv/sv.md"].read()


def test_what_may_not_be_read_fails_and_is_not_taken_for_gone(open_folder: Path) -> None:
    write(open_folder)
    before = known(discover(str(open_folder)))
    (open_folder / "en.txt").chmod(0)
    (open_folder / "sv").chmod(0)
    with unprivileged():
        found = discover(str(open_folder))
        items = {item.source: item for item in found.items}
        with pytest.raises(PermanentError, match="permission denied"):
            items["en.txt"].read()
    assert "permission denied" in reasons(found)["sv"]
    assert found.scope.unread == (f"{open_folder}/sv",)
    covered = {document.source: found.scope.covers(document) for document in before}
    assert covered == {"en.txt": True, "sv/sv.md": False, "vi/vi.txt": True}
    (open_folder / "sv").chmod(0o755)


def test_a_root_that_may_not_be_read(open_folder: Path) -> None:
    write(open_folder)
    before = known(discover(str(open_folder)))
    inside = discover(str(open_folder / "sv"), before)
    open_folder.chmod(0)
    with unprivileged():
        found = discover(str(open_folder))
        unreachable = discover(str(open_folder / "sv"), before)
    open_folder.chmod(0o755)
    assert not any(found.scope.covers(document) for document in before)
    assert [bool(item.failed) for item in (*found.items, *unreachable.items)] == [True, True]
    assert not any(unreachable.scope.covers(document) for document in before)
    assert inside.scope.covers(before[1])


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    write(tmp_path, {"å.txt": "å", "tiếng Việt.txt": "ộ", "two\nlines.txt": "x"})
    with open(os.fsencode(tmp_path) + b"/sm\xf6rg\xe5s.txt", "wb") as file:
        file.write(b"latin-1 name")
    found = discover(str(tmp_path))
    assert readable(found) == sorted(["sm\\xf6rg\\xe5s.txt", "tiếng Việt.txt", "two\nlines.txt", "å.txt"])
    assert {item.read().data for item in found.items} >= {b"latin-1 name"}
    for item in found.items:
        assert identity.document_id(item.source_root, item.source)  # can be encoded
        assert item.location == identity.location(item.source_root, item.source)


def test_two_names_that_are_shown_alike(tmp_path: Path) -> None:
    for name in (b"/\xf6.txt", b"/\\xf6.txt"):
        with open(os.fsencode(tmp_path) + name, "wb") as file:
            file.write(b"text")
    found = discover(str(tmp_path))
    assert readable(found) == ["\\xf6.txt"]
    assert list(reasons(found)) == ["\\xf6.txt (2)"]


def test_links_and_loops(tmp_path: Path) -> None:
    root = write(tmp_path / "root")
    outside = write(tmp_path / "outside", {"far.txt": "Långt borta", "deep/vi.txt": "Xa"})
    (root / "a-copy.txt").symlink_to(root / "en.txt")  # sorts before its target
    (root / "up").symlink_to(root)
    (root / "sv" / "parent").symlink_to(tmp_path)
    (root / "same").symlink_to(root / "sv")
    (root / "broken.txt").symlink_to(root / "nowhere.txt")
    (root / "loop.txt").symlink_to(root / "loop.txt")
    (root / "far").symlink_to(outside)
    (root / "far2").symlink_to(outside / "deep")
    (root / "direct.txt").symlink_to(outside / "far.txt")
    (outside / "back").symlink_to(outside)
    found = discover(str(root))
    assert sorted(
        item.read().data.decode() for item in found.items if not item.skipped and not item.failed
    ) == (sorted([*TEXTS.values(), "Långt borta", "Xa"]))
    assert {"en.txt", "sv/sv.md", "vi/vi.txt"} <= set(readable(found))
    told = reasons(found)
    assert {"a-copy.txt", "up", "sv/parent", "same", "broken.txt", "loop.txt"} <= set(told)
    failed = {item.source for item in found.items if item.failed}
    assert failed == {"broken.txt", "loop.txt"}


def test_a_link_named_by_the_user_keeps_its_own_name(tmp_path: Path) -> None:
    write(tmp_path, {"2024/brief.txt": "Kort"})
    (tmp_path / "current.txt").symlink_to(tmp_path / "2024" / "brief.txt")
    found = discover(str(tmp_path / "current.txt"))
    assert (found.items[0].source, found.items[0].read().data) == ("current.txt", b"Kort")


def names(found: Discovery) -> set[tuple[str, str]]:
    return {(item.source_root, item.source) for item in found.items}


def test_a_file_or_subfolder_of_a_known_root_keeps_its_identity(tmp_path: Path) -> None:
    whole = discover(str(write(tmp_path)))
    catalogue = known(whole)
    alone = discover(str(tmp_path / "sv" / "sv.md"), catalogue)
    assert names(alone) == {(str(tmp_path), "sv/sv.md")}
    assert alone.items[0].read().hints == whole.items[1].read().hints
    part = discover(str(tmp_path / "vi"), catalogue)
    assert names(part) == {(str(tmp_path), "vi/vi.txt")}
    assert part.items[0].read().hints == whole.items[2].read().hints
    assert [part.scope.covers(document) for document in catalogue] == [False, False, True]
    (tmp_path / "vi" / "new.txt").write_text("Mới", encoding="utf-8")
    assert (str(tmp_path), "vi/new.txt") in names(discover(str(tmp_path / "vi" / "new.txt"), catalogue))
    assert (str(tmp_path), "vi/new.txt") in names(discover(str(tmp_path / "vi"), catalogue))


def test_a_larger_folder_leaves_known_documents_their_identity(tmp_path: Path) -> None:
    write(tmp_path)
    catalogue = known(discover(str(tmp_path / "sv"))) + known(discover(str(tmp_path / "en.txt")))
    assert {document.source_root for document in catalogue} == {f"{tmp_path}/sv", f"file:{tmp_path}"}
    whole = discover(str(tmp_path), catalogue)
    assert names(whole) == {
        (f"file:{tmp_path}", "en.txt"),
        (f"{tmp_path}/sv", "sv.md"),
        (str(tmp_path), "vi/vi.txt"),
    }
    assert all(whole.scope.covers(document) for document in catalogue)


def test_neighbours_with_a_common_beginning_are_not_inside(tmp_path: Path) -> None:
    write(tmp_path / "a")
    write(tmp_path / "ab")
    catalogue = known(discover(str(tmp_path / "ab")))
    found = discover(str(tmp_path / "a"), catalogue)
    assert not any(found.scope.covers(document) for document in catalogue)
    assert found.source_root == str(tmp_path / "a")


def test_the_document_in_force_goes_before_a_withdrawn_one(tmp_path: Path) -> None:
    write(tmp_path)
    withdrawn = known(discover(str(tmp_path / "en.txt")), "withdrawn")
    in_force = known(discover(str(tmp_path)))
    for catalogue in (withdrawn + in_force, in_force + withdrawn):
        assert (str(tmp_path), "en.txt") in names(discover(str(tmp_path), catalogue))
