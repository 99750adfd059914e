/*
 * known.c: the table of external functions. What is not here may do anything.
 * errno set by mathematical functions is not counted: programs that look at it
 * are rarer than loops that call sin.
 */
#include "codegen/known.h"

#include <string.h>

#include "codegen/util.h"

static const struct {
    unsigned what;
    const char *names;
} table[] = {
    {KNOWN_ELIDABLE, "sin cos tan asin acos atan atan2 sinh cosh tanh asinh "
                     "acosh atanh exp exp2 expm1 log log2 "
                     "log10 log1p pow sqrt cbrt hypot floor ceil trunc round "
                     "rint nearbyint fabs fmod remainder "
                     "copysign ldexp scalbn nextafter fmin fmax fdim fma erf "
                     "erfc tgamma lgamma lround llround "
                     "lrint llrint sinf cosf tanf expf logf powf sqrtf floorf "
                     "ceilf fabsf fmodf truncf roundf "
                     "abs labs llabs isalpha isdigit isalnum isspace isupper "
                     "islower isxdigit ispunct isprint "
                     "toupper tolower __isnan __isinf __finite __signbit"},
    {KNOWN_READS,
     "strlen strnlen strcmp strncmp strcasecmp strncasecmp memcmp bcmp memchr "
     "memrchr memmem "
     "strchr strrchr strstr strspn strcspn strpbrk strcoll atoi atol atoll "
     "atof getenv "
     "__ctype_b_loc __ctype_tolower_loc __ctype_toupper_loc __gmpz_cmp "
     "__gmpz_cmp_si "
     "__gmpz_cmp_ui __gmpz_cmp_d __gmpz_cmpabs __gmpz_sizeinbase __gmpz_get_d "
     "__gmpz_get_si "
     "__gmpz_get_ui __gmpz_fits_slong_p __gmpz_fits_ulong_p __gmpz_tstbit "
     "__gmpz_popcount "
     "__gmpz_scan1 __gmpz_scan0 __gmpz_size __gmpz_getlimbn __gmpz_divisible_p "
     "__gmpz_divisible_ui_p __gmpz_congruent_p __gmpn_cmp __gmpn_mod_1 "
     "__gmpn_scan1 "
     "__gmpz_limbs_read __gmpz_get_str"},
    {KNOWN_READS | KNOWN_GMP | KNOWN_LIMBS,
     "__gmpn_add __gmpn_add_n __gmpn_mul __gmpn_sub __gmpn_sub_n "
     "__gmpz_export"},
    {KNOWN_READS | KNOWN_ERRNO, "printf puts putchar fputs fputc putc fprintf "
                                "vprintf vfprintf fwrite fflush perror write "
                                "putchar_unlocked fputc_unlocked putc_unlocked "
                                "fwrite_unlocked __printf_chk __fprintf_chk "
                                "fclose fseek rewind strdup strndup"},
    {KNOWN_READS | KNOWN_WRITES | KNOWN_ERRNO,
     "memcpy memmove memset strcpy strncpy strcat strncat stpcpy sprintf "
     "snprintf vsnprintf "
     "vsprintf __sprintf_chk __snprintf_chk strtol strtoul strtoll strtoull "
     "strtod fread fgets "
     "read getline frexp modf sincos gettimeofday clock_gettime time times "
     "getrusage realloc "
     "mempcpy explicit_bzero"},
    {KNOWN_ERRNO, "malloc calloc free aligned_alloc posix_memalign getchar "
                  "fgetc getc fgetc_unlocked "
                  "getc_unlocked ungetc feof ferror fopen clock getpid rand "
                  "srand random drand48 usleep sleep "
                  "tw_gc_new tw_gc_new_var tw_gc_malloc tw_gc_malloc_atomic "
                  "tw_gc_malloc_uncollectable "
                  "tw_gc_free_uncollectable tw_gc_set_finalizer "
                  "tw_gc_finalizers_waiting tw_gc_weaklink "
                  "tw_gc_weaklink_remove tw_gc_init tw_gc_collect tw_gc_enable "
                  "tw_gc_heap_size tw_gc_free tw_gc_threads_begin "
                  "tw_gc_external tw_gc_thread_enter tw_gc_thread_leave"},
    {KNOWN_READS | KNOWN_ERRNO,
     "tw_gc_realloc tw_gc_set_finalizer_notifier access chdir chmod chown "
     "chroot clearerr close "
     "closedir dup dup2 execv execve fchdir fchmod fdatasync fdopen fileno "
     "fseeko fsync ftello "
     "ftruncate getegid geteuid getgid getlogin getpgid getpgrp getppid getuid "
     "isatty kill killpg "
     "lchown link lseek mkdir mkfifo mktime nice open opendir readdir rename "
     "rmdir setegid setenv "
     "seteuid setgid setpgid setsid setuid setvbuf signal sigaction strerror "
     "strtod_l symlink "
     "sysconf ttyname tzset umask unlink unsetenv utimes fork localeconv "
     "newlocale strchrnul "
     "gnu_dev_major gnu_dev_minor __uflow"},
    {KNOWN_READS | KNOWN_WRITES | KNOWN_ERRNO,
     "stat fstat lstat getcwd getgroups getloadavg getrandom getrlimit "
     "gmtime_r localtime_r "
     "nanosleep pipe readlink realpath strftime uname wait waitpid __getdelim "
     "dirname"},
    {0, "__errno_location exit _exit abort __assert_fail __stack_chk_fail"},
    {KNOWN_READS | KNOWN_GMP,
     "__gmpz_init __gmpz_clear __gmpz_init_set __gmpz_init_set_si "
     "__gmpz_init_set_ui "
     "__gmpz_init_set_d __gmpz_init2 __gmpz_set __gmpz_set_si __gmpz_set_ui "
     "__gmpz_set_d "
     "__gmpz_swap __gmpz_add __gmpz_add_ui __gmpz_sub __gmpz_sub_ui "
     "__gmpz_ui_sub __gmpz_mul "
     "__gmpz_mul_si __gmpz_mul_ui __gmpz_mul_2exp __gmpz_neg __gmpz_abs "
     "__gmpz_com __gmpz_and "
     "__gmpz_ior __gmpz_xor __gmpz_fdiv_q __gmpz_fdiv_r __gmpz_fdiv_qr "
     "__gmpz_fdiv_q_2exp "
     "__gmpz_fdiv_r_2exp __gmpz_fdiv_ui __gmpz_fdiv_q_ui __gmpz_fdiv_qr_ui "
     "__gmpz_tdiv_q "
     "__gmpz_tdiv_r __gmpz_tdiv_qr __gmpz_tdiv_q_ui __gmpz_tdiv_qr_ui "
     "__gmpz_tdiv_q_2exp "
     "__gmpz_pow_ui __gmpz_powm __gmpz_powm_ui __gmpz_ui_pow_ui __gmpz_sqrt "
     "__gmpz_setbit "
     "__gmpz_clrbit __gmpz_addmul __gmpz_submul __gmpz_addmul_ui "
     "__gmpz_submul_ui "
     "__gmpz_clears __gmpz_inits __gmpz_init_set_str __gmpz_roinit_n "
     "__gmpz_divexact __gmpz_gcd __gmpz_realloc2 __gmpz_limbs_write "
     "__gmpz_limbs_finish"},
};

int known_function(const char *name, unsigned *what)
{
    static struct strmap known;

    if (!known.n) {
        for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
            char *names = cg_strdup(table[k].names), *save = NULL;

            for (char *s = strtok_r(names, " ", &save); s;
                 s = strtok_r(NULL, " ", &save))
                strmap_set(&known, s, strlen(s), table[k].what + 1);
        }
    }
    *what = strmap_get(&known, name, strlen(name));
    return (*what)-- != 0;
}
