/* A report moves from its staging directory to its place entry by entry; what an entry replaces
 * waits in report.unfinished/replaced until all have moved, and goes back when one cannot, or when
 * the next report finds it there. */
#include <config.h>

#include "initscope/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initscope/file.h"

static const char ours[] = "# initscope report";

/* True when the file begins as those that this program writes. */
static bool is_ours(const char *directory, const char *name)
{
    ins_text text = {0};
    ins_error ignored = {0};
    char *path = ins_path_join(directory, name);
    bool found = ins_file_read(path, &text, INS_OUTPUT, &ignored) == INS_OK &&
                 text.length >= sizeof ours - 1 && memcmp(text.data, ours, sizeof ours - 1) == 0;
    free(path);
    ins_text_free(&text);
    return found;
}

static bool holds(const char *directory, const char *name)
{
    char *path = ins_path_join(directory, name);
    bool found = ins_path_exists(path);
    free(path);
    return found;
}

/* The directories between which entries move; -1 when not open. */
typedef struct ways {
    int staging, replaced, output;
} ways;

static void ways_close(const ways *between)
{
    if (between->staging >= 0) close(between->staging);
    if (between->replaced >= 0) close(between->replaced);
    if (between->output >= 0) close(between->output);
}

static ins_status open_way(const char *path, int *file, ins_error *error)
{
    if (error->status == INS_OK && (*file = ins_file_open(path, O_RDONLY | O_DIRECTORY)) < 0)
        ins_file_problem(path, INS_OUTPUT, error);
    return error->status;
}

static ins_status ways_open(const ins_place *place, ways *between, ins_error *error)
{
    char *replaced = ins_path_join(place->staging, INS_REPLACED);
    *between = (ways){-1, -1, -1};
    open_way(place->staging, &between->staging, error);
    open_way(replaced, &between->replaced, error);
    open_way(place->output, &between->output, error);
    free(replaced);
    return error->status;
}

/* 0 also when there is nothing of that name. */
static int move(int from, const char *name, int to)
{
    return renameat(from, name, to, name) == 0 || errno == ENOENT ? 0 : -1;
}

/* The names are lines: no memory is asked for while entries move. */
static ins_status names_in(const char *path, ins_text *names, ins_error *error)
{
    DIR *directory = opendir(path);
    if (directory == NULL) return ins_file_problem(path, INS_OUTPUT, error);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, INS_REPLACED) == 0)
            continue;
        ins_text_add_format(names, "%s\n", name);
    }
    closedir(directory);
    return error->status;
}

/* Cuts the first name off and returns it; NULL at the end. */
static const char *next_name(char **rest)
{
    char *name = *rest;
    if (name == NULL || *name == '\0') return NULL;
    name[strcspn(name, "\n")] = '\0';
    *rest = name + strlen(name) + 1;
    return name;
}

/* The new entry returns to the staging directory, the one it replaced to the output. */
static void put_back(const ways *between, const char *name)
{
    move(between->output, name, between->staging);
    move(between->replaced, name, between->output);
}

/* After a process that was killed while entries moved. */
static ins_status recover(const ins_place *place, ins_error *error)
{
    ins_text names = {0};
    ways between = {-1, -1, -1};
    if (!holds(place->staging, INS_REPLACED)) return INS_OK;
    char *replaced = ins_path_join(place->staging, INS_REPLACED), *rest;
    if (names_in(replaced, &names, error) == INS_OK &&
        ways_open(place, &between, error) == INS_OK) {
        rest = names.data;
        for (const char *name; (name = next_name(&rest)) != NULL;) put_back(&between, name);
    }
    ways_close(&between);
    ins_text_free(&names);
    free(replaced);
    return error->status;
}

static bool is_foreign(const ins_place *place)
{
    bool taken = place->earlier || holds(place->output, "figures") || holds(place->output, "pages");
    return taken && !is_ours(place->output, "report.gp") &&
           !is_ours(place->output, "figures/style.gp");
}

