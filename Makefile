# make run    opens the app on the demo collection (painted and indexed on first run)
# make test   runs every test
# Variables:  PYTHON=python3.12   the interpreter to build the environment with
#             ARGS="--port 8000"  passed on to app.py

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.PHONY: run test lint prerequisites clean

run: $(VENV)/.installed
	$(BIN)/python app.py $(ARGS)

test: $(VENV)/.installed-test
	$(BIN)/python -m ruff check .
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-test
	$(BIN)/python -m ruff check .

# Said in one sentence each, before pip says it in a hundred.
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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test]"
	@touch $@

clean:
	rm -rf $(VENV)
