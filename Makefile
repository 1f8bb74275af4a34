# `make demo` and `make test` need only Python 3.11+ and make; each sets up `.venv` by itself.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: help setup servers demo test test-oldest lint types bench bench-quick clean

help:
	@echo "make demo     the example's suite in three orders, without freshdb and with it"
	@echo "make test     freshdb's own suite"
	@echo "make setup    only the set-up that both do: .venv with all extras"
	@echo "make lint types test-oldest bench bench-quick clean"

setup: .venv/ready

.venv/ready: pyproject.toml
	@echo "setting up .venv"
	@$(PYTHON) -m venv .venv || { $(PYTHON) -m pip install --quiet virtualenv && $(PYTHON) -m virtualenv --quiet .venv; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[alembic,dev]"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check mysqlclient mariadb >/dev/null 2>&1 || echo "mysqlclient and mariadb, which have to be compiled, are left out"
	@touch $@

# A server that cannot be installed is no reason not to run the tests: their header says what is left out.
servers:
	@.ci/servers || echo "not all servers could be installed"

demo: setup
	@$(BIN)/python examples/demo.py

test: servers setup
	$(BIN)/python -m pytest -n 2

# The oldest releases that freshdb works with. With this pytest, pytest-asyncio leaves a loop open.
test-oldest: .venv-oldest/ready
	.venv-oldest/bin/python -m pytest -n 2 -W ignore::pytest.PytestUnraisableExceptionWarning

.venv-oldest/ready: pyproject.toml
	@echo "setting up .venv-oldest"
	@$(PYTHON) -m venv .venv-oldest || { $(PYTHON) -m pip install --quiet virtualenv && $(PYTHON) -m virtualenv --quiet .venv-oldest; }
	@.venv-oldest/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[alembic,dev]" "sqlalchemy[asyncio]==2.0.*" "pytest==8.2.*" "aiosqlite==0.20.*"
	@touch $@

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m bench --write bench/RESULTS.md

bench-quick: setup
	$(BIN)/python -m bench --quick

clean:
	rm -rf .venv .venv-oldest .pytest_cache .mypy_cache .ruff_cache .hypothesis
