/* The staging directory's lock and identity, and file operations that survive signals. */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/log_reader.h"
#include "initscope/memory.h"

#include "log_internal.h"

ins_status ins_log_check_kind(const char *path, ins_error *error)
{
    struct stat status;
    errno = 0;
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) errno = ENOTDIR;
    return errno == 0 || errno == ENOENT ? INS_OK : ins_file_problem(path, INS_OUTPUT, error);
}

int ins_log_open_file(const char *path, int flags)
{
    return ins_file_open(path, flags | O_NOFOLLOW);
}

int ins_log_cut(int file, size_t length)
{
    int result;
    do result = ftruncate(file, (off_t)length);
    while (result != 0 && errno == EINTR);
    return result;
}

/* "DIR: locked by process PID", as far as the holder has written it. */
static ins_status locked(const char *directory, int lock, ins_error *error)
{
    char pid[32];
    ssize_t length = pread(lock, pid, sizeof pid, 0);
    while (length > 0 && (pid[length - 1] < '0' || pid[length - 1] > '9')) length--;
    long long number;
    if (length > 0 && ins_parse_integer(pid, (size_t)length, 1, LLONG_MAX, &number))
        return ins_error_add(error, INS_OUTPUT, "%s: locked by process %lld", directory, number);
    return ins_error_add(error, INS_OUTPUT, "%s: locked by another process", directory);
}

/* The holder may have published the directory, or removed it, since the file was opened. */
static bool is_still_there(int lock, const char *path)
{
    struct stat mine, theirs;
    return fstat(lock, &mine) == 0 && stat(path, &theirs) == 0 && mine.st_ino == theirs.st_ino &&
           mine.st_dev == theirs.st_dev;
}

static ins_status take_lock(const char *directory, const char *path, int *lock, ins_error *error)
{
    int file = ins_log_open_file(path, O_RDWR | O_CREAT);
    if (file < 0) return ins_file_problem(path, INS_OUTPUT, error);
    ins_status status = INS_OK;
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        status = errno == EWOULDBLOCK ? locked(directory, file, error)
                                      : ins_file_problem(path, INS_OUTPUT, error);
    } else if (!is_still_there(file, path)) {
        status = ins_error_add(error, INS_OUTPUT, "%s: was finished by another process just now",
                               directory);
    } else {
        ins_text pid = {0};
        ins_text_add_format(&pid, "%ld\n", (long)getpid());
        if (ins_log_cut(file, 0) != 0 || ins_write_all(file, pid.data, pid.length) != 0)
            status = ins_file_problem(path, INS_OUTPUT, error);
        ins_text_free(&pid);
    }
    if (status == INS_OK)
        *lock = file;
    else
        close(file);
    return status;
}

ins_status ins_log_take_lock(const char *directory, const char *staging, int *lock,
                             ins_error *error)
{
    char *path = ins_path_join(staging, "lock");
    ins_status status = take_lock(directory, path, lock, error);
    free(path);
    return status;
}

static bool is_temporary(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".tmp") == 0;
}

/* Below the directory name of parent. A link is not followed. Best effort: what cannot be removed
 * is a file too many, not a wrong one. */
static void sweep(int parent, const char *name)
{
    int file = ins_file_open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    DIR *directory = file >= 0 ? fdopendir(file) : NULL;
    if (directory == NULL) {
        if (file >= 0) close(file);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (is_temporary(entry->d_name))
            unlinkat(dirfd(directory), entry->d_name, 0);
        else
            sweep(dirfd(directory), entry->d_name);
    }
    closedir(directory);
}

void ins_log_sweep(const char *staging)
{
    sweep(AT_FDCWD, staging);
}

/* Identities: "key = value" a line. */

static size_t line_length(const char *line)
{
    return strcspn(line, "\n");
}

static ins_status differs(const char *where, const char *what, const char *old, const char *new,
                          ins_error *error)
{
    char was[INS_DISPLAY_SIZE], is[INS_DISPLAY_SIZE];
    return ins_error_add(error, INS_USAGE, "%s: the %s run has \"%s\" (got \"%s\")", where, what,
                         ins_display(was, old, line_length(old)),
                         ins_display(is, new, line_length(new)));
}

ins_status ins_identity_check(const char *staging, const char *identity, ins_error *error)
{
    char *path = ins_path_join(staging, "identity");
    ins_text text = {0};
    ins_status status = ins_file_read(path, &text, INS_OUTPUT, error);
    free(path);
    if (status == INS_OK) {
        const char *old = text.data, *new = identity;
        while (*old != '\0' && *old == *new) old++, new ++;
        if (*old != *new) {
            while (old > text.data && old[-1] != '\n') old--, new --;
            status = differs(staging, "interrupted", old, new, error);
        }
    }
    ins_text_free(&text);
    return status;
}

/* The line of identity that has the key (with its " =") that line begins with, or NULL. */
static const char *same_key(const char *identity, const char *line)
{
    size_t width = strcspn(line, "=\n");
    if (line[width] != '=') return NULL;
    for (const char *p = identity; *p != '\0';) {
        if (strncmp(p, line, width + 1) == 0) return p;
        p += line_length(p);
        p += *p == '\n';
    }
    return NULL;
}

/* What experiment.ini does not tell, a finished run has in environment.csv. */
static ins_status check_environment(const char *directory, const char *identity, ins_error *error)
{
    static const char *const keys[] = {"version", "data_hash"};
    char *path = ins_path_join(directory, ins_log_tables[INS_LOG_ENVIRONMENT].file);
    ins_pairs pairs;
    bool present;
    ins_status status = ins_pairs_read_csv(path, &pairs, &present, error);
    free(path);
    if (status != INS_OK) return status;
    ins_text line = {0};
    for (size_t i = 0; status == INS_OK && i < sizeof keys / sizeof keys[0]; i++) {
        const char *old = ins_pairs_get(&pairs, keys[i]);
        if (old == NULL) continue;
        ins_text_clear(&line);
        ins_text_add_format(&line, "%s = %s", keys[i], old);
        const char *new = same_key(identity, line.data);
        if (new != NULL &&
            (line_length(new) != line.length || strncmp(new, line.data, line.length) != 0))
            status = differs(directory, "finished", line.data, new, error);
    }
    ins_text_free(&line);
    ins_pairs_free(&pairs);
    return status;
}

ins_status ins_identity_check_complete(const char *directory, const char *identity,
                                       ins_error *error)
{
    char *path = ins_path_join(directory, "experiment.ini");
    ins_text text = {0};
    ins_status status = INS_OK;
    if (ins_path_exists(path)) status = ins_file_read(path, &text, INS_OUTPUT, error);
    free(path);
    for (const char *old = text.data; status == INS_OK && old != NULL && *old != '\0';) {
        size_t length = line_length(old);
        const char *new = same_key(identity, old);
        if (new != NULL && (line_length(new) != length || strncmp(old, new, length) != 0))
            status = differs(directory, "finished", old, new, error);
        old += length;
        old += *old == '\n';
    }
    ins_text_free(&text);
    return status == INS_OK ? check_environment(directory, identity, error) : status;
}
