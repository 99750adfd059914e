# How each kind of file is made. No rule names a source file.

ifeq ($(V),1)
Q :=
say =
else
Q := @
say = @printf '  %-8s %s\n' '$(1)' '$(2)'
endif

# $(call obj,SRCS) the objects of toolkit-side sources; $(call bc,SRCS), $(call nojit,SRCS)
# those of a client: bitcode for twcc, or plain objects. .re and .y go through GEN.
obj    = $(patsubst %,$(B)/obj/%.o,$(basename $(1)))
picobj = $(patsubst %,$(B)/pic/%.o,$(basename $(1)))
bc     = $(patsubst %,$(B)/bc/%.bc,$(basename $(1)))
nojit  = $(patsubst %,$(B)/nojit/obj/%.o,$(basename $(1)))
gen_h  = $(patsubst %.y,$(GEN)/%.h,$(filter %.y,$(1)))

# A stamp changes when its text does: flags and source lists are prerequisites like any file.
same  = $(and $(findstring <$(1)>,<$(2)>),$(findstring <$(2)>,<$(1)>))
stamp = $(if $(call same,$(file <$(1)),is $(strip $(2))),,$(file >$(1),is $(strip $(2))))
FLAGS_STAMP := $(B)/stamp/flags
ifneq ($(MAKECMDGOALS),clean)
$(shell mkdir -p $(B)/stamp)
$(call stamp,$(FLAGS_STAMP),$(CC) $(CFLAGS) $(TOOLKIT_CPPFLAGS) $(CLIENT_CPPFLAGS) $(LLVM_CFLAGS))
$(call stamp,$(B)/stamp/libtracewright,$(TOOLKIT_SRCS) $(BACKENDS_SRCS))
$(call stamp,$(B)/stamp/libtw-llvm,$(BACKEND_LLVM_SRCS))
$(call stamp,$(B)/stamp/tw-codegen,$(CODEGEN_SRCS))
$(foreach c,$(CLIENTS),$(call stamp,$(B)/stamp/$(c),$($(c)_SRCS) $($(c)_LIBS)))
endif

# ---------------------------------------------------------------- generated sources
.PRECIOUS: $(GEN)/%.c $(GEN)/%.h
$(GEN)/%.c: %.re
	$(call say,RE2C,$<)
	@mkdir -p $(@D)
	$(Q)$(RE2C) -W --no-generation-date -o $@ $<

# lemon leaves the header alone when the tokens did not change: so does this rule.
$(GEN)/%.c: %.y
	$(call say,LEMON,$<)
	@mkdir -p $(@D)
	$(Q)$(LEMON) -q -d$(@D) $<
	@touch $@
$(GEN)/%.h: $(GEN)/%.c
	@:

# ---------------------------------------------------------------- objects
LLVM_USERS := $(call obj,$(CODEGEN_SRCS) $(TWCC_SRCS)) $(call picobj,$(BACKEND_LLVM_SRCS))
$(LLVM_USERS): EXTRA_CPPFLAGS := $(LLVM_CFLAGS)

$(B)/obj/%.o: %.c $(FLAGS_STAMP)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(TOOLKIT_CPPFLAGS) $(EXTRA_CPPFLAGS) $($(basename $(<F))_CFLAGS) \
	    $(DEPFLAGS) -c -o $@ $<

$(B)/pic/%.o: %.c $(FLAGS_STAMP)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -fPIC -fvisibility=hidden $(TOOLKIT_CPPFLAGS) $(EXTRA_CPPFLAGS) $(DEPFLAGS) -c -o $@ $<

# Client bitcode: typed and annotated, not yet optimised (codegen must see every hint).
# Sanitizers stay off here: codegen's own pipeline makes the native code.
BC_CFLAGS := $(filter-out -fsanitize=% -O0 -O1,$(CFLAGS)) -O2 -Xclang -disable-llvm-passes -emit-llvm
$(B)/bc/%.bc: %.c $(FLAGS_STAMP)
	$(call say,BC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BC_CFLAGS) $(CLIENT_CPPFLAGS) $(DEPFLAGS) -c -o $@ $<
$(B)/bc/%.bc: $(GEN)/%.c $(FLAGS_STAMP)
	$(call say,BC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BC_CFLAGS) $(GEN_CFLAGS) $(CLIENT_CPPFLAGS) -iquote $(patsubst $(GEN)/%,%,$(<D)) \
	    $(DEPFLAGS) -c -o $@ $<

$(B)/nojit/obj/%.o: %.c $(FLAGS_STAMP)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -DTW_NO_JIT $(CLIENT_CPPFLAGS) $(DEPFLAGS) -c -o $@ $<
$(B)/nojit/obj/%.o: $(GEN)/%.c $(FLAGS_STAMP)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -DTW_NO_JIT $(GEN_CFLAGS) $(CLIENT_CPPFLAGS) \
	    -iquote $(patsubst $(GEN)/%,%,$(<D)) $(DEPFLAGS) -c -o $@ $<

# Headers that lemon writes must be there before the first object of their client is compiled.
ALL_CLIENT_SRCS := $(foreach c,$(CLIENTS),$($(c)_SRCS))
$(call bc,$(ALL_CLIENT_SRCS)) $(call nojit,$(ALL_CLIENT_SRCS)): | $(call gen_h,$(ALL_CLIENT_SRCS))

