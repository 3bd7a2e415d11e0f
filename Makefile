# Every task of the project is a target here. `make help` lists them.
SHELL := /bin/bash
PYTHON := .venv/bin/python
UV := .venv/bin/uv
STACK := $(PYTHON) -m scripts.stack
PACKAGES := -e contracts -e ops -e services/core -e services/ai
# Without its compiled files Python compiles every module again in each process, for seconds.
unexport PYTHONDONTWRITEBYTECODE
SOURCES := contracts/ongoza_contracts ops/ongoza_ops contracts/consumers/engagement_stats/engagement_stats services/core/core services/ai/ai infra scripts tests

.DEFAULT_GOAL := help
.PHONY: help up down status reset logins logs test check check-types check-others seed demo rebuild bench capacity evaluate search-panel fuzz chaos profiling-report forecast-report suggestion-report migrations schemas site images audit packages model model-check lock

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

up: .venv/.ready ## start everything here, keep it running, print URLs and logins (WEB=0: without web client, OBSERVE=1: with Prometheus)
	@$(STACK) up $(if $(filter 0,$(WEB)),--no-web) $(if $(filter 1,$(OBSERVE)),--observe)
down: .venv/.ready ## stop what `make up` started; its data stays
	@$(STACK) down
status: .venv/.ready ## show processes, health, outbox, jobs and consumer lag; fails when something is wrong
	@$(STACK) status
reset: .venv/.ready ## stop everything and delete its data, after a question (ARGS=--yes: without)
	@$(STACK) reset $(ARGS)
logins: .venv/.ready ## print the logins of the demo data again
	@$(STACK) logins
logs: .venv/.ready ## follow the logs (SERVICE=relay for one), or show one request's way (REQUEST=its id)
	@$(STACK) logs $(SERVICE) $(if $(REQUEST),--request $(REQUEST))

test: .venv/.ready ## run the tests on real Kafka, PostgreSQL and Chromium, on free ports (ARGS='-m images': those of the images)
	@$(PYTHON) -m pytest -m 'not images' --numprocesses=3 --no-loadscope-reorder --durations=15 $(ARGS)
browser: .venv/.ready ## install the Chromium of the tests
	@$(PYTHON) -m scripts.web browser
check: .venv/.ready ## lint, format, types, imports, contracts
	@$(MAKE) --no-print-directory --jobs=2 --output-sync check-types check-others
check-types: .venv/.ready
	@$(PYTHON) -m mypy $(SOURCES)
check-others: .venv/.ready
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@$(PYTHON) -m scripts.contracts check
	@$(PYTHON) -m scripts.pages check
	@$(PYTHON) -m scripts.upgrade check
	@$(PYTHON) -m scripts.web check

seed: .venv/.ready ## load the demo catalogue and learners into a running, empty stack (ARGS='--learners 10000')
	@$(STACK) run -- $(PYTHON) -m core.manage seed $(ARGS)
demo: .venv/.ready ## follow one learner's progress through every hop of a running stack
	@$(STACK) run -- $(PYTHON) -m scripts.demo
rebuild: .venv/.ready ## rebuild ai's projections from the topics (ARGS=--dry-run, rollback, list)
	@$(STACK) run -- $(PYTHON) -m ai rebuild $(ARGS)
bench: .venv/.ready ## measure each path beside its floor (ARGS='--only relay --against FILE', --list)
	@$(PYTHON) -m scripts.bench $(ARGS)
capacity: .venv/.ready ## write docs/capacity.md from what was measured (ARGS='measure --part lists' measures again)
	@$(PYTHON) -m scripts.capacity $(ARGS)
evaluate: .venv/.ready ## compare the ranking with baselines (ARGS='FILE --items FILE', or --learn in a running stack)
	@$(PYTHON) -m scripts.evaluate $(or $(ARGS),--seeded)
search-panel: .venv/.ready ## print how well search finds what queries with known answers mean
	@$(PYTHON) -m scripts.search_panel
fuzz: .venv/.ready ## run the tests that act at random with ten times as many requests, schedules and operations
	@RANDOM_CASES=10 $(PYTHON) -m pytest -q -s -m random
