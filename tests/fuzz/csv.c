/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The CSV reader and the data set on it: the size of the pieces in which a file is read makes no
 * difference, a row has as many fields as the header unless any width was asked for, a data set
 * that is accepted is sound. */
#include <config.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "initscope/csv.h"
#include "initscope/dataset.h"

/* What a reading said: every row and every message. */
typedef struct transcript {
    bool any_width;
    size_t columns;
    unsigned long long hash;
} transcript;

static void add(transcript *said, const void *bytes, size_t length)
{
    said->hash = ins_hash(said->hash, &length, sizeof length);
    said->hash = ins_hash(said->hash, bytes, length);
}

static void take_row(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    transcript *said = context;
    (void)error;
    if (index == 0) said->columns = row->count;
    fuzz_expect(said->any_width || row->count == said->columns,
                "a row has as many fields as the header");
    add(said, &index, sizeof index);
    add(said, &row->line, sizeof row->line);
    for (size_t f = 0; f < row->count; f++) add(said, row->fields[f].text, row->fields[f].length);
}

static transcript read_in_chunks(const char *path, char delimiter, bool any_width, size_t chunk)
{
    transcript said = {.any_width = any_width, .hash = INS_HASH_START};
    ins_error error = {0};
    ins_csv_read_in_chunks(path, delimiter, any_width, chunk, take_row, &said, &error);
    add(&said, &error.count, sizeof error.count);
    for (size_t i = 0; i < error.count && i < INS_ERROR_LINES; i++) {
        add(&said, error.line[i], strlen(error.line[i]));
    }
    return said;
}

static void check_dataset(const char *path)
{
    ins_dataset dataset;
    ins_error error = {0};
    if (ins_dataset_read(&(ins_reading){.path = path}, &dataset, &error) != INS_OK) return;
    const bool classes = dataset.task == INS_TASK_CLASSES;
    fuzz_expect(dataset.rows > 0 && dataset.features > 0, "a data set has rows and features");
    fuzz_expect(classes ? dataset.classes > 1 && dataset.y != NULL
                        : dataset.targets > 0 && dataset.target != NULL,
                "something is to be predicted");
    for (size_t i = 0; i < dataset.rows * dataset.features; i++)
        fuzz_expect(isfinite((float)dataset.x[i]), "features are finite");
    for (size_t i = 0; classes && i < dataset.rows; i++)
        fuzz_expect(dataset.y[i] >= 0 && (size_t)dataset.y[i] < dataset.classes,
                    "labels are numbers of classes");
    for (size_t i = 0; i < dataset.rows * dataset.targets; i++)
        fuzz_expect(isfinite((float)dataset.target[i]), "targets are finite");
    ins_dataset_free(&dataset);
}

/* The hash of what is read when the first line is taken so; 0: it is refused. */
static unsigned long long hash_with(const char *path, ins_header header)
{
    ins_dataset dataset;
    ins_error error = {0};
    const ins_reading reading = {.path = path, .header = header, .missing = INS_MISSING_MEAN};
    if (ins_dataset_read(&reading, &dataset, &error) != INS_OK) return 0;
    const unsigned long long hash = dataset.hash;
    ins_dataset_free(&dataset);
    return hash;
}

/* What is found out of the first line is what could have been said of it. */
static void check_header(const char *path)
{
    const unsigned long long found = hash_with(path, INS_HEADER_AUTO);
    if (found == 0) return;
    fuzz_expect(found == hash_with(path, INS_HEADER_YES) || found == hash_with(path, INS_HEADER_NO),
                "the first line names the columns or is a row");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiters[] = {'\0', ',', ';', '\t'};
    static const size_t chunks[] = {1, 3, 64};
    ins_text bytes = fuzz_bytes(data, size);
    const char *path = fuzz_file("data.csv", bytes.data, bytes.length);
    ins_text_free(&bytes);
    for (size_t d = 0; d < 2 * sizeof delimiters; d++) {
        bool any_width = d % 2;
        transcript whole = read_in_chunks(path, delimiters[d / 2], any_width, 1 << 16);
        for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; c++) {
            transcript said = read_in_chunks(path, delimiters[d / 2], any_width, chunks[c]);
            fuzz_expect(said.hash == whole.hash, "the size of the pieces makes no difference");
        }
    }
    check_dataset(path);
    check_header(path);
    return 0;
}
