# What a person or CI calls.
.PHONY: all lib codegen backends twopt units nojit clean
HAVE := $(if $(LIB_SRCS),$(LIBTRACEWRIGHT)) $(if $(BACKEND_LLVM_SRCS),$(LIBTW_LLVM)) \
        $(if $(CODEGEN_SRCS),$(B)/tw-codegen) $(if $(TWCC_SRCS),$(B)/twcc) \
        $(if $(TWOPT_SRCS),$(B)/tw-opt) $(if $(BENCH_SRCS),$(B)/tw-bench) \
        $(if $(and $(CODEGEN_SRCS),$(TWCC_SRCS)),$(filter-out $(addprefix \
          $(B)/,$(NOJIT_ONLY)),$(CLIENT_PROGS)))
all: $(HAVE)

lib: $(LIBTRACEWRIGHT)
codegen: $(B)/tw-codegen $(B)/twcc
backends: $(LIBTW_LLVM)
twopt: $(B)/tw-opt
units: $(UNIT_PROGS)
nojit: $(NOJIT_PROGS)
.PHONY: $(CLIENTS)
$(CLIENTS): %: $(B)/%

clean:
	$(Q)rm -rf $(BUILD)/obj $(BUILD)/pic $(BUILD)/bc $(BUILD)/nojit $(BUILD)/gen \
	    $(BUILD)/stamp $(BUILD)/tests $(addprefix $(BUILD)/,debug asan ubsan stress) \
	    $(HAVE)

# ---------------------------------------------------------------- set-up
# The commands below set the machine up first and then build in a second make, because the
# first one may have started without the tools that its variables ask.
.PHONY: setup stdlib format run check bench install lint asan ubsan stress fuzz prove bless
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

check: setup
	$(Q)$(MAKE) --no-print-directory all stdlib units nojit
	$(Q)B=$(B) tests/run $(TEST_FILTER)

asan ubsan stress:
	$(Q)tools/setup
	$(Q)$(MAKE) --no-print-directory MODE=$@ all stdlib units nojit
	$(Q)B=$(BUILD)/$@ tests/run $(TEST_FILTER)
asan: export ASAN_OPTIONS ?= detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=1
ubsan: export UBSAN_OPTIONS ?= print_stacktrace=1
stress: export TWSTRESS ?= 1

lint:
	$(Q)tools/lint
format:
	$(Q)git ls-files '*.c' '*.h' | xargs $(FORMAT) -i

bench: setup
	$(Q)$(MAKE) --no-print-directory all stdlib $(B)/tw-bench
	$(Q)$(B)/tw-bench $(B)
