/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays become rows of inputs and targets. */
#include <config.h>

#include "array_files.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sys/stat.h>

#include "initscope/elements.h"
#include "initscope/memory.h"
#include "initscope/stream.h"
#include "initscope/text.h"
#include "initscope/zip.h"

typedef enum array_format { FORMAT_OTHER, FORMAT_NPY, FORMAT_IDX, FORMAT_NPZ } array_format;

/* Inputs and targets, of training and test; each with the name that messages call it by. */
enum { X, Y, X_TEST, Y_TEST, PARTS };

typedef struct part {
    ins_text name;
    ins_array array;
} part;

/* The names that members of an archive may have, capitals or not. */
typedef struct naming {
    const char *member[PARTS]; /* NULL: none */
} naming;

static const naming namings[] = {
    {{"x_train", "y_train", "x_test", "y_test"}},
    {{"x", "y", NULL, NULL}},
};
enum { NAMINGS = sizeof namings / sizeof namings[0] };

static bool is_there(const part *of)
{
    return of->name.length > 0;
}

static bool ends_with_npy(const char *name)
{
    size_t length = strlen(name);

    return length > 4 && strcmp(name + length - 4, ".npy") == 0;
}

/* A spreadsheet is a zip archive, too: what holds an array is one of arrays. */
static bool is_npz(const char *path)
{
    ins_zip *zip = ins_zip_open(path, NULL);
    bool found = false;

    for (size_t i = 0; zip && i < ins_zip_members(zip) && !found; i++)
        found = ends_with_npy(ins_zip_name(zip, i));
    ins_zip_close(zip);
    return found;
}

static array_format format_of(const char *path)
{
    char head[INS_ARRAY_MAGIC];
    size_t length = 0;
    ins_stream *stream = ins_stream_open(path, NULL);

    if (!stream) return FORMAT_OTHER;

    ins_byte_source source = ins_stream_source(stream);
    bool read = ins_bytes_read(&source, head, sizeof head, &length, NULL) == INS_OK;

    ins_stream_close(stream);
    if (!read) return FORMAT_OTHER;
    if (ins_is_npy(head, length)) return FORMAT_NPY;
    if (ins_is_idx(head, length)) return FORMAT_IDX;
    return length > 4 && memcmp(head, "PK\3\4", 4) == 0 && is_npz(path) ? FORMAT_NPZ : FORMAT_OTHER;
}

bool ins_is_array_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && format_of(path) != FORMAT_OTHER;
}

static ins_status read_file(const char *path, part *into, ins_error *error)
{
    array_format format = format_of(path);
    ins_stream *stream = ins_stream_open(path, error);
    ins_status status = INS_DATA;

    ins_text_add(&into->name, path);
    if (!stream) return INS_DATA;

    ins_byte_source source = ins_stream_source(stream);

    if (format == FORMAT_NPY)
        status = ins_npy_read_array(&source, &into->array, error);
    else if (format == FORMAT_IDX)
        status = ins_idx_read_array(&source, &into->array, error);
    else
        ins_error_add(error, INS_DATA,
                      "%s: labels of arrays are an .npy or IDX file, and this is none", path);
    ins_stream_close(stream);
    return status;
}

/* Number of the member "NAME.npy", or that of all members. */
static size_t find_member(const ins_zip *zip, const char *name)
{
    size_t members = ins_zip_members(zip), length = strlen(name), i = 0;

    for (; i < members; i++) {
        const char *found = ins_zip_name(zip, i);

        if (ends_with_npy(found) && strlen(found) == length + 4 &&
            strncasecmp(found, name, length) == 0)
            break;
    }
    return i;
}

static bool has(const ins_zip *zip, const char *name)
{
    return name && find_member(zip, name) < ins_zip_members(zip);
}

static ins_status names_missing(const char *path, const ins_zip *zip, ins_error *error)
{
    ins_text list = {0};
    char shown[INS_DISPLAY_SIZE];

    for (size_t i = 0; i < ins_zip_members(zip) && list.length < INS_ERROR_WIDTH; i++) {
        const char *name = ins_zip_name(zip, i);

        ins_text_add_format(&list, "%s%s", i > 0 ? ", " : "",
                            ins_display(shown, name, strlen(name) - 4 * ends_with_npy(name)));
    }
    ins_error_add(error, INS_DATA,
                  "%s: needs the arrays x_train and y_train, or x and y (got \"%s\")", path,
                  list.data ? list.data : "");
    ins_text_free(&list);
    return INS_DATA;
}

static ins_status read_member(ins_zip *zip, const char *name, part *into, ins_error *error)
{
    ins_zip_member *member = ins_zip_member_open(zip, find_member(zip, name), error);

    if (!member) return INS_DATA;

    ins_byte_source source = ins_zip_member_source(member);
    ins_status status = ins_npy_read_array(&source, &into->array, error);

    ins_text_add(&into->name, source.name);
    ins_zip_member_close(member);
    return status;
}

static ins_status read_members(const char *path, ins_zip *zip, part parts[PARTS], ins_error *error)
{
    const naming *found = NULL;

    for (size_t i = 0; i < NAMINGS && !found; i++)
        if (has(zip, namings[i].member[X]) && has(zip, namings[i].member[Y])) found = &namings[i];
    if (!found) return names_missing(path, zip, error);

    const char *const *names = found->member;
    bool tests = has(zip, names[X_TEST]);

    if (tests != has(zip, names[Y_TEST]))
        return ins_error_add(error, INS_DATA, "%s: has %s but no %s", path,
                             names[tests ? X_TEST : Y_TEST], names[tests ? Y_TEST : X_TEST]);

    ins_status status = INS_OK;

    for (size_t i = 0; i < PARTS && status == INS_OK; i++)
        if (has(zip, names[i])) status = read_member(zip, names[i], &parts[i], error);
    return status;
}

