# Built-in modules.
python27_SRCS += \
  python27/modules/math.c \
  python27/modules/time.c \
  python27/modules/itertools.c \
  python27/modules/itertools_comb.c \
  python27/modules/operator.c \
  python27/modules/_functools.c \
  python27/modules/_collections.c \
  python27/modules/errno.c \
  python27/modules/posix.c \
  python27/modules/posix_process.c
python27_SRCS += \
  python27/modules/future_builtins.c \
  python27/modules/mmap.c
