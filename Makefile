# Every target sets itself up: the first run makes .venv, later runs cost seconds.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: install demo test check fix bench refit docs clean

install: $(READY)

$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt torch -e '.[fast,dev]'
	touch $(READY)

demo: $(READY)
	$(BIN)/python benchmarks/demo_shop/demo.py

check: $(READY)
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/codespell src tests benchmarks README.md CHANGELOG.md CONTRIBUTING.md docs

test: check
	$(BIN)/python -m pytest

fix: $(READY)
	$(BIN)/ruff check --fix src tests benchmarks
	$(BIN)/ruff format src tests benchmarks

bench: $(READY)
	$(BIN)/python benchmarks/demo_shop/run.py
	$(BIN)/python benchmarks/index.py
	$(BIN)/python benchmarks/suggest.py --rounds 1

# After a change of drafts or understanding. The ranker is apart (benchmarks/train_ranker.py --write), and before it.
refit: $(READY)
	$(BIN)/python benchmarks/train_answerable.py --write
	$(BIN)/python benchmarks/calibrate.py --write

docs: $(READY)
	$(BIN)/python -m pytest tests/test_docs.py

clean:
	rm -rf $(VENV) build dist demo.assist .pytest_cache .mypy_cache .ruff_cache .hypothesis
