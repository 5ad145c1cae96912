# Every target sets up what it needs: Python packages into .venv, and says what is missing where it may not install it.
VENV := .venv
RUN := $(VENV)/bin
STAMP := $(VENV)/.installed
TESTS := $(VENV)/.installed-for-tests
# The tests start some hundred processes: without kept bytecode each of them would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check types rules fuzz attack bench soak pins docs clean

demo: $(STAMP)  ## the main job on examples/, then the page on the year of an invented State
	@sh scripts/demo.sh
	@echo
	@$(RUN)/opencwc demo

test: $(TESTS)  ## the whole test suite
	$(RUN)/pytest -n auto --dist worksteal

check: $(TESTS)  ## style, types, imports, then the tests, one of which builds the documentation strictly
	$(MAKE) --no-print-directory -j 2 types rules
	$(RUN)/pytest -n auto --dist worksteal

types:
	$(RUN)/mypy

rules:
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/lint-imports
	$(RUN)/bandit --quiet --configfile pyproject.toml --recursive --severity-level medium src

bench: $(STAMP)  ## the figures of docs/benchmarks, measured here
	$(RUN)/python -m benchmarks
	$(RUN)/python -m benchmarks.casebook
	$(RUN)/python -m benchmarks.bundles --records 20000
	$(RUN)/python -m benchmarks.service
	$(RUN)/python -m benchmarks.page
	$(RUN)/python -m benchmarks.refusals
	$(RUN)/python -m benchmarks.language
	$(RUN)/python -m benchmarks.mentions
	$(RUN)/python -m benchmarks.identifiers

fuzz: $(TESTS)  ## the property tests, with twenty times as many examples as in the checks
	$(RUN)/pytest -n auto --dist worksteal -m fuzz --hypothesis-profile=deep

attack: $(TESTS)  ## every attack in its long form; what was tried and what held goes into the threat model
	$(RUN)/pytest -n auto --dist worksteal -m attack --hypothesis-profile=deep --thorough --kills=50 \
	    --attack-table-in=docs/explanation/threat-model.md tests

soak: $(TESTS)  ## fifty kills a casebook, then 24 minutes of mixed load on the service, watched for growth in memory
	$(RUN)/pytest tests/casebook/test_surviving.py --kills 50
	$(RUN)/python -m benchmarks.soak --minutes 24

pins: $(STAMP)  ## constraints.txt anew, after a change of what pyproject.toml asks for (needs the package index)
	$(RUN)/python scripts/pin_packages.py

docs: $(STAMP)  ## the documentation, into site/
	$(RUN)/mkdocs build --strict

$(STAMP): pyproject.toml constraints.txt scripts/set_up.sh build_package.py src/opencwc/web/vendor/package-lock.json $(wildcard src/opencwc/wording/catalogs/*/LC_MESSAGES/*.po) src/opencwc/chemistry/smiles_gate_kernel.py
	@sh scripts/set_up.sh $(VENV)
	@touch $@

$(TESTS): $(STAMP) tests/web/oidc_provider/package-lock.json tests/web/browser/package-lock.json
	@sh scripts/set_up.sh $(VENV) tests
	@touch $@

clean:
	rm -rf $(VENV) out site .mypy_cache .ruff_cache .pytest_cache .hypothesis
