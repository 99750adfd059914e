# Built-in modules.
python27_SRCS += \
  python27/modules/math.c
