# WorksMap: the chores. `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help

SWIFT ?= swift
DATABASE ?= demo.sqlite
PORT ?= 8080

# What the program itself needs to build and run.
PACKAGES := libspatialite-dev libsqlite3-dev libpng-dev libisal-dev libharfbuzz-dev libfreetype-dev fonts-dejavu-core libjs-leaflet gdal-bin
# What the tests need on top of that: real clients.
TEST_PACKAGES := pngcheck libgeos-dev chromium chromium-driver python3 python3-venv python3-gdal sqlite3 spatialite-bin proj-bin fonts-dejavu-core

APT := DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# Installs those of $(1) that are missing, after saying which. Quick when nothing is.
define install
	@missing=""; for package in $(1); do \
	    dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then \
	    echo "Installing system packages:$$missing"; \
	    $(SUDO) env $(APT) update -qq && $(SUDO) env $(APT) install -y --no-install-recommends $$missing; fi
endef

.PHONY: help
help: ## List the chores
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## Install the system packages that the program needs (asks for sudo only if something is missing)
	$(call install,$(PACKAGES))

.PHONY: test-deps
test-deps: deps
	$(call install,$(TEST_PACKAGES))

.PHONY: build
build: deps ## Build the release program: .build/release/worksmap
	$(SWIFT) build -c release --product worksmap

.PHONY: run
run: build ## Build the demo city and serve it; prints the address to open (PORT=8080, DATABASE=demo.sqlite)
	.build/release/worksmap demo --database $(DATABASE) --port $(PORT)

.venv-test/installed: Tests/Acceptance/requirements.txt
	/usr/bin/python3 -m venv --system-site-packages .venv-test
	.venv-test/bin/pip install --quiet --requirement $<
	touch $@

.PHONY: test
test: test-deps .venv-test/installed ## Install what the tests need and run them all
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --skip MapServerTests
	$(SWIFT) test --skip-build --filter MapServerTests
	WORKSMAP=$$($(SWIFT) build --show-bin-path)/worksmap .venv-test/bin/python -m pytest -q Tests/Acceptance

.PHONY: lint
lint: ## Check the formatting of the Swift sources
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

.PHONY: format
format: ## Format the Swift sources
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

.PHONY: install
install: build ## Install below PREFIX (default /usr/local): the program and its files
	install -D -m 755 .build/release/worksmap $(DESTDIR)$(PREFIX)/bin/worksmap
	mkdir -p $(DESTDIR)$(PREFIX)/share/worksmap
	cp -r web tiles geodata $(DESTDIR)$(PREFIX)/share/worksmap/

PREFIX ?= /usr/local

.PHONY: clean
clean: ## Remove what was built (databases stay)
	rm -rf .build .venv-test artefacts

.PHONY: bench-import
bench-import: build ## Measure import and export against ogr2ogr (BENCH_ROUNDS=5)
	/usr/bin/python3 Benchmarks/import_export.py
