# WorksMap: the chores. `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help

SWIFT ?= swift
DATABASE ?= worksmap.sqlite
PORT ?= 8080

# What the program itself needs to build and run.
PACKAGES := libspatialite-dev libgeos-dev libproj-dev libsqlite3-dev libpng-dev libisal-dev libharfbuzz-dev libfreetype-dev fonts-dejavu-core libjs-leaflet gdal-bin
# What the tests are built with on top of that, and the real clients that they run.
TEST_PACKAGES := libgeos-dev
CLIENT_PACKAGES := age bubblewrap pngcheck chromium chromium-driver python3 python3-venv python3-gdal sqlite3 spatialite-bin proj-bin python3-qgis qgis-providers

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

# A release build that shortens its maker's paths where compilers write them: they differ from machine to machine.
RELEASE := $(SWIFT) build -c release -Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=. -Xcc -ffile-prefix-map=$(CURDIR)=.

.PHONY: build
build: deps ## Build the release program: .build/release/worksmap
	$(RELEASE) --product worksmap

.PHONY: run
run: build ## Build the demo city and serve it; prints the address to open (PORT=8080, DATABASE=worksmap.sqlite)
	.build/release/worksmap demo --database $(DATABASE) --port $(PORT)

.venv-test/installed: Tests/Acceptance/requirements.txt
	/usr/bin/python3 -m venv --system-site-packages .venv-test
	.venv-test/bin/pip install --quiet --require-hashes --requirement $<
	touch $@

# The tests with real clients wait for processes and browsers much of the time: the others run beside them, and then a second lane of them.
.PHONY: test
test: deps ## Install what the tests need, build, and run them all
	$(call install,$(TEST_PACKAGES))
	+$(MAKE) --no-print-directory -j2 test-build test-clients
	rm -rf artefacts/lanes && mkdir -p artefacts/lanes
	+$(MAKE) --no-print-directory -j2 --output-sync=line LANES=artefacts/lanes test-after-swift test-acceptance

# With the index: SwiftPM finds the tests in it.
.PHONY: test-build
test-build:
	$(SWIFT) build --build-tests

.PHONY: test-swift
test-swift: ## Run the tests in Swift alone, on what was built
	$(SWIFT) test --skip-build --skip MapServerTests
	$(SWIFT) test --skip-build --no-parallel --filter MapServerTests

# Installed while the tests are built.
.PHONY: test-clients
test-clients:
	$(call install,$(CLIENT_PACKAGES))
	@$(MAKE) --no-print-directory .venv-test/installed

PYTEST_OPTIONS ?= -q

.PHONY: test-acceptance
test-acceptance: ## Run the tests with real clients alone, on what was built (PYTEST_OPTIONS="-q -k qgis")
	$(ACCEPTANCE)

# Runs side by side share a folder, LANES: each takes files that the other has not begun.
LANES ?=
ACCEPTANCE = WORKSMAP=$$($(SWIFT) build --ignore-lock --show-bin-path)/worksmap WORKSMAP_LANES=$(LANES) \
    .venv-test/bin/python -m pytest $(PYTEST_OPTIONS) Tests/Acceptance

.PHONY: test-after-swift
test-after-swift: test-swift
	$(ACCEPTANCE)

ROUNDS ?= 3
CRASH_SEED ?= 1

.PHONY: test-crash
test-crash: ## Kill import, reports, staff changes, backup, restore, demo and key rotation at random moments, and look for what is lost (ROUNDS=3, CRASH_SEED=1)
	WORKSMAP=$$($(SWIFT) build --show-bin-path)/worksmap /usr/bin/python3 Tests/Crash/crash.py $(ROUNDS) $(CRASH_SEED)

ROWS ?= 20000

.PHONY: test-restore
test-restore: ## Rehearse the loss of the disk: backups, journal, restore to a second, time until it serves (ROWS=20000)
	WORKSMAP=$$($(SWIFT) build --show-bin-path)/worksmap /usr/bin/python3 Tests/Crash/rehearse.py $(ROWS)

