# Modules over large libraries, loaded when imported (modules/shared.def lists them too).
python27_SHARED := pyexpat readline
pyexpat_SRCS := python27/modules/pyexpat.c
pyexpat_LIBS := -lexpat
readline_SRCS := python27/modules/readline.c
readline_LIBS := -lreadline
