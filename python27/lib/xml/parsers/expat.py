"""The parser expat; the work is in pyexpat."""
from pyexpat import *
