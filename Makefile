# Everything a checkout needs: Python 3.11 to 3.13 (3.14 without the local servers), and make.
#   make test ARGS="-k local -x"    make PYTHON=python3.12 test

PYTHON ?= python3
PYTHONS ?= python3.11 python3.12 python3.13 python3.14
ARGS ?=
SEEDS ?= 1000
MINUTES ?= 2
TIMES ?= 30
# How many tests run at once where they share no server.
JOBS ?= 2
# How many tests with servers run at once, each on servers of its process: they mostly wait.
SERVED_JOBS ?= $(if $(ORDERS_TEST_KAFKA)$(ORDERS_TEST_MONGODB),0,3)
AT_ONCE := -n $(JOBS) --dist loadgroup
IMAGE ?= order-projector:$(VERSION)

VENV := .venv
BIN := $(VENV)/bin
DOCS := .venv-docs
ACTIONLINT ?= actionlint
AXE := build/axe/node_modules/axe-core/axe.min.js
KUSTOMIZE ?= kustomize
PROMTOOL ?= promtool
VERSION := $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' src/order_projector/__init__.py)
INSTALLED := $(VENV)/.installed
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header
# The suites that need no server, and those that do.
PARALLEL := $(addprefix tests/,unit property fuzz simulation release)
SERVED := $(addprefix tests/,contract integration faults handbook)
# What another broker can change; `make nightly-kafka` runs all that uses one.
ON_KAFKA := tests/kafka tests/faults/test_faults.py \
	tests/faults/test_bounds.py::test_what_the_broker_itself_refuses_as_too_large_costs_no_other_order \
	$(addprefix tests/integration/test_,topics_command.py worker_group.py worker_records.py worker_stops.py)
# What is left to `make nightly`; -m among ARGS replaces it.
QUICK := -m 'not nightly'
# pytest's report as SUITE.BACKEND.xml, into the folder REPORTS where one is named.
report = $(if $(REPORTS),--junitxml=$(abspath $(REPORTS))/$(1).xml)
# Tests that bring their servers along, or need none: another broker would make no difference.
OWN_SERVERS := $(addprefix tests/faults/test_,schedule.py stall.py verdict.py) $(addprefix tests/integration/test_,\
	demo.py local_command.py local_stack.py security_database.py testing_plugin.py)

# Tests import some 300 modules in each of many processes: they are compiled once.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install check lint format types unit test coverage test-pythons properties test-kafka test-containers \
	nightly nightly-tests nightly-kafka nightly-containers browser screenshots image console sim fuzz demo bench bench-live \
	bench-long bench-many bench-pairs bench-restart bench-api chaos docs sdk-js manifests observability alerts \
	prometheus-rule workflows requirements dist sbom sbom-image release licences examples clean

help: ## Print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r target text; \
	do printf '%-22s%s\n' "$$target" "$$text"; done

install: $(INSTALLED) ## Make .venv with everything in it; the others do this by themselves

$(INSTALLED): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || \
	{ echo 'Python 3.11 to 3.14 is needed: make PYTHON=/path/to/python3.12' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

check: $(INSTALLED) ## Check style, types and units: what to run before each commit
	@$(MAKE) --no-print-directory --jobs=3 lint types unit

lint: $(INSTALLED) ## Check style and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(INSTALLED) ## Format the code, and apply the fixes that are safe
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(INSTALLED) ## Check types
	$(BIN)/mypy

unit: $(INSTALLED) ## Run the unit tests, JOBS=2 at once
	$(BIN)/pytest tests/unit $(AT_ONCE) $(QUICK) $(call report,unit-tests.no-server) $(ARGS)

# With ARGS the tests are chosen by them, among all.
test: $(INSTALLED) ## Run the tests, on local servers or those of ORDERS_TEST_KAFKA, _MONGODB
ifeq ($(ARGS),)
	$(BIN)/pytest $(PARALLEL) $(AT_ONCE) $(QUICK) $(call report,tests-in-parallel.no-server)
	$(BIN)/pytest $(SERVED) -n $(SERVED_JOBS) $(QUICK) $(call report,tests-with-servers.local-stack)
else
	$(BIN)/pytest $(QUICK) $(call report,tests.local-stack) $(ARGS)
endif

coverage: $(INSTALLED) ## Measure what unit and contract tests cover of domain, events and projection
	@rm -rf build/coverage
	$(BIN)/coverage run -m pytest tests/unit tests/contract $(AT_ONCE) $(QUICK) $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage html --quiet --fail-under=0 --directory build/coverage/html
	@for package in domain events projection; do echo "$$package:"; \
	$(BIN)/coverage report --include="src/order_projector/$$package/*" || exit 1; done

test-pythons: ## Run the unit tests on all of PYTHONS="python3.12 python3.13"
	@for python in $(PYTHONS); do \
	version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])') && \
	echo "Python $$version:" && \
	$(MAKE) --silent VENV=.venv-$$version PYTHON=$$python install && \
	.venv-$$version/bin/pytest tests/unit $(AT_ONCE) $(QUICK) $(call report,unit-tests.Python-$$version) $(ARGS) || exit 1; \
	done

