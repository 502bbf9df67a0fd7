/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What is found, in words and as rows of CSV. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/audit.h"
#include "initscope/log_row.h"

const char *const ins_family_names[] = {"none",   "constant",   "identity",
                                        "sparse", "orthogonal", "uniform",
                                        "normal", "truncated",  "nonfinite"};

/* --- CSV -------------------------------------------------------------------------------------- */

enum {
    FILE_NAME,
    TENSOR,
    KIND,
    UNITS,
    FAN_IN,
    FAN_OUT,
    RULE,
    ALSO,
    FAMILY,
    SCALE,
    TRAINED,
    P,
    DUPLICATE_PAIRS,
    ZERO_UNITS,
    FORWARD_GAIN,
    BACKWARD_GAIN
};

const ins_column ins_audit_columns[] = {
    [FILE_NAME] = {"file", INS_COLUMN_TEXT, "", "File that the tensor is in."},
    [TENSOR] = {"tensor", INS_COLUMN_TEXT, "", "Its name."},
    [KIND] = {"kind", INS_COLUMN_TEXT, "", "dense, conv, recurrent, attention or embedding."},
    [UNITS] = {"units", INS_COLUMN_COUNT, "unit", "Units, all of a stack."},
    [FAN_IN] = {"fan_in", INS_COLUMN_AMOUNT, "1", "Inputs that a unit sums."},
    [FAN_OUT] = {"fan_out", INS_COLUMN_AMOUNT, "1", "Sums that an input takes part in."},
    [RULE] = {"rule", INS_COLUMN_TEXT, "",
              "Initializer that drew it, or that it began as; empty: no rule can be named."},
    [ALSO] = {"also", INS_COLUMN_TEXT, "", "Others of the same likelihood, separated by \"; \"."},
    [FAMILY] = {"family", INS_COLUMN_TEXT, "", "Family of its law; none: trained, no law."},
    [SCALE] = {"scale", INS_COLUMN_NUMBER, "1",
               "Standard deviation of the law, gain of a matrix, value of a constant."},
    [TRAINED] = {"trained", INS_COLUMN_AMOUNT, "1",
                 "How far it has moved, in lengths of what it began as; 0: none is seen."},
    [P] = {"p", INS_COLUMN_SHARE, "1", "Kolmogorov-Smirnov, of the rule as it draws."},
    [DUPLICATE_PAIRS] = {"duplicate_pairs", INS_COLUMN_AMOUNT, "1",
                         "Pairs of units with equal weights that are not all 0."},
    [ZERO_UNITS] = {"zero_units", INS_COLUMN_AMOUNT, "unit", "Units whose weights are all 0."},
    [FORWARD_GAIN] = {"forward_gain", INS_COLUMN_AMOUNT, "1",
                      "E[z^2] behind it, of E[z^2] = 1 before the activation that it reads."},
    [BACKWARD_GAIN] = {"backward_gain", INS_COLUMN_AMOUNT, "1",
                       "The same of E[delta^2] on the way back."},
    {0}};

/* Whether a law is claimed. */
static bool has_law(const ins_origin *origin)
{
    return origin->standing != INS_STANDING_NOTHING && origin->standing != INS_STANDING_TRAINED;
}

static bool has_rule(const ins_origin *origin)
{
    return has_law(origin) && origin->standing != INS_STANDING_FITTED && origin->rule != NULL;
}

static void add_list(const char *const *list, const char *separator, ins_text *out)
{
    for (const char *const *item = list; *item != NULL; item++)
        ins_text_add_format(out, "%s%s", item == list ? "" : separator, *item);
}

static const char *family_name(const ins_origin *origin)
{
    if (origin->standing == INS_STANDING_TRAINED) return ins_family_names[INS_FAMILY_NONE];
    return ins_family_names[origin->family];
}

/* Control bytes, and what is not UTF-8, as \xHH. */
static void add_name(ins_row *row, int column, const char *name)
{
    char safe[4096];
    ins_make_safe(safe, sizeof safe, name, strlen(name));
    ins_row_name(row, column, safe);
}

void ins_origin_row(const ins_origin *origin, const char *file, ins_text *out)
{
    ins_row row = ins_row_begin_table(out, ins_audit_columns);
    ins_text also = {0};
    if (has_rule(origin)) add_list(origin->also, "; ", &also);
    add_name(&row, FILE_NAME, file);
    add_name(&row, TENSOR, origin->name);
    ins_row_text(&row, KIND, ins_kernel_names[origin->kind]);
    ins_row_integer(&row, UNITS, (long long)origin->units);
    ins_row_optional(&row, FAN_IN, origin->fan_in);
    ins_row_optional(&row, FAN_OUT, origin->fan_out);
    ins_row_text(&row, RULE, has_rule(origin) ? origin->rule : "");
    ins_row_text(&row, ALSO, also.data != NULL ? also.data : "");
    ins_row_text(&row, FAMILY, family_name(origin));
    ins_row_optional(&row, SCALE, has_law(origin) ? origin->scale : (double)NAN);
    ins_row_optional(&row, TRAINED, has_law(origin) ? origin->trained : (double)NAN);
    ins_row_optional(&row, P, has_rule(origin) ? origin->p : (double)NAN);
    ins_row_number(&row, DUPLICATE_PAIRS, origin->duplicate_pairs);
    ins_row_number(&row, ZERO_UNITS, origin->zero_units);
    ins_row_optional(&row, FORWARD_GAIN, origin->forward_gain);
    ins_row_optional(&row, BACKWARD_GAIN, origin->backward_gain);
    ins_row_end(&row);
    ins_text_free(&also);
}

