# Needs only make and Python 3.11 or newer. Everything else is put into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROGRAM := $(VENV)/.installed
STAMP := $(VENV)/.installed-dev
DOCS := $(VENV)/.installed-docs
BUNDLER := $(VENV)/.installed-bundler
BENCH := $(VENV)/.installed-bench
BROWSER := $(VENV)/.installed-browser

.DEFAULT_GOAL := help
.PHONY: help venv demo test proofs lint format samples templates messages docs docs-site pictures web-pictures promises golden bench bench-compare browser soak wheel bundle clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(STAMP) ## Set up .venv with armbulk and the tools (done again when pyproject.toml changes)

demo: $(PROGRAM) ## Try it in five steps with sample data: check, correct, plan, import and export
	@$(BIN)/armbulk demo

test: $(STAMP) ## Run the tests of every feature, on every core
	@# a test process for each core, so one thread of polars in each; the proofs run with all threads, as users do
	@PYTHONDONTWRITEBYTECODE= POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -q -n auto --dist worksteal -m 'not proof' \
	  tests/unit tests/integration tests/docs

proofs: $(STAMP) ## Run the long proofs, with fixed seeds: every crash point, every behaviour of ARM, more generated data
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n auto --dist worksteal --hypothesis-profile=proofs -m 'proof or hypothesis' \
	  tests/proofs tests/unit tests/integration

lint: $(STAMP) ## Check style, types and layers; changes nothing
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports

format: $(STAMP) ## Put the code into its usual form
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

samples: $(STAMP) ## Write the sample workbooks and CSV files again
	@$(BIN)/python samples/generate.py

templates: $(STAMP) ## Write the template workbooks again
	@cd templates/workbooks && for lang in en no; do for what in customers documents; do \
	  $(CURDIR)/$(BIN)/armbulk template $$what --lang $$lang --yes || exit 1; done; done

messages: $(STAMP) ## Extract the messages of the code, update the catalogues and compile them
	@PYTHONPATH=. $(BIN)/python docs/messages.py

docs: $(STAMP) ## Write the generated pages in docs/ again, and what commands print into all pages
	@PYTHONPATH=. $(BIN)/python docs/generate.py
	@PYTHONPATH=. $(BIN)/python docs/diagram.py
	@PYTHONPATH=. $(BIN)/python docs/console.py

docs-site: $(DOCS) ## Build docs/ as a web site in site/; a broken link or a stale output of a command is an error
	@PYTHONPATH=. $(BIN)/python docs/console.py --check
	@$(BIN)/mkdocs build --strict
	@echo "Open site/index.html"

pictures: $(STAMP) ## Make the pictures in docs/images/ again (needs LibreOffice and poppler)
	@$(BIN)/python docs/pictures.py

web-pictures: $(BROWSER) ## Make the pictures of the pages in the browser again (needs Chromium)
	@$(BIN)/python docs/web_pictures.py

promises: $(STAMP) ## Prove the promises, and write docs/promises.md from what the tests showed
	@$(BIN)/python -m pytest -q -n auto --dist worksteal -m promise --hypothesis-profile=proofs --promises=docs/promises.json
	@PYTHONPATH=. $(BIN)/python docs/generate.py

golden: $(STAMP) ## Write the expected-output files again; read the diff before you commit it
	@ARMBULK_GOLDEN=1 $(BIN)/python -m pytest -q tests/integration/test_written_workbooks.py

bench: $(BENCH) ## Measure speed and memory: SIZE=small, medium or full; ONLY=WORDS; JSON=FILE
	@$(BIN)/python -m benchmarks --size $(or $(SIZE),medium) --json $(or $(JSON),build/bench-$(or $(SIZE),medium).json) \
	  $(if $(ONLY),--only "$(ONLY)",$(if $(filter small,$(SIZE)),,--page))

bench-compare: $(BENCH) ## Compare two measurements: make bench-compare OLD.json NEW.json
	@$(BIN)/python -m benchmarks.compare $(MEASUREMENTS)

soak: $(STAMP) ## Prove for long: make soak EXAMPLES=100000 SCHEDULES=10000 KILLS=1000 FAULTS=1000
	@ARMBULK_SOAK=$(or $(EXAMPLES),100000) ARMBULK_SCHEDULES=$(or $(SCHEDULES),10000) ARMBULK_KILLS=$(or $(KILLS),1000) \
	  ARMBULK_FAULTS=$(or $(FAULTS),1000) $(BIN)/python -m pytest -q tests/unit/test_mutated_files.py \
	  $(patsubst %,tests/proofs/test_%.py, usage_ledger kill_points store_faults crash_points)

browser: $(BROWSER) ## Try the pages of `armbulk web` in Chromium, which has to be installed
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal tests/browser

wheel: $(STAMP) ## Build the wheel into dist/
	@$(BIN)/python -m build --wheel --no-isolation

bundle: $(BUNDLER) ## Build dist/armbulk, one file that needs no Python, and try it
	@$(BIN)/pyinstaller --noconfirm --log-level ERROR --distpath dist --workpath build bundle/armbulk.spec
	@$(BIN)/python -m pytest -q tests/bundle

clean: ## Remove .venv and everything that was built
	@rm -rf $(VENV) build dist site .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PROGRAM): pyproject.toml
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "'$(PYTHON)' was not found. Install Python 3.11 or newer, or name one: make venv PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "armbulk needs Python 3.11 or newer; '$(PYTHON)' is $$("$(PYTHON)" -V 2>&1). Name a newer one: make venv PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "This Python cannot make virtual environments. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) (takes half a minute the first time)..."
	@test -x $(BIN)/python || "$(PYTHON)" -m venv --clear $(VENV) || { rm -rf $(VENV); \
	  echo "'$(PYTHON) -m venv' failed; what it says above is the reason." >&2; exit 1; }
	@$(call install,.)
	@touch $@

$(DOCS): $(PROGRAM)
	@echo "Adding MkDocs..."
	@$(call install,'.[docs]')
	@touch $@

$(BUNDLER): $(STAMP)
	@echo "Adding PyInstaller..."
	@$(call install,'.[bundle]')
	@touch $@

$(BENCH): $(STAMP)
	@echo "Adding the packages that armbulk is compared with..."
	@$(call install,'.[bench]')
	@touch $@

$(BROWSER): $(STAMP)
	@echo "Adding Playwright..."
	@$(call install,'.[browser]')
	@touch $@

$(STAMP): $(PROGRAM)
	@echo "Adding the tools for tests and checks..."
	@$(call install,'.[dev]')
	@touch $@

MEASUREMENTS = $(filter %.json,$(MAKECMDGOALS)) # the files of bench-compare are no targets
.PHONY: $(MEASUREMENTS)
$(MEASUREMENTS):
	@:

install = $(BIN)/python -m pip install -q --disable-pip-version-check -e $(1) || { \
	  echo "pip could not install what armbulk needs; what it says above is the reason (often: no network, or a proxy)." >&2; exit 1; }
