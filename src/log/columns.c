/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables that the list of columns makes. */
#include <config.h>

#include "initscope/columns.h"

#include <math.h>

const ins_column_rule ins_column_rules[INS_COLUMN_TYPES] = {
    [INS_COLUMN_INTEGER] = {"integer", -INFINITY, INFINITY, NULL},
    [INS_COLUMN_COUNT] = {"integer", 0, INFINITY, "0 or more"},
    [INS_COLUMN_POSITIVE] = {"integer", 1, INFINITY, "1 or more"},
    [INS_COLUMN_NUMBER] = {"number", -INFINITY, INFINITY, NULL},
    [INS_COLUMN_AMOUNT] = {"number", 0, INFINITY, "0 or more"},
    [INS_COLUMN_SHARE] = {"number", 0, 1, "a share from 0 to 1"},
    [INS_COLUMN_TEXT] = {"string", -INFINITY, INFINITY, NULL},
};

#define COLUMN(file, column, name, type, unit, description) \
    {name, INS_COLUMN_##type, unit, description},
#define COLUMNS(file, name, by_trial, description)                                           \
    static const ins_column columns_of_##file[] = {                                          \
        INS_##file##_COLUMNS(COLUMN){NULL, INS_COLUMN_TEXT, NULL, NULL}};                    \
    _Static_assert(sizeof columns_of_##file / sizeof *columns_of_##file <= INS_MOST_COLUMNS, \
                   "as many columns as identifiers have room for");
INS_LOG_LIST(COLUMNS)

#define TABLE(file, name, by_trial, description) \
    [INS_LOG_##file] = {name, description, by_trial, columns_of_##file},
const ins_log_table ins_log_tables[INS_LOG_FILES] = {INS_LOG_LIST(TABLE)};

size_t ins_log_columns(ins_log_file file)
{
    size_t count = 0;
    while (ins_log_tables[file].columns[count].name != NULL) count++;
    return count;
}

const ins_tensor_row ins_tensor_table[INS_TENSORS] = {
    [INS_WEIGHT] = {"weight", "W_l", "units x fan_in", false, false,
                    "Weights; a unit's slice is its row."},
    [INS_BIAS] = {"bias", "b_l", "units", false, false, "Biases, one a unit."},
    [INS_PREACTIVATION] =
        {"preactivation", "z_l", "probe rows x units", true, false,
         "Weighted sums before the activation function; a unit's slice is its column."},
    [INS_ACTIVATION] = {"activation", "a_l", "probe rows x units", true, false,
                        "Outputs of the activation function; of layer 0 the scaled inputs."},
    [INS_DELTA] = {"delta", "d loss_i / d z_l", "probe rows x units", true, false,
                   "Derivative of each sample's own loss, not divided by the batch size, by the "
                   "preactivations."},
    [INS_GRADIENT] = {"gradient", "d loss / d W_l", "units x fan_in", false, false,
                      "Derivative of the mean probe loss by the weights."},
    [INS_UPDATE] = {"update", "W_l(t) - W_l(s)", "units x fan_in", false, false,
                    "Weights now minus those of the previous recorded epoch; absent at epoch 0."},
    [INS_INPUT] = {"input", "x_l", "probe rows x features", true, true,
                   "What the layer reads; absent where that is the activation of another layer."},
    [INS_STREAM] = {"stream", "x + f(x)", "probe rows x features", true, true,
                    "The sum at the end of a residual block, whose last layer l is."},
    [INS_LOGIT] = {"logit", "q k / sqrt(d)", "heads x pairs", false, true,
                   "What the softmax of attention is of, less its mean over the keys of a query; "
                   "pairs of a query and a key that it sees, over the probe rows."},
    [INS_ATTENTION] = {"attention", "softmax of logit", "heads x pairs", false, true,
                       "How much a query looks at a key: sums to 1 over the keys."},
    [INS_SIGNAL] =
        {"signal", "q_l (1 - c_l)", "one number a layer", false, false,
         "In theory.csv alone: the predicted within-unit variance of the preactivations."},
    [INS_TOKENS] = {"tokens", "x", "one number a layer", false, false,
                    "In theory.csv alone: what tokens.csv looks at; the variance is what differs "
                    "between its positions, 1 - correlation of the second moment."},
    [INS_STATE] = {"state", "c or h", "probe rows x units", true, false,
                   "In steps.csv alone: what a recurrent layer remembers, c of an lstm, h of the "
                   "others."},
};