/* --- Words ------------------------------------------------------------------------------------ */

/* A normal law hides what moves it, unless it grows. */
static void add_movement(double moved, ins_text *out)
{
    if (moved > 0)
        ins_text_add_format(out, "moved about %.2g", moved);
    else
        ins_text_add(out, "movement not seen");
}

static void say_structure(const ins_origin *origin, ins_text *out)
{
    if (origin->rule != NULL)
        ins_text_add_format(out, "%s%s", origin->trained > 0 ? "began as " : "", origin->rule);
    else
        ins_text_add(out, "sparse by no rule: pruned?");
    if (origin->trained > 0) {
        ins_text_add(out, ", ");
        add_movement(origin->trained, out);
    }
}

void ins_origin_say(const ins_origin *origin, ins_text *out)
{
    switch (origin->standing) {
    case INS_STANDING_NOTHING:
        if (origin->nonfinite > 0)
            ins_text_add_format(out, "%.0f elements are not finite", origin->nonfinite);
        else
            ins_text_add(out, "too few elements to tell");
        break;
    case INS_STANDING_DRAWN:
        ins_text_add_format(out, "drawn by %s", origin->rule);
        if (origin->trained > 0) {
            ins_text_add(out, ", ");
            add_movement(origin->trained, out);
        }
        break;
    case INS_STANDING_FITTED:
        ins_text_add_format(out, "%s, sd %.3g: of no rule", ins_family_names[origin->family],
                            origin->scale);
        break;
    case INS_STANDING_BEGAN:
        ins_text_add_format(out, "began as %s, ", origin->rule);
        add_movement(origin->trained, out);
        break;
    case INS_STANDING_TRAINED:
        ins_text_add(out, "trained: no law");
        break;
    case INS_STANDING_MADE:
        say_structure(origin, out);
    }
    if (has_rule(origin) && origin->also[0] != NULL) {
        ins_text_add(out, "; also ");
        add_list(origin->also, ", ", out);
    }
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void add_names(const ins_vote *vote, ins_text *out)
{
    ins_text_add(out, vote->rule);
    if (vote->also[0] != NULL) {
        ins_text_add(out, " or ");
        add_list(vote->also, " or ", out);
    } else if (vote->source[0] != '\0') {
        ins_text_add_format(out, " (%s)", vote->source);
    }
}

/* Where no rule can be named for all. */
static void say_no_rule(const ins_vote *vote, size_t open, ins_text *out)
{
    if (open == vote->tensors)
        ins_text_add(out, "network: trained: no law\n");
    else
        ins_text_add_format(out,
                            "network: no one rule for all; %zu of %zu weight tensor%s of a law of "
                            "their own, %zu of none\n",
                            vote->tensors - open, vote->tensors, plural(vote->tensors), open);
}

/* All are drawn by one rule; or the vote is certain; or there is none. */
static void say_rule(const ins_vote *vote, ins_text *out)
{
    const size_t open = vote->tensors - vote->drawn - vote->began - vote->other;
    const bool all = vote->drawn == vote->tensors;
    if (!all && !vote->certain) {
        say_no_rule(vote, open, out);
        return;
    }
    ins_text_add(out, all ? "network: drawn by " : "network: began as ");
    add_names(vote, out);
    if (!all || vote->moved > 0) {
        ins_text_add(out, ", ");
        add_movement(vote->moved, out);
    }
    if (vote->next != NULL)
        ins_text_add_format(out, "; log odds %.3g to %s", vote->log_odds, vote->next);
    ins_text_add_format(out, "; %zu of %zu weight tensor%s drawn by it", vote->drawn, vote->tensors,
                        plural(vote->tensors));
    if (vote->began > 0) ins_text_add_format(out, ", %zu moved", vote->began);
    if (vote->other > 0) ins_text_add_format(out, ", %zu of another law", vote->other);
    if (open > 0) ins_text_add_format(out, ", %zu of none", open);
    ins_text_add(out, "\n");
}

static void say_product(const char *what, double product, size_t layers, ins_text *out)
{
    ins_text_add_format(out, "%s times %.3g, %.3g a layer", what, product,
                        pow(product, 1 / (double)layers));
}

static void say_depth(const ins_vote *vote, const char *activation, ins_text *out)
{
    if (vote->layers < 2) return;
    ins_text_add_format(out,
                        "depth: %zu dense and convolutional layers behind each other, %s "
                        "between, ",
                        vote->layers, activation);
    say_product("make E[z^2]", vote->forward, vote->layers, out);
    say_product(", and E[delta^2] on the way back", vote->backward, vote->layers, out);
    if (vote->norms > 0)
        ins_text_add(out, "; norms set sizes anew, and what counts between them is a layer's own "
                          "gain");
    ins_text_add(out, "\n");
}

void ins_vote_say(const ins_vote *vote, const char *activation, ins_text *out)
{
    if (vote->tensors > 0) say_rule(vote, out);
    if (vote->made > 0)
        ins_text_add_format(out, "made as a whole, without a vote: %zu weight tensor%s\n",
                            vote->made, plural(vote->made));
    say_depth(vote, activation, out);
    if (vote->biases + vote->norms > 0)
        ins_text_add_format(out,
                            "not weights, and not looked at: %zu of biases, norms and the like\n",
                            vote->biases + vote->norms);
}
