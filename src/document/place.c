/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report may replace in its output directory: its own kind, and a rendered one only when it
 * is rendered itself. */
#include <config.h>

#include "initscope/place.h"

#include <stdlib.h>

#include <sys/stat.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/lock.h"
#include "initscope/publication.h"

static const char ours[] = "# initscope report";

/* True when the file begins as those that this program writes. */
static bool is_ours(const char *directory, const char *name)
{
    char *path = ins_path_join(directory, name);
    bool found = ins_file_begins_with(path, ours);
    free(path);
    return found;
}

/* The documents of a report, of which any may be missing. */
static const char *const documents[] = {"report.pdf", "report.html"};
enum { DOCUMENTS = sizeof documents / sizeof documents[0] };

static bool holds_document(const char *output)
{
    for (size_t i = 0; i < DOCUMENTS; i++)
        if (ins_path_holds(output, documents[i])) return true;
    return false;
}

static bool is_foreign(const ins_place *place)
{
    bool taken = place->earlier || ins_path_holds(place->output, "figures") ||
                 ins_path_holds(place->output, "pages");
    return taken && !is_ours(place->output, "report.gp") &&
           !is_ours(place->output, "figures/style.gp");
}

static ins_publication publication_of(const ins_place *place)
{
    return (ins_publication){place->staging, place->output, INS_PUBLISH_ENTRIES};
}

static ins_status make_folders(const ins_place *place, ins_error *error)
{
    static const char *const folders[] = {"figures", "pages"};
    ins_status status = ins_directory_clear(place->staging, INS_LOCK, error);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && status == INS_OK; i++) {
        char *path = ins_path_join(place->staging, folders[i]);
        status = ins_directory_make(path, error);
        free(path);
    }
    return status;
}

/* The directory goes with the lock, unless another process is in it already. */
static void leave(ins_place *place, bool removed)
{
    char *lock = ins_path_join(place->staging, INS_LOCK);
    unlink(lock);
    free(lock);
    if (removed) rmdir(place->staging);
    if (place->lock >= 0) close(place->lock);
    if (place->directory >= 0) close(place->directory);
    if (place->made) rmdir(place->output);
    free(place->staging);
}

static ins_status place_drop(ins_place *place, ins_error *error)
{
    const ins_status status = ins_directory_clear(place->staging, INS_LOCK, error);
    leave(place, true);
    return status;
}

/* Makes both directories and takes the lock. */
static ins_status enter(ins_place *place, ins_error *error)
{
    int staging;
    ins_status status = ins_directory_enter(place->output, true, &place->directory, error);
    if (status == INS_OK) status = ins_directory_enter(place->staging, false, &staging, error);
    if (status != INS_OK) return status;
    status = ins_lock_take(staging, place->staging, place->output, &place->lock, error);
    close(staging);
    return status;
}

/* The run directory in which the report lies is being written anew: with it the report would go. */
static ins_status check_writer(const ins_place *place, ins_error *error)
{
    char *above = ins_path_join(place->output, "..");
    char *directory = ins_path_resolve(above);
    ins_text staging = {0};
    ins_status status = INS_OK;
    long long process;
    free(above);
    ins_text_add_format(&staging, "%s.partial", directory != NULL ? directory : "");
    if (directory != NULL && ins_lock_is_held(staging.data, &process))
        status = ins_error_add(error, INS_OUTPUT,
                               "%s: process %lld writes the run directory anew, and this would go "
                               "with the old one; choose another -o",
                               place->output, process);
    ins_text_free(&staging);
    free(directory);
    return status;
}

static ins_status check_earlier(ins_place *place, ins_error *error)
{
    ins_publication publication = publication_of(place);
    ins_status status = ins_publication_recover(&publication, error);
    place->earlier = holds_document(place->output);
    if (status == INS_OK && is_foreign(place))
        status = ins_error_add(error, INS_OUTPUT,
                               "%s: holds figures, pages, report.pdf or report.html of something "
                               "else; choose another -o",
                               place->output);
    return status;
}

/* The lock is ours. */
static ins_status make_ready(ins_place *place, ins_error *error)
{
    ins_status status = check_writer(place, error);
    if (status == INS_OK) status = check_earlier(place, error);
    if (status != INS_OK) {
        leave(place, true);
        return status;
    }
    status = make_folders(place, error);
    if (status != INS_OK) place_drop(place, NULL);
    return status;
}

ins_status ins_place_open(ins_place *place, const char *output, ins_error *error)
{
    enum { TRIES = 100 };
    *place = (ins_place){
        .output = output, .made = !ins_path_exists(output), .directory = -1, .lock = -1};
    place->staging = ins_path_join(output, INS_REPORT_STAGING);
    ins_status status = INS_OK;
    /* Who held the lock may have ended, and removed the directory, just now. */
    for (int i = 0; i < TRIES && status == INS_OK && place->lock < 0; i++) {
        if (place->directory >= 0) close(place->directory);
        place->directory = -1;
        status = enter(place, error);
    }
    if (status == INS_OK && place->lock < 0)
        status = ins_error_add(error, INS_OUTPUT, "%s: locked by another process", output);
    if (status == INS_OK) return make_ready(place, error);
    if (place->directory >= 0) close(place->directory);
    rmdir(place->staging);
    if (place->made) rmdir(output);
    free(place->staging);
    return status;
}

/* Documents of an earlier report that the new one has not. */
static void remove_documents(const ins_place *place, const bool stays[DOCUMENTS])
{
    for (size_t i = 0; i < DOCUMENTS; i++) {
        char *path = ins_path_join(place->output, documents[i]);
        if (!stays[i]) unlink(path);
        free(path);
    }
}

/* Nobody has removed or replaced the directory meanwhile. */
static ins_status check_result(const ins_place *place, const bool stays[DOCUMENTS],
                               ins_error *error)
{
    struct stat mine, theirs;
    bool whole = fstat(place->directory, &mine) == 0 && stat(place->output, &theirs) == 0 &&
                 mine.st_ino == theirs.st_ino && mine.st_dev == theirs.st_dev;
    for (size_t i = 0; i < DOCUMENTS; i++)
        whole = whole && (!stays[i] || ins_path_holds(place->output, documents[i]));
    if (whole) return INS_OK;
    return ins_error_add(error, INS_OUTPUT, "%s: was moved or removed meanwhile", place->output);
}

const char *ins_place_of_scripts(const ins_place *place)
{
    return place->earlier ? place->staging : place->output;
}

ins_status ins_place_close(ins_place *place, ins_error *error)
{
    bool unrendered = error->status == INS_RENDER;
    ins_error problem = {0};
    if (unrendered && place->earlier) {
        leave(place, false);
        return error->status;
    }
    ins_publication publication = publication_of(place);
    bool stays[DOCUMENTS];
    for (size_t i = 0; i < DOCUMENTS; i++) stays[i] = ins_path_holds(place->staging, documents[i]);
    if (error->status == INS_OK || unrendered) ins_publication_exchange(&publication, &problem);
    if (problem.status != INS_OK) *error = problem;
    if (error->status == INS_OK) check_result(place, stays, error);
    if (error->status == INS_OK) remove_documents(place, stays);
    place->made = place->made && error->status == INS_OUTPUT;
    /* What cannot be removed is told when nothing worse is. */
    place_drop(place, error->status == INS_OK ? error : NULL);
    return error->status;
}
