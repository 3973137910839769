# Everything that a person does here; `make` alone lists it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The system's own Python where it is new enough: distributions build theirs with what a profile
# taught the compiler, version managers often do not, and a mail costs a tenth more CPU with those.
is_fit = $(1) -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
PYTHON ?= $(shell $(call is_fit,/usr/bin/python3) && echo /usr/bin/python3 || echo python3)
PORT ?= 8000
INBOX_PORT ?= 1025
STATE ?= .state
ONCE ?=
# How many processes share the tests, each with servers of its own; 1 shows what a test prints.
TESTERS ?= 2

# A process that compiles every import anew takes five seconds to start instead of one.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
UV := $(or $(shell command -v uv 2>/dev/null),.venv/uv/bin/uv)
INSTALL := VIRTUAL_ENV=.venv $(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python
# Exec, so that a signal meant for make's child reaches it, and it notices when make is killed.
UP := exec env PORT="$(PORT)" INBOX_PORT="$(INBOX_PORT)" STATE="$(STATE)" \
	$(BIN)/python -m newsletter.local.up --with-parent

# Tests of one file stay together: they share what they set up.
SHARED = $(if $(filter-out 1,$(TESTERS)),-n $(TESTERS) --dist loadfile --no-loadscope-reorder --max-worker-restart 0)

.PHONY: help setup demo up test test-long faults faults-docs bench bench-large bench-docs lint fmt lock clean

help: ## This list
	@echo "make demo          the whole service at http://127.0.0.1:$(PORT), and a show of what it does"
	@echo "make demo ONCE=1   the same show, then stop; exit 0 when all went well, else 1"
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='|' read -r name text; do printf '%-18s %s\n' "$$name" "$$text"; done
	@echo
	@echo "Settings: PORT=$(PORT) INBOX_PORT=$(INBOX_PORT) STATE=$(STATE) TESTERS=$(TESTERS), and those of .env.example"

setup: .venv/.runtime ## Make .venv with what the service needs

demo: .venv/.runtime ## Start everything and show the main job
	@$(UP) --demo $(if $(filter-out 0 no,$(ONCE)),--once)

up: .venv/.runtime ## Start everything: servers, web, workers, beat, inbox
	@$(UP)

test: .venv/.dev ## Run every check and every test
	@$(find_chromium); exec $(BIN)/python -m pytest $(SHARED)

test-long: .venv/.dev ## Run the tests marked long as well
	@$(find_chromium); exec $(BIN)/python -m pytest $(SHARED) -m "not bench"

faults: .venv/.dev ## Kill, stall and deceive the sending engine; the relay's journal is the judge
	@FAULT_READERS=$${FAULT_READERS:-2000} FAULT_SEEDS=$${FAULT_SEEDS:-5} exec $(BIN)/python \
		-m pytest tests/faults -m "not bench"

faults-docs: .venv/.dev ## Write what the last runs under fire found into docs/faults.md
	@exec $(BIN)/python -m tests.faults.rows

bench: .venv/.dev ## Measure sending against load generators, and sign-ups
	@exec $(BIN)/python -m pytest tests/benchmarks -m bench -s -o faulthandler_timeout=0

bench-large: .venv/.dev ## Measure with a million readers and 50,000,000 old deliveries: long, much disk
	@BENCH_MANY_READERS=$${BENCH_MANY_READERS:-1000000} \
	BENCH_OLD_DELIVERIES=$${BENCH_OLD_DELIVERIES:-50000000} exec $(BIN)/python -m pytest \
		tests/benchmarks/test_growth.py tests/benchmarks/test_old_ledger.py -m bench -s \
		-o faulthandler_timeout=0

bench-docs: .venv/.dev ## Write what was measured last into docs/benchmarks.md
	@exec $(BIN)/python -m tests.benchmarks.page

lint: .venv/.dev ## Only the style, type and floor checks
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fmt: .venv/.dev ## Mend what ruff can mend
	@$(BIN)/ruff check --fix .

lock: .venv/.dev ## Choose newer versions and write the requirement files
	@$(COMPILE) --extra local --extra dev --output-file requirements-dev.txt pyproject.toml
	@$(COMPILE) --extra local --constraint requirements-dev.txt --output-file requirements.txt \
		pyproject.toml

clean: ## Stop this copy and remove its state
	@if [ -x $(BIN)/python ]; then exec env STATE="$(STATE)" $(BIN)/python -m newsletter.local.clean; fi

COMPILE := $(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header

# Chromium from CHROMIUM, the PATH or the usual places; else Playwright may fetch its own.
define find_chromium
for found in "$$CHROMIUM" chromium chromium-browser google-chrome google-chrome-stable \
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
	/Applications/Chromium.app/Contents/MacOS/Chromium; do \
	CHROMIUM=$$(command -v "$$found" 2>/dev/null) && [ -n "$$CHROMIUM" ] && break; done; \
if [ -n "$$CHROMIUM" ]; then export CHROMIUM; else unset CHROMIUM; \
	$(BIN)/python -m playwright install chromium || \
	if [ -n "$$CI" ]; then echo "No Chromium: install it, or set CHROMIUM." >&2; exit 1; fi; fi
endef

# Stamps make a second start immediate. What the tests need contains what the service needs.
.venv/.dev: requirements-dev.txt Makefile | .venv/bin/python $(UV)
	@echo "Installing what the tests need …"
	@$(INSTALL) requirements-dev.txt
	@$(put_on_path)
	@touch .venv/.dev .venv/.runtime

.venv/.runtime: requirements.txt Makefile | .venv/bin/python $(UV)
	@echo "Installing what the service needs …"
	@if [ -e .venv/.dev ]; then $(INSTALL) requirements-dev.txt; else $(INSTALL) requirements.txt; fi
	@$(put_on_path)
	@touch .venv/.runtime

# What an editable install would do, without fetching a build tool.
define put_on_path
$(BIN)/python -c 'import pathlib, sysconfig; \
pathlib.Path(sysconfig.get_path("purelib"), "newsletter.pth").write_text("$(CURDIR)\n")' && \
printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m newsletter.cli.main "$$@"\n' \
	> $(BIN)/newsletter && chmod +x $(BIN)/newsletter
endef

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "Python 3.11 or later is needed: install it (Debian: apt install python3 python3-venv), or set PYTHON." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed, and $(PYTHON) is older: set PYTHON to a newer one." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "This Python lacks venv: install the package python3-venv (apt install python3-venv)." >&2; exit 1; }
	@rm -rf .venv
	@$(PYTHON) -m venv .venv

.venv/uv/bin/uv: | .venv/bin/python
	@echo "Fetching uv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target .venv/uv uv
