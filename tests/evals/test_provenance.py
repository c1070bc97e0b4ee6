"""What made a run: another calibration, prompt or model is another run."""

import ast
import shutil

import pytest

from evals import indexes, provenance
from evals.provenance import ROOT, hash_code, hash_file, machine, models
from helpdesk_bot.settings import Settings
from index.bundled_model import SOURCE_SHA256


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A house of two files to change."""
    room = tmp_path / "helpdesk_bot"
    (room / "prompts").mkdir(parents=True)
    (room / "answering.py").write_text("x = 1\n")
    (room / "calibration.json").write_text("{}\n")
    (room / "prompts" / "answer.txt").write_text("Svara på {language}.\n", encoding="utf-8")
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    hash_code.cache_clear()
    yield room
    hash_code.cache_clear()


def fresh():
    hash_code.cache_clear()
    return hash_code(("helpdesk_bot",))


@pytest.mark.parametrize("name", ["answering.py", "calibration.json", "prompts/answer.txt", "new.toml"])
def test_code_is_python_and_the_data_beside_it(house, name):
    before = fresh()
    assert before == fresh()
    (house / name).write_text("changed", encoding="utf-8")
    assert fresh() != before


def test_suites_samples_and_caches_are_no_code(house):
    before = fresh()
    for folder in ("suites", "examples", "baselines", "__pycache__", "documents"):
        (house / folder).mkdir()
        (house / folder / "a.toml").write_text("changed", encoding="utf-8")
    (house / "notes.md").write_text("changed", encoding="utf-8")
    assert fresh() == before
    (house / "documents.py").write_text("changed", encoding="utf-8")
    assert fresh() != before


def test_models_name_weights_prompts_and_calibration(house, tmp_path):
    found = models(Settings(data_dir=tmp_path))
    assert found["embedder"] == {"name": "bundled", "weights_sha256": SOURCE_SHA256}
    assert found["prompts_sha256"] == {"answer.txt": hash_file(house / "prompts" / "answer.txt")}
    assert found["calibration_sha256"] == hash_file(house / "calibration.json")


def test_the_weights_of_a_folder_are_hashed_by_content(house, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"1")
    (folder / "config.json").write_text("{}")
    shutil.copytree(folder, tmp_path / "copy")
    shutil.copytree(folder, tmp_path / "other")
    (tmp_path / "other" / "model.safetensors").write_bytes(b"2")

    def weights(name):
        return models(Settings(data_dir=tmp_path, embedder=str(name)))["embedder"]["weights_sha256"]

    assert weights(folder) == weights(tmp_path / "copy") != weights(tmp_path / "other")
    assert weights("no-such/model") is None


def test_the_machine_is_told():
    told = machine()
    assert told["n_cores"] >= 1
    assert told["packages"]["numpy"]


def test_what_only_searches_is_never_reached_from_what_makes_an_index() -> None:
    left_out = set(indexes._SEARCHING)
    seen: set[str] = set()
    waiting = ["index/build.py", "index/writing.py"]
    while waiting:
        path = waiting.pop()
        if path in seen or not (ROOT / path).exists():
            continue
        seen.add(path)
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "index":
                waiting.append(node.module.replace(".", "/") + ".py")
                waiting += [f"index/{alias.name}.py" for alias in node.names]
    assert len(seen) > 10
    assert not seen & left_out
    assert all((ROOT / path).exists() for path in left_out)
