# Izdeu. `make` alone prints what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

# Settings, for instance: make fuzz FUZZTIME=1m · make simulate SEEDS=500 · make run SERVE="--listen 127.0.0.1:8081"
FUZZTIME ?= 10s
SEEDS ?= 10000
CYCLES ?= 1000
CRASHES ?= 100000
CLIENTS ?= 5000
SERVE ?=
BENCH ?=
export FUZZTIME

SCRIPTS := deploy/scripts
UI := web/ui
MODULES := $(UI)/node_modules/.package-lock.json
# Every file that the front end is built from; what npm and Vite write themselves is left out.
UI_SOURCES := $(shell find $(UI) \( -name node_modules -o -name dist -o -name artifacts \) -prune -o -type f -print) geo/regions.geojson

.PHONY: help run build dist ui test check gallery hours measure bench fuzz simulate chaos replicas mutants clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: build ## build everything and start it with demo data; prints its address
	bin/izdeu serve --demo $(SERVE)

build: ui ## build bin/izdeu with the board inside
	@$(SCRIPTS)/need go
	CGO_ENABLED=0 go build -trimpath -o bin/izdeu ./cmd/izdeu

dist: ui ## build the one file to install, for Linux, Windows and macOS, into dist/ with checksums
	@$(SCRIPTS)/dist

test: ## every test: Go (with -race), front end, browser; installs what it lacks where it may
	@$(SCRIPTS)/test

check: ## format, vet, staticcheck, gosec, import directions, tidy, front-end types and lint
	@$(SCRIPTS)/check

bench: build ## load this machine: izdeu bench, then every Go benchmark once
	bin/izdeu bench $(BENCH)
	$(SCRIPTS)/benchmarks -benchmem

gallery: build ## a picture of every screen, in every look, size and language
	cd $(UI) && node browser/gallery.mjs

hours: build ## walk the hours of the people it is for, with a picture of every step
	cd $(UI) && node browser/hours.mjs

measure: build ## time the board on a bad line, from an event to its pixels, and the traffic of a whole day on duty
	cd $(UI) && node browser/measure.mjs
	go test ./web -run '^TestDayOnDuty$$' -count=1 -timeout 20m -v -day

fuzz: ## run every fuzz target for FUZZTIME (10s)
	@$(SCRIPTS)/fuzz

simulate: ## play SEEDS (10000) virtual days of people, crashes and failing disks around the dispatch core
	GOGC=400 go test ./dispatch -run '^TestSimulation$$' -timeout 60m -v -seeds $(SEEDS)

chaos: ## kill the program CYCLES (1000) times at every step of its work, break what is around it, count; CRASHES (100000) of the core
	$(SCRIPTS)/chaos $(CYCLES) -clients $(CLIENTS)
	GOGC=400 go test ./dispatch -count=1 -run '^TestSimulationOfCrashes$$' -timeout 60m -v -crashes $(CRASHES)

replicas: ## file 20,000 applications while the replica that leads is killed and started again ten times
	go test ./cmd/izdeu -run '^TestReplicas$$' -count=1 -timeout 30m -v -applications 20000 -kills 10

mutants: ## take away one rule of the core at a time: the simulation has to notice
	go run ./deploy/scripts/mutants

clean: ## remove what was built (not the data)
	rm -rf bin dist $(UI)/node_modules
	find $(UI)/dist -mindepth 1 ! -name .keep -delete

ui: $(UI)/dist/index.html

$(UI)/dist/index.html: $(MODULES) $(UI_SOURCES)
	npm --prefix $(UI) run build
	@touch $@ $(UI)/dist/.keep

$(MODULES): $(UI)/package-lock.json $(UI)/package.json
	@$(SCRIPTS)/need node
	@node $(SCRIPTS)/complete-lock.mjs --check $(UI)/package-lock.json
	npm --prefix $(UI) ci --no-audit --no-fund --loglevel=error
	@touch $@
