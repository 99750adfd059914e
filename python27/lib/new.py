"""Deprecated: the constructors of interpreter types; use `types`."""
from warnings import warnpy3k as _warnpy3k
_warnpy3k("The 'new' module has been removed in Python 3.0; use the 'types' "
          "module instead.", stacklevel=2)
del _warnpy3k

from types import ClassType as classobj
from types import CodeType as code
from types import FunctionType as function
from types import InstanceType as instance
from types import MethodType as instancemethod
from types import ModuleType as module
