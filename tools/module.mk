# Tools for people and for the tests.
BENCH_SRCS := tools/bench/main.c tools/bench/run.c tools/bench/report.c

# The optimizer on textual traces.
TWOPT_SRCS := tools/tw-opt.c
