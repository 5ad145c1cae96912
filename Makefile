# Every target sets up what it needs: Python packages into .venv, and says what is missing where it may not install it.
VENV := .venv
RUN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check bench docs clean

demo: $(STAMP)  ## the main job on examples/, and where its report lies
	@sh scripts/demo.sh

test: $(STAMP)  ## the whole test suite
	$(RUN)/pytest -n auto

check: $(STAMP)  ## style, types, rooms, documentation, then the tests
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/mkdocs build --strict --quiet
	$(RUN)/pytest -n auto

bench: $(STAMP)  ## the figures of docs/benchmarks, measured here
	$(RUN)/python -m benchmarks

docs: $(STAMP)  ## the documentation, into site/
	$(RUN)/mkdocs build --strict

$(STAMP): pyproject.toml constraints.txt scripts/set_up.sh build_catalogs.py $(wildcard src/opencwc/wording/catalogs/*/LC_MESSAGES/*.po)
	@sh scripts/set_up.sh $(VENV)
	@touch $@

clean:
	rm -rf $(VENV) out site .mypy_cache .ruff_cache .pytest_cache .hypothesis
