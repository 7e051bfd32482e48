# `make demo` and `make test` need Python 3.11+, git and make, nothing else.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

$(VENV)/.base: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "noria needs Python 3.11 or later; name one: make PYTHON=python3.12 ...")'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --constraint constraints.txt --upgrade pip
	@echo "installing noria and what the worked example imports into $(VENV)"
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[flights]'
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@echo "installing what the tests and checks need into $(VENV)"
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[flights,export,test,check]'
	@touch $@

DEMO := demo/flights
NORIA := $(abspath $(BIN))/noria

.PHONY: demo
demo: $(DEMO)/.ran ## make the environment, scaffold the worked example, train it, draw it
	@echo
	@echo "How the models compare, from $(DEMO)/data/08_reporting/model_comparison.json:"
	@cat $(DEMO)/data/08_reporting/model_comparison.json
	@echo
	@echo "What was made is in $(DEMO):"
	@echo "  data/06_models/       the two models and the champion"
	@echo "  data/08_reporting/    how they compare, and what the data lacks"
	@echo "  pipeline.html         the graph: open it in a browser"
	@echo
	@echo "Commands to try next, in that folder (put $(BIN) on your PATH, or write ../../$(BIN)/noria):"
	@echo "  noria pipelines list                          which pipelines there are"
	@echo "  noria run --pipeline report                   metrics, figures and a summary in data/08_reporting"
	@echo "  noria run --runner threads                    everything, side by side"
	@echo "  noria viz                                     the pipeline in the browser, live with the code"
	@echo "  noria runs show                               what the last run did"
	@echo "  noria new-project ../mine --starter minimal   a project of your own"

$(DEMO)/pyproject.toml: | $(VENV)/.base
	@$(NORIA) new-project $(DEMO) --starter flights --no-input

$(DEMO)/.ran: $(VENV)/.base $(DEMO)/pyproject.toml
	@cd $(DEMO) && $(NORIA) run --pipeline train
	@cd $(DEMO) && $(NORIA) viz --save pipeline.html
	@touch $@

# The tests of databases want a real PostgreSQL, those of the page a real browser: Debian's, where
# we may install them.
$(VENV)/.database: $(VENV)/.dev
	@{ command -v postgres || ls /usr/lib/postgresql/*/bin/postgres; } >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing PostgreSQL"; apt-get update -qq && apt-get install -qq -y postgresql >/dev/null; \
	  else echo "no PostgreSQL here: its tests will be skipped"; fi; }
	@touch $@

$(VENV)/.browser: $(VENV)/.dev
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing Chromium"; apt-get update -qq && apt-get install -qq -y chromium >/dev/null; \
	  else echo "no chromium on the path: the tests of the page will be skipped"; fi; }
	@touch $@

# Results are of one minor version of Python: a test wants a second one, where there is any; the
# newest, so that we notice what it has changed.
PYTHONS = python3.14 python3.13 python3.12 python3.11 $$(ls -r $(HOME)/.pyenv/versions/*/bin/python3 2>/dev/null)
$(VENV)/.other: $(VENV)/.base
	@ours=$$($(PY) -c 'import sys; print(sys.version_info[1])'); \
	for each in $(PYTHONS); do \
	  $$each -c "import sys; sys.exit(not 11 <= sys.version_info[1] != $$ours)" 2>/dev/null || continue; \
	  echo "installing noria for $$each into $(VENV)/other"; \
	  $$each -m venv $(VENV)/other && $(VENV)/other/bin/python -m pip --disable-pip-version-check \
	    install --quiet --constraint constraints.txt --editable . && break; \
	  rm -rf $(VENV)/other; \
	done; \
	test -d $(VENV)/other || echo "no second Python here: its test will be skipped"
	@touch $@

.PHONY: test
test: $(VENV)/.dev $(VENV)/.database $(VENV)/.browser $(VENV)/.other ## everything the tests need, then the tests
	@$(PY) -m pytest $(PYTEST_ARGS)

$(VENV)/.newest: $(VENV)/.other
	@test ! -d $(VENV)/other || { echo "installing what the tests need into $(VENV)/other"; \
	  $(VENV)/other/bin/python -m pip --disable-pip-version-check \
	    install --quiet --constraint constraints.txt --editable '.[flights,export,test]'; }
	@touch $@

# Of what depends on the version of Python; all tests: make test PYTHON=... VENV=...
OF_PYTHON := tests/framework/test_code*.py tests/framework/test_types*.py tests/framework/test_installed.py \
  tests/framework/test_as_imported.py tests/framework/test_shell.py tests/framework/test_session.py \
  tests/incremental/test_rows_*.py \
  tests/incremental/test_sessions.py tests/incremental/test_random_packages.py

.PHONY: test-newest
test-newest: $(VENV)/.newest ## tests of what depends on Python's version, with the newest that is here
	@test ! -d $(VENV)/other || $(VENV)/other/bin/python -m pytest $(PYTEST_ARGS) $(wildcard $(OF_PYTHON))

.PHONY: soak
soak: $(VENV)/.dev ## an hour of random edits, kills at every write, and sabotages that must be caught
	@$(PY) -m tests.incremental.soak $(SOAK_ARGS)

.PHONY: check
check: $(VENV)/.dev ## lint, format, types and the guards of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(PY) -m pytest -q tests/house

KEDRO := .venv-kedro

$(KEDRO)/.made: tests/conformance/constraints.txt
	@test -x $(KEDRO)/bin/python || $(PYTHON) -m venv $(KEDRO)
	@echo "installing Kedro into $(KEDRO), to compare with"
	@$(KEDRO)/bin/python -m pip --disable-pip-version-check install --quiet --constraint $< kedro kedro-datasets pytest
	@touch $@

.PHONY: conformance
conformance: $(VENV)/.dev $(KEDRO)/.made ## the same behaviour tests against Kedro and Noria, and what none of them shows
	@echo "Kedro:" && CONFORMANCE=kedro $(KEDRO)/bin/python -m pytest -q -p no:cacheprovider -W ignore tests/conformance
	@echo "Noria:" && $(PY) -m pytest -q tests/conformance
	@$(KEDRO)/bin/python -W ignore tests/conformance/members.py

.PHONY: bench
bench: $(VENV)/.dev $(VENV)/.browser ## measure side by side with peers, and write docs/benchmarks.md
	@$(PY) benchmarks/run.py

.PHONY: bench-correctness
bench-correctness: $(VENV)/.dev ## try what each tool runs again after each change, and write docs/correctness.md
	@$(PY) benchmarks/correctness/run.py

.PHONY: clean
clean: ## remove the environment and what was made
	@rm -rf $(VENV) $(KEDRO) demo benchmarks/.work .mypy_cache .pytest_cache .ruff_cache
