# What a person or CI calls.
.PHONY: all lib codegen backends twopt units nojit clean
HAVE := $(if $(LIB_SRCS),$(LIBTRACEWRIGHT)) $(if $(BACKEND_LLVM_SRCS),$(LIBTW_LLVM)) \
        $(if $(CODEGEN_SRCS),$(B)/tw-codegen) $(if $(TWCC_SRCS),$(B)/twcc) \
        $(if $(TWOPT_SRCS),$(B)/tw-opt) $(if $(BENCH_SRCS),$(B)/tw-bench) \
        $(if $(and $(CODEGEN_SRCS),$(TWCC_SRCS)),$(filter-out $(addprefix \
          $(B)/,$(NOJIT_ONLY)),$(CLIENT_PROGS)))
all: $(HAVE) $(SHARED_MODULES)

lib: $(LIBTRACEWRIGHT)
codegen: $(B)/tw-codegen $(B)/twcc
backends: $(LIBTW_LLVM)
twopt: $(B)/tw-opt
units: $(UNIT_PROGS)
nojit: $(NOJIT_PROGS) $(SHARED_MODULES)
.PHONY: $(CLIENTS)
$(CLIENTS): %: $(B)/%

clean:
	$(Q)rm -rf $(BUILD)/obj $(BUILD)/pic $(BUILD)/bc $(BUILD)/nojit $(BUILD)/gen \
	    $(BUILD)/stamp $(BUILD)/tests $(BUILD)/shared $(BUILD)/python27-modules $(addprefix $(BUILD)/,debug asan ubsan stress) \
	    $(HAVE)

# ---------------------------------------------------------------- set-up
# The commands below set the machine up first and then build in a second make, because the
# first one may have started without the tools that its variables ask.
.PHONY: setup stdlib format run check conformance bench install lint asan ubsan stress fuzz bless
setup:
	$(Q)tools/setup

# The standard library is one folder for all modes; see tools/setup-stdlib.
STDLIB ?=
STDLIB_DIR := $(BUILD)/lib/python27
STDLIB_STAMP := $(BUILD)/stamp/stdlib
$(shell mkdir -p $(BUILD)/stamp)
$(call stamp,$(BUILD)/stamp/stdlib-from,$(STDLIB))
$(STDLIB_STAMP): $(BUILD)/stamp/stdlib-from tools/setup-stdlib tools/stdlib-exclude.txt \
                 $(shell find python27/lib 2>/dev/null)
	$(call say,STDLIB,$(STDLIB_DIR))
	$(Q)tools/setup-stdlib $(BUILD) $(STDLIB)
	@touch $@
stdlib: $(STDLIB_STAMP) $(if $(filter-out $(BUILD),$(B)),$(B)/lib)
ifneq ($(B),$(BUILD))
$(B)/lib:
	$(Q)ln -sfn $(abspath $(BUILD))/lib $@
endif

# ---------------------------------------------------------------- the commands of the README
run: setup
	$(Q)$(MAKE) --no-print-directory all stdlib
	$(Q)tools/demo $(B)

# What does not build is a failure, but does not keep the rest from being tested.
check: setup
	$(Q)status=0; $(MAKE) -k --no-print-directory all stdlib units nojit || status=1; \
	    B=$(B) tests/run $(TEST_FILTER) && exit $$status

asan ubsan:
	$(Q)tools/setup
	$(Q)$(MAKE) --no-print-directory MODE=$@ all stdlib units nojit
	$(Q)B=$(BUILD)/$@ TEST_SCALE=4 tests/run $(TEST_FILTER)
asan: export ASAN_OPTIONS ?= detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=1
ubsan: export UBSAN_OPTIONS ?= print_stacktrace=1

# The programs again, with what is rare made common. One set of JIT parameters a run.
STRESS_SETS ?= \
    threshold=1,function_threshold=1,trace_eagerness=1,tier2_threshold=2,tier2_bridge_threshold=2 \
    threshold=3,trace_eagerness=2,stress_abort=200 \
    threshold=7,trace_eagerness=5,stress_guard=23 \
    threshold=13,stress_gc=500,tier2_sync=1,tier2_threshold=20
