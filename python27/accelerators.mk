# Built-in modules that the standard library stands on.
python27_SRCS += \
  python27/modules/modutil.c \
  python27/modules/_random.c \
  python27/modules/_struct.c \
  python27/modules/array.c \
  python27/modules/array_kinds.c \
  python27/modules/cmath.c \
  python27/modules/hashes.c \
  python27/modules/zlib.c \
  python27/modules/_locale.c \
  python27/modules/pwd.c \
  python27/modules/fcntl.c \
  python27/modules/select.c \
  python27/modules/resource.c \
  python27/modules/_csv.c \
  python27/modules/_io.c \
  python27/modules/iobase.c \
  python27/modules/fileio.c \
  python27/modules/bytesio.c \
  python27/modules/bufferedio.c \
  python27/modules/textio.c \
  python27/modules/stringio.c \
  python27/modules/_socket.c \
  python27/modules/socket_addr.c \
  python27/modules/socket_names.c \
  python27/modules/termios.c
python27_LIBS += -lz -lcrypt