static ins_status make_staging(const ins_place *place, ins_error *error)
{
    static const char *const folders[] = {"", "figures", "pages"};
    ins_directory_remove(place->staging, error);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && error->status == INS_OK; i++) {
        char *path = ins_path_join(place->staging, folders[i]);
        ins_directory_make(path, error);
        free(path);
    }
    return error->status;
}

static void place_drop(ins_place *place, ins_error *error)
{
    ins_directory_remove(place->staging, error);
    if (place->made) rmdir(place->output);
    free(place->staging);
}

ins_status ins_place_open(ins_place *place, const char *output, ins_error *error)
{
    *place = (ins_place){.output = output, .made = !ins_path_exists(output)};
    place->staging = ins_path_join(output, "report.unfinished");
    recover(place, error);
    place->earlier = holds(output, "report.pdf");
    if (is_foreign(place)) {
        ins_error_add(error, INS_OUTPUT,
                      "%s: holds figures, pages or report.pdf of something else; choose another -o",
                      output);
    }
    if (error->status != INS_OK) {
        free(place->staging);
        return error->status;
    }
    if (ins_directory_make(output, error) != INS_OK || make_staging(place, error) != INS_OK)
        place_drop(place, &(ins_error){0});
    return error->status;
}

const char *ins_place_of_scripts(const ins_place *place)
{
    return place->earlier ? place->staging : place->output;
}

/* The old entry makes room for the new one; neither moves, with errno, when one cannot. */
static int exchange(const ways *between, const char *name)
{
    if (move(between->output, name, between->replaced) != 0) return -1;
    if (move(between->staging, name, between->output) == 0) return 0;
    int reason = errno;
    move(between->replaced, name, between->output);
    errno = reason;
    return -1;
}

/* Exchanges all or, with errno, none. *name is the one that did not move. */
static int exchange_all(const ways *between, const ins_text *names, const char **name)
{
    char *rest = names->data;
    while ((*name = next_name(&rest)) != NULL && exchange(between, *name) == 0) continue;
    if (*name == NULL) return 0;
    int reason = errno;
    for (const char *moved = names->data; moved < *name; moved += strlen(moved) + 1)
        put_back(between, moved);
    errno = reason;
    return -1;
}

static ins_status publish(const ins_place *place, ins_error *error)
{
    ins_text names = {0};
    ways between = {-1, -1, -1};
    const char *name = "";
    char *replaced = ins_path_join(place->staging, INS_REPLACED);
    if (names_in(place->staging, &names, error) == INS_OK &&
        ins_directory_make(replaced, error) == INS_OK &&
        ins_directory_sync_all(place->staging, error) == INS_OK &&
        ways_open(place, &between, error) == INS_OK) {
        if (exchange_all(&between, &names, &name) != 0) {
            int reason = errno;
            char *path = ins_path_join(place->output, name);
            errno = reason;
            ins_file_problem(path, INS_OUTPUT, error);
            free(path);
        } else {
            /* From here on the next report does not put the old one back. */
            renameat(between.staging, INS_REPLACED, between.staging, "done");
            if (ins_directory_sync(place->output) != 0)
                ins_file_problem(place->output, INS_OUTPUT, error);
        }
    }
    ways_close(&between);
    ins_text_free(&names);
    free(replaced);
    return error->status;
}

ins_status ins_place_close(ins_place *place, ins_error *error)
{
    bool unrendered = error->status == INS_RENDER;
    ins_error problem = {0};
    if (unrendered && place->earlier) {
        free(place->staging);
        return error->status;
    }
    if (error->status == INS_OK || unrendered) publish(place, &problem);
    if (problem.status != INS_OK) *error = problem;
    place->made = place->made && error->status == INS_OUTPUT;
    /* What cannot be removed is told when nothing worse is. */
    place_drop(place, error->status == INS_OK ? error : &(ins_error){0});
    return error->status;
}
