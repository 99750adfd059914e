"""Names for the built-in types that have none of their own in __builtin__."""
import sys as _sys

NoneType = type(None)
NotImplementedType = type(NotImplemented)
EllipsisType = type(Ellipsis)

TypeType = type
ObjectType = object
BooleanType = bool
IntType = int
LongType = long
FloatType = float
ComplexType = complex
StringType = str
UnicodeType = unicode
StringTypes = (str, unicode)
BufferType = buffer
TupleType = tuple
ListType = list
DictType = DictionaryType = dict
SliceType = slice
XRangeType = xrange
FileType = file
DictProxyType = type(type.__dict__)
ModuleType = type(_sys)
BuiltinFunctionType = BuiltinMethodType = type(len)


def _function():
    yield


class _Classic:
    def method(self):
        pass


FunctionType = LambdaType = type(_function)
CodeType = type(_function.func_code)
GeneratorType = type(_function())
ClassType = type(_Classic)
InstanceType = type(_Classic())
MethodType = UnboundMethodType = type(_Classic.method)
GetSetDescriptorType = type(FunctionType.func_code)
MemberDescriptorType = type(FunctionType.func_globals)

try:
    raise TypeError
except TypeError:
    TracebackType = type(_sys.exc_info()[2])
    FrameType = type(_sys.exc_info()[2].tb_frame)

del _sys, _function, _Classic

__all__ = [name for name in dir() if name.endswith('Type')] + ['StringTypes']
