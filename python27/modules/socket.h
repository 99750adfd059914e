/*
 * socket.h: sockets, for the files of the module _socket and for _ssl.
 */
#ifndef PY_SOCKET_H
#define PY_SOCKET_H

#include <sys/socket.h>

#include "modules/modutil.h"
#include "objects/threads.h"

struct py_socket {
    py_object base;
    int32_t fd; /* -1: closed */
    int32_t family, kind, proto;
    double timeout; /* seconds; negative: wait without end */
    int32_t uses;   /* file objects and the like that keep it open */
};
TW_GC_TYPE_DECL(py_socket);
extern py_type py_socket_type;
#define PY_SOCKET(o) ((struct py_socket *)(o))

extern py_type *py_socket_error, *py_socket_herror, *py_socket_gaierror,
    *py_socket_timeout;

/* socket.error from errno, or from a message alone. */
void *py_socket_failed(void);
void *py_socket_gai_failed(int err);
void *py_socket_timed_out(void);
/* Waits until s may be written to or read from, for its timeout: 0 ready (or
 * there is no timeout), 1 timed out, -1 with exception. */
int py_socket_wait(struct py_socket *s, int writing);
/* A socket object for a descriptor. */
py_object *py_socket_from_fd(py_type *type, int fd, int family, int kind,
                             int proto);

/* Addresses (socket_addr.c). */
int py_sockaddr_parse(struct py_socket *s, py_object *address,
                      struct sockaddr_storage *out, socklen_t *n);
py_object *py_sockaddr_make(const struct sockaddr *a, socklen_t n);
/* The first address of a host name, of a family (AF_UNSPEC: any): its length,
 * or -1 with exception. */
int py_socket_resolve(const char *name, struct sockaddr_storage *out,
                      int family);
/* A host as digits. */
py_object *py_socket_host(const struct sockaddr *a, socklen_t n);
/* A host name argument: str, or unicode by the codec idna. */
const char *py_socket_host_arg(py_object *o, const char *fname, int argno);

/* Functions of the module and its constants (socket_names.c). */
extern const struct py_methoddef py_socket_functions[];
extern const struct py_intconst py_socket_constants[];
extern double py_socket_default_timeout;

#endif
