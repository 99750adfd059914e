/*
 * socket_names.c: the functions of _socket that look up names of hosts,
 * services and protocols, and the module's constants.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/netlink.h>
#include <linux/tipc.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "modules/socket.h"

static py_object *f_gethostname(py_object *self)
{
    char name[1024];

    (void)self;
    if (gethostname(name, sizeof name - 1) < 0)
        return py_socket_failed();
    name[sizeof name - 1] = 0;
    return (py_object *)py_str_from(name);
}

static py_object *f_gethostbyname(py_object *self, py_object *o)
{
    struct sockaddr_storage a;
    const char *name = py_socket_host_arg(o, "gethostbyname", 1);
    int n;

    (void)self;
    if (!name || (n = py_socket_resolve(name, &a, AF_INET)) < 0)
        return NULL;
    return py_socket_host((struct sockaddr *)&a, (socklen_t)n);
}

static void *host_failed(int err)
{
    py_object *e = py_call2(&py_socket_herror->base, py_int_new(err),
                            (py_object *)py_str_from(hstrerror(err)));

    return e ? py_raise_obj(e, NULL) : NULL;
}

/* (name, aliases, addresses) */
static py_object *host_entry(const struct hostent *h, int family)
{
    py_list *aliases = py_list_new(), *addresses = py_list_new();

    for (char **p = h->h_aliases; p && *p; p++)
        if (py_list_append(aliases, (py_object *)py_str_from(*p)) < 0)
            return NULL;
    for (char **p = h->h_addr_list; *p; p++) {
        char text[INET6_ADDRSTRLEN];

        if (!inet_ntop(family, *p, text, sizeof text))
            return py_socket_failed();
        if (py_list_append(addresses, (py_object *)py_str_from(text)) < 0)
            return NULL;
    }
    return (py_object *)py_tuple_pack3((py_object *)py_str_from(h->h_name),
                                       &aliases->base, &addresses->base);
}

static py_object *f_gethostbyname_ex(py_object *self, py_object *o)
{
    struct sockaddr_storage a;
    struct hostent entry, *h = NULL;
    const char *name = py_socket_host_arg(o, "gethostbyname_ex", 1);
    char *buf = tw_gc_malloc_atomic(16384);
    int err = 0;

    (void)self;
    if (!name || py_socket_resolve(name, &a, AF_INET) < 0)
        return NULL;
    (void)PY_BLOCKING(gethostbyname_r(name, &entry, buf, 16384, &h, &err));
    return h ? host_entry(h, AF_INET) : host_failed(err);
}

static py_object *f_gethostbyaddr(py_object *self, py_object *o)
{
    struct sockaddr_storage a;
    struct hostent entry, *h = NULL;
    const char *name = py_socket_host_arg(o, "gethostbyaddr", 1);
    char *buf = tw_gc_malloc_atomic(16384);
    int err = 0;

    (void)self;
    if (!name || py_socket_resolve(name, &a, AF_UNSPEC) < 0)
        return NULL;
    int family = a.ss_family;
    const void *p = family == AF_INET
                        ? (void *)&((struct sockaddr_in *)&a)->sin_addr
                        : (void *)&((struct sockaddr_in6 *)&a)->sin6_addr;
    (void)PY_BLOCKING(gethostbyaddr_r(p, family == AF_INET ? 4 : 16, family,
                                      &entry, buf, 16384, &h, &err));
    return h ? host_entry(h, family) : host_failed(err);
}

static py_object *f_getservbyname(py_object *self, py_object *nameo,
                                  py_object *protoo)
{
    const char *proto = NULL, *name = py_arg_cstr(nameo, "getservbyname", 1);

    (void)self;
    if (!name || (protoo && !(proto = py_arg_cstr(protoo, "getservbyname", 2))))
        return NULL;
    struct servent *s = getservbyname(name, proto);
    return s ? py_int_new(ntohs((uint16_t)s->s_port))
             : py_raise(py_socket_error, "service/proto not found");
}

static py_object *f_getservbyport(py_object *self, py_object *porto,
                                  py_object *protoo)
{
    const char *proto = NULL;
    int port;

    (void)self;
    if (py_arg_int(porto, &port) < 0 ||
        (protoo && !(proto = py_arg_cstr(protoo, "getservbyport", 2))))
        return NULL;
    if (port < 0 || port > 0xffff)
        return py_raise(&py_OverflowError,
                        "getservbyport: port must be 0-65535.");
    struct servent *s = getservbyport(htons((uint16_t)port), proto);
    return s ? (py_object *)py_str_from(s->s_name)
             : py_raise(py_socket_error, "port/proto not found");
}

