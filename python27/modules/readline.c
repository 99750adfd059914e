/*
 * readline.c: the module readline, over GNU readline: line editing, history and
 * completion. Its import sets py_readline_hook, by which raw_input, and so the
 * prompt, reads from a terminal.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "modules/modutil.h"
#include "objects/fileobject.h"
#include "objects/threads.h"

static py_object *completer, *startup_hook, *pre_input_hook, *display_hook;
static py_object *begin_index, *end_index;
static int history_limit = -1; /* lines that write_history_file keeps */

/* ------------------------------------------------------------------- history */

static py_object *io_result(int err)
{
    errno = err;
    return err ? py_raise_errno(&py_IOError) : py_None;
}

static const char *optional_path(py_object *o, const char *fname, int *bad)
{
    const char *s = NULL;

    if (o && o != py_None)
        *bad = !(s = py_arg_path(o, fname, 1));
    return s;
}

static py_object *r_read_history_file(py_object *self, py_object *name)
{
    int bad = 0;
    const char *s = optional_path(name, "read_history_file", &bad);

    (void)self;
    return bad ? NULL : io_result(read_history(s));
}

static py_object *r_write_history_file(py_object *self, py_object *name)
{
    int bad = 0, err;
    const char *s = optional_path(name, "write_history_file", &bad);

    (void)self;
    if (bad)
        return NULL;
    err = write_history(s);
    if (!err && history_limit >= 0)
        history_truncate_file(s, history_limit);
    return io_result(err);
}

static py_object *r_read_init_file(py_object *self, py_object *name)
{
    int bad = 0;
    const char *s = optional_path(name, "read_init_file", &bad);

    (void)self;
    return bad ? NULL : io_result(rl_read_init_file(s));
}

static py_object *r_get_history_length(py_object *self)
{
    (void)self;
    return py_int_new(history_limit);
}

static py_object *r_set_history_length(py_object *self, py_object *n)
{
    (void)self;
    return py_arg_int(n, &history_limit) < 0 ? NULL : py_None;
}

static py_object *r_get_current_history_length(py_object *self)
{
    (void)self;
    return py_int_new(history_length);
}

static py_object *r_get_history_item(py_object *self, py_object *index)
{
    int i;
    HIST_ENTRY *e;

    (void)self;
    if (py_arg_int(index, &i) < 0)
        return NULL;
    e = history_get(i);
    return e ? (py_object *)py_str_from(e->line) : py_None;
}

static py_object *drop(HIST_ENTRY *e, int pos)
{
    if (!e)
        return py_raise(&py_ValueError, "No history item at position %d", pos);
    free(free_history_entry(e));
    return py_None;
}

static int position(py_object *o, int *pos)
{
    if (py_arg_int(o, pos) < 0)
        return -1;
    return *pos < 0
               ? py_raise_i(&py_ValueError, "History index cannot be negative")
               : 0;
}

static py_object *r_remove_history_item(py_object *self, py_object *index)
{
    int pos;

    (void)self;
    return position(index, &pos) < 0 ? NULL : drop(remove_history(pos), pos);
}

static py_object *r_replace_history_item(py_object *self, py_object *index,
                                         py_object *line)
{
    int pos;
    const char *s;

    (void)self;
    if (position(index, &pos) < 0 ||
        !(s = py_arg_cstr(line, "replace_history_item", 2)))
        return NULL;
    return drop(replace_history_entry(pos, s, NULL), pos);
}

static py_object *r_add_history(py_object *self, py_object *line)
{
    const char *s = py_arg_cstr(line, "add_history", 1);

    (void)self;
    if (!s)
        return NULL;
    add_history(s);
    return py_None;
}

static py_object *r_clear_history(py_object *self)
{
    (void)self;
    clear_history();
    return py_None;
}

/* --------------------------------------------------------------------- hooks */

static py_object *set_hook(const char *what, py_object **hook, py_object *f)
{
    if (f && f != py_None && !py_callable(f))
        return py_raise(&py_TypeError, "set_%s(func): argument not callable",
                        what);
    *hook = f == py_None ? NULL : f;
    return py_None;
}

/* The library's hooks run while this thread holds the lock. An error in one has
 * nobody to go to. */
