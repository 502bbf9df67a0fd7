/* Starting gnuplot, with nothing of the user's environment and a limit on time. */
#include <config.h>

#include "initscope/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "initscope/file.h"
#include "initscope/memory.h"

enum { MOST_MESSAGES = 1 << 16, CANNOT_START = 127 };

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

char *ins_gnuplot_find(const char *wanted)
{
    if (wanted == NULL || *wanted == '\0') wanted = getenv("GNUPLOT");
    if (wanted == NULL || *wanted == '\0') wanted = "gnuplot";
    if (strchr(wanted, '/') == NULL) return in_path(wanted);
    /* Relative to where the user is now; the child is started elsewhere. */
    char *path = ins_path_resolve(wanted);
    if (path != NULL && is_program(path)) return path;
    free(path);
    return NULL;
}

/* In the child, where only async-signal-safe calls are allowed. */
static _Noreturn void become(const char *program, const char *directory, char *const argv[],
                             int messages)
{
    static char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent",
                                        "LC_ALL=C.UTF-8", "TZ=UTC0", NULL};
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGXFSZ};
    sigset_t none;
    setpgid(0, 0);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* Ctrl-C reaches the parent's group alone */
#endif
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) signal(signals[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        dup2(messages, STDERR_FILENO) < 0 || chdir(directory) != 0) {
        _exit(CANNOT_START);
    }
    if (null > STDERR_FILENO) close(null);
    execve(program, argv, environment);
    _exit(CANNOT_START);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* What can be read now; false at the end of the pipe. */
static bool collect(int pipe, ins_text *messages)
{
    char buffer[4096];
    ssize_t count = read(pipe, buffer, sizeof buffer);
    if (count > 0 && messages->length < MOST_MESSAGES) {
        ins_text_add_bytes(messages, buffer, (size_t)count);
    }
    return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

/* Waits for the child; false when it had to be killed. */
static bool attend(pid_t child, int pipe, double deadline, ins_text *messages, int *status)
{
    bool open_pipe = true;
    const struct timespec pause = {0, 5000000};
    for (;;) {
        struct pollfd ready = {pipe, POLLIN, 0};
        if (!open_pipe) {
            nanosleep(&pause, NULL);
        } else if (poll(&ready, 1, 20) > 0) {
            open_pipe = collect(pipe, messages);
        }
        pid_t done = waitpid(child, status, WNOHANG);
        if (done == child) {
            while (open_pipe && poll(&ready, 1, 0) > 0) open_pipe = collect(pipe, messages);
            return true;
        }
        if (seconds_now() < deadline) continue;
        kill(-child, SIGKILL);
        kill(child, SIGKILL);
        while (waitpid(child, status, 0) < 0 && errno == EINTR) continue;
        return false;
    }
}

/* The first line of what gnuplot said that is not empty, safe to show. */
static const char *first_line(const ins_text *messages, char out[INS_DISPLAY_SIZE])
{
    const char *line = messages->length > 0 ? messages->data : "";
    line += strspn(line, "\n \t^");
    return ins_display(out, line, strcspn(line, "\n"));
}

static ins_status judge(int status, const ins_text *messages, ins_error *error)
{
    char shown[INS_DISPLAY_SIZE];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return INS_OK;
    if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_START) {
        return ins_error_add(error, INS_RENDER, "gnuplot: cannot be started");
    }
    if (WIFSIGNALED(status)) {
        return ins_error_add(error, INS_RENDER, "gnuplot: ended by signal %d", WTERMSIG(status));
    }
    return ins_error_add(error, INS_RENDER, "gnuplot: failed (got \"%s\")",
                         first_line(messages, shown));
}

typedef struct process {
    pid_t child; /* 0: not started */
    int pipe;    /* what it says */
} process;

static ins_status start(const char *gnuplot, const char *directory, ins_gnuplot_job job,
                        process *out, ins_error *error)
{
    char *argv[6];
    size_t count = 0;
    argv[count++] = (char *)"gnuplot";
    argv[count++] = (char *)"-d";
    if (job.command != NULL) {
        argv[count++] = (char *)"-e";
        argv[count++] = (char *)job.command;
    }
    if (job.script != NULL) argv[count++] = (char *)job.script;
    argv[count] = NULL;

    int ends[2];
    if (pipe(ends) != 0) {
        return ins_error_add(error, INS_RENDER, "gnuplot: no pipe: %s", strerror(errno));
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    pid_t child = fork();
    if (child == 0) become(gnuplot, directory, argv, ends[1]);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return ins_error_add(error, INS_RENDER, "gnuplot: no process: %s", strerror(errno));
    }
    setpgid(child, child); /* as the child does: whoever comes first */
    *out = (process){child, ends[0]};
    return INS_OK;
}

ins_status ins_gnuplot_run_all(const char *gnuplot, const char *directory,
                               const ins_gnuplot_job *job, size_t count, unsigned seconds,
                               ins_text *messages, ins_error *error)
{
    process *running = ins_allocate(count, sizeof *running, "processes");
    double deadline = seconds_now() + seconds;
    for (size_t i = 0; i < count; i++) start(gnuplot, directory, job[i], &running[i], error);
    for (size_t i = 0; i < count; i++) {
        ins_text said = {0};
        int status = 0;
        if (running[i].child == 0) continue;
        ins_text_add(&said, "");
        bool ended = attend(running[i].child, running[i].pipe, deadline, &said, &status);
        close(running[i].pipe);
        if (error->status != INS_OK) { /* the first failure is told */
        } else if (!ended) {
            ins_error_add(error, INS_RENDER, "gnuplot: stopped after %u seconds", seconds);
        } else {
            judge(status, &said, error);
        }
        ins_text_add(messages, said.data);
        ins_text_free(&said);
    }
    free(running);
    return error->status;
}

ins_status ins_gnuplot_run(const char *gnuplot, const char *directory, const char *command,
                           const char *script, unsigned seconds, ins_text *messages,
                           ins_error *error)
{
    const ins_gnuplot_job job = {command, script};
    return ins_gnuplot_run_all(gnuplot, directory, &job, 1, seconds, messages, error);
}

void ins_gnuplot_version(const char *gnuplot, const char *directory, ins_text *out)
{
    ins_error ignored = {0};
    ins_text said = {0};
    /* print writes to standard error. */
    if (ins_gnuplot_run(gnuplot, directory, "print GPVAL_VERSION,'.',GPVAL_PATCHLEVEL", NULL, 10,
                        &said, &ignored) == INS_OK) {
        for (size_t i = 0; i < said.length && out->length < 20; i++) {
            bool fits = (said.data[i] >= '0' && said.data[i] <= '9') || said.data[i] == '.';
            if (fits) ins_text_add_bytes(out, said.data + i, 1);
        }
    }
    ins_text_free(&said);
}
