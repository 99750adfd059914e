# python27: the Python 2.7 client. Each part lists its own sources.
CLIENTS += python27
python27_LIBS := -lgmp -lm
include python27/core.mk
-include python27/front.mk
-include python27/numbers.mk
-include python27/strings.mk
-include python27/containers.mk
-include python27/library.mk
-include python27/accelerators.mk
include python27/shared.mk
