# `make run` opens the app, `make test` checks everything; both make what they need first.
# CONTRIBUTING.md has the same steps for people without make.

VENV := .venv
PIP := $(VENV)/bin/python -m pip install --quiet --no-input --disable-pip-version-check
# These say when the environment was last brought in line with the requirements.
APP_READY := $(VENV)/app-ready
DEV_READY := $(VENV)/dev-ready

.PHONY: help run test lint format clean

help:
	@echo "make run      open the app (installs it first, in $(VENV))"
	@echo "make test     lint, types and all tests, those in a real browser too"
	@echo "make lint     lint and types only"
	@echo "make format   put the code in the project's format"
	@echo "make clean    remove the environment and the caches, not the workspace"

run: $(APP_READY)
	$(VENV)/bin/python -m streamlit run app.py

# What is compiled is kept, whatever the environment says: without, each of the many processes that
# the tests start would compile TensorFlow anew, which takes it ten seconds.
test: export PYTHONDONTWRITEBYTECODE :=
test: lint
	CHROMIUM="$$(scripts/get-browser)" && AXE="$$(scripts/get-axe)" && export CHROMIUM AXE && $(VENV)/bin/python -m pytest -n auto

lint: $(DEV_READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

format: $(DEV_READY)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
	find app.py core pages tests -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	scripts/make-venv

$(APP_READY): requirements.txt | $(VENV)/bin/python
	@echo "Installing what the app needs. This takes a few minutes, once."
	$(PIP) -r requirements.txt
	@touch $@

# Not compiled beforehand: tests use a small part of it, and compile that.
$(DEV_READY): requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what the app and its tests need. This takes a few minutes, once."
	$(PIP) --no-compile -r requirements-dev.txt
	@touch $@ $(APP_READY)