properties: $(INSTALLED) ## Check each property with TIMES=30 times as many examples as in make test
	ORDERS_TEST_EXAMPLES=$(TIMES) $(BIN)/pytest tests/property $(AT_ONCE) --timeout 7200 $(call report,properties.no-server) $(ARGS)

test-kafka: $(INSTALLED) ## Run what another broker can change, and a cluster, on Apache Kafka
	ORDERS_TEST_KAFKA=apache $(BIN)/pytest $(ON_KAFKA) $(QUICK) $(call report,brokers-and-faults.Apache-Kafka) $(ARGS)

test-containers: $(INSTALLED) ## Run the image, docker-compose.yml and the testing kit on a Docker engine
	$(BIN)/python -m tests.containers.images
	$(BIN)/pytest tests/containers $(QUICK) $(call report,containers.Docker) $(ARGS)

browser: $(INSTALLED) $(AXE) ## Use the page of orders in Chromium, which has to be installed, and check it with axe-core (npm)
	$(BIN)/pytest tests/browser $(QUICK) $(call report,the-page.Chromium) $(ARGS)

screenshots: $(INSTALLED) ## Take the pictures of the page in docs/images, with Chromium
	$(BIN)/python -m tests.browser.screenshots

$(AXE):
	npm install --prefix build/axe --no-save --no-audit --no-fund --ignore-scripts axe-core@4.14.1

nightly: nightly-tests nightly-kafka nightly-containers ## Run what is too long for the checks of a change, some hours
	$(MAKE) properties
	$(MAKE) sim SEEDS=10000
	$(MAKE) sim MODE=names SEEDS=10000
	$(MAKE) sim MODE=refusals SEEDS=10000
	$(MAKE) fuzz MINUTES=30
	$(MAKE) chaos MINUTES=10

nightly-tests: ## Run the long tests of make test
	$(MAKE) test ARGS='-m nightly'

nightly-kafka: $(INSTALLED) ## Run all tests that use a broker, the long ones too, on Apache Kafka
	ORDERS_TEST_KAFKA=apache $(BIN)/pytest tests/integration tests/faults tests/kafka \
	$(addprefix --ignore=,$(OWN_SERVERS)) $(call report,nightly.Apache-Kafka) $(ARGS)

nightly-containers: ## Run the long tests of make test-containers
	$(MAKE) test-containers ARGS='-m nightly'

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

sim: $(INSTALLED) ## Run the worker in 1,000 simulated worlds full of faults; SEEDS=10000, SEED=42, MODE=names or refusals
	$(BIN)/python -m tests.simulation $(if $(MODE),--mode $(MODE)) $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

demo: $(INSTALLED) ## Watch the worker keep 2,000 orders exact, on servers of this machine
	$(BIN)/order-projector demo $(ARGS)

bench: $(INSTALLED) ## Measure the worker against simpler ways to do its job, and the API
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m bench.api

bench-api: $(INSTALLED) ## Measure reads, writes and exports of the API; ARGS="--rows 1000000"
	$(BIN)/python -m bench.api $(ARGS)

bench-live: $(INSTALLED) ## Measure them on a live stream, at paced rates; KAFKA=apache
	$(if $(KAFKA),ORDERS_TEST_KAFKA=$(KAFKA)) $(BIN)/python -m bench.live $(ARGS)

bench-long: $(INSTALLED) ## Measure one event more on orders of 10 to 5,000 facts; KAFKA=apache
	$(if $(KAFKA),ORDERS_TEST_KAFKA=$(KAFKA)) $(BIN)/python -m bench.long_orders $(ARGS)

bench-many: $(INSTALLED) ## Measure it among 1,000 to 100,000 orders; ARGS="--orders 1000000"
	$(if $(KAFKA),ORDERS_TEST_KAFKA=$(KAFKA)) $(BIN)/python -m bench.many_orders $(ARGS)

bench-pairs: $(INSTALLED) ## Measure it against another version, in pairs; ARGS="--contender before=PYTHON"
	$(if $(KAFKA),ORDERS_TEST_KAFKA=$(KAFKA)) $(BIN)/python -m bench.pairs $(ARGS)

bench-restart: $(INSTALLED) ## Measure a rolling restart, with and without static membership; KAFKA=apache
	$(if $(KAFKA),ORDERS_TEST_KAFKA=$(KAFKA)) $(BIN)/python -m bench.restart $(ARGS)

fuzz: $(INSTALLED) ## Try random inputs for MINUTES=2 with each fuzzer; ARGS="--seed 2"
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES) $(ARGS)

