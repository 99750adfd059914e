/*
 * socket_addr.c: addresses of sockets as Python values and back.
 */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/un.h>

#include "modules/socket.h"

const char *py_socket_host_arg(py_object *o, const char *fname, int argno)
{
    if (py_is_unicode(o) && !(o = py_unicode_encode(o, "idna", NULL)))
        return NULL;
    if (!py_is_str(o))
        return py_arg_error(fname, argno, "string", o);
    return py_arg_cstr(o, fname, argno);
}

static int from_digits(const char *name, struct sockaddr_storage *out,
                       int family)
{
    struct sockaddr_in *in = (struct sockaddr_in *)out;
    int d[4];
    char junk;

    if (family != AF_INET && family != AF_UNSPEC)
        return 0;
    if (!strcmp(name, "<broadcast>"))
        in->sin_addr.s_addr = INADDR_BROADCAST;
    else if (sscanf(name, "%d.%d.%d.%d%c", &d[0], &d[1], &d[2], &d[3], &junk) ==
                 4 &&
             !((d[0] | d[1] | d[2] | d[3]) & ~255))
        in->sin_addr.s_addr =
            htonl((uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 |
                  (uint32_t)d[2] << 8 | (uint32_t)d[3]);
    else
        return 0;
    in->sin_family = AF_INET;
    return 1;
}

int py_socket_resolve(const char *name, struct sockaddr_storage *out,
                      int family)
{
    struct addrinfo hints = {.ai_family = family}, *found;
    int err;

    memset(out, 0, sizeof *out);
    if (!strcmp(name, "<broadcast>") && family != AF_INET &&
        family != AF_UNSPEC) {
        py_raise(py_socket_error, "address family mismatched");
        return -1;
    }
    if (*name && from_digits(name, out, family))
        return (int)sizeof(struct sockaddr_in);
    if (!*name) { /* any address of this machine */
        hints.ai_socktype = SOCK_DGRAM;
        hints.ai_flags = AI_PASSIVE;
    }
    err = PY_BLOCKING(
        getaddrinfo(*name ? name : NULL, *name ? NULL : "0", &hints, &found));
    if (err) {
        py_socket_gai_failed(err);
        return -1;
    }
    if (!*name && found->ai_next) {
        freeaddrinfo(found);
        py_raise(py_socket_error, "wildcard resolved to multiple address");
        return -1;
    }
    int n = (int)found->ai_addrlen;
    memcpy(out, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return n;
}

py_object *py_socket_host(const struct sockaddr *a, socklen_t n)
{
    char text[NI_MAXHOST];
    int err = getnameinfo(a, n, text, sizeof text, NULL, 0, NI_NUMERICHOST);

    return err ? py_socket_gai_failed(err) : (py_object *)py_str_from(text);
}

/* ---------------------------------------------------------------- making */

static py_object *from_unix(const struct sockaddr_un *u, socklen_t n)
{
    intptr_t len =
        (intptr_t)n - (intptr_t)offsetof(struct sockaddr_un, sun_path);

    if (len > 0 && u->sun_path[0] == 0) /* the abstract name space */
        return (py_object *)py_str_new(u->sun_path, len);
    return (py_object *)py_str_from(len > 0 ? u->sun_path : "");
}

static py_object *from_packet(const struct sockaddr_ll *l, int fd)
{
    struct ifreq ifr = {.ifr_ifindex = l->sll_ifindex};
    py_tuple *t = py_tuple_new(5);

    (void)fd;
    if (!l->sll_ifindex ||
        !if_indextoname((unsigned)l->sll_ifindex, ifr.ifr_name))
        ifr.ifr_name[0] = 0;
    t->item[0] = (py_object *)py_str_from(ifr.ifr_name);
    t->item[1] = py_int_new(ntohs(l->sll_protocol));
    t->item[2] = py_int_new(l->sll_pkttype);
    t->item[3] = py_int_new(l->sll_hatype);
    t->item[4] =
        (py_object *)py_str_new((const char *)l->sll_addr, l->sll_halen);
    return &t->base;
}

py_object *py_sockaddr_make(const struct sockaddr *a, socklen_t n)
{
    py_object *host;

    if (n == 0)
        return py_None;
    switch (a->sa_family) {
    case AF_INET:
        host = py_socket_host(a, sizeof(struct sockaddr_in));
        return host ? (py_object *)py_tuple_pack2(
                          host, py_int_new(ntohs(
                                    ((const struct sockaddr_in *)a)->sin_port)))
                    : NULL;
    case AF_INET6: {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)a;
        py_tuple *t = py_tuple_new(4);

        host = py_socket_host(a, sizeof *in6);
        t->item[0] = host;
        t->item[1] = py_int_new(ntohs(in6->sin6_port));
        t->item[2] = py_int_new(ntohl(in6->sin6_flowinfo));
        t->item[3] = py_int_new(in6->sin6_scope_id);
        return host ? &t->base : NULL;
    }
    case AF_UNIX:
        return from_unix((const struct sockaddr_un *)a, n);
    case AF_NETLINK: {
        const struct sockaddr_nl *nl = (const struct sockaddr_nl *)a;

        return (py_object *)py_tuple_pack2(py_int_new(nl->nl_pid),
                                           py_int_new(nl->nl_groups));
    }
    case AF_PACKET:
        return from_packet((const struct sockaddr_ll *)a, -1);
    default:
        return (py_object *)py_tuple_pack2(
            py_int_new(a->sa_family),
            (py_object *)py_str_new(a->sa_data, (intptr_t)sizeof a->sa_data));
    }
}

/* --------------------------------------------------------------- parsing */

static int port_of(py_object *o, in_port_t *port)
{
    int v;

    if (py_arg_int(o, &v) < 0)
        return -1;
    if (v < 0 || v > 0xffff)
        return py_raise_i(&py_OverflowError,
                          "getsockaddrarg: port must be 0-65535.");
    *port = htons((uint16_t)v);
    return 0;
}

static py_tuple *tuple_of(py_object *address, const char *family, intptr_t min,
                          intptr_t max)
{
    if (!py_is_tuple(address))
        return py_raise(&py_TypeError,
                        "getsockaddrarg: %s address must be tuple, not %.500s",
                        family, py_type_of(address)->name);
    py_tuple *t = (py_tuple *)address;
    if (t->n < min || t->n > max)
        return py_raise(&py_TypeError,
                        "getsockaddrarg() takes %s %zd arguments (%zd given)",
                        min == max   ? "exactly"
                        : t->n < min ? "at least"
                                     : "at most",
                        t->n < min ? min : max, t->n);
    return t;
}

static int parse_inet(py_object *address, struct sockaddr_storage *out,
                      socklen_t *n)
{
    struct sockaddr_in *in = (struct sockaddr_in *)out;
    py_tuple *t = tuple_of(address, "AF_INET", 2, 2);
    const char *host =
        t ? py_socket_host_arg(t->item[0], "getsockaddrarg", 1) : NULL;
    in_port_t port;

    if (!host || py_arg_int(t->item[1], &(int){0}) < 0 ||
        py_socket_resolve(host, out, AF_INET) < 0 ||
        port_of(t->item[1], &port) < 0)
        return -1;
    in->sin_family = AF_INET;
    in->sin_port = port;
    *n = sizeof *in;
    return 0;
}

static int parse_inet6(py_object *address, struct sockaddr_storage *out,
                       socklen_t *n)
{
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
    py_tuple *t = tuple_of(address, "AF_INET6", 2, 4);
    const char *host =
        t ? py_socket_host_arg(t->item[0], "getsockaddrarg", 1) : NULL;
    int64_t flow = 0, scope = 0;
    in_port_t port;

    if (!host || (t->n > 2 && py_arg_int64(t->item[2], &flow) < 0) ||
        (t->n > 3 && py_arg_int64(t->item[3], &scope) < 0) ||
        py_socket_resolve(host, out, AF_INET6) < 0 ||
        port_of(t->item[1], &port) < 0)
        return -1;
    if (flow < 0 || flow > 0xfffff)
        return py_raise_i(&py_OverflowError,
                          "getsockaddrarg: flowinfo must be 0-1048575.");
    in6->sin6_family = AF_INET6;
    in6->sin6_port = port;
    in6->sin6_flowinfo = htonl((uint32_t)flow);
    in6->sin6_scope_id = (uint32_t)scope;
    *n = sizeof *in6;
    return 0;
}

static int parse_unix(py_object *address, struct sockaddr_storage *out,
                      socklen_t *n)
{
    struct sockaddr_un *u = (struct sockaddr_un *)out;

    if (py_is_unicode(address) &&
        !(address = py_unicode_encode(address, NULL, NULL)))
        return -1;
    if (!py_is_str(address))
        return py_raise_i(&py_TypeError, "must be string, not %s",
                          py_type_shortname(py_type_of(address)));
    intptr_t len = py_str_len((py_str *)address);
    const char *s = py_str_data((py_str *)address);
    /* A path ends with a NUL; an abstract name begins with one. */
    int abstract = len > 0 && s[0] == 0;
    if (len + !abstract > (intptr_t)sizeof u->sun_path) {
        py_raise(py_socket_error, "AF_UNIX path too long");
        return -1;
    }
    memset(u, 0, sizeof *u);
    u->sun_family = AF_UNIX;
    memcpy(u->sun_path, s, (size_t)len);
    *n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len +
                     !abstract);
    return 0;
}

