"""Importing from Zip archives (PEP 302, PEP 273): the class zipimporter, which the import
machinery asks for path entries that are files, or lie inside of files."""
import imp
import marshal
import os
import stat
import struct
import sys
import time

__all__ = ["ZipImportError", "zipimporter"]


class ZipImportError(ImportError):
    """An archive cannot be read, or has no such module."""


# What the directory of each archive says, by the archive's path: name -> entry.
_zip_directory_cache = {}

_END_RECORD = struct.Struct("<4s4H2LH")
_CENTRAL_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL_ENTRY = struct.Struct("<4s5H3L2H")

# What follows a module's name, whether it is byte code, whether it is a package.
_FORMS = [(os.sep + "__init__.pyc", True, True), (os.sep + "__init__.pyo", True, True),
          (os.sep + "__init__.py", False, True),
          (".pyc", True, False), (".pyo", True, False), (".py", False, False)]


def _forms():
    if __debug__:
        return _FORMS
    return [_FORMS[i] for i in (1, 0, 2, 4, 3, 5)]


def _read_directory(archive):
    if len(archive) > 4096:
        raise OverflowError("Zip path name is too long")
    try:
        stream = open(archive, "rb")
    except IOError:
        raise ZipImportError("can't open Zip file: '%.200s'" % archive)
    with stream:
        try:
            stream.seek(-_END_RECORD.size, 2)
            end_at = stream.tell()
            record = stream.read(_END_RECORD.size)
        except IOError:
            raise ZipImportError("can't read Zip file: %.200s" % archive)
        if len(record) != _END_RECORD.size or record[:4] != "PK\5\6":
            # A comment may follow the record.
            stream.seek(0, 2)
            start = max(0, stream.tell() - 0xffff - _END_RECORD.size)
            stream.seek(start)
            tail = stream.read()
            found = tail.rfind("PK\5\6")
            if found < 0 or len(tail) - found < _END_RECORD.size:
                raise ZipImportError("not a Zip file: %.200s" % archive)
            record = tail[found:found + _END_RECORD.size]
            end_at = start + found
        fields = _END_RECORD.unpack(record)
        size, offset = fields[5], fields[6]
        if end_at < size:
            raise ZipImportError("bad central directory size: %.200s" % archive)
        if end_at < offset:
            raise ZipImportError("bad central directory offset: %.200s" % archive)
        # Something may stand before the archive: offsets are relative to its begin.
        before = end_at - size - offset
        if before < 0:
            raise ZipImportError("bad central directory size or offset: %.200s" % archive)
        stream.seek(end_at - size)
        return _entries(archive, stream.read(size), before)


def _entries(archive, directory, before):
    files = {}
    at = 0
    while at + _CENTRAL_ENTRY.size <= len(directory) and directory[at:at + 4] == "PK\1\2":
        (_, _, _, _, method, clock, day, crc, packed, size, name_size, extra_size,
         comment_size, _, _, _, offset) = _CENTRAL_ENTRY.unpack_from(directory, at)
        at += _CENTRAL_ENTRY.size
        name = directory[at:at + name_size].replace("/", os.sep)
        at += name_size + extra_size + comment_size
        files[name] = (archive + os.sep + name, method, packed, size, offset + before, clock, day,
                       crc)
    return files


def _unpack(archive, entry):
    _, method, packed, _, offset, _, _, _ = entry
    with open(archive, "rb") as stream:
        stream.seek(offset)
        header = stream.read(_LOCAL_ENTRY.size)
        if len(header) != _LOCAL_ENTRY.size or header[:4] != "PK\3\4":
            raise ZipImportError("bad local file header in %s" % archive)
        fields = _LOCAL_ENTRY.unpack(header)
        stream.seek(fields[9] + fields[10], 1)
        data = stream.read(packed)
    if len(data) != packed:
        raise IOError("zipimport: can't read data")
    if method == 0:
        return data
    try:
        from zlib import decompress
    except ImportError:
        raise ZipImportError("can't decompress data; zlib not available")
    return decompress(data, -15)


def _seconds(entry):
    clock, day = entry[5:7]
    return time.mktime((1980 + (day >> 9), day >> 5 & 15, day & 31, clock >> 11,
                        clock >> 5 & 63, (clock & 31) * 2, -1, -1, -1))


