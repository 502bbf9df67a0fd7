/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What is in the staging directory only until it is published, or not at all in a finished run. */
#include <config.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/lock.h"
#include "initscope/log_writer.h"
#include "initscope/publication.h"

#include "log_internal.h"

enum { BOOKKEEPING = 3, BOOKKEEPING_OF_PART = 1 };

/* The names in a run directory, published or about to be, that a finished run does not have. */
typedef struct leftovers {
    int directory; /* descriptor: it stays the same under another name */
    const char *name[BOOKKEEPING + INS_LOG_FILES];
    size_t count;
} leftovers;

/* Files of the staging directory that a finished run does not have; those that a part of one does
 * not have come first. */
static const char *const bookkeeping[BOOKKEEPING] = {INS_LOCK, "journal", "identity"};

static ins_status find_leftovers(const char *directory, bool part, leftovers *these,
                                 ins_error *error)
{
    leftovers found = {.directory = ins_log_open_file(directory, O_RDONLY | O_DIRECTORY)};
    if (found.directory < 0) return ins_file_problem(directory, INS_OUTPUT, error);
    const size_t count = part ? BOOKKEEPING_OF_PART : BOOKKEEPING;
    for (size_t i = 0; i < count; i++) found.name[found.count++] = bookkeeping[i];
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
        if (ins_log_is_empty(directory, file))
            found.name[found.count++] = ins_log_tables[file].file;
    *these = found;
    return INS_OK;
}

/* Both close; they need neither memory nor descriptors: what is published must not fail for want of
 * those. */
static void keep_leftovers(leftovers *these)
{
    close(these->directory);
}

/* The lock last: who reads the directory waits for it, and then finds what stays. */
static void remove_leftovers(leftovers *these)
{
    for (size_t i = these->count; i-- > 0;) unlinkat(these->directory, these->name[i], 0);
    keep_leftovers(these);
}

ins_status ins_leftovers_publish(const ins_publication *publication, bool part, ins_error *error)
{
    leftovers these;
    ins_status status = publication->kind == INS_PUBLISH_REPLACE
                            ? ins_log_check_reports(publication->final, error)
                            : INS_OK;
    if (status == INS_OK) status = find_leftovers(publication->staging, part, &these, error);
    if (status != INS_OK) return status;
    status =
        ins_manifest_write(these.directory, publication->staging, these.name, these.count, error);
    if (status == INS_OK) status = ins_publication_exchange(publication, error);
    if (ins_path_exists(publication->staging))
        keep_leftovers(&these);
    else
        remove_leftovers(&these);
    return status;
}

void ins_leftovers_remove_late(const char *directory, bool part)
{
    leftovers found = {0};
    char *replaced = ins_path_join(directory, INS_REPLACED);
    ins_directory_remove(replaced, NULL);
    free(replaced);
    if (find_leftovers(directory, part, &found, NULL) == INS_OK) remove_leftovers(&found);
}
