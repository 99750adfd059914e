"""Hash functions by name: new('sha256', data), or sha256(data).

md5, sha1, sha224, sha256, sha384 and sha512 are always there: from OpenSSL when
_hashlib can be imported, else from modules of their own. OpenSSL brings more, by new().
"""
algorithms_guaranteed = set(('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'))
algorithms = ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512')

__all__ = algorithms + ('new', 'algorithms_guaranteed', 'algorithms_available',
                        'algorithms', 'pbkdf2_hmac')

# name -> module and function that implement it without OpenSSL
_OWN = {'md5': ('_md5', 'new'), 'sha1': ('_sha', 'new'),
        'sha224': ('_sha256', 'sha224'), 'sha256': ('_sha256', 'sha256'),
        'sha384': ('_sha512', 'sha384'), 'sha512': ('_sha512', 'sha512')}
_OWN.update([(name.upper(), own) for name, own in _OWN.items()])


def __get_builtin_constructor(name):
    try:
        module, function = _OWN[name]
        return getattr(__import__(module), function)
    except (KeyError, ImportError):
        raise ValueError('unsupported hash type ' + name)


def __get_openssl_constructor(name):
    try:
        function = getattr(_hashlib, 'openssl_' + name)
        # OpenSSL may be built without it and only say so now.
        function()
        return function
    except (AttributeError, ValueError):
        return __get_builtin_constructor(name)


def __py_new(name, string=''):
    """new(name, string='') - a hash object of that name, fed with string"""
    return __get_builtin_constructor(name)(string)


def __hash_new(name, string=''):
    """new(name, string='') - a hash object of that name, fed with string"""
    try:
        return _hashlib.new(name, string)
    except ValueError:
        return __get_builtin_constructor(name)(string)


try:
    import _hashlib
    new = __hash_new
    __get_hash = __get_openssl_constructor
    algorithms_available = algorithms_guaranteed.union(_hashlib.openssl_md_meth_names)
except ImportError:
    new = __py_new
    __get_hash = __get_builtin_constructor
    algorithms_available = algorithms_guaranteed

for _name in algorithms:
    try:
        globals()[_name] = __get_hash(_name)
    except ValueError:
        import logging
        logging.exception('code for hash %s was not found.', _name)
del _name


def _pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    """Key derivation with HMAC as its function (RFC 2898, section 5.2)."""
    import binascii
    import struct

    if not isinstance(hash_name, str):
        raise TypeError(hash_name)
    if not isinstance(password, (bytes, bytearray)):
        password = bytes(buffer(password))
    if not isinstance(salt, (bytes, bytearray)):
        salt = bytes(buffer(salt))

    inner, outer = new(hash_name), new(hash_name)
    block = getattr(inner, 'block_size', 64)
    if len(password) > block:
        password = new(hash_name, password).digest()
    password = bytearray(password) + bytearray(block - len(password))
    inner.update(bytes(bytearray(c ^ 0x36 for c in password)))
    outer.update(bytes(bytearray(c ^ 0x5c for c in password)))

    def hmac(message):
        i, o = inner.copy(), outer.copy()
        i.update(message)
        o.update(i.digest())
        return o.digest()

    if iterations < 1:
        raise ValueError(iterations)
    if dklen is None:
        dklen = outer.digest_size
    if dklen < 1:
        raise ValueError(dklen)
    size = outer.digest_size
    key, number = b'', 1
    while len(key) < dklen:
        last = hmac(bytes(salt) + struct.pack(b'>I', number))
        total = int(binascii.hexlify(last), 16)
        for _ in xrange(iterations - 1):
            last = hmac(last)
            total ^= int(binascii.hexlify(last), 16)
        key += binascii.unhexlify('%0*x' % (2 * size, total))
        number += 1
    return key[:dklen]


try:
    from _hashlib import pbkdf2_hmac
except ImportError:
    pbkdf2_hmac = _pbkdf2_hmac

del __get_hash