static py_object *f_getprotobyname(py_object *self, py_object *o)
{
    const char *name = py_arg_cstr(o, "getprotobyname", 1);

    (void)self;
    if (!name)
        return NULL;
    struct protoent *p = getprotobyname(name);
    return p ? py_int_new(p->p_proto)
             : py_raise(py_socket_error, "protocol not found");
}

static py_object *f_fromfd(py_object *self, py_object *fdo, py_object *familyo,
                           py_object *kindo, py_object *protoo)
{
    int fd, family, kind, proto = 0;

    (void)self;
    if (py_arg_int(fdo, &fd) < 0 || py_arg_int(familyo, &family) < 0 ||
        py_arg_int(kindo, &kind) < 0 ||
        (protoo && py_arg_int(protoo, &proto) < 0))
        return NULL;
    fd = dup(fd);
    return fd < 0 ? py_socket_failed()
                  : py_socket_from_fd(&py_socket_type, fd, family, kind, proto);
}

static py_object *f_socketpair(py_object *self, py_object *familyo,
                               py_object *kindo, py_object *protoo)
{
    int fd[2], family = AF_UNIX, kind = SOCK_STREAM, proto = 0;

    (void)self;
    if ((familyo && py_arg_int(familyo, &family) < 0) ||
        (kindo && py_arg_int(kindo, &kind) < 0) ||
        (protoo && py_arg_int(protoo, &proto) < 0))
        return NULL;
    if (socketpair(family, kind, proto, fd) < 0)
        return py_socket_failed();
    py_object *a =
        py_socket_from_fd(&py_socket_type, fd[0], family, kind, proto);
    py_object *b =
        a ? py_socket_from_fd(&py_socket_type, fd[1], family, kind, proto)
          : NULL;
    return b ? (py_object *)py_tuple_pack2(a, b) : NULL;
}

static py_object *swap16(py_object *o, const char *fname)
{
    int v;

    if (py_arg_int(o, &v) < 0)
        return NULL;
    if (v < 0)
        return py_raise(&py_OverflowError,
                        "can't convert negative number to unsigned long");
    (void)fname;
    return py_int_new(htons((uint16_t)v));
}

static py_object *f_htons(py_object *self, py_object *o)
{
    (void)self;
    return swap16(o, "htons");
}

static py_object *f_htonl(py_object *self, py_object *o)
{
    int64_t v;

    (void)self;
    if (!py_is_int(o) && !py_is_long(o))
        return py_raise(&py_TypeError, "expected int/long, %s found",
                        py_type_of(o)->name);
    if (py_long_sign(o) < 0)
        return py_raise(&py_OverflowError,
                        "can't convert negative number to unsigned long");
    if (!py_fits_int64(o, &v))
        return py_raise(&py_OverflowError, "long int larger than 32 bits");
    if (v > UINT32_MAX)
        return py_raise(&py_OverflowError, "long int larger than 32 bits");
    return py_long_from_uint64(htonl((uint32_t)v));
}

static py_object *f_inet_aton(py_object *self, py_object *o)
{
    struct in_addr a;
    const char *s = py_arg_cstr(o, "inet_aton", 1);

    (void)self;
    if (!s)
        return NULL;
    return inet_aton(s, &a) ? (py_object *)py_str_new((char *)&a, sizeof a)
                            : py_raise(py_socket_error,
                                       "illegal IP address string passed to "
                                       "inet_aton");
}

static py_object *f_inet_ntoa(py_object *self, py_object *o)
{
    struct in_addr a;
    intptr_t n;
    const char *s = py_arg_bytes(o, "inet_ntoa", 1, &n);

    (void)self;
    if (!s)
        return NULL;
    if (n != sizeof a)
        return py_raise(py_socket_error,
                        "packed IP wrong length for inet_ntoa");
    memcpy(&a, s, sizeof a);
    return (py_object *)py_str_from(inet_ntoa(a));
}

static py_object *f_inet_pton(py_object *self, py_object *familyo, py_object *o)
{
    char packed[16];
    int family;
    const char *s;

    (void)self;
    if (py_arg_int(familyo, &family) < 0 ||
        !(s = py_arg_cstr(o, "inet_pton", 2)))
        return NULL;
    int r = inet_pton(family, s, packed);
    if (r < 0)
        return py_socket_failed();
    if (r == 0)
        return py_raise(py_socket_error,
                        "illegal IP address string passed to inet_pton");
    return (py_object *)py_str_new(packed, family == AF_INET ? 4 : 16);
}

