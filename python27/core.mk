# Object model and interpreter, in the order of a reader's walk.
python27_SRCS += \
  python27/objects/garray.c