chaos: $(INSTALLED) ## Kill and freeze workers, APIs and servers for MINUTES=2; KAFKA=apache
	$(if $(KAFKA),ORDERS_TEST_KAFKA=$(KAFKA)) $(BIN)/python -m tests.faults --minutes $(MINUTES) $(ARGS)

requirements: $(INSTALLED) ## Pin the dependencies; ARGS=--upgrade takes newer ones
	$(COMPILE) --output-file requirements/build.txt --group pyproject.toml:build $(ARGS)
	$(COMPILE) pyproject.toml --output-file requirements/runtime.txt $(ARGS)
	$(COMPILE) --output-file requirements/console.txt --group pyproject.toml:console $(ARGS)
	$(COMPILE) --output-file requirements/docs.txt --group pyproject.toml:docs $(ARGS)
	$(COMPILE) pyproject.toml --output-file requirements/dev.txt --extra local --extra otel --extra testing --group dev $(ARGS)
	$(COMPILE) pyproject.toml --output-file requirements/image.txt --extra otel --constraint requirements/dev.txt $(ARGS)

docs: $(DOCS)/.installed ## Build the documentation site into build/site; a broken link fails it
	$(DOCS)/bin/properdocs build --strict

$(DOCS)/.installed: requirements/docs.txt
	$(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --require-hashes -r requirements/docs.txt
	@touch $@

sdk-js: $(INSTALLED) ## Run the official JavaScript SDK against the API (Node 18, npm)
	$(BIN)/pytest tests/sdk_js -n $(SERVED_JOBS) $(call report,JavaScript-SDK.local-stack) $(ARGS)

manifests: $(INSTALLED) ## Render deploy/kubernetes with kustomize, and check it against the schemas (Go)
	@command -v $(KUSTOMIZE) >/dev/null || { echo 'kustomize is not installed: with Go,' \
	'go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1' >&2; exit 1; }
	KUSTOMIZE=$(KUSTOMIZE) $(BIN)/pytest tests/manifests $(call report,manifests.kustomize) $(ARGS)

observability: $(INSTALLED) alerts ## Test the alert rules, and the dashboard on a Prometheus
	$(BIN)/pytest tests/observability $(call report,observability.Prometheus) $(ARGS)

alerts: ## Test the rules of deploy/observability with promtool, which comes with Prometheus
	@command -v $(PROMTOOL) >/dev/null || { echo 'promtool is not installed: it comes with' \
	'Prometheus (on Debian, the package prometheus)' >&2; exit 1; }
	$(PROMTOOL) check rules deploy/observability/alerts.yml
	$(PROMTOOL) test rules deploy/observability/alerts_test.yml

# Kustomize cannot make a resource of a rule file, so the rules are copied; a test compares them.
prometheus-rule: ## Copy the alert rules into the production overlay, as a PrometheusRule
	@{ echo '# The rules of deploy/observability/alerts.yml: `make prometheus-rule` writes this file.'; \
	printf '%s\n' 'apiVersion: monitoring.coreos.com/v1' 'kind: PrometheusRule' \
	'metadata: {name: order-projector}' 'spec:'; \
	sed -e '/^#/d' -e 's/^\(.\)/  \1/' deploy/observability/alerts.yml; \
	} > deploy/kubernetes/overlays/production/prometheusrule.yaml

workflows: ## Check .github/workflows with actionlint, which has to be installed
	@command -v $(ACTIONLINT) >/dev/null || { echo 'actionlint is not installed: with Go,' \
	'go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12' >&2; exit 1; }
	$(ACTIONLINT)

dist: $(INSTALLED) ## Build the wheel and the sdist into dist/, the same bytes from the same files
	$(BIN)/python -m hatchling build --clean --target sdist --target wheel

sbom: dist ## Write what is installed with the wheel into dist/, as CycloneDX JSON
	$(BIN)/python -m release.sbom dist/*.whl > dist/order-projector.cdx.json

release: ## Build the files of a release; RELEASE=v0.1.0, where given, must be this version
	@[ '$(or $(RELEASE),v$(VERSION))' = 'v$(VERSION)' ] || \
	{ echo '$(RELEASE) is not v$(VERSION), the version of src/order_projector/__init__.py' >&2; exit 1; }
	$(MAKE) sbom

sbom-image: $(INSTALLED) ## Write the contents of the image likewise, its system included; IMAGE=...
	@mkdir -p dist
	@$(BIN)/python -m release.image_sbom $(IMAGE) dist/order-projector-image.cdx.json

licences: $(INSTALLED) ## Write docs/reference/licences.md, after the dependencies have changed
	$(BIN)/python -m release.licences > docs/reference/licences.md

clean: ## Remove what make and the tools have created
	rm -rf .venv .venv-3.* .venv-docs .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist .containers wheels
	rm -rf $(wildcard examples/*/.venv) $(wildcard examples/*/.*_cache)
	find src tests examples -name __pycache__ -type d -prune -exec rm -rf {} +
