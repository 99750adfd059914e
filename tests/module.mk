# Every tests/unit/NAME.c is a program of its own: collected, not listed.
UNIT_TESTS := $(sort $(wildcard tests/unit/*.c))