FUZZ_SECONDS ?= 60
FUZZ_SEED ?= 1

.PHONY: fuzz-build
fuzz-build: deps
	$(SWIFT) build -c release --scratch-path .build-fuzz --sanitize address -Xswiftc -assert-config -Xswiftc Debug --product kernel-fuzz

.PHONY: fuzz
fuzz: fuzz-build ## Feed kernel and readers hostile input under the address sanitizer, with Swift's own checks (FUZZ_SECONDS=60, FUZZ_SEED=1)
	.build-fuzz/release/kernel-fuzz $(FUZZ_SECONDS) $(FUZZ_SEED) || { echo "fuzz: the faulty case: $$(cat artefacts/fuzz-case); run it again with"; \
	    echo "    .build-fuzz/release/kernel-fuzz repeat $$(cat artefacts/fuzz-case)"; exit 1; }

.PHONY: lint
lint: ## Check the formatting of the Swift sources
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks

.PHONY: format
format: ## Format the Swift sources
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Benchmarks

.PHONY: notice
notice: deps ## Write NOTICE: what others made, with versions and licences, read from a build
	$(call install,binutils)
	$(SWIFT) build --product worksmap
	/usr/bin/python3 docs/notice.py $$($(SWIFT) build --show-bin-path) > NOTICE.new && mv NOTICE.new NOTICE

.PHONY: install
install: build ## Install below PREFIX (default /usr/local): the program, without debug symbols, and its files
	strip --strip-all --remove-section .swift_ast -o .build/worksmap.installed .build/release/worksmap
	install -D -m 755 .build/worksmap.installed $(DESTDIR)$(PREFIX)/bin/worksmap
	mkdir -p $(DESTDIR)$(PREFIX)/share/worksmap
	cp -r web tiles geodata $(DESTDIR)$(PREFIX)/share/worksmap/

PREFIX ?= /usr/local

REQUIREMENTS := Tests/Acceptance Benchmarks/hotspots Benchmarks/http Benchmarks/tiles

.PHONY: lock
lock: ## Choose the newest Python packages for tests and benchmarks, and write their versions and hashes
	/usr/bin/python3 -m venv .venv-lock
	.venv-lock/bin/pip install --quiet pip-tools==7.6.2
	for folder in $(REQUIREMENTS); do (cd $$folder && CUSTOM_COMPILE_COMMAND="make lock" $(CURDIR)/.venv-lock/bin/pip-compile --quiet --upgrade \
	    --generate-hashes --strip-extras --allow-unsafe --no-annotate --no-emit-find-links requirements.in) || exit 1; done

.PHONY: clean
clean: ## Remove what was built (databases stay)
	rm -rf .build .venv-test artefacts

.venv-bench/hotspots: Benchmarks/hotspots/requirements.txt
	/usr/bin/python3 -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --require-hashes --requirement $<
	touch $@

INCIDENTS ?= 100000
PLACES ?= 300

.PHONY: bench-hotspots
bench-hotspots: build .venv-bench/hotspots ## Measure hotspots against geopandas, scikit-learn and esda (INCIDENTS, PLACES, BENCH_ROUNDS)
	.venv-bench/bin/python Benchmarks/hotspots/hotspots.py $(INCIDENTS) $(PLACES)

SETS ?= 400

.PHONY: bench-randomness
bench-randomness: build ## Count false alarms of hotspots in random sets of incidents (SETS=400)
	/usr/bin/python3 Benchmarks/hotspots/randomness.py $(SETS)

BENCH_PEERS := python3-mapnik libmapnik-dev python3-mapscript mapserver-bin qgis-server python3-qgis qgis-providers python3-pil python3-numpy pngcheck spatialite-bin libsqlite3-mod-spatialite

