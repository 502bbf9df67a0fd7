/* What is in the staging directory only until it is published, or not at all in a finished run. */
#include <config.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/log_writer.h"
#include "initscope/publication.h"

#include "log_internal.h"

/* Files of the staging directory that a finished run does not have. */
static const char *const bookkeeping[INS_BOOKKEEPING] = {"journal", "identity", "lock"};

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

ins_status ins_leftovers_find(const char *directory, ins_leftovers *leftovers, ins_error *error)
{
    ins_leftovers found = {.directory = ins_log_open_file(directory, O_RDONLY | O_DIRECTORY)};
    if (found.directory < 0) return ins_file_problem(directory, INS_OUTPUT, error);
    for (size_t i = 0; i < INS_BOOKKEEPING; i++) found.name[found.count++] = bookkeeping[i];
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
        if (ins_log_is_empty(directory, file))
            found.name[found.count++] = ins_log_tables[file].file;
    *leftovers = found;
    return INS_OK;
}

void ins_leftovers_remove(ins_leftovers *leftovers)
{
    for (size_t i = 0; i < leftovers->count; i++)
        unlinkat(leftovers->directory, leftovers->name[i], 0);
    ins_leftovers_keep(leftovers);
}

void ins_leftovers_keep(ins_leftovers *leftovers)
{
    close(leftovers->directory);
}

void ins_leftovers_remove_late(const char *directory)
{
    ins_leftovers found = {0};
    char *replaced = ins_path_join(directory, INS_REPLACED);
    ins_directory_remove(replaced, NULL);
    free(replaced);
    if (ins_leftovers_find(directory, &found, NULL) == INS_OK) ins_leftovers_remove(&found);
}
