# Everything starts from a bare Python 3.11+ and a C compiler.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test check bench lock clean

demo: $(READY)          ## a simulated day through the sample operator's book, on record
	@mkdir -p demo && rm -rf demo/record demo/export
	@$(BIN)/bylaw check --book examples/harbour
	@$(BIN)/bylaw simulate --events 20000 --seed 1 --out demo/day.jsonl --truth demo/truth.jsonl --replace
	@$(BIN)/bylaw run --book examples/harbour --source demo/day.jsonl --format jsonl \
	  --data demo/record --rejects demo/rejects.jsonl --replace
	@$(BIN)/bylaw check --data demo/record
	@echo "The record is in demo/record. Ask it:"
	@echo "  what was decided, and why:        $(BIN)/bylaw explain --data demo/record"
	@echo "  is it derived again, bit for bit: $(BIN)/bylaw replay --verify --data demo/record"
	@echo "  has anybody rewritten it:         $(BIN)/bylaw ledger export demo/export --data demo/record"
	@echo "                                    $(BIN)/bylaw ledger verify demo/export --key \"\$$($(BIN)/bylaw ledger key --data demo/record)\""
	@echo "  what would another book say:      $(BIN)/bylaw backtest --data demo/record --book examples/harbour --report demo/backtest.html"
	@echo "  forget a person:                  $(BIN)/bylaw erase --data demo/record --person ID"
	@echo "What carries each clause:           $(BIN)/bylaw coverage --book examples/harbour"
	@echo "Scores of the rules on such a day:  $(BIN)/bylaw test examples/harbour --simulated"
	@echo "Start with your own policy:         $(BIN)/bylaw init my-book --policy FILE"

test: $(READY)          ## the whole suite; needs only Python packages
	@$(BIN)/pytest $(PYTEST_OPTIONS)

check: $(READY)         ## what a reviewer would say before reading
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY)         ## measured rates, beside a peer in the same run
	@$(BIN)/python -m bench

lock: $(READY)          ## resolve again and write the hashes
	@$(BIN)/uv pip compile pyproject.toml -q --universal --generate-hashes --no-emit-index-url --no-header \
	  --all-extras --group dev --group browser -o requirements.lock

clean:
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): requirements.lock bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bylaw needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r bootstrap.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync -q --require-hashes requirements.lock bootstrap.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@
