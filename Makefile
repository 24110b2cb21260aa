# One virtual environment for everything. `make` alone prints what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
JOBS ?= 2
OURS := src tests tools benchmarks databuild
QUICK := tests/model tests/rules tests/engines tests/test_architecture.py tests/test_numbers.py

.DEFAULT_GOAL := help
.PHONY: help setup run test test-quick browser hold check lint types docs site notebooks data evidence forecast format bench clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.tested ## make the environment with everything the tests need

run: $(VENV)/.runs ## set up and run the war of 2022: tables and charts in results/war_2022
	$(BIN)/hedgesim run scenarios/war_2022.yaml

test: $(VENV)/.tested ## set up and run the tests
	$(BIN)/python -m pytest -n $(JOBS) -m "not hold and not browser"

test-quick: $(VENV)/.tested ## run the tests of the model, the rules and the engines (about a minute)
	$(BIN)/python -m pytest -n $(JOBS) -m "not hold and not browser" $(QUICK)

browser: $(VENV)/.tested ## open reports and the explorer in Chromium (apt-get install chromium)
	$(BIN)/python -m pytest -m browser tests/report tests/explorer

hold: $(VENV)/.tested notebooks ## run the notebooks, then the long lists of what must hold
	$(BIN)/python -m pytest -n $(JOBS) -m hold

check: lint types test ## everything a change must pass

lint: $(VENV)/.tested ## style
	$(BIN)/ruff check $(OURS)
	$(BIN)/ruff format --check $(OURS)

types: $(VENV)/.tested ## type check
	$(BIN)/mypy

docs: $(VENV)/.documented ## regenerate the reference pages and the schemas, and build the site in build/site
	$(BIN)/python tools/write_reference.py
	$(BIN)/python tools/write_format.py
	$(BIN)/python tools/write_commands.py
	$(BIN)/python tools/write_notebooks.py
	$(BIN)/hedgesim schema > docs/scenario.schema.json
	$(BIN)/hedgesim schema experiment > docs/experiment.schema.json
	$(BIN)/python -m sphinx --fresh-env --write-all --fail-on-warning --keep-going --quiet docs build/site

site: docs ## build the site and open it in the browser
	$(BIN)/python -m webbrowser "file://$(CURDIR)/build/site/index.html"

notebooks: $(VENV)/.documented ## write the tutorials as notebooks and run them
	$(BIN)/python tools/write_notebooks.py --run

data: $(VENV)/.runs ## rebuild the tables in src/hedgesim/data from data-raw
	$(BIN)/python -m databuild

evidence: $(VENV)/.tested ## fit, score, ablate and regenerate docs/evidence.md (less than 30 minutes)
	$(BIN)/hedgesim calibrate -o src/hedgesim/data/calibration/fitted_2021 --overwrite
	$(BIN)/hedgesim patterns --runs 1000 -o results/patterns --overwrite
	$(BIN)/hedgesim hindcast -o results/hindcast --overwrite
	$(BIN)/hedgesim ablate -o results/ablate --overwrite
	$(BIN)/hedgesim sweep sensitivity --backend jax -o results/sensitivity --overwrite
	$(BIN)/hedgesim sensitivity sensitivity -o results/sensitivity --overwrite
	$(BIN)/hedgesim sweep founding_question --backend jax -o results/founding_question --overwrite
	$(BIN)/hedgesim sensitivity founding_question --less no_war -o results/founding_question --overwrite
	$(BIN)/hedgesim sweep screening --backend jax -o results/screening --overwrite
	$(BIN)/hedgesim sensitivity screening -o results/screening --overwrite
	$(BIN)/hedgesim landscape war_2022 --json > results/landscape.json
	$(BIN)/python tools/write_patterns.py results/patterns
	$(BIN)/python tools/write_evidence.py results

forecast: $(VENV)/.tested ## write today's forecasts of outlook_2030 into docs/forecasts
	$(BIN)/python tools/write_forecast.py outlook_2030

format: $(VENV)/.tested ## put the source into form
	$(BIN)/ruff check --fix $(OURS)
	$(BIN)/ruff format $(OURS)

bench: $(VENV)/.tested ## time the engines against each other and against the machine
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.store

clean: ## remove the environment, results and caches
	rm -rf $(VENV) results build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runs: $(VENV)/.made pyproject.toml constraints.txt
	@echo "installing hedgesim (about a minute)"
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.tested: $(VENV)/.runs
	@echo "installing what the tests need (about a minute)"
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	@touch $@

$(VENV)/.documented: $(VENV)/.tested
	@echo "installing what the site needs (about a minute)"
	$(PIP) install --constraint constraints.txt --editable '.[docs]'
	@touch $@
