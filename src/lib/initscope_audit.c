/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of initscope.h on weights of others. */
#include <config.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "door.h"
#include "host_array.h"
#include "initscope.h"
#include "initscope/activation.h"
#include "initscope/audit.h"
#include "initscope/memory.h"
#include "initscope/text.h"

struct initscope_audit {
    ins_arena *arena; /* of the texts that are given away */
    ins_choice activation;
    ins_audit *audit;
    bool ended, broken;
};

/* What a public function was given. */
typedef struct call {
    initscope_audit *audit;
    const void *a, *b;
    void *out;
    size_t number;
    double fan_in, fan_out;
} call;

static void break_audit(void *arguments)
{
    const call *of = arguments;
    if (of->audit != NULL) of->audit->broken = true;
}

static ins_status check_audit(const call *of, bool ended, ins_error *error)
{
    if (of->audit == NULL) return ins_error_add(error, INS_USAGE, "the handle is NULL");
    if (of->audit->broken)
        return ins_error_add(error, INS_INTERNAL, "the handle failed before and takes no more");
    if (of->audit->ended != ended)
        return ins_error_add(error, INS_USAGE,
                             ended ? "audit: has not ended" : "audit: has ended already");
    return INS_OK;
}

static initscope_status open_audit(void *arguments, ins_error *error)
{
    const call *of = arguments;
    initscope_audit **out = of->out;
    if (out == NULL || of->number >= INS_LAYOUTS)
        return (initscope_status)ins_error_add(error, INS_USAGE,
                                               "audit: no such layout, or nowhere to put it");
    *out = NULL;
    initscope_audit *audit = ins_allocate(1, sizeof *audit, "an audit");
    audit->arena = ins_arena_new();
    const ins_status status =
        ins_choice_parse(&ins_activations, of->a != NULL ? of->a : "relu", "audit: activation",
                         audit->arena, &audit->activation, error);
    if (status == INS_OK) {
        ins_door_quiet_gsl();
        audit->audit = ins_audit_new((ins_layout)of->number, &audit->activation);
        ins_door_restore_gsl();
        *out = audit;
    } else {
        ins_arena_free(audit->arena);
        free(audit);
    }
    return (initscope_status)status;
}

initscope_status initscope_audit_open(initscope_layout layout, const char *activation,
                                      initscope_audit **audit)
{
    return ins_door(open_audit, NULL,
                    &(call){.a = activation, .out = audit, .number = (size_t)layout});
}

static initscope_status add_weight(void *arguments, ins_error *error)
{
    const call *of = arguments;
    initscope_array array;
    ins_matrix matrix = {.x = NULL};
    ins_status status = check_audit(of, false, error);
    if (status == INS_OK && of->a == NULL)
        status = ins_error_add(error, INS_USAGE, "audit: a weight has no name");
    if (status == INS_OK) status = ins_door_take(&array, sizeof array, of->b, "array", error);
    if (status != INS_OK) return (initscope_status)status;
    array.size = sizeof array;
    array.unit_axis = 0; /* then rows stand in C order */
    status = ins_matrix_of(&array, true, &matrix, error);
    if (status == INS_OK && array.ndim <= INS_WEIGHTS_DIMENSIONS) {
        ins_weights weights = {.name = of->a, .dimensions = (size_t)array.ndim, .wide = matrix.x};
        for (int d = 0; d < array.ndim; d++) weights.shape[d] = (size_t)array.shape[d];
        ins_door_quiet_gsl();
        ins_audit_add(of->audit->audit, &weights);
        ins_door_restore_gsl();
    } else if (status == INS_OK) {
        status = ins_error_add(error, INS_USAGE,
                               "audit: a weight has at most %d dimensions (got "
                               "\"%d\")",
                               INS_WEIGHTS_DIMENSIONS, array.ndim);
    }
    free(matrix.x);
    return (initscope_status)status;
}

initscope_status initscope_audit_add(initscope_audit *audit, const char *name,
                                     const initscope_array *weight)
{
    return ins_door(add_weight, break_audit, &(call){.audit = audit, .a = name, .b = weight});
}

/* Words separated by blanks. */
static const char *list_words(ins_arena *arena, const char *const *words, size_t most)
{
    const char *list = "";
    for (size_t i = 0; i < most && words[i] != NULL; i++)
        list = ins_arena_format(arena, "%s%s%s", list, i > 0 ? " " : "", words[i]);
    return list;
}

