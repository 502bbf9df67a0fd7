/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting programs, with nothing of the user's environment and a limit on time. */
#include <config.h>

#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "initscope/clock.h"
#include "initscope/file.h"
#include "initscope/memory.h"

enum { CANNOT_START = 127 };

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* Relative entries of PATH, "." and the empty one among them, would run what lies in the directory
 * of the data: they are skipped. */
static char *in_path(const char *name)
{
    const char *entry = getenv("PATH");
    if (entry == NULL) entry = "/usr/local/bin:/usr/bin:/bin";
    while (*entry != '\0') {
        size_t length = strcspn(entry, ":");
        if (entry[0] == '/') {
            ins_text directory = {0};
            ins_text_add_bytes(&directory, entry, length);
            char *path = ins_path_join(directory.data, name);
            ins_text_free(&directory);
            if (is_program(path)) return path;
            free(path);
        }
        entry += length + (entry[length] == ':');
    }
    return NULL;
}

char *ins_program_find(const char *name)
{
    if (strchr(name, '/') == NULL) return in_path(name);
    /* The child is started elsewhere. */
    char *path = ins_path_resolve(name);
    if (path != NULL && is_program(path)) return path;
    free(path);
    return NULL;
}

/* What the caller of this program has left open is not the child's: only the three standard ones
 * are. In the child. */
static void close_others(void)
{
    enum { FIRST = STDERR_FILENO + 1, MOST = 65536 };
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)FIRST, ~0U, 0U) == 0) return;
#endif
    struct rlimit limit;
    int most = MOST;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < MOST) most = (int)limit.rlim_cur;
    for (int file = FIRST; file < most; file++) close(file);
}

/* In the child, where only async-signal-safe calls are allowed. */
static _Noreturn void become(const ins_program *program, const char *directory, int said)
{
    static char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent",
                                        "LC_ALL=C.UTF-8", "TZ=UTC0", NULL};
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGXFSZ};
    sigset_t none;
    setpgid(0, 0);
#ifdef PR_SET_PDEATHSIG
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* Ctrl-C reaches the parent's group alone */
#endif
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) signal(signals[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDWR);
    int mute = program->heard == STDOUT_FILENO ? STDERR_FILENO : STDOUT_FILENO;
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, mute) < 0 ||
        dup2(said, program->heard) < 0 || chdir(directory) != 0) {
        _exit(CANNOT_START);
    }
    close_others();
    execve(program->path, (char *const *)program->arguments, environment);
    _exit(CANNOT_START);
}

/* What can be read now; false at the end of the pipe. */
static bool collect(int pipe, size_t most, ins_text *said)
{
    char buffer[4096];
    ssize_t count = read(pipe, buffer, sizeof buffer);
    if (count > 0 && said->length < most) {
        size_t room = most - said->length;
        ins_text_add_bytes(said, buffer, (size_t)count < room ? (size_t)count : room);
    }
    return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

/* Waits for the child; false when it had to be killed. */
static bool attend(pid_t child, int pipe, double deadline, size_t most, ins_text *said, int *status)
{
    bool open_pipe = true;
    const struct timespec pause = {0, 5000000};
    for (;;) {
        struct pollfd ready = {pipe, POLLIN, 0};
        if (!open_pipe) {
            nanosleep(&pause, NULL);
        } else if (poll(&ready, 1, 20) > 0) {
            open_pipe = collect(pipe, most, said);
        }
        pid_t done = waitpid(child, status, WNOHANG);
        if (done == child) {
            while (open_pipe && poll(&ready, 1, 0) > 0) open_pipe = collect(pipe, most, said);
            return true;
        }
        if (ins_seconds_now() < deadline) continue;
        kill(-child, SIGKILL);
        kill(child, SIGKILL);
        while (waitpid(child, status, 0) < 0 && errno == EINTR) continue;
        return false;
    }
}

/* The first line of what was said that is not empty, safe to show. */
static const char *first_line(const ins_text *said, char out[INS_DISPLAY_SIZE])
{
    const char *line = said->data + strspn(said->data, "\n \t^");
    return ins_display(out, line, strcspn(line, "\n"));
}

static ins_status judge(const char *name, int status, const ins_text *said, ins_error *error)
{
    char shown[INS_DISPLAY_SIZE];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return INS_OK;
    if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_START) {
        return ins_error_add(error, INS_RENDER, "%s: cannot be started", name);
    }
    if (WIFSIGNALED(status)) {
        return ins_error_add(error, INS_RENDER, "%s: ended by signal %d", name, WTERMSIG(status));
    }
    return ins_error_add(error, INS_RENDER, "%s: failed (got \"%s\")", name,
                         first_line(said, shown));
}

typedef struct process {
    pid_t child; /* 0: not started */
    int pipe;    /* what it says */
} process;

static ins_status start(const ins_program *program, const char *directory, process *out,
                        ins_error *error)
{
    const char *name = program->arguments[0];
    int ends[2];
    if (pipe(ends) != 0) {
        return ins_error_add(error, INS_RENDER, "%s: no pipe: %s", name, strerror(errno));
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    pid_t child = fork();
    if (child == 0) become(program, directory, ends[1]);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return ins_error_add(error, INS_RENDER, "%s: no process: %s", name, strerror(errno));
    }
    setpgid(child, child); /* as the child does: whoever comes first */
    *out = (process){child, ends[0]};
    return INS_OK;
}

ins_status ins_programs_run(const ins_program *program, size_t count, const char *directory,
                            unsigned seconds, size_t most, ins_text *said, ins_error *error)
{
    process *running = ins_allocate(count, sizeof *running, "processes");
    double deadline = ins_seconds_now() + seconds;
    ins_status status = INS_OK; /* of the first failure, which is the one told of those that ran */
    for (size_t i = 0; i < count; i++) {
        ins_status started = start(&program[i], directory, &running[i], error);
        if (status == INS_OK) status = started;
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = program[i].arguments[0];
        ins_text words = {0};
        int ending = 0;
        if (running[i].child == 0) continue;
        ins_text_add(&words, "");
        bool ended = attend(running[i].child, running[i].pipe, deadline, most, &words, &ending);
        close(running[i].pipe);
        if (status == INS_OK && ended) {
            status = judge(name, ending, &words, error);
        } else if (status == INS_OK) {
            status =
                ins_error_add(error, INS_RENDER, "%s: stopped after %u seconds", name, seconds);
        }
        ins_text_add(said, words.data);
        ins_text_free(&words);
    }
    free(running);
    return status;
}
