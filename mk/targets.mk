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