.PHONY: bench-tiles
bench-tiles: build ## Measure tiles against Mapnik, MapServer and QGIS, interleaved (BENCH_SEED, BENCH_ROUNDS=3, BENCH_QGIS=1, BENCH_ZOOMS)
	$(call install,$(BENCH_PEERS))
	$(RELEASE) --product atlas-bench
	/usr/bin/python3 Benchmarks/tiles/tiles.py

.venv-bench-tiles/installed: Benchmarks/tiles/requirements.txt
	/usr/bin/python3 -m venv --system-site-packages .venv-bench-tiles
	.venv-bench-tiles/bin/pip install --quiet --require-hashes --requirement $<
	touch $@

.PHONY: bench-vectors
bench-vectors: build .venv-bench-tiles/installed ## Measure vector tiles against tippecanoe, and read them with GDAL (BENCH_SEED, BENCH_ROUNDS=2)
	$(call install,python3-gdal libsqlite3-mod-spatialite)
	$(RELEASE) --product atlas-bench
	/usr/bin/python3 Benchmarks/tiles/vectors.py

.PHONY: bench-kernel
bench-kernel: build ## Measure the kernel: rasterizing against AGG, clipping against GEOS, PNG against libpng (BENCH_SEED, BENCH_ROUNDS=3)
	$(call install,libagg-dev libgeos-dev g++ python3-numpy libsqlite3-mod-spatialite)
	$(RELEASE) --product kernel-bench
	/usr/bin/python3 Benchmarks/kernel/kernel.py

.PHONY: bench-basemap
bench-basemap: build ## Measure labelled tiles of real basemaps against Mapnik with the same style sheet, and the import of extracts (BENCH_ROUNDS=5)
	$(call install,python3-mapnik mapnik-utils python3-pil python3-numpy gdal-bin fonts-dejavu-core)
	$(RELEASE) --product atlas-bench
	/usr/bin/python3 Benchmarks/basemap/basemap.py

.PHONY: bench-snapshot
bench-snapshot: build ## Measure the snapshot: building, memory, changes, threads, ten times the points beside Mapnik (BENCH_SEED, BENCH_ROUNDS=3)
	$(call install,$(BENCH_PEERS))
	$(RELEASE) --product atlas-bench
	/usr/bin/python3 Benchmarks/tiles/scaling.py

.venv-bench/http: Benchmarks/http/requirements.txt
	/usr/bin/python3 -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --require-hashes --requirement $<
	touch $@

.PHONY: bench-http
bench-http: build .venv-bench/http ## Measure answers beside Hummingbird, nginx, pygeoapi and MapServer, overload and hostile clients (PARTS="tiles features layers overload hostile", BENCH_ROUNDS=3)
	$(call install,wrk nginx-light cgi-mapserver spawn-fcgi libsqlite3-mod-spatialite spatialite-bin curl)
	$(RELEASE) --product constant-server
	.venv-bench/bin/python Benchmarks/http/answers.py $(PARTS)

.PHONY: bench-paging
bench-paging: build .venv-bench/http ## Measure 10 000 pages of features, followed by their links, beside pygeoapi's offsets
	$(call install,libsqlite3-mod-spatialite)
	.venv-bench/bin/python Benchmarks/http/paging.py

.PHONY: bench-desk
bench-desk: build ## Measure reports from 32 clients while tiles are served, and 32 clients changing one work (BENCH_SECONDS=10)
	$(call install,wrk)
	/usr/bin/python3 Benchmarks/desk/desk.py

.PHONY: bench-import
bench-import: build ## Measure import and export against ogr2ogr (BENCH_ROUNDS=5)
	/usr/bin/python3 Benchmarks/import_export.py

.PHONY: pictures
pictures: build ## Make the pictures of docs/maps.md again, from the real data in WORKSMAP_REAL_DATA and the demo city
	/usr/bin/python3 docs/pictures.py
