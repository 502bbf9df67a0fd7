/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The experiment file: what is accepted is written so that reading it again gives the same. */
#include <config.h>

#include <string.h>

#include "fuzz.h"
#include "initscope/settings.h"

/* The resolved settings of a file; false when it is refused. */
static bool resolve(const char *path, ins_text *out)
{
    ins_settings settings;
    ins_error error = {0};
    ins_settings_start(&settings);
    ins_settings_read(&settings, path, &error);
    if (error.status == INS_OK) ins_settings_check(&settings, &error);
    fuzz_expect((error.status == INS_OK) == (error.count == 0), "a refusal has a message");
    if (error.status == INS_OK) ins_settings_write(&settings, out);
    ins_settings_free(&settings);
    return error.status == INS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ins_text bytes = fuzz_bytes(data, size), once = {0}, twice = {0};
    const char *path = fuzz_file("experiment.ini", bytes.data, bytes.length);
    if (resolve(path, &once)) {
        path = fuzz_file("experiment.ini", once.data, once.length);
        fuzz_expect(resolve(path, &twice), "what is written can be read");
        fuzz_expect(strcmp(once.data, twice.data) == 0, "reading and writing are inverses");
    }
    ins_text_free(&bytes);
    ins_text_free(&once);
    ins_text_free(&twice);
    return 0;
}