static py_object *f_inet_ntop(py_object *self, py_object *familyo, py_object *o)
{
    char text[INET6_ADDRSTRLEN];
    int family;
    intptr_t n;
    const char *s;

    (void)self;
    if (py_arg_int(familyo, &family) < 0 ||
        !(s = py_arg_bytes(o, "inet_ntop", 2, &n)))
        return NULL;
    if (family != AF_INET && family != AF_INET6)
        return py_raise(&py_ValueError, "unknown address family %d", family);
    if (n != (family == AF_INET ? 4 : 16))
        return py_raise(&py_ValueError,
                        "invalid length of packed IP address string");
    if (!inet_ntop(family, s, text, sizeof text))
        return py_socket_failed();
    return (py_object *)py_str_from(text);
}

/* The service of getaddrinfo: a number or a name. 0, or -1 with exception. */
static int service_arg(py_object *o, const char **out)
{
    *out = NULL;
    if (!o || o == py_None)
        return 0;
    if (py_is_int(o) || py_is_long(o)) {
        int64_t v = py_as_int64(o);

        if (v == -1 && py_err_occurred())
            return -1;
        *out = py_str_cstr(py_str_format_c("%ld", (long)v));
        return 0;
    }
    if (!py_is_str(o) && !py_is_unicode(o)) {
        py_raise(py_socket_error, "getaddrinfo() argument 2 must be integer or "
                                  "string");
        return -1;
    }
    *out = py_arg_cstr(o, "getaddrinfo", 2);
    return *out ? 0 : -1;
}

static py_object *f_getaddrinfo(py_object *self, py_object *const *args,
                                intptr_t nargs)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC}, *found;
    int *const wanted[] = {&hints.ai_family, &hints.ai_socktype,
                           &hints.ai_protocol, &hints.ai_flags};
    const char *host = NULL, *service;

    (void)self;
    if (py_args_count("getaddrinfo", nargs, 2, 6) < 0)
        return NULL;
    for (intptr_t i = 2; i < nargs; i++)
        if (py_arg_int(args[i], wanted[i - 2]) < 0)
            return NULL;
    if (py_is_str(args[0]) || py_is_unicode(args[0])) {
        host = py_socket_host_arg(args[0], "getaddrinfo", 1);
        if (!host)
            return NULL;
    } else if (args[0] != py_None)
        return py_raise(&py_TypeError,
                        "getaddrinfo() argument 1 must be string or None");
    if (service_arg(args[1], &service) < 0)
        return NULL;
    int err = PY_BLOCKING(getaddrinfo(host, service, &hints, &found));
    if (err)
        return py_socket_gai_failed(err);
    py_list *l = py_list_new();
    for (struct addrinfo *a = found; a; a = a->ai_next) {
        py_tuple *t = py_tuple_new(5);

        t->item[0] = py_int_new(a->ai_family);
        t->item[1] = py_int_new(a->ai_socktype);
        t->item[2] = py_int_new(a->ai_protocol);
        t->item[3] =
            (py_object *)py_str_from(a->ai_canonname ? a->ai_canonname : "");
        t->item[4] = py_sockaddr_make(a->ai_addr, a->ai_addrlen);
        if (!t->item[4] || py_list_append(l, &t->base) < 0) {
            l = NULL;
            break;
        }
    }
    freeaddrinfo(found);
    return (py_object *)l;
}

