# Variables:  PYTHON=python3.12   the interpreter to build the environment with
#             ARGS="--port 8000"  passed on to app.py

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.PHONY: help run test coverage lint docs wheel prerequisites clean
.DEFAULT_GOAL := run

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo 'PYTHON=python3.12 names the interpreter to build the environment with; ARGS="--port 8000" is passed on to the app.'

run: $(VENV)/.installed  ## the app on the demo collection, painted and indexed on the first run
	$(BIN)/python app.py $(ARGS)

test: $(VENV)/.installed-test  ## every test
	$(BIN)/python -m ruff check .
	$(BIN)/python -m pytest

# Apart from `test`: measuring takes half as long again.
coverage: $(VENV)/.installed-test  ## every test, and how much of the package they cover
	$(BIN)/python -m pytest --cov

lint: $(VENV)/.installed-test  ## style, format and types
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

docs: $(VENV)/.installed-docs  ## the documentation site, into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

wheel: $(VENV)/.installed-test  ## the package, into dist/
	$(BIN)/python -m build --no-isolation

# One sentence for each thing that is missing, instead of pip's long report.
prerequisites:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: install python3 (or name one with make PYTHON=...)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version): name a newer one with make PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is needed: on Debian or Ubuntu, sudo apt install python3-venv."; exit 1; }
	@$(PYTHON) -c 'import os, sysconfig, sys; sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' || { echo "Python's headers are needed to build hnswlib: on Debian or Ubuntu, sudo apt install python3-dev."; exit 1; }
	@command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null || { echo "A C++ compiler is needed to build hnswlib: on Debian or Ubuntu, sudo apt install g++; on a Mac, xcode-select --install."; exit 1; }

$(VENV)/.installed: requirements.txt | prerequisites
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the program needs (torch is large; this happens once) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.txt -e ".[test,docs]"
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.txt -e ".[docs]"
	@touch $@

clean:  ## remove the environment and what was built; collections stay
	rm -rf $(VENV) dist site
