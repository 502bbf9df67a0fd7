/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The directory OUTPUT.ranks: its lock, its logs, and a file that tells whether OUTPUT is replaced.
 */
#include <config.h>

#include "initscope/rank_logs.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/merge.h"

#include "log_internal.h"
#include "shards.h"

/* The file that is there when the run was started with --force. */
#define REPLACE "replace"

static const char suffix[] = ".partial";

/* OUTPUT and what its name ends with; release with free(). */
static char *path_with(const char *output, const char *end)
{
    char *plain = ins_log_plain_name(output);
    ins_text path = {0};
    ins_text_add_format(&path, "%s%s", plain, end);
    free(plain);
    return path.data;
}

static char *path_of_ranks(const char *output)
{
    return path_with(output, ".ranks");
}

char *ins_rank_log_path(const char *output, size_t number)
{
    char *ranks = path_of_ranks(output);
    ins_text path = {0};
    ins_text_add_format(&path, "%s/%zu", ranks, number);
    free(ranks);
    return path.data;
}

/* The number of a log that is being written, "3.partial"; 0: the name is another. */
static size_t number_of(const char *name)
{
    const size_t width = strspn(name, "0123456789");
    long long number;
    if (strcmp(name + width, suffix) != 0 || !ins_parse_integer(name, width, 1, LLONG_MAX, &number))
        return 0;
    return (size_t)number;
}

static void take_name(const char *output, const char *name, ins_rank_logs *logs)
{
    const size_t number = number_of(name), count = logs->count;
    if (number == 0) return;
    if ((count & (count - 1)) == 0) {
        const size_t room = count > 0 ? 2 * count : 1;
        logs->directory =
            ins_reallocate(logs->directory, room, sizeof *logs->directory, "names of logs");
        logs->number = ins_reallocate(logs->number, room, sizeof *logs->number, "names of logs");
    }
    logs->directory[count] = ins_rank_log_path(output, number);
    logs->number[count] = number;
    logs->count++;
}

ins_status ins_rank_logs_list(const char *output, ins_rank_logs *logs, ins_error *error)
{
    *logs = (ins_rank_logs){0};
    char *path = path_of_ranks(output);
    DIR *directory = opendir(path);
    ins_status status = INS_OK;
    if (directory == NULL && errno != ENOENT) status = ins_file_problem(path, INS_OUTPUT, error);
    free(path);
    if (directory == NULL) return status;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        take_name(output, entry->d_name, logs);
    closedir(directory);
    return INS_OK;
}

void ins_rank_logs_free(ins_rank_logs *logs)
{
    for (size_t i = 0; i < logs->count; i++) free(logs->directory[i]);
    free(logs->directory);
    free(logs->number);
    *logs = (ins_rank_logs){0};
}

/* Refuses a new run where there is an interrupted one, or something else. */
static ins_status check_vacant(const char *output, const char *ranks, ins_error *error)
{
    char *staging = path_with(output, suffix);
    bool vacant = true;
    ins_rank_logs logs;
    ins_status status = ins_directory_is_empty(output, &vacant, error);
    if (status == INS_OK && !vacant)
        status = ins_error_add(error, INS_OUTPUT,
                               "%s: exists and is not empty; use --force to replace it or "
                               "--resume to go on",
                               output);
    if (status == INS_OK) status = ins_rank_logs_list(output, &logs, error);
    if (status == INS_OK) {
        const bool partial = ins_path_exists(staging);
        if (logs.count > 0 || partial)
            status = ins_error_add(error, INS_OUTPUT,
                                   "%s: an interrupted run is here; use --resume or --force",
                                   logs.count > 0 ? ranks : staging);
        ins_rank_logs_free(&logs);
    }
    free(staging);
    return status;
}

/* What one process has begun is no shard; what is there of a merge is. */
static ins_status check_resumable(const char *output, const char *ranks, ins_error *error)
{
    char *staging = path_with(output, suffix);
    ins_status status = INS_OK;
    if (!ins_path_exists(ranks) && ins_path_holds(staging, "journal"))
        status = ins_error_add(error, INS_OUTPUT,
                               "%s: an interrupted run of one process, which goes on without MPI",
                               staging);
    free(staging);
    return status;
}

