# What executes traces, all in libtracewright.a but the compiler of tier 2 (LLVM), which is loaded.
BACKENDS_SRCS += \
    backends/frame.c \
    backends/reference/reference.c \
    backends/reference/run.c \
    backends/code/memory.c \
    backends/code/unit.c \
    backends/stencil/assemble.c \
    backends/stencil/place.c \
    backends/stencil/pure.c \
    backends/stencil/memory.c \
    backends/stencil/call.c \
    backends/stencil/compile.c \
    backends/native/library.c \
    backends/native/native.c

BACKEND_LLVM_SRCS += \
    backends/llvm/x86_64.c \
    backends/llvm/engine.c \
    backends/llvm/alias.c \
    backends/llvm/object.c \
    backends/llvm/slots.c \
    backends/llvm/lower_value.c \
    backends/llvm/lower_pure.c \
    backends/llvm/lower_memory.c \
    backends/llvm/lower_call.c \
    backends/llvm/lower_guard.c \
    backends/llvm/lower.c \
    backends/llvm/llvm.c

# The stencils: compiled apart, never linked; a tool of ours turns the object into tables.
# The flags make holes of the sizes that stencils.c says, and functions without frames.
STENCIL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 $(WARN) -fno-pic -fno-pie -mcmodel=medium \
    -mlarge-data-threshold=0 -fomit-frame-pointer -fno-asynchronous-unwind-tables \
    -fno-jump-tables -fno-stack-protector -fcf-protection=none -fno-math-errno
$(B)/stencils.o: backends/stencil/stencils.c $(FLAGS_STAMP)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(STENCIL_CFLAGS) $(TOOLKIT_CPPFLAGS) $(DEPFLAGS) -c -o $@ $<
$(B)/tw-stencils: $(B)/obj/backends/stencil/extract.o
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $<
$(GEN)/stencils.inc: $(B)/stencils.o $(B)/tw-stencils
	$(call say,STENCILS,$@)
	@mkdir -p $(@D)
	$(Q)$(B)/tw-stencils $< >$@
$(addprefix $(B)/obj/,$(patsubst %.c,%.o,$(filter backends/stencil/% backends/native/%,$(BACKENDS_SRCS)))): \
    $(GEN)/stencils.inc
-include $(B)/stencils.d
