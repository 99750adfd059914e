# Containers and iterators.
python27_SRCS += \
  python27/objects/seqcommon.c \
  python27/objects/tupleobject.c \
  python27/objects/liststrategy.c \
  python27/objects/listobject.c \
  python27/objects/listsort.c \
  python27/objects/sliceobject.c \
  python27/objects/xrangeobject.c \
  python27/objects/iterobject.c \
  python27/objects/hashtable.c \
  python27/objects/dictobject.c \
  python27/objects/dicttype.c \
  python27/objects/dictiter.c \
  python27/objects/setobject.c \
  python27/objects/settype.c
