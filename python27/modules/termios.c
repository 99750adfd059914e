/*
 * termios.c: the module termios: settings of terminals.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "modules/modutil.h"

static py_type *error;

static void *failed(void)
{
    return py_raise_errno(error);
}

static py_object *f_tcgetattr(py_object *self, py_object *fdo)
{
    struct termios t;
    int fd = py_fd_of(fdo);
    py_object *cc[NCCS], *v[7];

    (void)self;
    if (fd < 0)
        return NULL;
    if (tcgetattr(fd, &t) < 0)
        return failed();
    for (int i = 0; i < NCCS; i++)
        cc[i] = (py_object *)py_str_char(t.c_cc[i]);
    if (!(t.c_lflag & ICANON)) { /* these two are numbers then */
        cc[VMIN] = py_int_new(t.c_cc[VMIN]);
        cc[VTIME] = py_int_new(t.c_cc[VTIME]);
    }
    v[0] = py_int_new(t.c_iflag);
    v[1] = py_int_new(t.c_oflag);
    v[2] = py_int_new(t.c_cflag);
    v[3] = py_int_new(t.c_lflag);
    v[4] = py_int_new(cfgetispeed(&t));
    v[5] = py_int_new(cfgetospeed(&t));
    v[6] = (py_object *)py_list_from(cc, NCCS);
    return (py_object *)py_list_from(v, 7);
}

static int set_cc(struct termios *t, py_object *cc)
{
    if (!py_is_list(cc) || py_list_len((py_list *)cc) != NCCS)
        return py_raise_i(&py_TypeError,
                          "tcsetattr: attributes[6] must be %d element list",
                          NCCS);
    for (int i = 0; i < NCCS; i++) {
        py_object *v = py_list_get((py_list *)cc, i);

        if (py_is_str(v) && py_str_len((py_str *)v) == 1)
            t->c_cc[i] = (cc_t)py_str_data((py_str *)v)[0];
        else if (py_is_int(v))
            t->c_cc[i] = (cc_t)py_int_value(v);
        else
            return py_raise_i(&py_TypeError,
                              "tcsetattr: elements of attributes must be "
                              "characters or integers");
    }
    return 0;
}

static py_object *f_tcsetattr(py_object *self, py_object *fdo, py_object *wheno,
                              py_object *attributes)
{
    struct termios t;
    int fd = py_fd_of(fdo), when;
    int64_t v[6];

    (void)self;
    if (fd < 0 || py_arg_int(wheno, &when) < 0)
        return NULL;
    if (!py_is_list(attributes) || py_list_len((py_list *)attributes) != 7)
        return py_raise(&py_TypeError,
                        "tcsetattr, arg 3: must be 7 element list");
    if (tcgetattr(fd, &t) < 0)
        return failed();
    for (int i = 0; i < 6; i++)
        if (py_arg_int64(py_list_get((py_list *)attributes, i), &v[i]) < 0)
            return NULL;
    t.c_iflag = (tcflag_t)v[0];
    t.c_oflag = (tcflag_t)v[1];
    t.c_cflag = (tcflag_t)v[2];
    t.c_lflag = (tcflag_t)v[3];
    if (set_cc(&t, py_list_get((py_list *)attributes, 6)) < 0)
        return NULL;
    if (cfsetispeed(&t, (speed_t)v[4]) < 0 ||
        cfsetospeed(&t, (speed_t)v[5]) < 0 || tcsetattr(fd, when, &t) < 0)
        return failed();
    return py_None;
}

#define WITH_INT(name)                                                         \
    static py_object *f_##name(py_object *self, py_object *fdo, py_object *o)  \
    {                                                                          \
        int fd = py_fd_of(fdo), v;                                             \
                                                                               \
        (void)self;                                                            \
        if (fd < 0 || py_arg_int(o, &v) < 0)                                   \
            return NULL;                                                       \
        return name(fd, v) < 0 ? failed() : py_None;                           \
    }