static py_object *f_getnameinfo(py_object *self, py_object *address,
                                py_object *flagso)
{
    char host[NI_MAXHOST], service[NI_MAXSERV];
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found;
    int flags, port;
    int64_t flow = 0, scope = 0;

    (void)self;
    if (py_arg_int(flagso, &flags) < 0)
        return NULL;
    if (!py_is_tuple(address))
        return py_raise(&py_TypeError,
                        "getnameinfo() argument 1 must be a tuple");
    py_tuple *t = (py_tuple *)address;
    if (py_args_count("getnameinfo", t->n, 2, 4) < 0)
        return NULL;
    const char *name = py_arg_cstr(t->item[0], "getnameinfo", 1);
    if (!name || py_arg_int(t->item[1], &port) < 0 ||
        (t->n > 2 && py_arg_int64(t->item[2], &flow) < 0) ||
        (t->n > 3 && py_arg_int64(t->item[3], &scope) < 0))
        return NULL;
    if (flow < 0 || flow > 0xfffff)
        return py_raise(&py_OverflowError,
                        "getsockaddrarg: flowinfo must be 0-1048575.");
    const char *digits = py_str_cstr(py_str_format_c("%d", port));
    int err = PY_BLOCKING(getaddrinfo(name, digits, &hints, &found));
    if (err)
        return py_socket_gai_failed(err);
    struct sockaddr_storage a;
    socklen_t n = found->ai_addrlen;
    int several = found->ai_next != NULL;
    memcpy(&a, found->ai_addr, n);
    freeaddrinfo(found);
    if (several)
        return py_raise(py_socket_error,
                        "sockaddr resolved to multiple addresses");
    if (a.ss_family == AF_INET && t->n != 2)
        return py_raise(py_socket_error, "IPv4 sockaddr must be 2 tuple");
    if (a.ss_family == AF_INET6) {
        ((struct sockaddr_in6 *)&a)->sin6_flowinfo = htonl((uint32_t)flow);
        ((struct sockaddr_in6 *)&a)->sin6_scope_id = (uint32_t)scope;
    }
    err = PY_BLOCKING(getnameinfo((struct sockaddr *)&a, n, host, sizeof host,
                                  service, sizeof service, flags));
    if (err)
        return py_socket_gai_failed(err);
    return (py_object *)py_tuple_pack2((py_object *)py_str_from(host),
                                       (py_object *)py_str_from(service));
}

static py_object *f_getdefaulttimeout(py_object *self)
{
    (void)self;
    return py_socket_default_timeout < 0
               ? py_None
               : py_float_new(py_socket_default_timeout);
}

static py_object *f_setdefaulttimeout(py_object *self, py_object *o)
{
    double t = -1;

    (void)self;
    if (o != py_None) {
        if (py_arg_double(o, &t) < 0)
            return NULL;
        if (t < 0)
            return py_raise(&py_ValueError, "Timeout value out of range");
    }
    py_socket_default_timeout = t;
    return py_None;
}

const struct py_methoddef py_socket_functions[] = {
    PY_M0("gethostname", f_gethostname, "gethostname() -> string"),
    PY_M1("gethostbyname", f_gethostbyname, "gethostbyname(host) -> address"),
    PY_M1("gethostbyname_ex", f_gethostbyname_ex,
          "gethostbyname_ex(host) -> (name, aliaslist, addresslist)"),
    PY_M1("gethostbyaddr", f_gethostbyaddr,
          "gethostbyaddr(host) -> (name, aliaslist, addresslist)"),
    PY_M(1, 2, "getservbyname", f_getservbyname,
         "getservbyname(servicename[, protocolname]) -> port"),
    PY_M(1, 2, "getservbyport", f_getservbyport,
         "getservbyport(port[, protocolname]) -> name"),
    PY_M1("getprotobyname", f_getprotobyname, "getprotobyname(name) -> number"),
    PY_M(3, 4, "fromfd", f_fromfd, "fromfd(fd, family, type[, proto])"),
    PY_M(0, 3, "socketpair", f_socketpair,
         "socketpair([family[, type[, proto]]]) -> two connected sockets"),
    PY_M1("ntohs", f_htons, "16 bits from network to host order"),
    PY_M1("ntohl", f_htonl, "32 bits from network to host order"),
    PY_M1("htons", f_htons, "16 bits from host to network order"),
    PY_M1("htonl", f_htonl, "32 bits from host to network order"),
    PY_M1("inet_aton", f_inet_aton, "inet_aton(text) -> packed address"),
    PY_M1("inet_ntoa", f_inet_ntoa, "inet_ntoa(packed) -> text"),
    PY_M2("inet_pton", f_inet_pton, "inet_pton(family, text) -> packed"),
    PY_M2("inet_ntop", f_inet_ntop, "inet_ntop(family, packed) -> text"),
    PY_MFAST("getaddrinfo", f_getaddrinfo,
             "getaddrinfo(host, port[, family[, socktype[, proto[, flags]]]])"),
    PY_M2("getnameinfo", f_getnameinfo,
          "getnameinfo(sockaddr, flags) -> (host, port)"),
    PY_M0("getdefaulttimeout", f_getdefaulttimeout,
          "getdefaulttimeout() -> seconds or None"),
    PY_M1("setdefaulttimeout", f_setdefaulttimeout,
          "setdefaulttimeout(seconds or None)"),
    PY_MEND,
};