static ins_status read_npz(const char *path, part parts[PARTS], ins_error *error)
{
    ins_zip *zip = ins_zip_open(path, error);
    ins_status status = zip ? read_members(path, zip, parts, error) : INS_DATA;

    ins_zip_close(zip);
    return status;
}

static ins_status read_parts(const char *path, const char *label_path, part parts[PARTS],
                             ins_error *error)
{
    if (format_of(path) == FORMAT_NPZ) {
        if (!label_path) return read_npz(path, parts, error);
        return ins_error_add(error, INS_DATA,
                             "%s: an archive has its labels itself; leave out --label (got \"%s\")",
                             path, label_path);
    }
    if (!label_path)
        return ins_error_add(error, INS_DATA,
                             "%s: an array of inputs alone: give the file of the labels, .npy or "
                             "IDX, with --label FILE",
                             path);

    ins_status status = read_file(path, &parts[X], error);

    return status == INS_OK ? read_file(label_path, &parts[Y], error) : status;
}

static size_t rows_of(const part *of)
{
    return is_there(of) ? of->array.shape[0] : 0;
}

static size_t width_of(const part *of)
{
    size_t width = 1;

    for (size_t i = 1; i < of->array.dimensions; i++) width *= of->array.shape[i];
    return width;
}

static ins_status check_part(const part *of, ins_error *error)
{
    size_t bad = 0, first = 0, width = width_of(of);

    if (of->array.count == 0 || of->array.dimensions == 0)
        return ins_error_add(error, INS_DATA, "%s: needs rows, each of one number or more",
                             of->name.data);
    for (size_t i = 0; i < of->array.count; i++)
        if (!isfinite(of->array.x[i]) && bad++ == 0) first = i / width;
    if (bad > 0)
        return ins_error_add(error, INS_DATA,
                             "%s: elements that are not finite: %zu, the first in row %zu",
                             of->name.data, bad, first + 1);
    return INS_OK;
}

/* Inputs and targets of the same rows. */
static ins_status check_pair(const part *x, const part *y, ins_error *error)
{
    ins_status status = check_part(x, error);

    if (status == INS_OK) status = check_part(y, error);
    if (status == INS_OK && rows_of(x) != rows_of(y))
        status = ins_error_add(error, INS_DATA, "%s: needs the %zu rows of %s (got \"%zu\")",
                               y->name.data, rows_of(x), x->name.data, rows_of(y));
    return status;
}

static ins_status check_width(const part *training, const part *test, ins_error *error)
{
    if (width_of(training) == width_of(test)) return INS_OK;
    return ins_error_add(error, INS_DATA, "%s: needs rows of %zu numbers, as %s (got \"%zu\")",
                         test->name.data, width_of(training), training->name.data, width_of(test));
}

static ins_status check(const part parts[PARTS], ins_error *error)
{
    ins_status status = check_pair(&parts[X], &parts[Y], error);

    if (status != INS_OK || !is_there(&parts[X_TEST])) return status;
    status = check_pair(&parts[X_TEST], &parts[Y_TEST], error);
    if (status == INS_OK) status = check_width(&parts[X], &parts[X_TEST], error);
    if (status == INS_OK) status = check_width(&parts[Y], &parts[Y_TEST], error);
    return status;
}

/* The numbers of test behind those of training, which are taken out of it. */
static double *join(part *training, const part *test)
{
    ins_array *first = &training->array;
    double *x = first->x;

    if (test->array.count > 0) {
        x = ins_reallocate(x, ins_sum(first->count, test->array.count, "the data"), sizeof *x,
                           "the data");
        memcpy(x + first->count, test->array.x, test->array.count * sizeof *x);
    }
    first->x = NULL;
    return x;
}

static ins_arrays arrays_of(part parts[PARTS])
{
    bool whole = parts[Y].array.whole && (parts[Y_TEST].array.whole || !is_there(&parts[Y_TEST]));

    return (ins_arrays){.rows = rows_of(&parts[X]) + rows_of(&parts[X_TEST]),
                        .features = width_of(&parts[X]),
                        .targets = width_of(&parts[Y]),
                        .test_rows = rows_of(&parts[X_TEST]),
                        .classes = whole && width_of(&parts[Y]) == 1,
                        .x = join(&parts[X], &parts[X_TEST]),
                        .y = join(&parts[Y], &parts[Y_TEST])};
}

ins_status ins_array_files_read(const char *path, const char *label_path, ins_arrays *arrays,
                                ins_error *error)
{
    part parts[PARTS] = {0};
    ins_status status = read_parts(path, label_path, parts, error);

    if (status == INS_OK) status = check(parts, error);
    if (status == INS_OK) *arrays = arrays_of(parts);
    for (size_t i = 0; i < PARTS; i++) {
        ins_text_free(&parts[i].name);
        ins_array_free(&parts[i].array);
    }
    return status;
}

/* Inputs that are to be predicted themselves need no labels: they stand for them where the format
 * asks for a file. */
ins_status ins_array_files_take(const ins_reading *reading, ins_arrays *arrays,
                                ins_reading *without, ins_error *error)
{
    const ins_names *label = &reading->label;
    const bool own = ins_reading_wants_inputs(reading);
    const char *labels = own && format_of(reading->path) != FORMAT_NPZ ? reading->path : NULL;

    if (label->count > 1)
        return ins_error_add(error, INS_USAGE, "%s: --label: one file of labels (got \"%zu\")",
                             reading->path, label->count);
    if (label->count == 1 && !own) labels = label->item[0];
    *without = *reading;
    if (!own) without->label = (ins_names){0};
    return ins_array_files_read(reading->path, labels, arrays, error);
}
