# The toolkit's sources, in the order of the walk (toolkit/gc has a list of its own).
TOOLKIT_SRCS += \
    toolkit/base/log.c toolkit/base/vec.c toolkit/base/arena.c toolkit/base/map.c \
    toolkit/base/options.c toolkit/base/counters.c

# ir
TOOLKIT_SRCS += \
    toolkit/ir/ops.c toolkit/ir/descr.c toolkit/ir/trace.c toolkit/ir/trace_text.c \
    toolkit/ir/trace_names.c toolkit/ir/trace_verify.c toolkit/ir/jitcode.c

# exit
TOOLKIT_SRCS += \
    toolkit/exit/blackhole.c \
    toolkit/exit/numbering.c \
    toolkit/exit/resume.c \
    toolkit/exit/force.c

# opt
TOOLKIT_SRCS += \
    toolkit/opt/opt.c toolkit/opt/values.c toolkit/opt/emit.c \
    toolkit/opt/bounds.c toolkit/opt/intbounds.c \
    toolkit/opt/rewrite.c toolkit/opt/rewrite_more.c \
    toolkit/opt/access.c toolkit/opt/virtualize.c toolkit/opt/pure.c toolkit/opt/earlyforce.c \
    toolkit/opt/heap.c \
    toolkit/opt/vstate.c toolkit/opt/short.c toolkit/opt/unroll.c toolkit/opt/bridge.c \
    toolkit/opt/finish.c

# meta
TOOLKIT_SRCS += \
    toolkit/meta/calls.c toolkit/meta/location.c toolkit/meta/heapcache.c \
    toolkit/meta/recorder.c toolkit/meta/record_call.c toolkit/meta/record_heap.c \
    toolkit/meta/record_hint.c toolkit/meta/record_merge.c \
    toolkit/meta/counter.c toolkit/meta/warm.c toolkit/meta/loop.c toolkit/meta/compile.c \
    toolkit/meta/engine.c toolkit/meta/quasi.c toolkit/meta/tier2.c toolkit/meta/region.c toolkit/meta/jitlog.c \
    toolkit/meta/guardfail.c toolkit/meta/params.c
