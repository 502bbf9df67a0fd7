/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: a safe start, what is common to all commands, the exit status. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#if defined HAVE_GETAUXVAL && defined HAVE_SYS_AUXV_H
#include <sys/auxv.h>
#endif
#include <unistd.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_version.h>

#include "cli.h"
#include "initscope/blas.h"
#include "initscope/safetensors.h"
#include "initscope/stream.h"
#include "initscope/team.h"
#include "initscope/zip.h"

/* A descriptor that is closed would be taken by the next file opened, and messages written into
 * it. */
static void open_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
            open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) != fd)
            _exit(INS_INTERNAL);
}

/* True for a program that is set-user-ID, set-group-ID or has got capabilities by being started. */
static bool has_foreign_privileges(void)
{
#if defined HAVE_GETAUXVAL && defined HAVE_SYS_AUXV_H
    return getauxval(AT_SECURE) != 0;
#else
    return geteuid() != getuid() || getegid() != getgid();
#endif
}

/* Writing to a full disk or a closed pipe is to be an error, not a death. */
static void ignore_write_signals(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

/* OpenBLAS maps a buffer of 128 MiB for each thread that multiplies, and for each of its own, which
 * began before main. Where a limit of the address space leaves no room it tries for ever, also
 * while the program exits: so the program ends here, at once. */
static void check_address_space(void)
{
    static const size_t buffer = (size_t)136 << 20;
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
    const char *setting = getenv("OPENBLAS_NUM_THREADS");
    bool alone = setting && strcmp(setting, "1") == 0;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t need = buffer * (alone || cores < 1 ? 1 : (size_t)cores);
    if (ins_address_space_has(need)) return;
    fprintf(stderr,
            "initscope: out of memory (need %zu bytes of address space for matrix products%s)\n",
            need, alone ? "" : "; less with OPENBLAS_NUM_THREADS=1");
    _exit(INS_INTERNAL);
}

/* GSL reports by status, which every caller checks; but its functions also ask for memory of their
 * own without looking whether they got it. */
static void on_gsl_error(const char *reason, const char *file, int line, int status)
{
    (void)file, (void)line;
    if (status == GSL_ENOMEM) ins_die("out of memory (GSL: %s)", reason);
}

static void print_version(void)
{
    printf("initscope %s\n", PACKAGE_VERSION);
    printf("GSL %s; BLAS: %s; compiler: %s; OpenMP: %s; MPI: %s; zlib %s; "
           "libzip %s; jansson %s\n",
           gsl_version, ins_blas_name(), ins_compiler(), ins_openmp(), ins_team_mpi(),
           ins_zlib_version(), ins_libzip_version(), ins_jansson_version());
    puts("License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.\n"
         "This is free software: you may change and share it. There is no warranty.");
}

static void unknown_command(const char *name, ins_error *error)
{
    char display[INS_DISPLAY_SIZE], guess[64] = "";
    const char *nearest = ins_command_nearest(name);
    bool flag = name[0] == '-';
    if (nearest) snprintf(guess, sizeof guess, "did you mean %s%s? ", flag ? "--" : "", nearest);
    ins_error_add(error, INS_USAGE, "unknown %s (got \"%s\"); %ssee `initscope --help`",
                  flag ? "option" : "command", ins_display(display, name, strlen(name)), guess);
}

static void run_command(const ins_command *command, int argc, char **argv, ins_error *error)
{
    ins_arena *arena = ins_arena_new();
    const ins_flag *flags = ins_command_flags(command, arena);
    ins_arguments arguments;
    if (ins_arguments_parse(argc, argv, flags, arena, &arguments, error) == INS_OK) {
        if (ins_arguments_value(&arguments, "help"))
            ins_help_print(command, arena);
        else
            command->run(&arguments, arena, error);
    }
    ins_arena_free(arena);
}

static void dispatch(int argc, char **argv, ins_error *error)
{
    if (argc < 2) {
        ins_error_add(error, INS_USAGE,
                      "usage: initscope COMMAND [OPTION]...; see `initscope --help`");
        return;
    }
    const ins_command *command = ins_command_find(argv[1]);
    if (command)
        run_command(command, argc - 1, argv + 1, error);
    else if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        ins_help_print_program(ins_commands, ins_program_flags, ins_exits);
    else if (strcmp(argv[1], "--version") == 0)
        print_version();
    else
        unknown_command(argv[1], error);
}

/* What was printed has arrived, or it is an error: a full disk shows only here. */
static void close_output(ins_error *error)
{
    int failed = ferror(stdout) ? errno : 0;
    errno = failed;
    if (fclose(stdout) != 0 || failed)
        ins_error_add(error, INS_OUTPUT, "write error: %s", strerror(errno ? errno : EIO));
}

static __attribute__((noinline)) int start(int argc, char **argv)
{
    if (has_foreign_privileges()) {
        fputs("initscope: refuses to run with the privileges of another user\n", stderr);
        return INS_USAGE;
    }
    ignore_write_signals();
    check_address_space();
    gsl_set_error_handler(on_gsl_error);

    ins_error error = {0};
    if (ins_blas_start(&error) == INS_OK) dispatch(argc, argv, &error);
    close_output(&error);
    ins_problems_print(&error);
    if (error.status == INS_INTERRUPTED) ins_signals_die();
    return (int)error.status;
}

/* Of the main thread, and of those that train: theirs are as large as this limit. Whoever runs out
 * of stack dies without a word. */
static void check_stack(void)
{
    enum { NEED = 256 /* KiB */ };
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= (rlim_t)NEED * 1024)
        return;
    fprintf(stderr, "initscope: out of memory (need %d KiB of stack, of which the limit is %lu)\n",
            NEED, (unsigned long)(limit.rlim_cur / 1024));
    _exit(INS_INTERNAL);
}

/* Nothing large lies in its frame: the stack is looked at first. */
int main(int argc, char **argv)
{
    open_standard_descriptors();
    check_stack();
    return start(argc, argv);
}
