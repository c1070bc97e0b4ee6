# The two commands: `make run` and `make test`. Everything else is for those who change the code.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
VENV ?= .venv
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
EVAL_OUT ?= var/eval-dev
# Processes of the test suite: one more than the usual two cores, since tests of servers and browsers wait a lot.
TEST_JOBS ?= 3
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check
export PIP_NO_INPUT := 1

.PHONY: help run test coverage test-deps check format docs gate eval-dev soak-ingest soak-files clean
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(VENV)/.run ## Install, ingest the starter documents if needed, and serve the chat page
	@$(BIN)/helpdesk ingest corpus/documents
	@exec $(BIN)/helpdesk serve --host $(HOST) --port $(PORT)

test: $(VENV)/.dev ## Install, then run the whole test suite
	@$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

coverage: $(VENV)/.dev ## The test suite with line and branch coverage of the five rooms
	@$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile --no-loadscope-reorder --cov --cov-report=term $(PYTEST_ARGS)

check: $(VENV)/.dev ## Style, types, the arrows between the rooms, generated docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m api.reference --check

format: $(VENV)/.dev ## Format the code and mend what can be mended automatically
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(VENV)/.dev ## Write the generated pages (command line, settings)
	@$(BIN)/python -m api.reference

test-deps: ## What the browser tests need beyond PyPI: Debian's Chromium, npm packages
	@command -v chromium >/dev/null || { \
	  SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$SUDO apt-get update -q && $$SUDO apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core; }
	@command -v chromium-headless-shell >/dev/null || { \
	  SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$SUDO apt-get update -q && $$SUDO apt-get install -y -q --no-install-recommends chromium-headless-shell; } || \
	  echo "make test-deps: no chromium-headless-shell; the browser tests run in chromium and take longer" >&2
	@command -v npm >/dev/null || { echo "make test-deps: npm is missing; install Node.js 20 or newer" >&2; exit 2; }
	@npm ci --ignore-scripts --no-audit --no-fund

gate: $(VENV)/.dev ## The small release gate: 132 questions against the committed baselines
	@rm -rf var/gate/runs
	@status=0; for suite in gate identifiers; do \
	  $(BIN)/helpdesk eval run evals/suites/$$suite --out var/gate/runs/$$suite --data-dir var/gate || [ $$? = 1 ]; \
	  $(BIN)/helpdesk eval gate var/gate/runs/$$suite --baseline evals/baselines/$$suite || status=1; \
	done; exit $$status

eval-dev: $(VENV)/.dev ## All sets beside the project, 50 questions of each (EVAL_ARGS=--whole asks all)
	@$(BIN)/python -m evals.dev --out $(EVAL_OUT) $(EVAL_ARGS)

soak-ingest: $(VENV)/.dev ## 20 kill -9 at random moments of an ingest of 300 documents
	@HELPDESK_SOAK=1 $(BIN)/python -m pytest -m soak tests/index/test_kill.py -x -s

soak-files: $(VENV)/.dev ## 20,000 damaged files through the loaders
	@HELPDESK_SOAK=1 $(BIN)/python -m pytest tests/corpus/test_mutated.py -x -s

clean: ## Remove the environment and the caches (not your data in var/)
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is missing; install Python 3.11 or newer" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V); set PYTHON=" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing the pinned dependencies into $(VENV) (a few minutes the first time)"
	@$(PIP) install --progress-bar on -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing the pinned dependencies and test tools into $(VENV) (a few minutes the first time)"
	@$(PIP) install --progress-bar on -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run
