/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A library to be preloaded, under which one chosen call of the program fails.
 *
 *     FAULT=KIND,N       the N-th call of the kind fails, once: memory, open, list (a
 *                        directory), read, write, sync, rename, close, make (a directory), cut
 *                        (truncation), start (pipe and fork); "any" counts all but memory and read
 *     FAULT=KIND,N,on    so do all calls of the kind from the N-th on
 *     FAULT=KIND,N,kill  the process is killed before the call
 *     FAULT=short        reads and writes do half of what was asked, and every second call of those
 *                        that may be interrupted fails with EINTR
 *     FAULT_LOG=FILE     gets a line "fired KIND N FUNCTION PATH" when a call failed; at the end a
 *                        line "calls KIND COUNT" for each kind, and "live COUNT", the blocks of
 *                        memory that were not freed
 *     FAULT_TRACE=FILE   gets "change INODE", "sync INODE" and "rename INODE NAME", as they happen
 *
 * Calls are counted from the beginning of main, in the process that was started: not in children
 * that it forks, and not in those that they become. Calls within the C library are not seen, except
 * for memory.
 *
 * This file has the plan, the program's beginning and end, and memory; fault_calls.c has the rest.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fault.h"

static const struct {
    const char *name;
    int reason; /* errno of the failure */
    bool interruptible;
} kinds[KINDS] = {
    [MEMORY] = {"memory", ENOMEM, false}, [OPEN] = {"open", EMFILE, true},
    [LIST] = {"list", EMFILE, false},     [READ] = {"read", EIO, true},
    [WRITE] = {"write", ENOSPC, true},    [SYNC] = {"sync", EIO, true},
    [RENAME] = {"rename", EXDEV, false},  [CLOSE] = {"close", EIO, false},
    [MAKE] = {"make", ENOSPC, false},     [CUT] = {"cut", EIO, true},
    [START] = {"start", EAGAIN, false},
};

static struct {
    pid_t process; /* 0 before main */
    int kind;      /* -1: none */
    unsigned long n;
    bool on, kill, halves;
    int log, trace; /* descriptors, -1 when not asked for */
} plan = {.kind = -1, .log = -1, .trace = -1};

static atomic_ulong calls[KINDS + 1];
static atomic_long live;

void *fault_real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

/* Lines go out by system calls alone: this file's own functions would count them. */
__attribute__((format(printf, 2, 3))) static void say(int file, const char *format, ...)
{
    char line[4400];
    va_list arguments;
    if (file < 0) return;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < sizeof line) syscall(SYS_write, file, line, (size_t)length);
}

static int open_quietly(const char *variable)
{
    const char *path = getenv(variable);
    if (path == NULL) return -1;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (file < 0) _exit(125);
    /* Out of the way of the descriptors that the program sees. */
    int high = (int)syscall(SYS_fcntl, file, F_DUPFD_CLOEXEC, 500);
    syscall(SYS_close, file);
    return high;
}

static bool counts(void)
{
    return plan.process != 0 && plan.process == (pid_t)syscall(SYS_getpid);
}

const char *fault_path(int file, char out[4097])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, out, 4096);
    out[length > 0 ? length : 0] = '\0';
    return out;
}

bool fault_due(int kind, const char *function, const char *path, int file)
{
    char buffer[4097] = "";
    if (!counts()) return false;
    unsigned long n = atomic_fetch_add(&calls[kind], 1) + 1;
    if (kind != MEMORY && kind != READ) {
        unsigned long all = atomic_fetch_add(&calls[ANY], 1) + 1;
        if (plan.kind == ANY) n = all;
    } else if (plan.kind == ANY) {
        return false;
    }
    if (plan.halves && kinds[kind].interruptible && n % 2 == 0) {
        errno = EINTR;
        return true;
    }
    if (plan.kind != kind && plan.kind != ANY) return false;
    if (n != plan.n && !(plan.on && n > plan.n)) return false;
    if (path == NULL) path = file >= 0 ? fault_path(file, buffer) : "";
    say(plan.log, "fired %s %lu %s %s\n", kinds[kind].name, n, function, path);
    if (plan.kill) syscall(SYS_kill, plan.process, SIGKILL);
    errno = kinds[kind].reason;
    return true;
}

void fault_trace(const char *what, int directory, const char *path, const char *name)
{
    struct stat status;
    if (plan.trace < 0 || !counts()) return;
    int reason = errno;
    int found = path != NULL ? fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW)
                             : fstat(directory, &status);
    if (found == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
        say(plan.trace, "%s %lu%s%s\n", what, (unsigned long)status.st_ino, name ? " " : "",
            name ? name : "");
    errno = reason;
}

