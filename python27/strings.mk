# Text: str, unicode, bytearray, formatting, codecs, regular expressions.
python27_SRCS += \
  python27/objects/strobject.c \
  python27/objects/strtype.c \
  python27/objects/strsearch.c \
  python27/objects/strformat.c \
  python27/objects/strescape.c \
  python27/objects/strmethods.c \
  python27/objects/strmod.c \
  python27/objects/strbuild.c \
  python27/objects/formatspec.c \
  python27/objects/strformatter.c \
  python27/objects/unicodedb.c \
  python27/objects/unicodeobject.c \
  python27/objects/unicodemethods.c \
  python27/objects/unicodeescape.c \
  python27/objects/unicodeerrors.c \
  python27/objects/unicodecodec.c \
  python27/objects/unicodewide.c \
  python27/objects/unicodeutf7.c \
  python27/objects/unicodecharmap.c \
  python27/objects/bytearray.c \
  python27/objects/bytearraymethods.c \
  python27/objects/buffer.c \
  python27/objects/memoryview.c \
  python27/modules/_codecs.c \
  python27/modules/cStringIO.c \
  python27/modules/binascii.c \
  python27/modules/binascii_hqx.c \
  python27/modules/_sre.c \
  python27/modules/_sre_match.c \
  python27/modules/_sre_matchobject.c \
  python27/modules/_sre_validate.c
