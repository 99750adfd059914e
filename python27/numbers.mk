# Numbers.
python27_SRCS += \
  python27/objects/numparse.c \
  python27/objects/dtoa.c \
  python27/objects/intobject.c \
  python27/objects/floatobject.c \
  python27/objects/longobject.c \
  python27/objects/longconv.c \
  python27/objects/complexobject.c
