# Everything here is a doorway; the work is done in tools/, iso_build/, kernel_config/ and tests/.
# Settings: MIRROR=  KERNEL=own  URL=  FIRMWARE=bios|uefi|secureboot  DISPLAY_MODE=window  ACCEL=kvm|tcg  MEMORY=  CPUS=

.PHONY: help run boot iso netboot kernel test bench setup clean
.DEFAULT_GOAL := help

export PATH := $(PATH):/usr/sbin:/sbin
VENV := build/venv/bin/python

help:            ## this list
	@echo "make …"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile

run:             ## build the ISO and boot it in QEMU with a new 32 GiB disk: install here
	@python3 -m tools.setup iso run $(if $(filter window,$(DISPLAY_MODE)),window)
	@$(VENV) -m iso_build
	@$(VENV) -m tools.run run

boot:            ## start the machine of the last `make run` from its disk, without the ISO
	@python3 -m tools.setup run $(if $(filter window,$(DISPLAY_MODE)),window)
	@$(VENV) -m tools.run boot

iso:             ## build/bedplate.iso (MIRROR=, KERNEL=own, OUT=)
	@python3 -m tools.setup iso
	@$(VENV) -m iso_build $(if $(OUT),--out $(OUT))

netboot:         ## build/netboot: what a server hands out to machines that start over the network (URL=, OUT=)
	@python3 -m tools.setup iso
	@$(VENV) -m iso_build.netboot $(if $(OUT),--out $(OUT)) $(if $(URL),--url $(URL))

kernel:          ## build an own kernel package from Debian's linux-source, for KERNEL=own
	@python3 -m tools.setup iso
	@$(VENV) -m kernel_config build

test:            ## the gate: style, types and every test, virtual machines too
	@python3 -m tools.setup iso run test
	@$(VENV) -m tools.gate

bench:           ## measure the budgets against their floors: build/bench.json, docs/benchmarks.md
	@python3 -m tools.setup iso run test
	@$(VENV) -m tests.bench

setup:           ## only install what is missing on this machine
	@python3 -m tools.setup iso run test

clean:           ## remove build/, the machine of `make run` with it
	rm -rf build
