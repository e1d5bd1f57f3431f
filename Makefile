# Everything a contributor runs. `make` alone lists the targets; each makes the .venv it needs.

PYTHON ?= python3
ARGS   ?=
ROUNDS ?= full
PY     := .venv/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check install --quiet
# What takes pip a minute takes uv seconds; where uv cannot install, pip does, and says what is wrong.
UV     := .venv/bin/uv pip install --python $(PY) --system-certs --compile-bytecode --quiet \
          $(addprefix --index-url ,$(PIP_INDEX_URL))
RUNTIME := .venv/.runtime-installed
DEV     := .venv/.dev-installed
PEERS   := .venv-peers/.installed

# What `demo` needs: the development environment if there is one, else the runtime dependencies alone.
READY  := $(if $(wildcard $(DEV)),$(DEV),$(RUNTIME))

# The tests start some thousand interpreters; where byte code may not be kept, each compiles the whole package again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test crash soak peers check bench screenshots format constraints clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## Review real code, be killed three times, carry on, prove it (ARGS="--seed 7" passes options)
	@$(PY) -m examples.code_review.demo $(ARGS)

test: $(DEV) ## Run every test (ARGS="-k name" passes options)
	@$(PY) -m pytest -n 2 $(ARGS)

crash: $(DEV) ## Break it in every way we know and count what is lost (ROUNDS=small|full|release, ARGS="--only F13 --resume")
	@$(PY) -m tests.campaign --rounds $(ROUNDS) $(ARGS)

soak: $(DEV) ## Kill the demo's work for an hour and see that nothing grows; into docs/reliability.md (ARGS="--minutes 10")
	@$(PY) -m tests.soak --page $(ARGS)

peers: $(DEV) $(PEERS) ## The same work and kills on jarvis-ctx and on others, into docs/reliability.md (ARGS="--kills 5")
	@$(PY) -m tests.peers $(ARGS)

check: $(DEV) ## Check format, lint, types and the order of the rooms
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy --strict src tests/benchmarks tests/campaign tests/peers tests/soak
	@.venv/bin/lint-imports --no-logo

bench: $(DEV) ## Measure the figures and write docs/benchmarks.md
	@$(PY) -m tests.benchmarks $(ARGS)

screenshots: $(DEV) ## Take pictures of the dashboard into docs/screenshots (needs chromium; ARGS=FOLDER for elsewhere)
	@$(PY) -m tests.browser.screenshots $(ARGS)

format: $(DEV) ## Format the code and fix what ruff can fix
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

constraints: $(DEV) ## Pin the newest versions of all dependencies in constraints.txt
	@$(PIP) uv
	@{ echo "# Exact versions for Python 3.11 to 3.14 on every platform. Remade by: make constraints"; \
	   .venv/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	     --no-emit-index-url --no-annotate --no-header --system-certs --quiet; } > .venv/constraints.new
	@mv .venv/constraints.new constraints.txt

clean: ## Remove the .venv and everything that was built or cached (stores in memory/ stay)
	@rm -rf .venv .venv-peers build dist src/*.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "jarvis-ctx needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo not there)." \
	       "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear .venv
	@touch $@

$(RUNTIME): pyproject.toml constraints.txt | .venv/.created
	@echo "Installing the dependencies"
	@$(PIP) -c constraints.txt -e '.[web]'
	@touch $@

$(DEV): pyproject.toml constraints.txt | .venv/.created
	@echo "Installing the dependencies and the development tools"
	@{ $(PIP) uv && $(UV) -c constraints.txt -e '.[dev]'; } 2>/dev/null || $(PIP) -c constraints.txt -e '.[dev]'
	@touch $@ $(RUNTIME)

# An environment of their own; one that does not install stands in the table with its reason.
$(PEERS): tests/peers/requirements.txt
	@echo "Installing what jarvis-ctx is compared with, into .venv-peers"
	@$(PYTHON) -m venv --clear .venv-peers
	@.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet -r $< && touch $@ || \
	  echo "Not all of it could be installed; each that is missing stands in the table as such." >&2
