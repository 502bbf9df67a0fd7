/* The staging directory's lock and first files, and file operations that survive signals. */
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
#include "initscope/log_writer.h"
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

ins_status ins_log_start_files(const char *directory, ins_error *error)
{
    ins_text header = {0};
    ins_status status = INS_OK;
    for (ins_log_file file = 0; status == INS_OK && file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        ins_text_clear(&header);
        ins_log_header(file, &header);
        char *path = ins_path_join(directory, ins_log_tables[file].file);
        status = ins_file_stage(path, header.data, header.length, error);
        free(path);
    }
    ins_text_free(&header);
    return status;
}

bool ins_log_is_empty(const char *directory, ins_log_file file)
{
    if (!ins_log_tables[file].by_trial) return false;
    struct stat status;
    ins_text header = {0};
    ins_log_header(file, &header);
    char *path = ins_path_join(directory, ins_log_tables[file].file);
    bool empty = stat(path, &status) == 0 && (size_t)status.st_size == header.length;
    free(path);
    ins_text_free(&header);
    return empty;
}
