# SPDX-License-Identifier: GPL-2.0
# tcplab - see `make help`.

.DEFAULT_GOAL := all

# The running kernel's headers; where it has none, the newest installed ones.
KDIR ?= $(shell scripts/kernel-dir)
BUILD = $(MAKE) -C $(KDIR) M=$(CURDIR) $(LLVM_ARG) $(ARCH_ARG)
# A kernel built by clang wants its modules built by clang.
LLVM_ARG = $(if $(LLVM),,$(shell \
	grep -qs '^CONFIG_CC_IS_CLANG=y' $(KDIR)/include/config/auto.conf && \
	echo LLVM=1))
# User Mode Linux is an architecture, and not this machine's.
ARCH_ARG = $(if $(ARCH),,$(shell \
	grep -qs '^CONFIG_UML=y' $(KDIR)/include/config/auto.conf && \
	echo ARCH=um))

.PHONY: all modules features install uninstall unload clean help check check-debug matrix fuzz stress compat lint demo bench experiment vm

all: modules
	@scripts/other-kernel

# What is not to be loaded here, such as what the test VM loads.
modules: features
	+$(BUILD) modules

# What this kernel has, found out by compiling; see module/compat.h.
features: need-headers
	@scripts/features $(KDIR) module/features.h $(LLVM_ARG) $(ARCH_ARG)

.PHONY: need-headers
need-headers:
	@test -n "$(KDIR)" || { echo "No kernel headers found: install linux-headers-$$(uname -r)," \
		"or set KDIR=." >&2; exit 1; }
	@test -f "$(KDIR)/Makefile" || { echo "KDIR=$(KDIR) has no Makefile: it has to be the directory of a kernel's" \
		"headers, such as /lib/modules/$$(uname -r)/build." >&2; exit 1; }

# What was built is installed, for the kernel that it was built for; nothing is built now, perhaps for another one.
install:
	@scripts/install "$(INSTALL_MOD_PATH)"

uninstall:
	@scripts/install -u "$(INSTALL_MOD_PATH)"

unload:
	@scripts/unload

clean: need-headers
	+$(BUILD) clean
	$(RM) module/features.h
	$(RM) -r build
	$(RM) $(patsubst %.c,%,$(wildcard selftests/*.c selftests/*/*.c))

check:
	@scripts/check

check-debug:
	@scripts/check-debug

matrix:
	@scripts/matrix

# All parts run, whatever the first ones find.
fuzz:
	@status=0; for part in fuzz fuzz-packets fuzz-users; do scripts/$$part || status=1; done; exit $$status

stress:
	@scripts/stress

compat:
	@scripts/compat

lint:
	@scripts/lint

demo:
	@scripts/demo

bench:
	@scripts/bench $(TOPICS)

experiment:
	@scripts/experiment $(NAME)

vm:
	@scripts/vm

help:
	@echo 'make              build tcplab.ko for the running kernel, or the newest with headers'
	@echo '                  KDIR=/lib/modules/<release>/build chooses another'
	@echo 'make install      install what was built, for the kernel it was built for (as root)'
	@echo '                  INSTALL_MOD_PATH=<directory> installs below it'
	@echo '                  INSTALL_MOD_STRIP=1 leaves the debug information out'
	@echo 'make uninstall    remove it from the directories of all kernels'
	@echo 'make unload       unload it, or name what still holds it (as root)'
	@echo 'make clean        remove what was built'
	@echo 'make demo         see it at work in a test VM; installs what it needs (as root)'
	@echo '                  DEMO_SECONDS=<n> sets how long the load runs'
	@echo 'make check        unit tests, then the selftests in a test VM'
	@echo '                  scripts/check <name>... runs only these'
	@echo 'make check-debug  the selftests on kernels that check themselves (KASAN, lockdep, KCSAN)'
	@echo '                  scripts/check-debug kasan|uml|kcsan <name>... runs only these'
	@echo 'make matrix       the selftests on the kernels of several Debian releases'
	@echo '                  scripts/matrix <release>... tries only these'
	@echo 'make fuzz         libFuzzer on module/core; hostile packets, a referee and hostile users in the test VM'
	@echo '                  FUZZ_SECONDS=<n> for each harness of libFuzzer'
	@echo 'make stress       floods, a million rows, a thousand cycles, in a test VM'
	@echo '                  STRESS_SCALE=<percent> makes them smaller'
	@echo "make compat       the kernel's own TCP selftests with and without it, and other parts of the stack"
	@echo 'make bench        what tracking costs, counted in instructions, beside other tools'
	@echo '                  TOPICS="<name>..." selects, see Documentation/bench.rst'
	@echo 'make experiment NAME=<name>  tells a story of TCP step by step in a test VM, and draws it'
	@echo '                  without a name it lists the experiments'
	@echo 'make lint         checkpatch, sparse, W=1, the order of the rooms, shellcheck, cppcheck'
	@echo 'make vm           a shell in the test VM; scripts/vm --help tells more'