STRESS_TESTS ?= bench/*/jit python lox bf
stress: setup
	$(Q)$(MAKE) --no-print-directory MODE=stress all stdlib
	$(Q)failed=0; set -f; for set in $(STRESS_SETS); do \
	    echo "TWSTRESS=$$set"; \
	    TWSTRESS=$$set B=$(BUILD)/stress TEST_SCALE=8 \
	        tests/run $(or $(TEST_FILTER),$(STRESS_TESTS)) || failed=1; \
	done; exit $$failed

# tests/fuzz/run with a longer leash than it has inside make check.
FUZZ_SECONDS ?= 300
fuzz: setup
	$(Q)$(MAKE) --no-print-directory all units
	$(Q)[ -x tests/fuzz/run ] || { echo 'fuzz: there is no tests/fuzz/run yet' >&2; exit 1; }
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) TEST_TIMEOUT=$$(($(FUZZ_SECONDS) * 4 + 60)) B=$(B) \
	    tests/run -v fuzz

# Rewrites expected traces and jitcode from what is printed now; read the diff afterwards.
bless: all units
	$(Q)TW_BLESS=1 B=$(B) tests/run $(TEST_FILTER)
	$(Q)git --no-pager diff --stat -- tests docs

lint:
	$(Q)tools/lint
format:
	$(Q)git ls-files '*.c' '*.h' | xargs $(FORMAT) -i

# CPython's own regression tests, with the JIT off and on, into docs/conformance.md:
#   make conformance CPYTHON=<lib/python2.7 of a CPython 2.7.18> [CONFORMANCE="-j 4 test_re"]
CPYTHON ?=
CONFORMANCE ?=
conformance: setup
	$(Q)[ -n "$(CPYTHON)" ] || { echo 'make conformance CPYTHON=<lib/python2.7 of a' \
	    'CPython 2.7.18> [CONFORMANCE="options and modules"]' >&2; exit 2; }
	$(Q)$(MAKE) --no-print-directory all stdlib
	$(Q)tools/conformance $(CPYTHON) -b $(B) $(CONFORMANCE)

bench: setup
	$(Q)$(MAKE) --no-print-directory all stdlib $(B)/tw-bench $(BENCH_C)
	$(Q)$(B)/tw-bench $(B)

# The numeric programs' loops in C, for comparison.
BENCH_C := $(patsubst tests/bench/c/%.c,$(B)/bench-c/%.out,$(wildcard tests/bench/c/*.c))
$(B)/bench-c/%.out: tests/bench/c/%.c tests/bench/c/harness.h
	@echo '  CC       $<'
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) -O2 $< -lm -o $@

# ---------------------------------------------------------------- install
# Programs find what belongs to them relative to themselves: libtw-llvm.so and libtracewright.a in
# ../lib/tracewright, Python's library in ../lib/python27, headers in ../include.
PREFIX  ?= /usr/local
DESTDIR ?=
DEST    := $(DESTDIR)$(PREFIX)
install: all stdlib
	$(Q)install -d $(DEST)/bin $(DEST)/include/tw $(DEST)/lib/tracewright \
	    $(DEST)/lib/pkgconfig $(DEST)/lib/python27 $(DEST)/share/man/man1
	$(Q)for p in $(wildcard $(addprefix $(B)/,twcc tw-opt $(filter-out $(NOJIT_ONLY),$(CLIENTS)))); do \
	    install -m 755 $$p $(DEST)/bin; done
	$(Q)for f in $(wildcard $(B)/tw-codegen $(LIBTW_LLVM)); do \
	    install -m 755 $$f $(DEST)/lib/tracewright; done
	$(Q)install -m 644 $(LIBTRACEWRIGHT) $(DEST)/lib/tracewright
	$(Q)install -m 644 toolkit/api/tw/*.h $(DEST)/include/tw
	$(Q)install -d $(DEST)/lib/tracewright/python27-modules
	$(Q)install -m 755 $(SHARED_MODULES) $(DEST)/lib/tracewright/python27-modules
	$(Q)cp -R $(STDLIB_DIR)/. $(DEST)/lib/python27
	$(Q)install -m 644 $(wildcard docs/man/*.1) $(DEST)/share/man/man1
	$(Q)sed 's|@PREFIX@|$(PREFIX)|' mk/tracewright.pc.in > $(DEST)/lib/pkgconfig/tracewright.pc