/* Everything but the lock, and the mark that OUTPUT is to be replaced. */
static ins_status start_anew(const char *ranks, ins_error *error)
{
    char *mark = ins_path_join(ranks, REPLACE);
    ins_status status = ins_directory_clear(ranks, "lock", error);
    if (status == INS_OK) status = ins_file_write(mark, "", 0, error);
    free(mark);
    return status;
}

ins_status ins_rank_logs_enter(const char *output, ins_log_policy policy, int *lock,
                               ins_error *error)
{
    char *ranks = path_of_ranks(output);
    ins_status status = policy == INS_LOG_NEW      ? check_vacant(output, ranks, error)
                        : policy == INS_LOG_RESUME ? check_resumable(output, ranks, error)
                                                   : INS_OK;
    if (status == INS_OK) status = ins_log_enter(output, ranks, NULL, lock, error);
    if (status == INS_OK && policy == INS_LOG_FORCE) status = start_anew(ranks, error);
    free(ranks);
    return status;
}

void ins_rank_logs_leave(const char *output, int lock)
{
    char *ranks = path_of_ranks(output);
    ins_rank_logs logs;
    if (ins_rank_logs_list(output, &logs, NULL) == INS_OK && logs.count == 0)
        ins_directory_remove(ranks, NULL);
    ins_rank_logs_free(&logs);
    close(lock);
    free(ranks);
}

static ins_status remove_all(const char *output, const char *ranks, ins_error *error)
{
    int lock;
    ins_status status = ins_log_enter(output, ranks, NULL, &lock, error);
    if (status != INS_OK) return status;
    status = ins_directory_remove(ranks, error);
    close(lock);
    return status;
}

ins_status ins_rank_logs_clear(const char *output, ins_log_policy policy, ins_error *error)
{
    char *ranks = path_of_ranks(output);
    ins_rank_logs logs = {0};
    ins_status status = INS_OK;
    if (ins_path_exists(ranks)) {
        status = ins_rank_logs_list(output, &logs, error);
        if (status == INS_OK && policy == INS_LOG_NEW && logs.count > 0)
            status =
                ins_error_add(error, INS_OUTPUT,
                              "%s: an interrupted run is here; use --resume or --force", ranks);
        if (status == INS_OK) status = remove_all(output, ranks, error);
    }
    ins_rank_logs_free(&logs);
    free(ranks);
    return status;
}

ins_status ins_rank_logs_survey(const char *output, size_t trials, bool *has, ins_error *error)
{
    ins_rank_logs logs;
    ins_parts parts = {0};
    ins_status status = ins_rank_logs_list(output, &logs, error);
    if (status == INS_OK && logs.count > 0)
        status =
            ins_parts_read((const char *const *)logs.directory, logs.count, false, &parts, error);
    for (size_t i = 0; status == INS_OK && i < parts.places; i++)
        if (parts.place[i].trial >= 1 && parts.place[i].trial <= trials)
            has[parts.place[i].trial - 1] = true;
    ins_parts_free(&parts);
    ins_rank_logs_free(&logs);
    return status;
}

ins_status ins_rank_logs_merge(const char *output, ins_error *error)
{
    char *ranks = path_of_ranks(output);
    ins_rank_logs logs;
    ins_merge_outcome outcome;
    ins_status status = ins_rank_logs_list(output, &logs, error);
    const ins_merge_terms terms = {.directory = (const char *const *)logs.directory,
                                   .directories = logs.count,
                                   .output = output,
                                   .policy = ins_path_holds(ranks, REPLACE) ? INS_LOG_FORCE
                                                                            : INS_LOG_RESUME};
    if (status == INS_OK) status = ins_merge(&terms, &outcome, error);
    if (status == INS_OK) {
        ins_text_free(&outcome.missing);
        status = ins_directory_remove(ranks, error);
    }
    ins_rank_logs_free(&logs);
    free(ranks);
    return status;
}
