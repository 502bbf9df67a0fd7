/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of networks. What is accepted is written so that it reads again as the same. */
#include <config.h>

#include <string.h>

#include "fuzz.h"
#include "initscope/blueprint.h"

/* The labels with blanks between them. */
static ins_text write_all(size_t count, const ins_blueprint *list)
{
    ins_text out = {0};
    for (size_t i = 0; i < count; i++)
        ins_text_add_format(&out, "%s%s", i > 0 ? " " : "", list[i].label);
    return out;
}

static void expect_same(const ins_blueprint *a, const ins_blueprint *b)
{
    fuzz_expect(strcmp(a->label, b->label) == 0, "reading and writing are inverses");
    fuzz_expect(ins_blueprint_same(a, b), "the network is the same");
    fuzz_expect(a->layers.count == b->layers.count, "it has as many layers");
    fuzz_expect(ins_blueprint_is_dense(a) == ins_blueprint_is_dense(b), "widths stay widths");
    for (size_t i = 0; i < a->layers.count; i++) {
        const ins_element *left = a->layers.item[i], *right = b->layers.item[i];
        fuzz_expect(left->kind == right->kind && strcmp(left->text, right->text) == 0,
                    "the layers are the same");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char where[] = "--network: column ";
    ins_text text = fuzz_bytes(data, size);
    ins_arena *arena = ins_arena_new();
    ins_error error = {0};
    size_t count, again_count;
    const ins_blueprint *list, *again;
    if (ins_blueprints_parse(text.data, "--network", arena, &count, &list, &error) == INS_OK) {
        ins_text written = write_all(count, list);
        fuzz_expect(error.count == 0, "what is accepted has no message");
        fuzz_expect(strcspn(written.data, "\t\r\n\v\f") == written.length, "it is one line");
        fuzz_expect(ins_blueprints_parse(written.data, "--network", arena, &again_count, &again,
                                         &error) == INS_OK,
                    "what is written can be read");
        fuzz_expect(again_count == count, "there are as many networks");
        for (size_t i = 0; i < count; i++) expect_same(&list[i], &again[i]);
        ins_text_free(&written);
    } else {
        fuzz_expect(error.count == 1 && strncmp(error.line[0], where, strlen(where)) == 0,
                    "a refusal has one message, which says where");
    }
    ins_arena_free(arena);
    ins_text_free(&text);
    return 0;
}
