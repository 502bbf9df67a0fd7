/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of weights, as .safetensors and as whatever its first bytes say: its tensors are looked at
 * and told of, or it is refused with one message. */
#include <config.h>

#include <math.h>

#include "fuzz.h"
#include "initscope/activation.h"
#include "initscope/audit.h"
#include "initscope/weights_file.h"

static void look(void *context, const ins_weights *weights)
{
    ins_audit_add(context, weights);
}

static void pass_over(void *context, const char *name, const char *type)
{
    (void)context, (void)name;
    fuzz_expect(type[0] != '\0', "what is not looked at has a type");
}

static void check_origin(const ins_origin *origin)
{
    ins_text row = {0};
    fuzz_expect(!(origin->p < 0) && !(origin->p > 1), "p is a probability");
    fuzz_expect(origin->trained >= 0, "movement is a length");
    fuzz_expect(origin->zero_units <= (double)origin->units, "units are zero once");
    fuzz_expect(origin->standing != INS_STANDING_DRAWN || origin->rule != NULL,
                "what is drawn is drawn by a rule");
    ins_origin_row(origin, "a", &row);
    ins_origin_say(origin, &row);
    ins_text_free(&row);
}

static void check_file(const char *path, const ins_choice *activation)
{
    ins_audit *audit = ins_audit_new(INS_LAYOUT_AUTO, activation);
    const ins_weights_visitor visitor = {audit, look, pass_over};
    ins_error error = {0};
    if (ins_weights_read(path, &visitor, &error) != INS_OK)
        fuzz_expect(error.status == INS_DATA && error.count == 1, "a refusal has one message");
    const ins_vote vote = ins_audit_end(audit);
    ins_text lines = {0};
    fuzz_expect(vote.drawn + vote.began + vote.other <= vote.tensors, "a tensor stands once");
    fuzz_expect(vote.tensors <= ins_audit_count(audit), "every vote has a tensor");
    for (size_t i = 0; i < ins_audit_count(audit); i++) check_origin(ins_audit_at(audit, i));
    ins_vote_say(&vote, activation->label, &lines);
    ins_text_free(&lines);
    ins_audit_free(audit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ins_text bytes = fuzz_bytes(data, size);
    ins_arena *arena = ins_arena_new();
    ins_choice relu;
    fuzz_expect(ins_choice_parse(&ins_activations, "relu", "relu", arena, &relu, NULL) == INS_OK,
                "there is a relu");
    check_file(fuzz_file("a.safetensors", bytes.data, bytes.length), &relu);
    check_file(fuzz_file("a", bytes.data, bytes.length), &relu);
    ins_arena_free(arena);
    ins_text_free(&bytes);
    return 0;
}
