/*
 * signal.h: signals, for the start of the program, for threads and after fork.
 */
#ifndef PY_SIGNAL_H
#define PY_SIGNAL_H

void py_signals_init(void); /* SIGINT becomes KeyboardInterrupt */
void py_signals_after_fork(void);
/* As if the signal had come. */
void py_signal_trip(int sig);
int py_signals_waiting(void);

#endif
