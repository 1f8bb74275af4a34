# `make demo` and `make test` need only Python 3.11+ and make; each sets up `.venv` by itself.
PYTHON ?= python3
BIN = .venv/bin
# What is never imported need not be compiled; what is, the first import compiles.
PIP = -m pip install --quiet --disable-pip-version-check --no-compile

.PHONY: help setup servers demo test test-docs test-oldest oracle reference lint types docs docs-update bench bench-quick clean

help:
	@echo "make demo     the example's suite in three orders, without freshdb and with it"
	@echo "make test     freshdb's own suite"
	@echo "make setup    only the set-up that both do: .venv with all extras but docs"
	@echo "make docs     the documentation as a site, in site/"
	@echo "make test-docs     what the pages' commands print, compared"
	@echo "make docs-update   what the pages' commands print, written anew"
	@echo "make lint types test-oldest oracle reference bench bench-quick clean"

setup: .venv/ready

.venv/ready: pyproject.toml
	@echo "setting up .venv"
	@$(PYTHON) -m venv .venv || { $(PYTHON) -m pip install --quiet virtualenv && $(PYTHON) -m virtualenv --quiet .venv; }
	@$(BIN)/python $(PIP) --editable ".[alembic,dev]"
	@touch $@

# Drivers that have to be compiled, which takes files that `servers` installs. Python's own compiler warns of a line in
# one of them, and in a test that would be an error.
.venv/drivers: .venv/ready | servers
	@$(BIN)/python $(PIP) --compile mysqlclient mariadb >/dev/null 2>&1 || echo "mysqlclient and mariadb, which have to be compiled, are left out"
	@touch $@

# A server that cannot be installed is no reason not to run the tests: their header says what is left out.
servers:
	@.ci/servers || echo "not all servers could be installed"

demo: setup
	@$(BIN)/python examples/demo.py

test: servers setup .venv/drivers
	$(BIN)/python -m pytest -n 2

# The oldest releases that freshdb works with, in the rooms that stand on SQLAlchemy and pytest; without the
# servers, which know nothing of either. With this pytest, pytest-asyncio leaves a loop open.
OLDEST = tests/contract tests/isolation tests/pytest_plugin tests/state -k "not postgres and not mysql and not mariadb"
test-oldest: .venv-oldest/ready
	.venv-oldest/bin/python -m pytest -n 2 -W ignore::pytest.PytestUnraisableExceptionWarning $(OLDEST)

# All else is .venv's, whose packages come after its own.
.venv-oldest/ready: .venv/ready
	@echo "setting up .venv-oldest"
	@$(PYTHON) -m venv .venv-oldest || { $(PYTHON) -m pip install --quiet virtualenv && $(PYTHON) -m virtualenv --quiet .venv-oldest; }
	@.venv-oldest/bin/python $(PIP) "sqlalchemy[asyncio]==2.0.*" "pytest==8.2.*" "pytest-asyncio==1.3.*" "aiosqlite==0.20.*"
	@.venv-oldest/bin/python -c "import sysconfig as s; libraries = s.get_path('purelib'); \
		print('import site; site.addsitedir(%r)' % libraries.replace('.venv-oldest', '.venv'), file=open(libraries + '/venv.pth', 'w'))"
	@touch $@

# The answers in tests/emulation are those of a real MariaDB (Debian: mariadb-server): ask it again.
# By chance: python -m tests.emulation.differential (expressions), .calls (functions), .histories (statements).
oracle: setup
	$(BIN)/python -m tests.emulation.oracle
	$(BIN)/python -m tests.emulation.postgres.oracle

reference: setup
	$(BIN)/python -m tests.emulation.reference --write

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

docs: .venv/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs --quiet build --strict

# Each page is one test, and some take long: they are handed out one by one, the longest first.
test-docs: .venv/docs
	$(BIN)/python -m pytest -n 2 --maxschedchunk=1 -p no:randomly tests/docs/test_commands.py

docs-update: .venv/docs
	$(BIN)/python -m tests.docs.update

# What the site and the commands of pages need, and nothing else here.
.venv/docs: .venv/ready
	@echo "adding to .venv what the documentation needs"
	@$(BIN)/python $(PIP) --editable ".[docs]"
	@touch $@

bench: setup
	$(BIN)/python -m bench --write bench/RESULTS.md

bench-quick: setup
	$(BIN)/python -m bench --quick

clean:
	rm -rf .venv .venv-oldest .pytest_cache .mypy_cache .ruff_cache .hypothesis site