WITH_INT(tcsendbreak)
WITH_INT(tcflush)
WITH_INT(tcflow)

static py_object *f_tcdrain(py_object *self, py_object *fdo)
{
    int fd = py_fd_of(fdo);

    (void)self;
    if (fd < 0)
        return NULL;
    return tcdrain(fd) < 0 ? failed() : py_None;
}

static const struct py_methoddef functions[] = {
    PY_M1("tcgetattr", f_tcgetattr, "tcgetattr(fd) -> list of settings"),
    PY_M(3, 3, "tcsetattr", f_tcsetattr, "tcsetattr(fd, when, attributes)"),
    PY_M2("tcsendbreak", f_tcsendbreak, "tcsendbreak(fd, duration)"),
    PY_M1("tcdrain", f_tcdrain, "tcdrain(fd): waits for all output"),
    PY_M2("tcflush", f_tcflush, "tcflush(fd, queue): drops queued data"),
    PY_M2("tcflow", f_tcflow, "tcflow(fd, action): stops or goes on"),
    PY_MEND,
};

#define C(name) {#name, name}
static const struct py_intconst constants[] = {
    C(B0),
    C(B50),
    C(B75),
    C(B110),
    C(B134),
    C(B150),
    C(B200),
    C(B300),
    C(B600),
    C(B1200),
    C(B1800),
    C(B2400),
    C(B4800),
    C(B9600),
    C(B19200),
    C(B38400),
    C(B57600),
    C(B115200),
    C(B230400),
    C(B460800),

    C(CBAUDEX),
    C(CSIZE),
    C(CSTOPB),
    C(CREAD),
    C(PARENB),
    C(PARODD),
    C(HUPCL),
    C(CLOCAL),
    C(CRTSCTS),
    C(CBAUD),
    C(CIBAUD),
    C(CS5),
    C(CS6),
    C(CS7),
    C(CS8),
    C(TCSANOW),
    C(TCSADRAIN),
    C(TCSAFLUSH),
    C(TCIFLUSH),
    C(TCOFLUSH),
    C(TCIOFLUSH),
    C(TCOOFF),
    C(TCOON),
    C(TCIOFF),
    C(TCION),
    C(IGNBRK),
    C(BRKINT),
    C(IGNPAR),
    C(PARMRK),
    C(INPCK),
    C(ISTRIP),
    C(INLCR),
    C(IGNCR),
    C(ICRNL),
    C(IUCLC),
    C(IXON),
    C(IXANY),
    C(IXOFF),
    C(IMAXBEL),
    C(OPOST),
    C(OLCUC),
    C(ONLCR),
    C(OCRNL),
    C(ONOCR),
    C(ONLRET),
    C(OFILL),
    C(OFDEL),
    C(NLDLY),
    C(CRDLY),
    C(TABDLY),
    C(BSDLY),
    C(VTDLY),
    C(FFDLY),
    C(NL0),
    C(NL1),
    C(CR0),
    C(CR1),
    C(CR2),
    C(CR3),
    C(TAB0),
    C(TAB1),
    C(TAB2),
    C(TAB3),
    C(XTABS),
    C(BS0),
    C(BS1),
    C(VT0),
    C(VT1),
    C(FF0),
    C(FF1),
    C(ISIG),
    C(ICANON),
    C(XCASE),
    C(ECHO),
    C(ECHOE),
    C(ECHOK),
    C(ECHONL),
    C(ECHOCTL),
    C(ECHOPRT),
    C(ECHOKE),
    C(FLUSHO),
    C(NOFLSH),
    C(TOSTOP),
    C(PENDIN),
    C(IEXTEN),
    C(VINTR),
    C(VQUIT),
    C(VERASE),
    C(VKILL),
    C(VEOF),
    C(VTIME),
    C(VMIN),
    C(VSWTC),
    {"VSWTCH", VSWTC},
    C(VSTART),
    C(VSTOP),
    C(VSUSP),
    C(VEOL),
    C(VREPRINT),
    C(VDISCARD),
    C(VWERASE),
    C(VLNEXT),
    C(VEOL2),
    C(EXTA),
    C(EXTB),
    {"CSTART", 021},
    {"CSTOP", 023},
    {"CEOF", 04},
    {"CEOL", 0},
    {"CERASE", 0177},
    {"CINTR", 03},
    {"CQUIT", 034},
    {"CKILL", 025},
    {"CSUSP", 032},
    {"CDSUSP", 031},
    {"CEOT", 04},
    {"CRPRNT", 022},
    {"CFLUSH", 017},
    {"CWERASE", 027},
    {"CLNEXT", 026},
    {"NCCS", NCCS},
    {"NCC", 8},
    C(FIONREAD),
    C(FIONBIO),
    C(FIOASYNC),
    C(FIOCLEX),
    C(FIONCLEX),
    C(TCGETA),
    C(TCGETS),
    C(TCSBRK),
    C(TCSBRKP),
    C(TCSETA),
    C(TCSETAF),
    C(TCSETAW),
    C(TCSETS),
    C(TCSETSF),
    C(TCSETSW),
    C(TCXONC),
    C(TCFLSH),
    C(TIOCCONS),
    C(TIOCEXCL),
    C(TIOCGETD),
    C(TIOCGICOUNT),
    C(TIOCGLCKTRMIOS),
    C(TIOCGPGRP),
    C(TIOCGSERIAL),
    C(TIOCGSOFTCAR),
    C(TIOCGWINSZ),
    C(TIOCINQ),
    C(TIOCLINUX),
    C(TIOCMBIC),
    C(TIOCMBIS),
    C(TIOCMGET),
    C(TIOCMIWAIT),
    C(TIOCMSET),
    C(TIOCM_CAR),
    C(TIOCM_CD),
    C(TIOCM_CTS),
    C(TIOCM_DSR),
    C(TIOCM_DTR),
    C(TIOCM_LE),
    C(TIOCM_RI),
    C(TIOCM_RNG),
    C(TIOCM_RTS),
    C(TIOCM_SR),
    C(TIOCM_ST),
    C(TIOCNOTTY),
    C(TIOCNXCL),
    C(TIOCOUTQ),
    C(TIOCPKT),
    C(TIOCPKT_DATA),
    C(TIOCPKT_DOSTOP),
    C(TIOCPKT_FLUSHREAD),
    C(TIOCPKT_FLUSHWRITE),
    C(TIOCPKT_NOSTOP),
    C(TIOCPKT_START),
    C(TIOCPKT_STOP),
    C(TIOCSCTTY),
    C(TIOCSERCONFIG),
    C(TIOCSERGETLSR),
    C(TIOCSERGETMULTI),
    {"TIOCSERGSTRUCT", 0x5458},
    C(TIOCSERGWILD),
    C(TIOCSERSETMULTI),
    C(TIOCSERSWILD),
    {"TIOCSER_TEMT", 1},
    C(TIOCSETD),
    C(TIOCSLCKTRMIOS),
    C(TIOCSPGRP),
    C(TIOCSSERIAL),
    C(TIOCSSOFTCAR),
    C(TIOCSTI),
    C(TIOCSWINSZ),
    C(N_TTY),
    C(N_SLIP),
    C(N_MOUSE),
    C(N_PPP),
    C(N_STRIP),
    {"IOCSIZE_MASK", 0x3fff0000},
    {"IOCSIZE_SHIFT", 16},
    {NULL, 0},
};

static int init(py_module *m)
{
    error = py_module_exception(m, "termios.error", &py_Exception);
    return error ? py_module_set_ints(m, constants) : -1;
}

const struct py_moduledef py_module_termios = {
    "termios", "Settings of terminals, as POSIX defines them.", functions,
    init};