static const char *take_text(ins_arena *arena, ins_text *text)
{
    const char *copy = ins_arena_copy(arena, text->data != NULL ? text->data : "", text->length);
    ins_text_free(text);
    return copy;
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static initscope_status end_audit(void *arguments, ins_error *error)
{
    const call *of = arguments;
    const ins_status status = check_audit(of, false, error);
    if (status != INS_OK) return (initscope_status)status;
    initscope_audit *audit = of->audit;
    ins_door_quiet_gsl();
    const ins_vote vote = ins_audit_end(audit->audit);
    ins_door_restore_gsl();
    ins_text said = {0};
    audit->ended = true;
    if (of->out == NULL) return INITSCOPE_OK;
    ins_vote_say(&vote, audit->activation.label, &said);
    const initscope_vote all = {.tensors = vote.tensors,
                                .rule = or_empty(vote.rule),
                                .also = list_words(audit->arena, vote.also, INS_ALSO),
                                .log_odds = vote.log_odds,
                                .certain = vote.certain,
                                .drawn = vote.drawn,
                                .began = vote.began,
                                .other = vote.other,
                                .forward = vote.forward,
                                .backward = vote.backward,
                                .symmetric = vote.symmetric,
                                .nonfinite = vote.nonfinite,
                                .origins = ins_audit_count(audit->audit),
                                .said = take_text(audit->arena, &said)};
    return (initscope_status)ins_door_give(of->out, sizeof all, &all, "vote", error);
}

initscope_status initscope_audit_end(initscope_audit *audit, initscope_vote *vote)
{
    return ins_door(end_audit, break_audit, &(call){.audit = audit, .out = vote});
}

/* As much of a text as fits. */
static void copy_text(char *to, size_t size, const char *text)
{
    const size_t length = strlen(text);
    snprintf(to, size, "%s", text);
    if (length >= size) memcpy(to + size - 4, "...", 4);
}

static ins_status give_origin(const ins_origin *origin, ins_arena *arena, void *out,
                              ins_error *error)
{
    ins_text said = {0};
    ins_origin_say(origin, &said);
    initscope_origin all = {.scale = origin->scale,
                            .trained = origin->trained,
                            .p = origin->p,
                            .duplicates = origin->duplicate_pairs,
                            .zero_units = origin->zero_units,
                            .nonfinite = origin->nonfinite,
                            .units = (double)origin->units,
                            .fan_in = origin->fan_in,
                            .fan_out = origin->fan_out,
                            .forward_gain = origin->forward_gain,
                            .backward_gain = origin->backward_gain};
    copy_text(all.rule, sizeof all.rule, or_empty(origin->rule));
    copy_text(all.also, sizeof all.also, list_words(arena, origin->also, INS_ALSO));
    if (origin->family != INS_FAMILY_NONE)
        copy_text(all.family, sizeof all.family, ins_family_names[origin->family]);
    copy_text(all.kind, sizeof all.kind, ins_kernel_names[origin->kind]);
    copy_text(all.said, sizeof all.said, said.data != NULL ? said.data : "");
    copy_text(all.name, sizeof all.name, origin->name);
    ins_text_free(&said);
    return ins_door_give(out, sizeof all, &all, "origin", error);
}

static initscope_status get_origin(void *arguments, ins_error *error)
{
    const call *of = arguments;
    const ins_status status = check_audit(of, true, error);
    if (status != INS_OK) return (initscope_status)status;
    if (of->number >= ins_audit_count(of->audit->audit))
        return (initscope_status)ins_error_add(error, INS_USAGE,
                                               "audit: there are %zu weights (got \"%zu\")",
                                               ins_audit_count(of->audit->audit), of->number);
    return (initscope_status)give_origin(ins_audit_at(of->audit->audit, of->number),
                                         of->audit->arena, of->out, error);
}

initscope_status initscope_audit_get(const initscope_audit *audit, size_t index,
                                     initscope_origin *origin)
{
    return ins_door(get_origin, break_audit,
                    &(call){.audit = (initscope_audit *)audit, .out = origin, .number = index});
}

static initscope_status close_audit(void *arguments, ins_error *error)
{
    const call *of = arguments;
    (void)error;
    if (of->audit == NULL) return INITSCOPE_OK;
    ins_audit_free(of->audit->audit);
    ins_arena_free(of->audit->arena);
    free(of->audit);
    return INITSCOPE_OK;
}

/* The shape of a kernel of so many units and inputs that has the fans: each window is as large as
 * the units are more than they are. */
static ins_weights with_fans(const ins_matrix *matrix, double fan_in, double fan_out)
{
    const double window = fan_out / (double)matrix->units;
    const size_t taps =
        window >= 1 && window == floor(window) && window <= (double)matrix->length &&
                matrix->length % (size_t)window == 0 && fan_in == (double)matrix->length
            ? (size_t)window
            : 1;
    return (ins_weights){.name = "weight",
                         .dimensions = taps > 1 ? 3 : 2,
                         .shape = {matrix->units, matrix->length / taps, taps},
                         .wide = matrix->x};
}

static initscope_status guess(void *arguments, ins_error *error)
{
    const call *of = arguments;
    ins_matrix matrix;
    initscope_audit *audit = NULL;
    if (!(of->fan_in > 0 && of->fan_out > 0))
        return (initscope_status)ins_error_add(error, INS_USAGE, "guess: fans are above 0");
    ins_status status = ins_matrix_of(of->b, true, &matrix, error);
    if (status != INS_OK) return (initscope_status)status;
    status = (ins_status)open_audit(&(call){.out = &audit, .number = INS_LAYOUT_TORCH}, error);
    if (status == INS_OK) {
        const ins_weights weights = with_fans(&matrix, of->fan_in, of->fan_out);
        ins_door_quiet_gsl();
        ins_audit_add(audit->audit, &weights);
        ins_audit_end(audit->audit);
        ins_door_restore_gsl();
        status = ins_audit_count(audit->audit) == 1
                     ? give_origin(ins_audit_at(audit->audit, 0), audit->arena, of->out, error)
                     : ins_error_add(error, INS_USAGE, "guess: no matrix of weights");
        close_audit(&(call){.audit = audit}, error);
    }
    free(matrix.x);
    return (initscope_status)status;
}

initscope_status initscope_guess(const initscope_array *weight, double fan_in, double fan_out,
                                 initscope_origin *origin)
{
    return ins_door(guess, NULL,
                    &(call){.b = weight, .out = origin, .fan_in = fan_in, .fan_out = fan_out});
}

initscope_status initscope_audit_close(initscope_audit *audit)
{
    return ins_door(close_audit, NULL, &(call){.audit = audit});
}