chaos: .venv/.ready ## kill random processes under load for ten minutes and count what is lost (ARGS='--minutes 2')
	@$(PYTHON) -m scripts.chaos $(ARGS)
profiling-report: .venv/.ready ## print how the profiler scores simulated learners (ARGS=--write stores the report)
	@$(PYTHON) -m scripts.profiling_report $(ARGS)
forecast-report: .venv/.ready ## compare forecasts for invented learners with what they did (ARGS=--write stores the report)
	@$(PYTHON) -m scripts.forecast_report $(ARGS)
suggestion-report: .venv/.ready ## print what suggestions find in works with known faults (ARGS=--write stores the report)
	@$(PYTHON) -m scripts.suggestion_report $(ARGS)
migrations: .venv/.ready ## write core's migrations for changed models; ai's are SQL, written by hand (ARGS=--dry-run)
	@$(STACK) run -- python -W ignore::RuntimeWarning -m core.manage makemigrations $(ARGS)
schemas: .venv/.ready ## regenerate the published schemas, the AsyncAPI document, generated pages and clients
	@$(PYTHON) -m scripts.contracts write
	@$(PYTHON) -m scripts.pages write
	@$(PYTHON) -m scripts.web clients

shots: .venv/.ready ## take pictures of every page of a running stack, on phone and laptop, light and dark
	@$(STACK) run -- $(PYTHON) -m scripts.web shots $(ARGS)

site: .venv/.ready ## write the catalogue of topics and facts as pages for other teams
	@$(PYTHON) -m scripts.contracts site .local/site

images: .venv/.ready ## build the images of core, ai and web without a registry, as root (ARGS=--fresh also makes their base again)
	@$(PYTHON) -m scripts.images $(ARGS)

audit: .venv/.ready ## look for secrets in files and for known vulnerabilities of packages; fails where that data is out of reach
	@$(PYTHON) -m scripts.audit

packages: .venv/.ready ## build the contracts as packages for other teams (wheels, npm tarball)
	@$(PYTHON) -m scripts.contracts packages .local/packages

model: .venv-model/.ready ## export the model's graph and golden vectors (downloads torch)
	@.venv-model/bin/python -m scripts.model export
model-check: .venv-model/.ready ## compare the committed graph with sentence-transformers
	@.venv-model/bin/python -m scripts.model check
lock: .venv/.ready ## update the committed lock files to the newest dependencies
	@$(UV) lock --upgrade --exclude-newer '1 week'  # only releases that are at least a week old
	@$(UV) export --quiet --all-packages --no-emit-workspace -o requirements.lock
	@$(UV) export --quiet --all-packages --no-emit-workspace --group model -o requirements-model.lock
	@for image in 'core --extra s3' 'ai --extra pinecone'; do set -- $$image; $(UV) export --quiet --frozen --package ongoza-$$image \
	  --no-default-groups --no-emit-workspace -o infra/docker/$$1.lock || exit; done

# An environment is ready when its lock and the packages' metadata are older than its stamp.
define make_environment
	@python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'needs python3 >= 3.11 with venv (on Debian: apt-get install python3-venv)'; exit 1; }
	@test -e $@ || echo 'installing packages into $(1), some minutes the first time'
	@test -x $(1)/bin/python || python3 -m venv $(1)
	@test -x $(1)/bin/uv || $(1)/bin/python -m pip install --quiet $$(grep -o '^uv==[0-9.]*' $(2))
	@$(1)/bin/uv pip sync --quiet --python $(1)/bin/python $(2)
	@$(1)/bin/uv pip install --quiet --python $(1)/bin/python --no-deps $(PACKAGES)
	@touch $@
endef

METADATA := pyproject.toml contracts/pyproject.toml ops/pyproject.toml services/core/pyproject.toml services/ai/pyproject.toml
.venv/.ready: requirements.lock $(METADATA)
	$(call make_environment,.venv,requirements.lock)
.venv-model/.ready: requirements-model.lock $(METADATA)
	$(call make_environment,.venv-model,requirements-model.lock)
