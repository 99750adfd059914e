/* pyc.c: files of compiled code; see pyc.h. */
#include "compiler/pyc.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "compiler/compile.h"
#include "modules/builtin_exec.h"
#include "objects/python.h"

const char py_pyc_magic[4] = {1, 'W', '\r', '\n'};

static int64_t get32(const unsigned char *p)
{
    return p[0] | p[1] << 8 | p[2] << 16 | (int64_t)p[3] << 24;
}

/* Code that was compiled under another file name gets the present one. */
static void relocate(py_code *code, py_str *filename)
{
    if (py_str_eq(code->filename, filename))
        return;
    code->filename = filename;
    for (intptr_t i = 0; i < code->consts->n; i++)
        if (py_type_of(code->consts->item[i]) == &py_code_type)
            relocate((py_code *)code->consts->item[i], filename);
}

/* A whole file, malloc'ed; NULL if it cannot be read. */
static char *read_whole(const char *path, size_t *n)
{
    struct stat st;
    char *buf = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size < INT32_MAX) {
        *n = (size_t)st.st_size;
        buf = malloc(*n + 1);
    }
    if (buf && read(fd, buf, *n) != st.st_size) {
        free(buf);
        buf = NULL;
    }
    close(fd);
    return buf;
}

py_code *py_pyc_read(const char *path, int64_t mtime)
{
    size_t n;
    char *buf = read_whole(path, &n);
    py_object *code = NULL;
    if (buf && n > 8 && !memcmp(buf, py_pyc_magic, 4) &&
        (mtime == -1 ||
         get32((unsigned char *)buf + 4) == (mtime & 0xffffffff))) {
        code = py_marshal_loads(buf + 8, (intptr_t)n - 8, NULL);
        if (!code)
            py_err_clear();
        else if (py_type_of(code) != &py_code_type)
            code = NULL;
    }
    free(buf);
    return (py_code *)code;
}

static int is_foreign(const char *path)
{
    char magic[4];
    FILE *fp = fopen(path, "rb");
    if (!fp)
        return 0;
    int foreign = fread(magic, 1, sizeof magic, fp) == sizeof magic &&
                  memcmp(magic, py_pyc_magic, sizeof magic);
    fclose(fp);
    return foreign;
}

static int write_stream(FILE *fp, int64_t mtime, py_str *data)
{
    char stamp[4];
    size_t n = (size_t)py_str_len(data);
    for (int i = 0; i < 4; i++)
        stamp[i] = (char)(mtime >> 8 * i);
    int ok = fwrite(py_pyc_magic, 1, 4, fp) == 4 &&
             fwrite(stamp, 1, 4, fp) == 4 &&
             fwrite(py_str_data(data), 1, n, fp) == n;
    return fclose(fp) || !ok ? -1 : 0;
}

int py_pyc_write(const char *path, int64_t mtime, py_code *code, unsigned mode)
{
    py_str *data = is_foreign(path)
                       ? NULL
                       : py_marshal_dumps(&code->base, PY_MARSHAL_VERSION);
    if (!data) {
        py_err_clear();
        return -1;
    }
    py_str *name = py_str_format_c("%s.%d", path, (int)getpid());
    const char *tmp = py_str_cstr(name);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0666);
    if (fd < 0)
        return -1;
    FILE *fp = fdopen(fd, "wb");
    if (!fp)
        close(fd);
    if (fp && !write_stream(fp, mtime, data) && !rename(tmp, path))
        return 0;
    unlink(tmp);
    return -1;
}

static int may_write(void)
{
    py_object *v =
        py_dict_get_cstr(py_module_add("sys")->dict, "dont_write_bytecode");
    return v && py_is_true(v) == 0;
}

py_code *py_compile_file(const char *path)
{
    struct stat st;
    if (stat(path, &st))
        return py_raise_errno_file(&py_IOError, (py_object *)py_str_from(path));
    py_str *cache = py_str_format_c(
        "%s%s", path, py_compile_defaults & PY_CF_OPTIMIZE ? "o" : "c");
    py_code *code = py_pyc_read(py_str_cstr(cache), st.st_mtime);
    if (code) {
        relocate(code, py_str_from(path));
        return code;
    }
    py_str *src = py_read_file(path);
    code = src ? (py_code *)py_compile_source(py_str_data(src), src->n, path,
                                              PY_MODE_EXEC, PY_CF_FROM_FILE, 1)
               : NULL;
    if (code && may_write())
        py_pyc_write(py_str_cstr(cache), st.st_mtime, code, st.st_mode);
    return code;
}
