# Everything that is done here, as commands. `make` alone lists them; none needs root or anything installed by hand
# beyond what .ci/requirements names.

PYTHON ?= python3
BIN := .venv/bin
STUBS := $(filter-out multipath._native.libc,$(patsubst multipath/_native/%.pyi,multipath._native.%,$(wildcard multipath/_native/*.pyi)))
NATIVE := $(wildcard _native/*.pyx _native/*.pxd _native/*.py)

.DEFAULT_GOAL := help
.PHONY: help demo test unit check bench docs support lab soak clean

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: .venv/ready  ## build a map of four paths on a real kernel, lose a path, see it come back
	@$(BIN)/mpath demo

test: .venv/ready  ## run every test, those that need a kernel in the lab
	@$(BIN)/python -m pytest $(ARGS)

unit: .venv/ready  ## run the tests that need no kernel, in seconds
	@$(BIN)/python -m pytest -m "not kernel and not slow" tests/unit tests/contract $(ARGS)

check: .venv/ready  ## read the code: ruff, mypy --strict, stubtest, import order
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/python -m mypy.stubtest --mypy-config-file pyproject.toml --ignore-disjoint-bases $(STUBS)
	@$(BIN)/python -m pytest -q tests/test_architecture.py

bench: .venv/ready  ## measure against libdevmapper, dmsetup and asyncio; writes benchmarks/README.md
	@$(BIN)/python -m benchmarks.run

docs: .venv/ready  ## write what is generated from the code: man pages, JSON schema, reference, matrix
	@$(BIN)/python -m publish

support: .venv/ready  ## run the lab and write the support matrix (ARGS: which tests; all without it)
	@$(BIN)/python -m pytest -p publish.lab_results -m kernel $(or $(ARGS),tests/contract tests/lab -o fault_matrix=whole)
	@$(BIN)/python -m publish

lab: .venv/ready  ## open a shell on a real kernel with an array of four paths
	@$(BIN)/mpath lab shell

soak: .venv/ready  ## random faults on all paths for ten minutes, under a load that proves itself (SECONDS, SEED)
	@$(BIN)/python -m pytest -s tests/lab/test_soak.py -o soak_seconds=$(or $(SECONDS),600) -o soak_seed=$(SEED) $(ARGS)

clean:  ## remove what was built; fetched kernels stay in their cache
	rm -rf .venv build dist multipath/_native/*.so *.egg-info

# The virtual environment, with the compiled core built in place. Built again when a compiled source changes.
.venv/ready: pyproject.toml setup.py $(NATIVE)
	@PYTHON="$(PYTHON)" sh .ci/requirements
	@echo "multipath: making .venv and building the compiled core (about a minute the first time)" >&2
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[cli,test,bench]'
	@touch $@