static int run_hook(py_object *f)
{
    py_object *r = f ? py_call0(f) : py_None;
    int v = 0;

    if (!r || (r != py_None && py_arg_int(r, &v) < 0))
        py_err_clear();
    return v;
}

static int on_startup(void)
{
    return run_hook(startup_hook);
}

static int on_pre_input(void)
{
    return run_hook(pre_input_hook);
}

static void on_display(char **matches, int n, int longest)
{
    py_list *l = py_list_new();

    for (int i = 1; i <= n; i++)
        if (py_list_append(l, (py_object *)py_str_from(matches[i])) < 0)
            return py_err_clear();
    if (!py_call3(display_hook, (py_object *)py_str_from(matches[0]), &l->base,
                  py_int_new(longest)))
        py_err_clear();
}

static char *next_completion(const char *text, int state)
{
    py_object *r;

    rl_attempted_completion_over = 1; /* no file names after ours */
    r = completer ? py_call2(completer, (py_object *)py_str_from(text),
                             py_int_new(state))
                  : py_None;
    if (!r || (r != py_None && !py_is_str(r))) {
        py_err_clear();
        return NULL;
    }
    return r == py_None ? NULL : strdup(py_str_cstr((py_str *)r));
}

static char **complete(const char *text, int start, int end)
{
    rl_completion_append_character = '\0';
    rl_completion_suppress_append = 0;
    begin_index = py_int_new(start);
    end_index = py_int_new(end);
    return rl_completion_matches(text, next_completion);
}

static py_object *r_set_startup_hook(py_object *self, py_object *f)
{
    (void)self;
    return set_hook("startup_hook", &startup_hook, f);
}

static py_object *r_set_pre_input_hook(py_object *self, py_object *f)
{
    (void)self;
    return set_hook("pre_input_hook", &pre_input_hook, f);
}

static py_object *r_set_display_hook(py_object *self, py_object *f)
{
    py_object *r =
        set_hook("completion_display_matches_hook", &display_hook, f);

    (void)self;
    rl_completion_display_matches_hook = display_hook ? on_display : NULL;
    return r;
}

static py_object *r_set_completer(py_object *self, py_object *f)
{
    (void)self;
    return set_hook("completer", &completer, f);
}

static py_object *r_get_completer(py_object *self)
{
    (void)self;
    return completer ? completer : py_None;
}

static py_object *r_get_completion_type(py_object *self)
{
    (void)self;
    return py_int_new(rl_completion_type);
}

static py_object *r_get_begidx(py_object *self)
{
    (void)self;
    return begin_index ? begin_index : py_None;
}

static py_object *r_get_endidx(py_object *self)
{
    (void)self;
    return end_index ? end_index : py_None;
}

static py_object *r_set_completer_delims(py_object *self, py_object *delims)
{
    static char *ours;
    const char *s = py_arg_cstr(delims, "set_completer_delims", 1);

    (void)self;
    if (!s)
        return NULL;
    free(ours);
    rl_completer_word_break_characters = ours = strdup(s);
    return py_None;
}

static py_object *r_get_completer_delims(py_object *self)
{
    (void)self;
    return (py_object *)py_str_from(rl_completer_word_break_characters);
}

/* ---------------------------------------------------------------------- line */

static py_object *r_parse_and_bind(py_object *self, py_object *line)
{
    const char *s = py_arg_cstr(line, "parse_and_bind", 1);
    char *copy = s ? strdup(s) : NULL; /* the library writes into it */

    (void)self;
    if (!copy)
        return s ? py_raise_nomemory() : NULL;
    rl_parse_and_bind(copy);
    free(copy);
    return py_None;
}

static py_object *r_get_line_buffer(py_object *self)
{
    (void)self;
    return (py_object *)py_str_from(rl_line_buffer ? rl_line_buffer : "");
}

static py_object *r_insert_text(py_object *self, py_object *text)
{
    const char *s = py_arg_cstr(text, "insert_text", 1);

    (void)self;
    if (!s)
        return NULL;
    rl_insert_text(s);
    return py_None;
}

static py_object *r_redisplay(py_object *self)
{
    (void)self;
    rl_redisplay();
    return py_None;
}

static char *line; /* what on_line was given */
static int line_done;

static void on_line(char *s)
{
    line = s;
    line_done = 1;
    rl_callback_handler_remove();
}

/* The body of py_readline_hook. Waits for keys outside the library, so that other
 * threads run and a signal gets through at once. */