#define C(name) {#name, name}
const struct py_intconst py_socket_constants[] = {
    C(AF_APPLETALK),
    C(AF_ASH),
    C(AF_ATMPVC),
    C(AF_ATMSVC),
    C(AF_AX25),
    C(AF_BRIDGE),
    C(AF_DECnet),
    C(AF_ECONET),
    C(AF_INET),
    C(AF_INET6),
    C(AF_IPX),
    C(AF_IRDA),
    C(AF_KEY),
    C(AF_LLC),
    C(AF_NETBEUI),
    C(AF_NETLINK),
    C(AF_NETROM),
    C(AF_PACKET),
    C(AF_PPPOX),
    C(AF_ROSE),
    C(AF_ROUTE),
    C(AF_SECURITY),
    C(AF_SNA),
    C(AF_TIPC),
    C(AF_UNIX),
    C(AF_UNSPEC),
    C(AF_WANPIPE),
    C(AF_X25),
    C(AI_ADDRCONFIG),
    C(AI_ALL),
    C(AI_CANONNAME),
    C(AI_NUMERICHOST),
    C(AI_NUMERICSERV),
    C(AI_PASSIVE),
    C(AI_V4MAPPED),
    C(EAI_ADDRFAMILY),
    C(EAI_AGAIN),
    C(EAI_BADFLAGS),
    C(EAI_FAIL),
    C(EAI_FAMILY),
    C(EAI_MEMORY),
    C(EAI_NODATA),
    C(EAI_NONAME),
    C(EAI_OVERFLOW),
    C(EAI_SERVICE),
    C(EAI_SOCKTYPE),
    C(EAI_SYSTEM),
    C(INADDR_ALLHOSTS_GROUP),
    C(INADDR_ANY),
    C(INADDR_BROADCAST),
    C(INADDR_LOOPBACK),
    C(INADDR_MAX_LOCAL_GROUP),
    C(INADDR_NONE),
    C(INADDR_UNSPEC_GROUP),
    C(IPPORT_RESERVED),
    C(IPPORT_USERRESERVED),
    C(IPPROTO_AH),
    C(IPPROTO_DSTOPTS),
    C(IPPROTO_EGP),
    C(IPPROTO_ESP),
    C(IPPROTO_FRAGMENT),
    C(IPPROTO_GRE),
    C(IPPROTO_HOPOPTS),
    C(IPPROTO_ICMP),
    C(IPPROTO_ICMPV6),
    C(IPPROTO_IDP),
    C(IPPROTO_IGMP),
    C(IPPROTO_IP),
    C(IPPROTO_IPIP),
    C(IPPROTO_IPV6),
    C(IPPROTO_NONE),
    C(IPPROTO_PIM),
    C(IPPROTO_PUP),
    C(IPPROTO_RAW),
    C(IPPROTO_ROUTING),
    C(IPPROTO_RSVP),
    C(IPPROTO_TCP),
    C(IPPROTO_TP),
    C(IPPROTO_UDP),
    C(IPV6_CHECKSUM),
    C(IPV6_DONTFRAG),
    C(IPV6_DSTOPTS),
    C(IPV6_HOPLIMIT),
    C(IPV6_HOPOPTS),
    C(IPV6_JOIN_GROUP),
    C(IPV6_LEAVE_GROUP),
    C(IPV6_MULTICAST_HOPS),
    C(IPV6_MULTICAST_IF),
    C(IPV6_MULTICAST_LOOP),
    C(IPV6_NEXTHOP),
    C(IPV6_PATHMTU),
    C(IPV6_PKTINFO),
    C(IPV6_RECVDSTOPTS),
    C(IPV6_RECVHOPLIMIT),
    C(IPV6_RECVHOPOPTS),
    C(IPV6_RECVPATHMTU),
    C(IPV6_RECVPKTINFO),
    C(IPV6_RECVRTHDR),
    C(IPV6_RECVTCLASS),
    C(IPV6_RTHDR),
    C(IPV6_RTHDRDSTOPTS),
    C(IPV6_RTHDR_TYPE_0),
    C(IPV6_TCLASS),
    C(IPV6_UNICAST_HOPS),
    C(IPV6_V6ONLY),
    C(IP_ADD_MEMBERSHIP),
    C(IP_DEFAULT_MULTICAST_LOOP),
    C(IP_DEFAULT_MULTICAST_TTL),
    C(IP_DROP_MEMBERSHIP),
    C(IP_HDRINCL),
    C(IP_MAX_MEMBERSHIPS),
    C(IP_MULTICAST_IF),
    C(IP_MULTICAST_LOOP),
    C(IP_MULTICAST_TTL),
    C(IP_OPTIONS),
    C(IP_RECVOPTS),
    C(IP_RECVRETOPTS),
    C(IP_RETOPTS),
    C(IP_TOS),
    C(IP_TTL),
    C(MSG_CTRUNC),
    C(MSG_DONTROUTE),
    C(MSG_DONTWAIT),
    C(MSG_EOR),
    C(MSG_OOB),
    C(MSG_PEEK),
    C(MSG_TRUNC),
    C(MSG_WAITALL),
    C(NETLINK_DNRTMSG),
    C(NETLINK_FIREWALL),
    C(NETLINK_IP6_FW),
    C(NETLINK_NFLOG),
    C(NETLINK_ROUTE),
    C(NETLINK_USERSOCK),
    C(NETLINK_XFRM),
    C(NI_DGRAM),
    C(NI_MAXHOST),
    C(NI_MAXSERV),
    C(NI_NAMEREQD),
    C(NI_NOFQDN),
    C(NI_NUMERICHOST),
    C(NI_NUMERICSERV),
    C(PACKET_BROADCAST),
    C(PACKET_FASTROUTE),
    C(PACKET_HOST),
    C(PACKET_LOOPBACK),
    C(PACKET_MULTICAST),
    C(PACKET_OTHERHOST),
    C(PACKET_OUTGOING),
    C(PF_PACKET),
    C(SHUT_RD),
    C(SHUT_RDWR),
    C(SHUT_WR),
    C(SOCK_DGRAM),
    C(SOCK_RAW),
    C(SOCK_RDM),
    C(SOCK_SEQPACKET),
    C(SOCK_STREAM),
    C(SOL_IP),
    C(SOL_SOCKET),
    C(SOL_TCP),
    C(SOL_TIPC),
    {"SOL_UDP", 17},
    C(SOMAXCONN),
    C(SO_ACCEPTCONN),
    C(SO_BROADCAST),
    C(SO_DEBUG),
    C(SO_DONTROUTE),
    C(SO_ERROR),
    C(SO_KEEPALIVE),
    C(SO_LINGER),
    C(SO_OOBINLINE),
    C(SO_RCVBUF),
    C(SO_RCVLOWAT),
    C(SO_RCVTIMEO),
    C(SO_REUSEADDR),
    C(SO_REUSEPORT),
    C(SO_SNDBUF),
    C(SO_SNDLOWAT),
    C(SO_SNDTIMEO),
    C(SO_TYPE),
    C(TCP_CORK),
    C(TCP_DEFER_ACCEPT),
    C(TCP_INFO),
    C(TCP_KEEPCNT),
    C(TCP_KEEPIDLE),
    C(TCP_KEEPINTVL),
    C(TCP_LINGER2),
    C(TCP_MAXSEG),
    C(TCP_NODELAY),
    C(TCP_QUICKACK),
    C(TCP_SYNCNT),
    C(TCP_WINDOW_CLAMP),
    C(TIPC_ADDR_ID),
    C(TIPC_ADDR_NAME),
    C(TIPC_ADDR_NAMESEQ),
    C(TIPC_CFG_SRV),
    C(TIPC_CLUSTER_SCOPE),
    C(TIPC_CONN_TIMEOUT),
    C(TIPC_CRITICAL_IMPORTANCE),
    C(TIPC_DEST_DROPPABLE),
    C(TIPC_HIGH_IMPORTANCE),
    C(TIPC_IMPORTANCE),
    C(TIPC_LOW_IMPORTANCE),
    C(TIPC_MEDIUM_IMPORTANCE),
    C(TIPC_NODE_SCOPE),
    C(TIPC_PUBLISHED),
    C(TIPC_SRC_DROPPABLE),
    C(TIPC_SUBSCR_TIMEOUT),
    C(TIPC_SUB_CANCEL),
    C(TIPC_SUB_PORTS),
    C(TIPC_SUB_SERVICE),
    C(TIPC_TOP_SRV),
    C(TIPC_WAIT_FOREVER),
    C(TIPC_WITHDRAWN),
    C(TIPC_ZONE_SCOPE),
    {NULL, 0},
};
