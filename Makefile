# Two commands do all set-up on a fresh machine: `make app` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: app test check space bench clean

app: $(VENV)/.app
	$(BIN)/python app.py

# Two at a time, one thread each: tiny models are slower on threads that wait for each other.
test: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py

# Whether the repository, as it is tracked, works as a Hugging Face Space.
space: $(VENV)/.dev
	$(BIN)/python -m tools.space

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.scoring
	$(BIN)/python -m benchmarks.fidelity
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.selection
	$(BIN)/python -m benchmarks.explore
	$(BIN)/python -m benchmarks.page
	$(BIN)/python -m benchmarks.demo
	$(BIN)/python -m benchmarks.visitors

$(VENV)/.app: requirements.txt constraints.txt
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -r requirements.txt -c constraints.txt
	touch $@

$(VENV)/.dev: $(VENV)/.app requirements-dev.txt
	$(BIN)/python -m pip install -q -r requirements-dev.txt -c constraints.txt
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
