"""The OpenAPI document is complete, its examples hold, and a client generated from it works."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from api.app import create_app
from tests.helpdesk_bot import library

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(__file__).parent / "generated_client" / "client.mts"
PACKAGES = ("openapi-typescript", "openapi-fetch", "typescript")
JSON = "application/json"
FORM = "--default-non-nullable=false"
"""A field with a default may be left out."""

COMPILER = {
    "compilerOptions": {
        "strict": True,
        "skipLibCheck": True,
        "noEmitOnError": True,
        "module": "nodenext",
        "target": "es2022",
        "lib": ["es2022", "dom", "dom.iterable"],
        "types": [],
    },
    "include": ["client.mts", "node.d.ts"],
}


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    app = create_app(library.settings_for(tmp_path_factory.mktemp("openapi")))
    return json.loads(json.dumps(app.openapi()))


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def json_bodies(document):
    """Every JSON body: (where, whether it is a request, its schema, its example)."""
    for name, operation in operations(document):
        body = operation.get("requestBody", {}).get("content", {}).get(JSON)
        if body is not None:
            schema = _resolved(document, body["schema"])
            yield f"{name} request", name, body["schema"], body.get("example", schema.get("example"))
        for status, response in operation["responses"].items():
            content = response.get("content", {}).get(JSON)
            if content is not None and status.startswith("2"):
                yield f"{name} {status}", name, content.get("schema"), content.get("example")


def _resolved(document, schema):
    if "$ref" in schema:
        return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def test_every_operation_says_what_it_does_and_what_goes_wrong(document):
    named = [name for name, _ in operations(document)]
    assert len(named) > 10
    for name, operation in operations(document):
        assert operation.get("summary"), name
        assert operation.get("tags"), name
        errors = [response for status, response in operation["responses"].items() if status[0] not in "23"]
        assert errors, name
        assert "HTTPValidationError" not in json.dumps(operation), name


def test_every_body_has_a_schema_and_an_example(document):
    wanted = {name for name, _ in operations(document)}
    assert {"POST /v1/chat/completions", "POST /api/v1/ask", "GET /health/ready"} <= wanted
    missing = [where for where, _, schema, example in json_bodies(document) if not schema or example is None]
    assert missing == [], "run `python -m tests.api.integrations.record_examples`"


def test_the_examples_are_what_the_schemas_say(document):
    checked = 0
    for where, _, schema, example in json_bodies(document):
        if example is None or not schema:
            continue
        whole = {"components": document["components"], **schema}
        problems = list(jsonschema.Draft202012Validator(whole).iter_errors(example))
        assert problems == [], where
        checked += 1
    assert checked > 12


def test_no_example_names_a_route_that_is_gone(document):
    written = json.loads((ROOT / "api" / "openapi_examples.json").read_text("utf-8"))
    assert set(written) <= {name for name, _ in operations(document)}
    text = json.dumps(written)
    assert str(Path.home()) not in text
    assert "/tmp/" not in text


def test_a_generated_client_works(library_address, tmp_path):
    absent = [name for name in PACKAGES if not (ROOT / "node_modules" / name).is_dir()]
    if shutil.which("node") is None or absent:
        if os.environ.get("HELPDESK_REQUIRE_BROWSER") == "1":
            pytest.fail(f"node or {absent} missing; run `make test-deps`")
        pytest.skip("node or the npm packages are missing; run `make test-deps`")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(PROGRAM, tmp_path)
    modules = ROOT / "node_modules"

    def run(*arguments):
        done = subprocess.run(
            ["node", *map(str, arguments)], cwd=tmp_path, capture_output=True, text=True, timeout=240
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    generate = modules / "openapi-typescript" / "bin" / "cli.js"
    run(generate, f"{library_address}/openapi.json", "--output", "schema.d.ts", FORM)
    compiler = modules / "typescript" / "bin" / "tsc"
    (tmp_path / "node.d.ts").write_text("declare const process: { argv: string[] };\n")
    (tmp_path / "tsconfig.json").write_text(json.dumps(COMPILER))
    run(compiler, "--project", tmp_path)
    got = json.loads(run(tmp_path / "client.mjs", library_address))
    for language, words in (("en", "318"), ("sv", "57"), ("vi", "84000")):
        answer = got["answers"][language]
        assert answer["language"] == language
        assert answer["verbatim"]
        assert any(words in quote for quote in answer["quotes"])
    assert got["search"] == {"language": "sv", "same": True, "next": 2}
    assert got["documents"] == ["news"]
    assert got["ready"] in ("ready", "degraded")
    assert got["reply"] == "sv"
    assert "Cổng dịch vụ công trực tuyến" in got["chat"]
    assert got["problems"] == ["question_empty", "document_not_found", "model_not_found"]
    assert got["status"] == [422, 404, 404]
