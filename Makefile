# SPDX-License-Identifier: GPL-2.0
# tcplab - see `make help`.

.DEFAULT_GOAL := all

# The running kernel's headers; where it has none, the newest installed ones.
KDIR ?= $(shell scripts/kernel-dir)
BUILD = $(MAKE) -C $(KDIR) M=$(CURDIR) $(LLVM_ARG)
# A kernel built by clang wants its modules built by clang.
LLVM_ARG = $(if $(LLVM),,$(shell \
	grep -qs '^CONFIG_CC_IS_CLANG=y' $(KDIR)/include/config/auto.conf && \
	echo LLVM=1))

.PHONY: all features install clean help check matrix lint demo bench vm
.PHONY: all features install clean help check lint demo bench fuzz vm
.PHONY: all features install clean help check lint demo bench vm compat
.PHONY: all features install clean help check stress lint demo bench vm

all: features
	$(BUILD) modules

# What this kernel has, found out by compiling; see module/compat.h.
features: need-headers
	@scripts/features $(KDIR) module/features.h $(LLVM_ARG)

.PHONY: need-headers
need-headers:
	@test -n "$(KDIR)" && test -f "$(KDIR)/Makefile" || { \
		echo "No kernel headers found: install linux-headers-amd64" \
		"(or those of your kernel), or set KDIR=." >&2; exit 1; }

install: all
	$(BUILD) INSTALL_MOD_DIR=updates modules_install
	depmod -a "$$(modinfo -F vermagic tcplab.ko | cut -d' ' -f1)"

clean: need-headers
	$(BUILD) clean
	$(RM) module/features.h
	$(RM) $(patsubst %.c,%,$(wildcard selftests/*.c selftests/unit/*_test.c))
	$(RM) -r build/fuzz
	$(RM) $(patsubst %.c,%,$(wildcard selftests/*.c selftests/stress/*.c \
		selftests/unit/*_test.c))

check:
	@scripts/check

stress:
	@scripts/stress

lint:
	@scripts/lint

demo:
	@scripts/demo

matrix:
	@scripts/matrix

bench:
	@scripts/bench $(TOPICS)

# Both halves run, whatever the first one finds; the packet fuzzer in the VM joins here.
fuzz:
	@scripts/fuzz

vm:
	@scripts/vm

compat:
	@scripts/compat

help:
	@echo 'make          build tcplab.ko for the running kernel, or the newest with headers'
	@echo '              KDIR=/lib/modules/<release>/build chooses another'
	@echo 'make install  install it for that kernel (as root)'
	@echo 'make clean    remove what was built'
	@echo 'make demo     see it at work in a test VM; installs what it needs (as root)'
	@echo '              DEMO_SECONDS=<n> sets how long the load runs'
	@echo 'make check    unit tests, then the selftests in a test VM'
	@echo '              scripts/check <name>... runs only these'
	@echo 'make matrix   build and run the selftests on the kernels of several releases'
	@echo 'make stress   floods, a million rows, a thousand cycles: stress tests in a test VM'
	@echo '              STRESS_SCALE=<percent> makes them smaller'
	@echo 'make lint     checkpatch, sparse, W=1, shellcheck, cppcheck'
	@echo 'make bench    what tracking costs, counted in instructions'
	@echo 'make fuzz     fuzzes module/core with libFuzzer; FUZZ_SECONDS=<n> for each harness'
	@echo 'make compat   the kernel'\''s own TCP selftests with and without it, and other parts of the network stack'
	@echo 'make bench    what tracking costs, counted in instructions, beside other tools'
	@echo '              TOPICS="<name>..." selects, see Documentation/bench.rst'
	@echo 'make vm       a shell in the test VM; scripts/vm --help tells more'
