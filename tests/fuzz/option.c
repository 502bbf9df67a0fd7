/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Every option given the same value: calls, lists, hidden shapes, epochs. What is accepted is
 * written so that it reads again as the same. */
#include <config.h>

#include <string.h>

#include "fuzz.h"
#include "initscope/settings.h"

/* The value as the settings hold it; false when it is refused. */
static bool resolve(const ins_option *option, const char *value, ins_text *out)
{
    static const ins_source source = {.where = "--option"};
    ins_settings settings;
    ins_error error = {0};
    ins_settings_start(&settings);
    ins_status status = ins_settings_set(&settings, option, value, &source, &error);
    fuzz_expect((status == INS_OK) == (error.count == 0), "a refusal has a message");
    ins_text_add(out, "");
    if (status == INS_OK) {
        option->kind->write(option, (const char *)&settings + option->field, out);
    }
    ins_settings_free(&settings);
    return status == INS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ins_text value = fuzz_bytes(data, size);
    for (const ins_option *option = ins_options; option->key != NULL; option++) {
        ins_text once = {0}, twice = {0};
        if (resolve(option, value.data, &once)) {
            fuzz_expect(resolve(option, once.data, &twice), "what is written can be read");
            fuzz_expect(strcmp(once.data, twice.data) == 0, "reading and writing are inverses");
        }
        ins_text_free(&once);
        ins_text_free(&twice);
    }
    ins_text_free(&value);
    return 0;
}
