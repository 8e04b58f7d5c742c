# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
FUZZTIME ?= 10s

# The shipped binary has no C in it: so has all we do here, but for the race detector.
export CGO_ENABLED ?= 0

.PHONY: help build test bench screenshots lint fmt fmt-check vet staticcheck cover fuzz clean deps

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

build: ## the static binary, bin/maillage
	go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/maillage ./cmd/maillage

test: deps fmt-check vet staticcheck ## everything that must pass: checks, SQLite, then -race on both databases
	@deploy/dev/test.sh

bench: deps ## the figures, on SQLite and PostgreSQL (several minutes)
	deploy/dev/with-postgres.sh --durable go run ./internal/bench

screenshots: ## a picture of every page of the demonstration, in screenshots/
	deploy/dev/screenshots.sh screenshots

fmt: ## format the Go files
	gofmt -l -s -w .

fmt-check:
	@files=$$(gofmt -l -s .); [ -z "$$files" ] || { echo "not formatted (make fmt):"; echo "$$files"; exit 1; }

vet:
	go vet ./...

# Tools have go.mod files of their own, so that the product's names what the product needs.
staticcheck:
	go tool -modfile=deploy/dev/tools/go.mod staticcheck ./...

lint: ## golangci-lint, built on first use (several minutes)
	go tool -modfile=deploy/dev/lint/go.mod golangci-lint run ./...

cover: deps ## statements covered, on both databases: coverage.out and its total
	deploy/dev/with-postgres.sh go test -timeout 20m -coverpkg=./... -coverprofile=coverage.out ./...
	@go tool cover -func=coverage.out | tail -n 1

fuzz: ## each fuzz target for FUZZTIME (10s)
	deploy/dev/fuzz.sh $(FUZZTIME)

clean: ## remove what was built
	rm -rf bin coverage.out

deps: ## install what is missing: Debian packages, then Go modules and npm's
	@deploy/dev/install.sh
	@deploy/dev/chromium/install.sh
	@deploy/dev/oidc-provider/install.sh
	@go list -deps -test ./... >/dev/null