void fault_trace_parent(int directory, const char *path)
{
    char parent[4097];
    const char *slash = strrchr(path, '/');
    size_t length = slash != NULL ? (size_t)(slash - path) : 0;
    if (length >= sizeof parent) return;
    memcpy(parent, path, length);
    parent[length] = '\0';
    fault_trace("change", directory, slash == NULL ? "." : length == 0 ? "/" : parent, NULL);
}

size_t fault_part(size_t size)
{
    return plan.halves && counts() ? (size + 1) / 2 : size;
}

/* The beginning and the end. */

static void read_plan(void)
{
    char text[64] = "", kind[32] = "", how[16] = "";
    const char *wanted = getenv("FAULT");
    if (wanted != NULL) snprintf(text, sizeof text, "%s", wanted);
    plan.halves = strcmp(text, "short") == 0;
    if (wanted != NULL && *text != '\0' && !plan.halves) {
        int found = sscanf(text, "%31[^,],%lu,%15s", kind, &plan.n, how);
        for (int i = 0; i < KINDS; i++)
            if (strcmp(kind, kinds[i].name) == 0) plan.kind = i;
        if (strcmp(kind, "any") == 0) plan.kind = ANY;
        plan.on = strcmp(how, "on") == 0;
        plan.kill = strcmp(how, "kill") == 0;
        if (found < 2 || plan.kind < 0 || plan.n == 0) _exit(125);
    }
    plan.log = open_quietly("FAULT_LOG");
    plan.trace = open_quietly("FAULT_TRACE");
    plan.process = (pid_t)syscall(SYS_getpid);
}

static void finish(void)
{
    if (!counts()) return;
    plan.process = 0;
    for (int i = 0; i < KINDS; i++) say(plan.log, "calls %s %lu\n", kinds[i].name, calls[i]);
    say(plan.log, "calls any %lu\nlive %ld\n", calls[ANY], live);
}

typedef int program(int, char **, char **);
static program *program_main;

static int main_under_plan(int argc, char **argv, char **environment)
{
    /* Registered last, called first: before the destructors of the libraries. */
    atexit(finish);
    read_plan();
    return program_main(argc, argv, environment);
}

int __libc_start_main(program *start, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end);
int __libc_start_main(program *start, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end)
{
    program_main = start;
    return REAL(__libc_start_main)(main_under_plan, argc, argv, init, fini, rtld_fini, stack_end);
}

/* Memory. dlsym may itself ask for some before the real functions are known. */

static _Alignas(64) char early[65536];
static size_t early_used;

static void *early_block(size_t size)
{
    size_t start = (early_used + 63) & ~(size_t)63;
    if (size > sizeof early - start) return NULL;
    early_used = start + size;
    return early + start;
}

static bool is_early(const void *block)
{
    return (uintptr_t)block >= (uintptr_t)early &&
           (uintptr_t)block < (uintptr_t)early + sizeof early;
}

static struct {
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void *(*aligned)(size_t, size_t);
    void (*free)(void *);
} heap;

/* False while they are being looked for. */
static bool heap_is_known(void)
{
    static bool asked;
    if (!asked) {
        asked = true;
        heap.malloc = REAL(malloc);
        heap.calloc = REAL(calloc);
        heap.aligned = REAL(aligned_alloc);
        heap.free = REAL(free);
        heap.realloc = REAL(realloc);
    }
    return heap.realloc != NULL;
}

static void *counted(void *block)
{
    if (block != NULL) atomic_fetch_add(&live, 1);
    return block;
}

void *malloc(size_t size)
{
    if (!heap_is_known()) return early_block(size);
    if (fault_due(MEMORY, "malloc", NULL, -1)) return NULL;
    return counted(heap.malloc(size));
}

void *calloc(size_t count, size_t size)
{
    if (!heap_is_known()) return early_block(count * size);
    if (fault_due(MEMORY, "calloc", NULL, -1)) return NULL;
    return counted(heap.calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    if (!heap_is_known() || is_early(block)) abort();
    if (fault_due(MEMORY, "realloc", NULL, -1)) return NULL;
    void *grown = heap.realloc(block, size);
    return block == NULL ? counted(grown) : grown;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    if (!heap_is_known()) return NULL;
    if (fault_due(MEMORY, "aligned_alloc", NULL, -1)) return NULL;
    return counted(heap.aligned(alignment, size));
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (!heap_is_known() || fault_due(MEMORY, "posix_memalign", NULL, -1)) return ENOMEM;
    void *made = heap.aligned(alignment, size);
    if (made == NULL) return ENOMEM;
    *block = counted(made);
    return 0;
}

void free(void *block)
{
    if (block == NULL || is_early(block) || !heap_is_known()) return;
    atomic_fetch_sub(&live, 1);
    heap.free(block);
}
