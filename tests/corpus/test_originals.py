import hashlib
import os
from pathlib import Path

import pytest

from corpus import originals
from corpus.errors import BrokenDocument, MisusedError, UnknownDocument

TEXTS = [b"", b"Open data", "Öppna data för små företag".encode(), "Dữ liệu mở".encode(), b"\x00\xff" * 9]


def files(data_dir: Path) -> list[str]:
    return sorted(str(path.relative_to(data_dir)) for path in data_dir.rglob("*") if path.is_file())


@pytest.mark.parametrize("data", TEXTS)
def test_stored_by_hash_and_read_back(tmp_path: Path, data: bytes) -> None:
    sha256 = originals.store(tmp_path, data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert files(tmp_path) == [f"originals/{sha256[:2]}/{sha256}"]
    assert originals.read(tmp_path, sha256) == data


def test_storing_again_changes_nothing(tmp_path: Path) -> None:
    sha256 = originals.store(tmp_path, TEXTS[2])
    before = originals.path(tmp_path, sha256).stat()
    assert originals.store(tmp_path, TEXTS[2]) == sha256
    after = originals.path(tmp_path, sha256).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_damaged_original_is_noticed_and_mended_by_storing(tmp_path: Path) -> None:
    sha256 = originals.store(tmp_path, TEXTS[3])
    originals.path(tmp_path, sha256).write_bytes(TEXTS[3][:-1] + b"?")
    with pytest.raises(BrokenDocument, match="damaged"):
        originals.read(tmp_path, sha256)
    originals.store(tmp_path, TEXTS[3])
    assert originals.read(tmp_path, sha256) == TEXTS[3]


def test_unknown_and_impossible_names(tmp_path: Path) -> None:
    with pytest.raises(UnknownDocument):
        originals.read(tmp_path, "0" * 64)
    for name in ("../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 64 + "\n"):
        with pytest.raises(MisusedError):
            originals.path(tmp_path, name)


def test_a_write_that_fails_leaves_no_half_file(tmp_path: Path) -> None:
    sha256 = hashlib.sha256(TEXTS[1]).hexdigest()
    originals.path(tmp_path, sha256).mkdir(parents=True)  # its place is taken by a folder
    with pytest.raises(OSError, match="directory"):
        originals.store(tmp_path, TEXTS[1])
    assert files(tmp_path) == []


def test_leftovers_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    sha256 = originals.store(tmp_path, TEXTS[1])
    leftover = originals.path(tmp_path, sha256).parent / ".incoming-abc"
    leftover.write_bytes(b"half")
    assert originals.remove_leftovers(tmp_path) == 1
    assert files(tmp_path) == [os.path.relpath(originals.path(tmp_path, sha256), tmp_path)]
    assert originals.remove_leftovers(tmp_path / "new") == 0
