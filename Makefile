# Everything a clone needs, with Python 3.11+ and make alone.
PYTHON ?= python3
VENV := .venv/bin
GROUPS := intake matcher validator payment notifier exporter local parts dev
INSTALLED := .venv/installed

# Said at once, not after everything has been fetched and built.
CAMPAIGNS := $(basename $(notdir $(wildcard deploy/campaigns/*.toml)))
ifneq (,$(filter demo,$(MAKECMDGOALS)))
ifneq (,$(filter-out $(CAMPAIGNS),$(CAMPAIGN)))
$(error CAMPAIGN=$(CAMPAIGN) is not known; known are: $(CAMPAIGNS))
endif
endif

.DEFAULT_GOAL := help
.PHONY: help setup parts portraits up scale settings demo test test-unit judge-report bench-judge bench-roster bench-cards check lock clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /: /' | sort

setup: $(INSTALLED) ## the environment in .venv, as requirements.lock says

$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(VENV)/python -m pip install --quiet --disable-pip-version-check uv
	$(VENV)/uv pip sync --python $(VENV)/python --require-hashes requirements.lock
	touch $@

parts: setup ## Kafka, MinIO and the face models, in the user's cache
	$(VENV)/python -m deploy.local.parts

portraits: setup ## the faces that tests and demo compose photos from, in the user's cache
	$(VENV)/python -m tests.portraits fetch

scale: portraits ## four validators in containers, killed and scaled down in mid-load: nothing lost, nothing doubled
	@$(VENV)/python -m tests.containers.scale_down

settings: setup ## the tables of settings anew: README.md from the settings classes, campaigns/README.md from the campaign model
	$(VENV)/python -m deploy.settings_table write README.md
	$(VENV)/python -m deploy.campaign_settings write deploy/campaigns/README.md

up: parts ## the whole stack, serving until Ctrl-C
	@$(VENV)/python -m deploy.local.up

# In containers the servers are images: only the students' portraits are brought.
demo: $(if $(filter compose,$(STACK)),portraits,parts) ## plays five campaigns with their students and writes the report (PHOTOS=DIR plays your own, STACK=compose in containers)
	@$(VENV)/python -m deploy.local.demo $(if $(STACK),--stack $(STACK)) $(if $(PHOTOS),--photos $(PHOTOS)) $(if $(CAMPAIGN),--campaign $(CAMPAIGN))

# Two at once, each with servers of its own: most of a test's time is waiting.
test: parts ## all tests, on the real parts
	$(VENV)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-unit: setup ## the pure ones, in seconds
	$(VENV)/python -m pytest -m 'not parts and not slow'

judge-report: parts ## the judge measured on composed photos (PHOTOS=DIR adds labelled portraits): tables and contact sheets
	$(VENV)/python -m tests.validator.report $(if $(PHOTOS),--photos $(PHOTOS))

bench-roster: parts ## the import of 100,000 people and the matching among them
	@$(VENV)/python -m tests.benchmarks.roster

bench-cards: setup ## how many drawn documents are read right, and how fast
	@$(VENV)/python -m tests.benchmarks.cards

bench-judge: parts ## the judge's speed and memory, as ratios in one run
	$(VENV)/python -m tests.benchmarks.judge

check: setup ## format, lint, types
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy .

lock: setup ## requirements.lock anew from pyproject.toml
	$(VENV)/uv pip compile pyproject.toml $(addprefix --group ,$(GROUPS)) --generate-hashes --no-emit-index-url \
		--python-version 3.11 --universal --quiet -o requirements.lock

clean: ## state, development keys and caches of this clone (not the user's cache of parts)
	rm -rf .local .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