# ---------------------------------------------------------------- libraries and tools
LIBTRACEWRIGHT := $(B)/libtracewright.a
LIBTW_GC       := $(B)/libtw-gc.a
LIBTW_LLVM     := $(B)/libtw-llvm.so
LIB_SRCS       := $(strip $(TOOLKIT_SRCS) $(BACKENDS_SRCS))
GC_SRCS        := $(filter toolkit/base/% toolkit/gc/%,$(TOOLKIT_SRCS))

$(LIBTRACEWRIGHT): $(call obj,$(LIB_SRCS)) $(B)/stamp/libtracewright
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

# The collector alone: what a client without the JIT needs.
$(LIBTW_GC): $(call obj,$(GC_SRCS)) $(B)/stamp/libtracewright
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

# A program links the whole of libtracewright and exports it: libtw-llvm.so, opened when
# the first trace is compiled, finds the toolkit there. It is looked for in $TW_LIBDIR,
# beside the executable, and in ../lib/tracewright from there.
TW_LINK := -rdynamic -Wl,--whole-archive $(LIBTRACEWRIGHT) -Wl,--no-whole-archive
TW_LIBS := $(GC_LIBS) $(FFI_LIBS) $(SYS_LIBS)

$(LIBTW_LLVM): $(call picobj,$(BACKEND_LLVM_SRCS)) $(B)/stamp/libtw-llvm
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -shared -o $@ $(filter %.o,$^) $(LLVM_LIBS)

$(B)/tw-codegen: $(call obj,$(CODEGEN_SRCS)) $(LIBTRACEWRIGHT) $(B)/stamp/tw-codegen
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $(filter %.o %.a,$^) $(LLVM_LIBS) $(TW_LIBS)

$(B)/twcc: $(call obj,$(TWCC_SRCS))
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $(filter %.o,$^) $(SYS_LIBS)

$(B)/tw-opt: $(call obj,$(TWOPT_SRCS)) $(LIBTRACEWRIGHT)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $(filter %.o,$^) $(TW_LINK) $(TW_LIBS)

$(B)/tw-bench: $(call obj,$(BENCH_SRCS))
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lm

# ---------------------------------------------------------------- clients
# twcc links the bitcode, runs tw-codegen on it and links the program with libtracewright.
TWCC_DEPS := $(B)/twcc $(B)/tw-codegen $(LIBTRACEWRIGHT)
CLIENT_PROGS := $(addprefix $(B)/,$(CLIENTS))
NOJIT_PROGS  := $(addprefix $(B)/nojit/,$(CLIENTS))

$(CLIENT_PROGS): $(B)/%: $$(call bc,$$($$*_SRCS)) $(TWCC_DEPS) $(B)/stamp/%
	$(call say,TWCC,$@)
	$(Q)$(B)/twcc $(OPT_$(MODE)) -o $@ $(filter %.bc,$^) $($*_LIBS)

$(NOJIT_PROGS): $(B)/nojit/%: $$(call nojit,$$($$*_SRCS)) $(LIBTW_GC) $(B)/stamp/%
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -rdynamic -o $@ $(filter %.o %.a,$^) $($*_LIBS) $(GC_LIBS) $(SYS_LIBS)

# Modules of a client that are loaded when it needs them, $(B)/CLIENT-modules/NAME.so: plain
# objects, the same for both programs; what they use of the program they find in it.
shared_obj = $(patsubst %,$(B)/shared/obj/%.o,$(basename $(1)))
SHARED_MODULES := $(foreach c,$(CLIENTS),$(patsubst %,$(B)/$(c)-modules/%.so,$($(c)_SHARED)))
ALL_SHARED_SRCS := $(foreach c,$(CLIENTS),$(foreach m,$($(c)_SHARED),$($(m)_SRCS)))

$(B)/shared/obj/%.o: %.c $(FLAGS_STAMP)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -fPIC -DTW_NO_JIT $(CLIENT_CPPFLAGS) $(DEPFLAGS) -c -o $@ $<

$(SHARED_MODULES): %.so: $$(call shared_obj,$$($$(notdir $$*)_SRCS))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -shared -Wl,-Bsymbolic -o $@ $(filter %.o,$^) $($(notdir $*)_LIBS)

# ---------------------------------------------------------------- unit tests
UNIT_PROGS := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(UNIT_TESTS))
$(UNIT_PROGS): $(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(LIBTRACEWRIGHT)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $(filter %.o,$^) $(TW_LINK) $($*_LIBS) $(TW_LIBS)

# ---------------------------------------------------------------- dependencies
ALL_OBJS := $(call obj,$(LIB_SRCS) $(CODEGEN_SRCS) $(TWCC_SRCS) $(TWOPT_SRCS) $(BENCH_SRCS) \
              $(UNIT_TESTS)) $(call picobj,$(BACKEND_LLVM_SRCS)) \
            $(call bc,$(ALL_CLIENT_SRCS)) $(call nojit,$(ALL_CLIENT_SRCS)) \
            $(call shared_obj,$(ALL_SHARED_SRCS))
-include $(addsuffix .d,$(basename $(ALL_OBJS)))
