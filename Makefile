# The product's commands. `make run` and `make test` work on a fresh clone; what is there already is not made again.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
HOST   ?= 127.0.0.1
PORT   ?= 5000
SECONDS ?= 60
DEMO   := TRACKER_ENV=demo TRACKER_MAIL_FOLDER=var/mailbox TRACKER_BASE_URL=http://$(HOST):$(PORT)

.DEFAULT_GOAL := help
.PHONY: help run demo test test-903 lint migrate bench bench-alerts bench-months bench-matching faults fuzz properties

help: ## Show these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime var/demo.ready ## Run the demonstration on http://127.0.0.1:5000 (PORT=… for another)
	@$(DEMO) $(BIN)/tracker db upgrade
	@$(DEMO) $(BIN)/tracker demo --sign-ins
	@echo "Serving http://$(HOST):$(PORT) (stop with Ctrl+C)"
	@$(DEMO) $(BIN)/tracker serve --with-scheduler --host $(HOST) --port $(PORT)

demo: $(VENV)/.runtime ## Make the demonstration's invented year anew, letting go of the one there
	@rm -rf var/demo.ready var/tracker.sqlite3 var/tracker.sqlite3-wal var/tracker.sqlite3-shm var/mailbox
	@$(MAKE) --no-print-directory var/demo.ready

test: $(VENV)/.dev lint ## Run every check, as the build server does
	@$(BIN)/pytest -n 2 --dist loadgroup

# In an environment of its own: the published validator needs an older pandas than anything here would have beside it.
test-903: .venv-903/.ready $(VENV)/.runtime var/demo.ready ## Hold the demonstration's looked-after return against the published validator
	@rm -rf build/903 && mkdir -p build/903
	@for year in $$($(DEMO) $(BIN)/tracker returns years); do \
	  for form in csv xml; do \
	    $(DEMO) $(BIN)/tracker returns ssda903 --year $$year --format $$form --out build/903/missing-$$year.$$form; \
	    [ $$? -lt 2 ] || exit 1; \
	  done; \
	  $(DEMO) $(BIN)/tracker returns list --kind header --year $$year --out build/903/header-$$year.csv || exit 1; \
	  $(DEMO) $(BIN)/tracker returns list --kind episodes --year $$year --out build/903/episodes-$$year.csv || exit 1; \
	  $(DEMO) $(BIN)/tracker returns list --kind last_missing --year $$year \
	    --out build/903/missing-of-last-year-$$year.csv > build/903/last.log || true; \
	done
	@.venv-903/bin/python -m tests.published_903.check build/903

lint: $(VENV)/.dev ## Check style, known dangers (bandit's rules, by ruff) and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

migrate: $(VENV)/.runtime ## Bring the database to this version's tables
	@$(BIN)/tracker db upgrade

bench: $(VENV)/.runtime ## Measure pages, sweep, intake, delivery and matching
	@$(BIN)/tracker bench

bench-alerts: $(VENV)/.runtime ## Measure a sweep that finds 10,000 breaches (EPISODES=1000000 for as many held)
	@$(BIN)/tracker bench alerts $(if $(EPISODES),--episodes $(EPISODES))

bench-months: $(VENV)/.runtime ## Measure the figures of a month and a year (EPISODES=2000000 for as many held)
	@$(BIN)/tracker bench months $(if $(EPISODES),--episodes $(EPISODES))

bench-matching: $(VENV)/.runtime ## Measure matching alone (CHILDREN=500000 for a country's)
	@$(BIN)/tracker bench matching $(if $(CHILDREN),--children $(CHILDREN))

faults: $(VENV)/.dev ## Kill and restart, again and again: nothing may be lost
	@$(BIN)/pytest tests/faults -q

properties: $(VENV)/.dev ## Look for new examples against every property (make test takes the same ones each time)
	@HYPOTHESIS_PROFILE=random $(BIN)/pytest -n 2 -q $$(grep -rl "from hypothesis import" tests --include='test_*.py')

fuzz: $(VENV)/.fuzz ## Let made-up files at the readers (SECONDS=… for each of the five targets)
	@for target in any_bytes json_text xlsx_parts ods_content lines; do \
	  echo "Fuzzing $$target for $(SECONDS) seconds"; \
	  nice -n 19 $(BIN)/python -m tests.fuzz.readers $$target var/fuzz -max_total_time=$(SECONDS) \
	    -print_final_stats=1 2>&1 | tail -n 25 || exit 1; \
	done

# A demonstration half made is made anew: the mark is set only at its end.
var/demo.ready: | $(VENV)/.runtime
	@rm -rf var/tracker.sqlite3 var/tracker.sqlite3-wal var/tracker.sqlite3-shm var/mailbox
	@$(DEMO) $(BIN)/tracker db upgrade
	@$(DEMO) $(BIN)/tracker demo
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the product needs"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what the checks need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

.venv-903/.ready: requirements-903.lock
	@echo "Installing the published validator of the looked-after return"
	@$(PYTHON) -m venv .venv-903 || { rm -rf .venv-903; echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	@.venv-903/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r requirements-903.lock
	@touch $@

$(VENV)/.fuzz: requirements-fuzz.lock $(VENV)/.dev
	@echo "Installing what fuzzing needs"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-fuzz.lock
	@touch $@
