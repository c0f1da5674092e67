# Everything a checkout needs: Python 3.11 to 3.13, and make.
#   make test ARGS="-k local -x"    make PYTHON=python3.12 test

PYTHON ?= python3
PYTHONS ?= python3.11 python3.12 python3.13
ARGS ?=
SEEDS ?= 1000
MINUTES ?= 2
IMAGE ?= order-projector:$(VERSION)

VENV := .venv
BIN := $(VENV)/bin
VERSION := $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' src/order_projector/__init__.py)
INSTALLED := $(VENV)/.installed
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header
# pytest's report as SUITE.BACKEND.xml, into the folder REPORTS where one is named.
report = $(if $(REPORTS),--junitxml=$(abspath $(REPORTS))/$(1).xml)
# Tests that bring their servers along, or need none: another broker would make no difference.
OWN_SERVERS := $(addprefix tests/faults/test_,stall.py verdict.py) $(addprefix tests/integration/test_,\
	demo.py local_command.py local_stack.py security_database.py testing_plugin.py)

.DEFAULT_GOAL := help
.PHONY: help install lint types test test-pythons test-kafka test-containers image console sim fuzz demo bench chaos requirements dist sbom sbom-image licences examples clean

help: ## Print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r target text; \
	do printf '%-18s%s\n' "$$target" "$$text"; done

install: $(INSTALLED) ## Make .venv with everything in it; the others do this by themselves

$(INSTALLED): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	{ echo 'Python 3.11 to 3.13 is needed: make PYTHON=/path/to/python3.12' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

lint: $(INSTALLED) ## Check style and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(INSTALLED) ## Check types
	$(BIN)/mypy

test: $(INSTALLED) ## Run the tests, on local servers or those of ORDERS_TEST_KAFKA, _MONGODB
	$(BIN)/pytest $(call report,tests.local-stack) $(ARGS)

test-pythons: ## Run the unit tests on all of PYTHONS="python3.12 python3.13"
	@for python in $(PYTHONS); do \
	version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])') && \
	echo "Python $$version:" && \
	$(MAKE) --silent VENV=.venv-$$version PYTHON=$$python install && \
	.venv-$$version/bin/pytest tests/unit $(call report,unit-tests.Python-$$version) $(ARGS) || exit 1; \
	done

test-kafka: $(INSTALLED) ## Run the tests that need a broker, and those of a cluster, on Apache Kafka
	ORDERS_TEST_KAFKA=apache $(BIN)/pytest tests/integration tests/faults tests/kafka \
	$(addprefix --ignore=,$(OWN_SERVERS)) $(call report,brokers-and-faults.Apache-Kafka) $(ARGS)

test-containers: $(INSTALLED) ## Run the image, docker-compose.yml and the testing kit on a Docker engine
	$(BIN)/python -m tests.containers.images
	$(BIN)/pytest tests/containers $(call report,containers.Docker) $(ARGS)

image: ## Build the worker's image; ARGS="--build-arg PYTHON_IMAGE=python:3.12-slim"
	docker build --build-arg REVISION=$$(git rev-parse HEAD) --tag order-projector:$(VERSION) $(ARGS) .

console: ## Build the image of docker-compose.yml's console, with the same ARGS
	docker build --build-arg REVISION=$$(git rev-parse HEAD) --file deploy/console/Dockerfile \
	--tag order-projector-console:$(VERSION) $(ARGS) .

examples: $(INSTALLED) ## Check the examples and run their tests, without Docker
	@for example in examples/*; do echo "$$example:"; \
	MYPYPATH=$$example/src $(BIN)/mypy $$example || exit 1; \
	(cd $$example && $(CURDIR)/$(BIN)/python -m pytest --order-projector=local \
	$(call report,example-$$(basename $$example).local-stack) $(ARGS)) || exit 1; \
	done

sim: $(INSTALLED) ## Run the worker in 1,000 simulated worlds full of faults; SEEDS=10000, or SEED=42
	$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

demo: $(INSTALLED) ## Watch the worker keep 2,000 orders exact, on servers of this machine
	$(BIN)/order-projector demo $(ARGS)

bench: $(INSTALLED) ## Measure the worker against simpler ways to do its job
	$(BIN)/python -m tests.bench $(ARGS)

fuzz: $(INSTALLED) ## Try random inputs for so many MINUTES with each fuzzer; ARGS="--seed 2"
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES) $(ARGS)

chaos: $(INSTALLED) ## Kill and freeze workers and servers for so many MINUTES; KAFKA=apache
	$(if $(KAFKA),ORDERS_TEST_KAFKA=$(KAFKA)) $(BIN)/python -m tests.faults --minutes $(MINUTES) $(ARGS)

requirements: $(INSTALLED) ## Pin the dependencies anew; ARGS=--upgrade takes newer ones
	$(COMPILE) --output-file requirements/build.txt --group pyproject.toml:build $(ARGS)
	$(COMPILE) pyproject.toml --output-file requirements/runtime.txt $(ARGS)
	$(COMPILE) --output-file requirements/console.txt --group pyproject.toml:console $(ARGS)
	$(COMPILE) pyproject.toml --output-file requirements/dev.txt --extra local --extra testing --group dev $(ARGS)

dist: $(INSTALLED) ## Build the wheel and the sdist into dist/, the same bytes from the same files
	$(BIN)/python -m hatchling build --clean --target sdist --target wheel

sbom: dist ## Write what is installed with the wheel into dist/, as CycloneDX JSON
	$(BIN)/python -m tests.release.sbom dist/*.whl > dist/order-projector.cdx.json

sbom-image: $(INSTALLED) ## Write all that the image is made of likewise, its system included; IMAGE=...
	@mkdir -p dist
	@$(BIN)/python -m tests.release.image_sbom $(IMAGE) dist/order-projector-image.cdx.json

licences: $(INSTALLED) ## Write docs/licences.md anew, after the dependencies have changed
	$(BIN)/python -m tests.release.licences > docs/licences.md

clean: ## Remove what make and the tools have made
	rm -rf .venv .venv-3.* .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist .containers wheels
	rm -rf $(wildcard examples/*/.venv) $(wildcard examples/*/.*_cache)
	find src tests examples -name __pycache__ -type d -prune -exec rm -rf {} +
