# Modules over large libraries, loaded when imported (modules/shared.def lists them too).
python27_SHARED := pyexpat
pyexpat_SRCS := python27/modules/pyexpat.c
pyexpat_LIBS := -lexpat
