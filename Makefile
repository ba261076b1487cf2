# What one can do here: `make` alone lists the verbs. Each installs what it needs, once.

PYTHON ?= python3

# The locks name every package there is, so nothing is left to resolve (--no-deps): a resolver that
# looks at newer releases would refuse their hashes. `pip check` says whether a lock lacks one.
VENV := .venv
BIN  := $(VENV)/bin
PIP  := PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 $(BIN)/python -m pip install -qq --no-deps
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
        --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) --extra build pyproject.toml

# One process for each core, up to four; the tests of a file stay together, with what they share.
SIDE_BY_SIDE := -n logical --maxprocesses 4 --dist loadfile

# In the order of folders, so that a process looks at pages in one browser before it goes on, and
# ends with small files; else those of few tests come last, which start servers and take longest.
IN_ORDER := --no-loadscope-reorder

# The tests that cover domain and application; watching lines makes the others three times as slow.
COVERING := tests/domain tests/application

# Stamps: a file newer than what it was made from means there is nothing to do.
READY     := $(VENV)/.ready-to-run
DEV_READY := $(VENV)/.ready-to-test

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help install service run demo test check lint format bench scaling faults soak mutate search docs screenshots lock sbom audit

help: ## List the verbs
	@echo "usage: make VERB"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(DEV_READY) ## Set up .venv with everything to run and to test

service: $(READY) ## Set up .venv with what it needs to run, without what it is tested with

run: $(READY) ## Serve on PORT (8000) with demo accounts; Ctrl-C stops everything it started
	@exec $(BIN)/sigmasight serve --demo $(if $(PORT),--port $(PORT))

demo: $(READY) ## Seed the demo accounts, calculate them, print their valuations
	@exec $(BIN)/sigmasight demo

test: $(DEV_READY) ## Run the tests side by side; domain and application covered to 90 % by branches
	@$(BIN)/python -m pytest $(COVERING) $(SIDE_BY_SIDE) --cov
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(IN_ORDER) $(COVERING:%=--ignore=%)

check: lint test ## All that must hold before a push: lint, then test

lint: $(DEV_READY) ## Style, types, layer contracts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(DEV_READY) ## Write style: imports sorted, lines laid out
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(DEV_READY) ## Measure against peers in the same run, write docs/benchmarks.md; ONLY="commands nights"
	@$(BIN)/python -m tests.benchmarks $(ONLY)

scaling: $(DEV_READY) ## Measure what grows with users, positions, days, EVENTS=n; write docs/scaling.md; ONLY="users" (long)
	@$(BIN)/python -m tests.benchmarks.scaling_document $(or $(EVENTS),200000) $(ONLY)

faults: $(DEV_READY) ## Kill, cut, race and starve it; the promises must hold (long)
	@$(BIN)/python -m pytest -m faults -p tests.support.reliability $(SIDE_BY_SIDE)

mutate: $(DEV_READY) ## Change the code and see whether a test fails: 85 % must; SAMPLE=, GROUP=, ALL=1 (long)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.mutation

# Nightly: SOAK says how many times as often as faults does, MINUTES how long the use goes on.
soak: $(DEV_READY) ## Half an hour of use that must leave nothing behind, then faults ten times over (hours)
	@MINUTES=$(or $(MINUTES),30) $(BIN)/python -m pytest -m soak
	@SOAK=$(or $(SOAK),10) $(BIN)/python -m pytest -m faults $(SIDE_BY_SIDE)

docs: $(DEV_READY) ## Write docs/events.md, errors.md, rooms.md, alerts.yml and import/ from the code
	@$(BIN)/python -m tests.support.write_documents

screenshots: $(DEV_READY) ## Take a picture of every page, light and dark, wide and narrow: docs/screenshots
	@$(BIN)/python -m tests.browser.screenshots

search: $(DEV_READY) ## The tests with other examples each time; what is found is printed, to become a test
	@$(BIN)/python -m pytest --hypothesis-profile=searching $(SIDE_BY_SIDE)

lock: $(DEV_READY) ## Write the lock files anew from pyproject.toml; UPGRADE=1 takes newer versions
	@$(LOCK) -o requirements.lock
	@$(LOCK) --extra dev -c requirements.lock -o requirements-dev.lock

sbom: $(DEV_READY) ## Write what it is made of to build/sbom.cdx.json, as CycloneDX tells it
	@$(BIN)/python -m tests.support.bill_of_materials

# No step of .ci/run: an advisory of last night is no fault of a push. Have it called every day.
audit: $(DEV_READY) ## Ask the advisory database about every package that is run (needs the network)
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off \
	  -r requirements.lock || { \
	  echo "NOT PASSED: a package is vulnerable, or the database was not reached or does not know" \
	       "it; the lines above say which." >&2; exit 1; }

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "SigmaSight needs Python 3.11 or newer; '$(PYTHON)' is older or missing." \
	       "Name another: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments. On Debian and Ubuntu:" \
	       "apt-get install python3-venv, then run make again." >&2; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.packages: requirements.lock $(VENV)/.made
	@echo "Installing what it needs to run (half a minute, longer the first time) ..."
	@$(PIP) --require-hashes -r requirements.lock
	@touch $@

$(READY): $(VENV)/.packages pyproject.toml
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(DEV_READY): requirements-dev.lock $(READY)
	@echo "Installing what it needs to be tested ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip -qq check
	@touch $@