class zipimporter(object):
    """zipimporter(path): imports from the archive at that path, or from a folder inside it."""

    def __init__(self, path):
        if isinstance(path, unicode):
            path = path.encode(sys.getfilesystemencoding() or "utf-8")
        if not isinstance(path, str):
            raise TypeError("zipimporter() argument 1 must be string, not %s" % type(path).__name__)
        if not path:
            raise ZipImportError("archive path is empty")
        archive, prefix = path.rstrip(os.sep), ""
        while True:
            try:
                mode = os.stat(archive).st_mode
            except OSError:
                head, tail = os.path.split(archive)
                if not tail or head == archive:
                    raise ZipImportError("not a Zip file")
                archive, prefix = head, os.path.join(tail, prefix)
                if not archive:
                    raise ZipImportError("not a Zip file")
                continue
            if not stat.S_ISREG(mode):
                raise ZipImportError("not a Zip file")
            break
        if archive not in _zip_directory_cache:
            _zip_directory_cache[archive] = _read_directory(archive)
        self._files = _zip_directory_cache[archive]
        self.archive = archive
        self.prefix = prefix and prefix.rstrip(os.sep) + os.sep

    def __repr__(self):
        inside = self.archive + (self.prefix and os.sep + self.prefix)
        return '<zipimporter object "%.500s">' % inside

    def _locate(self, fullname):
        """The name in the archive without what _FORMS adds, and the first form that is there."""
        base = self.prefix + fullname.rpartition(".")[2]
        for form in _forms():
            if base + form[0] in self._files:
                return base, form
        return base, None

    def _require(self, fullname):
        base, form = self._locate(fullname)
        if form is None:
            raise ZipImportError("can't find module '%.200s'" % fullname)
        return base, form

    def find_module(self, fullname, path=None):
        """find_module(fullname[, path]): self if the module is here, else None."""
        return self if self._locate(fullname)[1] else None

    def is_package(self, fullname):
        """Is the module of that name a package?"""
        return self._require(fullname)[1][2]

    def get_filename(self, fullname):
        """The __file__ of the module."""
        return self._load(fullname)[1]

    def get_code(self, fullname):
        """The code object of the module."""
        return self._load(fullname)[0]

    def get_source(self, fullname):
        """The source text of the module; None if there is byte code only."""
        base, form = self._require(fullname)
        name = base + (os.sep + "__init__.py" if form[2] else ".py")
        if name not in self._files:
            return None
        return _unpack(self.archive, self._files[name])

    def get_data(self, path):
        """The bytes of a file, by a path that may begin with the archive's."""
        if os.altsep:
            path = path.replace(os.altsep, os.sep)
        name = path
        if name.startswith(self.archive + os.sep):
            name = name[len(self.archive) + 1:]
        if name not in self._files:
            raise IOError(0, "Error", path)
        return _unpack(self.archive, self._files[name])

    def _from_byte_code(self, name, data):
        """The code object; None when the byte code is stale or of another version."""
        if len(data) < 8 or data[:4] != imp.get_magic():
            return None
        source = self._files.get(name[:-1])
        if source and abs(struct.unpack("<L", data[4:8])[0] - _seconds(source)) > 1:
            return None  # the archive's times have a resolution of two seconds
        code = marshal.loads(data[8:])
        if not isinstance(code, type(_unpack.func_code)):
            raise TypeError("compiled module %.200s is not a code object" % name)
        return code

    def _load(self, fullname):
        """Code, file name and whether it is a package."""
        base = self.prefix + fullname.rpartition(".")[2]
        for suffix, is_byte_code, is_package in _forms():
            entry = self._files.get(base + suffix)
            if entry is None:
                continue
            data = _unpack(self.archive, entry)
            if is_byte_code:
                code = self._from_byte_code(base + suffix, data)
            else:
                text = data.replace("\r\n", "\n").replace("\r", "\n")
                code = compile(text + "\n", entry[0], "exec", 0, 1)
            if code is not None:
                return code, entry[0], is_package
        raise ZipImportError("can't find module '%.200s'" % fullname)

    def load_module(self, fullname):
        """Imports the module of that name."""
        code, path, is_package = self._load(fullname)
        existed = fullname in sys.modules
        module = sys.modules.setdefault(fullname, imp.new_module(fullname))
        module.__loader__ = self
        module.__file__ = path
        if is_package:
            base = self.prefix + fullname.rpartition(".")[2]
            module.__path__ = [self.archive + os.sep + base]
        module.__dict__.setdefault("__builtins__", __builtins__)
        try:
            exec code in module.__dict__
        except:
            if not existed:
                sys.modules.pop(fullname, None)
            raise
        return sys.modules[fullname]
