# Tracewright's build. Everything lands in build/ (other modes in build/MODE/).
#
#   make              build everything there is sources for
#   make run          set up this machine, build, run a Python program under the JIT
#   make check        set up, build, run every test; last line "N passed, N failed, N skipped"
#   make bench        compare with the peers on PATH (BENCH_FILTER=, BENCH_RUNS=)
#   make lint stress asan ubsan fuzz install clean        (see mk/targets.mk)
#   make lib codegen backends twopt units nojit python27 bf lox    one part alone
#
# Variables: V=1 shows commands; MODE=release|debug|asan|ubsan|stress; BUILD=dir;
# STDLIB=dir takes the Python library from a CPython 2.7 installation.
#
# No configure, no generated makefiles. Each folder's module.mk lists its sources,
# explicitly and in reading order; this file and mk/rules.mk say how they are built.

.DEFAULT_GOAL := all
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDEXPANSION:
MAKEFLAGS += --no-builtin-rules --no-builtin-variables

include mk/config.mk

# Source lists, in the order of the walk. What a module.mk sets is said in mk/config.mk.
-include toolkit/module.mk
-include toolkit/base/module.mk
-include toolkit/gc/module.mk
-include toolkit/ir/module.mk
-include toolkit/exit/module.mk
-include toolkit/opt/module.mk
-include toolkit/meta/module.mk
-include codegen/module.mk
-include backends/module.mk
-include backends/reference/module.mk
-include backends/llvm/module.mk
-include interpreters/module.mk
-include interpreters/bf/module.mk
-include interpreters/lox/module.mk
-include python27/module.mk
-include tools/module.mk
-include tests/module.mk

include mk/rules.mk
include mk/targets.mk
