/* What a report may replace in its output directory: its own kind, and a rendered one only when it
 * is rendered itself. */
#include <config.h>

#include "initscope/place.h"

#include <stdlib.h>
#include <unistd.h>

#include "initscope/file.h"
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

static ins_status make_staging(const ins_place *place, ins_error *error)
{
    static const char *const folders[] = {"", "figures", "pages"};
    ins_status status = ins_directory_remove(place->staging, error);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && status == INS_OK; i++) {
        char *path = ins_path_join(place->staging, folders[i]);
        status = ins_directory_make(path, error);
        free(path);
    }
    return status;
}

static ins_status place_drop(ins_place *place, ins_error *error)
{
    ins_status status = ins_directory_remove(place->staging, error);
    if (place->made) rmdir(place->output);
    free(place->staging);
    return status;
}

ins_status ins_place_open(ins_place *place, const char *output, ins_error *error)
{
    *place = (ins_place){.output = output, .made = !ins_path_exists(output)};
    place->staging = ins_path_join(output, "report.unfinished");
    ins_publication publication = publication_of(place);
    ins_status status = ins_publication_recover(&publication, error);
    place->earlier = holds_document(output);
    if (status == INS_OK && is_foreign(place))
        status = ins_error_add(error, INS_OUTPUT,
                               "%s: holds figures, pages, report.pdf or report.html of something "
                               "else; choose another -o",
                               output);
    if (status != INS_OK) {
        free(place->staging);
        return status;
    }
    status = ins_directory_make(output, error);
    if (status == INS_OK) status = make_staging(place, error);
    if (status != INS_OK) place_drop(place, NULL);
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

const char *ins_place_of_scripts(const ins_place *place)
{
    return place->earlier ? place->staging : place->output;
}

ins_status ins_place_close(ins_place *place, ins_error *error)
{
    bool unrendered = error->status == INS_RENDER;
    ins_error problem = {0};
    if (unrendered && place->earlier) {
        free(place->staging);
        return error->status;
    }
    ins_publication publication = publication_of(place);
    bool stays[DOCUMENTS];
    for (size_t i = 0; i < DOCUMENTS; i++) stays[i] = ins_path_holds(place->staging, documents[i]);
    if (error->status == INS_OK || unrendered) ins_publication_exchange(&publication, &problem);
    if (problem.status != INS_OK) *error = problem;
    if (error->status == INS_OK) remove_documents(place, stays);
    place->made = place->made && error->status == INS_OUTPUT;
    /* What cannot be removed is told when nothing worse is. */
    place_drop(place, error->status == INS_OK ? error : NULL);
    return error->status;
}
