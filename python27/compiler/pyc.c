/* pyc.c: files of compiled code; see pyc.h. */
#include "compiler/pyc.h"

#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
#include "objects/python.h"

const char py_pyc_magic[4] = {'T', 'W', '\r', '\n'};

static int64_t get32(const unsigned char *p)
{
    return p[0] | p[1] << 8 | p[2] << 16 | (int64_t)p[3] << 24;
}

py_object *py_pyc_read(const char *path, int64_t mtime)
{
    unsigned char head[8];
    FILE *fp = fopen(path, "rb");
    if (!fp)
        return NULL;
    py_object *code = NULL;
    if (fread(head, 1, 8, fp) == 8 && !memcmp(head, py_pyc_magic, 4) &&
        get32(head + 4) == (mtime & 0xffffffff)) {
        code = py_marshal_load_file(fp);
        if (!code)
            py_err_clear();
        else if (py_type_of(code) != &py_code_type)
            code = NULL;
    }
    fclose(fp);
    return code;
}

int py_pyc_write(const char *path, int64_t mtime, py_object *code,
                 unsigned mode)
{
    py_str *data = py_marshal_dumps(code, PY_MARSHAL_VERSION);
    if (!data) {
        py_err_clear();
        return -1;
    }
    size_t n = strlen(path);
    char *tmp = malloc(n + 32);
    if (!tmp)
        return -1;
    snprintf(tmp, n + 32, "%s.%ld", path, (long)getpid());
    int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0666);
    FILE *fp = fd >= 0 ? fdopen(fd, "wb") : NULL;
    int err = fp ? 0 : -1;
    if (fd >= 0 && !fp)
        close(fd);
    if (fp) {
        char stamp[4];
        for (int i = 0; i < 4; i++)
            stamp[i] = (char)(mtime >> 8 * i);
        size_t len = (size_t)py_str_len(data);
        if (fwrite(py_pyc_magic, 1, 4, fp) != 4 ||
            fwrite(stamp, 1, 4, fp) != 4 ||
            fwrite(py_str_data(data), 1, len, fp) != len)
            err = -1;
        if (fclose(fp))
            err = -1;
    }
    if (fd >= 0 && (err || rename(tmp, path))) {
        unlink(tmp);
        err = -1;
    }
    free(tmp);
    return err;
}
