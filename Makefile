# Everything here works with pip alone; only `make constraints` needs uv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV     ?= uv
JOBS   ?= auto
APP    ?= 1
BIN    := .venv/bin
STAMP  := .venv/.stamp
FAST   := not slow and not browser and not packaging
# Tests of one group share a worker: one dashboard is started, not one per worker.
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help demo test check lint bench docs screenshots constraints clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | expand -t 14

# APP=0 ends after the findings.
demo: $(STAMP) ## write the example study to ./fairness-demo, print its findings and the address that shows them
	$(BIN)/fairness demo
	@if [ "$(APP)" != 0 ]; then exec $(BIN)/fairness app fairness-demo; fi

test: lint ## the checks and the whole test suite (under 15 minutes)
	$(PYTEST)

check: lint ## the checks and the fast tests (under 3 minutes)
	$(PYTEST) -m "$(FAST)"

lint: $(STAMP) ## ruff, format, types, layers and the rules of the repository, without other tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 0 tests/test_project.py

bench: $(STAMP) ## run the benchmarks and the calibration, which print their results (about an hour)
	$(BIN)/python bench/book.py
	$(BIN)/python bench/lines.py
	$(BIN)/python bench/calibration.py
	$(BIN)/python bench/alternatives.py
	$(BIN)/python bench/reduced.py

docs: $(STAMP) ## make the tables and the picture of sql/ again from the headers of the models, the tables of README and docs/method.md, and the gallery of exports
	$(BIN)/python docs/models.py
	$(BIN)/python docs/tables.py
	$(BIN)/python docs/gallery.py

screenshots: $(STAMP) ## take the pictures of docs/ and README from the running dashboard (needs chromium)
	$(BIN)/python docs/screenshots.py

constraints: ## recompile constraints.txt from pyproject.toml (needs uv)
	$(UV) pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --quiet -o constraints.txt

clean: ## remove the environment, caches, builds and the example study
	rm -rf .venv build dist fairness-demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip refuses an editable project while hashes are in play, hence two installs; the build backend is pinned as well.
$(STAMP): constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check
	touch $(STAMP)
