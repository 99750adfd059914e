"""Databases of SQLite, by DB-API 2.0 (PEP 249)."""
from sqlite3.dbapi2 import *
