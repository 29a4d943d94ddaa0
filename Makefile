# Two commands are all one needs: `make demo` and `make test`. Each sets up what it needs in .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test check fuzz bench clean

demo: $(STAMP)
	$(BIN)/azops demo

test: check
	$(BIN)/python -m compileall -q azops_tui tests
	$(BIN)/python -m pytest -q -n auto

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Property tests with random examples; `make fuzz SEED=N` repeats a run. `make test` always uses the same examples.
fuzz: SEED := $(or $(SEED),$(shell od -An -N4 -tu4 /dev/urandom | tr -d ' '))
fuzz: $(VENV)/.installed-test
	@echo "Hypothesis seed: $(SEED)"
	$(BIN)/python -m pytest -q -n auto -m hypothesis --hypothesis-profile=fuzz --hypothesis-seed=$(SEED)
	AZOPS_FUZZ=60 AZOPS_FUZZ_SEED=$(SEED) $(BIN)/python -m pytest -q -s tests/fuzz

bench: $(VENV)/.installed-test
	for program in tests/bench/bench_*.py; do $(BIN)/python $$program || exit 1; done

# What runs the real az: AZOPS_TEST_AZ names it; otherwise it is installed in .venv-az, which takes some minutes, once.
.PHONY: test-az
test-az: $(VENV)/.installed-test
	test -n "$$AZOPS_TEST_AZ" || test -x .venv-az/bin/az || { $(PYTHON) -m venv .venv-az && .venv-az/bin/python -m pip install --quiet azure-cli; }
	AZOPS_TEST_AZ="$${AZOPS_TEST_AZ:-$(CURDIR)/.venv-az/bin/az}" $(BIN)/python -m pytest -q -m az

# Real documents with the real az (AZOPS_TEST_AZ, else on PATH) on the local cloud; takes about five minutes.
.PHONY: conformance
conformance: $(VENV)/.installed-test
	$(BIN)/python tests/bench/conformance.py

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "azops needs Python 3.11 or later; set PYTHON=…")'
	@echo "Setting up $(VENV); this takes about half a minute, once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(STAMP): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	$(BIN)/python -m compileall -q azops_tui
	touch $@

$(VENV)/.installed-test: $(STAMP)
	$(BIN)/python -m pip install --quiet --group test
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .venv-az