static int parse_netlink(py_object *address, struct sockaddr_storage *out,
                         socklen_t *n)
{
    struct sockaddr_nl *nl = (struct sockaddr_nl *)out;
    py_tuple *t = tuple_of(address, "AF_NETLINK", 2, 2);
    int64_t pid, groups;

    if (!t || py_arg_int64(t->item[0], &pid) < 0 ||
        py_arg_int64(t->item[1], &groups) < 0)
        return -1;
    memset(nl, 0, sizeof *nl);
    nl->nl_family = AF_NETLINK;
    nl->nl_pid = (uint32_t)pid;
    nl->nl_groups = (uint32_t)groups;
    *n = sizeof *nl;
    return 0;
}

static int parse_packet(struct py_socket *s, py_object *address,
                        struct sockaddr_storage *out, socklen_t *n)
{
    struct sockaddr_ll *l = (struct sockaddr_ll *)out;
    py_tuple *t = tuple_of(address, "AF_PACKET", 2, 5);
    const char *name = t ? py_arg_cstr(t->item[0], "getsockaddrarg", 1) : NULL;
    int v[3] = {0, 0, 0};
    intptr_t hlen = 0;
    const char *haddr = "";

    (void)s;
    if (!name)
        return -1;
    for (intptr_t i = 1; i < t->n && i < 4; i++)
        if (py_arg_int(t->item[i], &v[i - 1]) < 0)
            return -1;
    if (t->n > 4 &&
        !(haddr = py_arg_bytes(t->item[4], "getsockaddrarg", 5, &hlen)))
        return -1;
    if (hlen > 8)
        return py_raise_i(&py_ValueError,
                          "Hardware address must be 8 bytes or less");
    if (v[0] < 0 || v[0] > 0xffff)
        return py_raise_i(&py_OverflowError,
                          "getsockaddrarg: protoNumber must be 0-65535.");
    memset(l, 0, sizeof *l);
    l->sll_ifindex = (int)if_nametoindex(name);
    if (!l->sll_ifindex)
        return py_socket_failed(), -1;
    l->sll_family = AF_PACKET;
    l->sll_protocol = htons((uint16_t)v[0]);
    l->sll_pkttype = (unsigned char)v[1];
    l->sll_hatype = (unsigned short)v[2];
    memcpy(l->sll_addr, haddr, (size_t)hlen);
    l->sll_halen = (unsigned char)hlen;
    *n = sizeof *l;
    return 0;
}

int py_sockaddr_parse(struct py_socket *s, py_object *address,
                      struct sockaddr_storage *out, socklen_t *n)
{
    switch (s->family) {
    case AF_UNIX:
        return parse_unix(address, out, n);
    case AF_INET:
        return parse_inet(address, out, n);
    case AF_INET6:
        return parse_inet6(address, out, n);
    case AF_NETLINK:
        return parse_netlink(address, out, n);
    case AF_PACKET:
        return parse_packet(s, address, out, n);
    default:
        py_raise(py_socket_error, "getsockaddrarg: bad family");
        return -1;
    }
}
