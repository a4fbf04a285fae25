# The two commands: `make run` and `make test`. Everything else is for those who work on Broadcaster.
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run env test check style types house tests format bench chaos words lock

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: ## start Broadcaster on http://localhost:8080, its database included
	@.ci/environment requirements.txt && exec $(PY) main.py

env: ## make .venv, with the tools of the tests
	@.ci/environment requirements-dev.txt

test: style ## every check and every test, in parallel
	@CHROMIUM="$$($(PY) -m tests.chromium)" || exit 2; export CHROMIUM; \
	$(MAKE) --no-print-directory -j 2 types tests

check: style types house ## style, types and the rules of the house: seconds, not minutes

style: env
	$(PY) -m ruff check
	$(PY) -m ruff format --check

types: env
	$(PY) -m mypy

house: env
	$(PY) -m pytest -q tests/house

tests: env
	$(PY) -m pytest -n 4 --dist worksteal tests

format: env ## put the code in shape
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

bench: env ## measure; ONLY=name measures one thing
	$(PY) -m tests.bench $(ONLY)

chaos: env ## break things on purpose and count the messages; SEEDS=20 says how many times
	$(PY) -m tests.chaos $(SEEDS)
	$(PY) -m tests.chaos.linked.slow

words: env ## after marking new sentences: bring locales/*.po up to them, for translating
	$(PY) -m locales.extract

lock: ## pin the newest versions of requirements*.in, with hashes (needs uv: pip install uv)
	uv pip compile --no-config --universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-emit-index-url -q requirements.in -o requirements.txt
	uv pip compile --no-config --universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-emit-index-url -q requirements-dev.in -o requirements-dev.txt
