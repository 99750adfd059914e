/*
 * posix.h: shared by posix.c and posix_process.c, the two files of the module.
 */
#ifndef PY_POSIX_H
#define PY_POSIX_H

#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/function.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

py_object *py_posix_error(void);       /* OSError(errno); NULL */
py_object *py_posix_result(int r);     /* None, or the error when r < 0 */
py_object *py_posix_fdopen(int fd, const char *mode, py_object *bufsize);
int py_posix_process_init(py_module *m); /* adds the functions on processes */

#endif
