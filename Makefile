# Tapefold. `make help` lists what there is.

SHELL := /bin/bash
PROGRAMS := .build/release
ARGS ?=
MINUTES ?= 10
SEEDS ?= 1000

.DEFAULT_GOAL := help
.PHONY: help demo up build test soak faults sanitize lint format bench clean setup

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## Run everything here with sample events: up, fold, rebuild, verify (ARGS="--once --json", "--data DIR")
	@$(PROGRAMS)/tapefold demo $(ARGS)

up: build ## Run broker, PostgreSQL, processors and read API on this machine (ARGS="--api-port 0")
	@$(PROGRAMS)/tapefold up $(ARGS)

build: setup ## Build all programs, in release, under .build/release
	@swift build -c release 1>&2

test: setup-tests ## Build and run all tests (ARGS="PATTERN" runs those whose names match)
	@scripts/test-venv.sh
	@scripts/run-tests.sh $(ARGS)

soak: setup-tests ## Run all under faults for MINUTES (10), then compare every row with the oracles (SEED=n repeats one)
	@TAPEFOLD_SOAK_MINUTES="$(MINUTES)" TAPEFOLD_SOAK_SEED="$(SEED)" scripts/run-soak.sh

faults: setup ## Run the engine under seeded faults, in memory (SEEDS=20000, ARGS="--view positions --replay SEED")
	@swift build -c release --product fault-simulator 1>&2
	@$(PROGRAMS)/fault-simulator --seeds $(SEEDS) $(ARGS)

sanitize: setup-tests ## Run unit tests of threads and locks under ThreadSanitizer (ARGS="PATTERN")
	@scripts/test-venv.sh
	@scripts/run-sanitizers.sh $(ARGS)

lint: ## Check formatting and the rules of the house
	@scripts/lint.sh

format: ## Format all Swift files
	@swift format -i -r Sources Tests examples Package.swift

bench: build ## Measure each part beside its floor; results under bench/results (ARGS="--help")
	@$(PROGRAMS)/tapefold bench --results bench/results --commit "$$(git describe --always --dirty)" $(ARGS)

clean: ## Remove what was built (data under .tapefold stays)
	rm -rf .build

setup: ## Install what building needs (apt packages); does nothing when all is there
	@scripts/setup.sh

.PHONY: setup-tests
setup-tests:
	@scripts/setup.sh --tests