static py_object *read_line(const char *prompt)
{
    struct pollfd in = {.fd = fileno(rl_instream), .events = POLLIN};
    py_str *s;
    int n;

    line_done = 0;
    rl_callback_handler_install(prompt, on_line);
    while (!line_done) {
        if (PY_BLOCKING(poll(&in, 1, -1)) > 0) {
            rl_callback_read_char();
        } else if (errno != EINTR || py_action_run() < 0) {
            rl_free_line_state();
            rl_callback_sigcleanup();
            rl_callback_handler_remove();
            if (py_err_occurred())
                return NULL;
            return py_raise_errno(&py_IOError);
        }
    }
    if (!line)
        return py_raise_none(&py_EOFError);
    n = history_length;
    if (*line && (!n || strcmp(history_get(history_base + n - 1)->line, line)))
        add_history(line);
    s = py_str_from(line);
    free(line);
    return (py_object *)s;
}

/* -------------------------------------------------------------------- module */

static const struct py_methoddef methods[] = {
    PY_M1("parse_and_bind", r_parse_and_bind,
          "Takes one line of an init file."),
    PY_M(0, 1, "read_init_file", r_read_init_file, "Reads an init file."),
    PY_M0("get_line_buffer", r_get_line_buffer, "The line as it stands."),
    PY_M1("insert_text", r_insert_text, "Inserts text into the line."),
    PY_M0("redisplay", r_redisplay, "Shows the line anew."),
    PY_M(0, 1, "read_history_file", r_read_history_file, "Loads the history."),
    PY_M(0, 1, "write_history_file", r_write_history_file,
         "Saves the history."),
    PY_M0("get_history_length", r_get_history_length,
          "How many lines are saved at most; negative: all."),
    PY_M1("set_history_length", r_set_history_length, "Sets that number."),
    PY_M0("get_current_history_length", r_get_current_history_length,
          "How many lines the history has."),
    PY_M1("get_history_item", r_get_history_item, "A line, counted from 1."),
    PY_M1("remove_history_item", r_remove_history_item,
          "Takes out a line, counted from 0."),
    PY_M2("replace_history_item", r_replace_history_item,
          "Replaces a line, counted from 0."),
    PY_M1("add_history", r_add_history, "Appends a line."),
    PY_M0("clear_history", r_clear_history, "Forgets all lines."),
    PY_M(0, 1, "set_completer", r_set_completer,
         "Sets the function f(text, i) that gives the i-th completion."),
    PY_M0("get_completer", r_get_completer, "That function, or None."),
    PY_M0("get_completion_type", r_get_completion_type,
          "The kind of completion that is tried."),
    PY_M0("get_begidx", r_get_begidx, "Where the completed word begins."),
    PY_M0("get_endidx", r_get_endidx, "Where it ends."),
    PY_M1("set_completer_delims", r_set_completer_delims,
          "Sets the characters between words."),
    PY_M0("get_completer_delims", r_get_completer_delims,
          "The characters between words."),
    PY_M(0, 1, "set_completion_display_matches_hook", r_set_display_hook,
         "Sets the function that shows completions."),
    PY_M(0, 1, "set_startup_hook", r_set_startup_hook,
         "Sets the function called before the prompt."),
    PY_M(0, 1, "set_pre_input_hook", r_set_pre_input_hook,
         "Sets the function called between prompt and reading."),
    PY_MEND,
};

static int init(py_module *m)
{
    using_history();
    rl_readline_name = "python";
    rl_catch_signals = 0;
    rl_attempted_completion_function = complete;
    rl_completer_word_break_characters =
        " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?";
    rl_startup_hook = on_startup;
    rl_pre_input_hook = on_pre_input;
    rl_bind_key('\t', rl_insert);
    rl_bind_key_in_map('\t', rl_complete, emacs_meta_keymap);
    rl_bind_key_in_map('\033', rl_complete, emacs_meta_keymap);
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_initialize();
    py_readline_hook = read_line;
    if (py_module_set_int(m, "_READLINE_VERSION", RL_READLINE_VERSION) < 0)
        return -1;
    return py_module_set_int(m, "_READLINE_RUNTIME_VERSION",
                             rl_readline_version);
}

const struct py_moduledef py_module_readline = {
    "readline", "Line editing by GNU readline.", methods, init};
