# Tools, modes, flags, and the variables that the module.mk files fill.

# ---------------------------------------------------------------- tools
CC          := clang-19
AR          := llvm-ar-19
LLVM_LINK   := llvm-link-19
LLVM_CONFIG := llvm-config-19
RE2C        := re2c
LEMON       := lemon
FORMAT      := clang-format-19

# ---------------------------------------------------------------- modes
MODE  ?= release
BUILD ?= build
ifeq ($(MODE),release)
B := $(BUILD)
else
B := $(BUILD)/$(MODE)
endif
GEN := $(B)/gen

OPT_release :=  -O2 -g
OPT_debug   :=  -O0 -g -DTW_DEBUG
OPT_asan    :=  -O1 -g -DTW_DEBUG -fsanitize=address -fno-omit-frame-pointer
# No check of function types: it reads the words before a function, which machine code of ours lacks.
OPT_ubsan   :=  -O1 -g -DTW_DEBUG -fsanitize=undefined -fno-sanitize=function \
                -fno-sanitize-recover=all
OPT_stress  :=  -O2 -g -DTW_DEBUG -DTW_STRESS
ifeq ($(OPT_$(MODE)),)
$(error MODE=$(MODE) is none of release, debug, asan, ubsan, stress)
endif

# ---------------------------------------------------------------- flags
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wswitch-enum -Werror
CFLAGS  := -std=gnu11 -D_GNU_SOURCE -pthread $(OPT_$(MODE)) $(WARN) $(EXTRA_CFLAGS)
# What re2c and lemon write is not ours to tidy.
GEN_CFLAGS := -Wno-shadow -Wno-unused -Wno-unused-parameter -Wno-missing-prototypes \
              -Wno-strict-prototypes -Wno-switch-enum -Wno-sign-compare \
              -Wno-implicit-fallthrough
DEPFLAGS = -MMD -MP -MF $(@:$(suffix $@)=.d) -MT $@

# Toolkit, codegen, backends, tools and tests include by the path from the root
# of the repository ("toolkit/ir/trace.h"), from toolkit/ ("ir/trace.h"), and <tw/jit.h>.
TOOLKIT_CPPFLAGS := -Itoolkit/api -iquote . -iquote toolkit -iquote $(GEN)
# Clients see the API, their own folder, and what was generated for them.
CLIENT_CPPFLAGS := -Itoolkit/api -iquote . -iquote python27 -iquote $(GEN) \
                   -iquote $(GEN)/python27

# LLVM: only codegen and backends/llvm see its headers and link it.
LLVM_PREFIX := $(shell $(LLVM_CONFIG) --prefix 2>/dev/null)
LLVM_CFLAGS := -isystem $(LLVM_PREFIX)/include
LLVM_LIBS   := -L$(LLVM_PREFIX)/lib -lLLVM-19

GC_LIBS  := -lgc
FFI_LIBS := -lffi
GMP_LIBS := -lgmp
SYS_LIBS := -lpthread -ldl -lm

# ---------------------------------------------------------------- filled by module.mk
# Paths from the root; lists explicit and in reading order; use +=.
TOOLKIT_SRCS      :=# toolkit/*            -> libtracewright.a
BACKENDS_SRCS     :=# backends/reference   -> libtracewright.a (no LLVM)
BACKEND_LLVM_SRCS :=# backends/llvm        -> libtw-llvm.so, loaded with the first trace
CODEGEN_SRCS      :=# codegen/             -> tw-codegen (host tool, links LLVM)
TWCC_SRCS         :=# the compiler driver  -> twcc (.c and .bc in, program out)
TWOPT_SRCS        :=# tools/tw-opt         -> tw-opt
BENCH_SRCS        :=# tools/bench          -> tw-bench
UNIT_TESTS        :=# tests/unit/x.c       -> tests/unit/x, linked with libtracewright.a
# A client NAME in CLIENTS has NAME_SRCS (.c, .re, .y), NAME_LIBS (-l flags), and
# becomes $(B)/NAME by twcc and $(B)/nojit/NAME by the plain compiler.
CLIENTS           :=
# NAME_SHARED are its loadable modules, each M with M_SRCS and M_LIBS: $(B)/NAME-modules/M.so.
# Programs that codegen cannot yet compile can be left out of `all`: add them to NOJIT_ONLY.
NOJIT_ONLY        :=
# A unit test x with needs of its own sets x_CFLAGS, x_LIBS.
