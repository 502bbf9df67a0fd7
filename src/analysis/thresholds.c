/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The thresholds. */
#include <config.h>

#include "initscope/thresholds.h"

const ins_threshold_row ins_threshold_table[INS_THRESHOLDS] = {
    [INS_THRESHOLD_CONFIDENCE] = {"confidence",
                                  0.95,
                                  {"level of every interval over seeds", NULL},
                                  INS_OF_ALL},
    [INS_THRESHOLD_VANISHING] = {"vanishing",
                                 0.01,
                                 {"a total below it is vanishing", NULL},
                                 INS_OF_ALL},
    [INS_THRESHOLD_FADING] = {"fading", 0.1, {"a total below it is fading", NULL}, INS_OF_ALL},
    [INS_THRESHOLD_GROWING] = {"growing", 10, {"a total above it is growing", NULL}, INS_OF_ALL},
    [INS_THRESHOLD_EXPLODING] = {"exploding",
                                 100,
                                 {"a total above it is exploding", NULL},
                                 INS_OF_ALL},
    [INS_THRESHOLD_STRAIGHT] = {"straight",
                                0.6931471805599453,
                                {"departure of ln signal from a line over the layers below which a "
                                 "gain per layer is quoted (ln 2)",
                                 NULL},
                                INS_OF_ALL},
    [INS_THRESHOLD_SIZE_APART] = {"size_apart",
                                  2,
                                  {"factor between size and signal from which both are drawn",
                                   NULL},
                                  INS_OF_ALL},
    [INS_THRESHOLD_OWN_RANK] = {"own_rank",
                                0.9,
                                {"share of the inputs' own effective rank that is enough, where "
                                 "the answer needs more directions than the inputs have",
                                 ""},
                                INS_OF_ALL},
    /* Autoencoders of digits, 1 to 40 ReLU layers of 64 units, three rules, 15 epochs: R^2 is 0.56
     * or more where more than half of the rank is left, and 0.57 or less where less is. */
    [INS_THRESHOLD_OWN_RANK_R2] = {"own_rank_r2",
                                   0.5,
                                   {"", "share of the inputs' own effective rank that is enough, "
                                        "where there are more targets than that"},
                                   INS_OF_ALL},
    [INS_THRESHOLD_ALIKE] =
        {"alike",
         0.99,
         {"alikeness of the rows in the last hidden layer above which it has collapsed", NULL},
         INS_OF_ALL},
    [INS_THRESHOLD_INPUTS_ALIKE] = {"inputs_alike",
                                    0.9,
                                    {"alikeness of the scaled inputs from which that says nothing",
                                     NULL},
                                    INS_OF_ALL},
    [INS_THRESHOLD_ONE_FUNCTION] =
        {"one_function",
         1.05,
         {"effective rank of a layer of several units below which they compute one function", NULL},
         INS_OF_ALL},
    [INS_THRESHOLD_OFF_CENTRE] = {"off_centre",
                                  1,
                                  {"mean of a layer's weights over their standard deviation, times "
                                   "the root of fan_in, from which they do not lie around 0",
                                   NULL},
                                  INS_OF_ALL},
    [INS_THRESHOLD_STANDARD_ERRORS] = {"standard_errors",
                                       5,
                                       {"standard errors by which that mean differs from 0", NULL},
                                       INS_OF_ALL},
    [INS_THRESHOLD_SATURATED] = {"saturated",
                                 0.5,
                                 {"share of a layer's activations beyond the knee", NULL},
                                 INS_OF_ALL},
    [INS_THRESHOLD_DEAD] = {"dead",
                            0.5,
                            {"share of a hidden layer's units that are 0 on every probe row", NULL},
                            INS_OF_ALL},
    [INS_THRESHOLD_NOT_MOVING] =
        {"not_moving",
         1e-6,
         {"rms of an update over that of the weights below which nothing moves", NULL},
         INS_OF_ALL},
    [INS_THRESHOLD_LEARNED_P] =
        {"learned_p",
         0.01,
         {"p value below which a run is right more often than the best constant answer",
          "p value below which an R² is told from that of the best constant answer"},
         INS_OF_ALL},
    [INS_THRESHOLD_BARELY] = {"barely",
                              0.25,
                              {"share of the way from chance to 1 below which a run barely learned",
                               ""},
                              INS_OF_ALL},
    [INS_THRESHOLD_BARELY_R2] = {"barely_r2",
                                 0.1,
                                 {"", "R² below which a run barely learned"},
                                 INS_OF_ALL},
    [INS_THRESHOLD_TARGET] = {"target",
                              0.5,
                              {"share of the way from chance to 1 that counts as arrived",
                               "R² that counts as arrived"},
                              INS_OF_ALL},
    [INS_THRESHOLD_SIGNIFICANT] = {"significant",
                                   0.05,
                                   {"Holm-corrected p value of a difference that is told", NULL},
                                   INS_OF_ALL},
    [INS_THRESHOLD_SEEDS_FOR_INTERVAL] = {"seeds_for_interval",
                                          3,
                                          {"runs from which a mean of logarithms has an interval",
                                           NULL},
                                          INS_OF_ALL},
    [INS_THRESHOLD_SEEDS_TO_TELL] = {"seeds_to_tell",
                                     5,
                                     {"runs from which a share has an interval and two "
                                      "initializers can be told apart within a setting",
                                      "runs from which a mean R² has an interval and two "
                                      "initializers can be told apart within a setting"},
                                     INS_OF_ALL},
    [INS_THRESHOLD_PAIRED] = {"paired",
                              200,
                              {"initializers in a setting above which they are compared with the "
                               "best one alone, not in all pairs",
                               NULL},
                              INS_OF_ALL},
    [INS_THRESHOLD_CONFIDENTLY_WRONG] = {"confidently_wrong",
                                         1.05,
                                         {"final training loss over that of the best constant "
                                          "answer from which the network is confidently wrong",
                                          "final training loss over that of answering the mean "
                                          "from which the network is worse than the mean"},
                                         INS_OF_ALL},
    [INS_THRESHOLD_START_ABOVE] = {"start_above",
                                   1.5,
                                   {"", "training loss before training over that of answering the "
                                        "mean from which the outputs start too large"},
                                   INS_OF_ALL},
    [INS_THRESHOLD_CARRIES] =
        {"carries",
         0.5,
         {"rank correlation over settings from which accuracy goes with a measure",
          "rank correlation over settings from which R² goes with a measure"},
         INS_OF_ALL},
    [INS_THRESHOLD_SCALES] = {"scales",
                              6,
                              {"depth scales through which a signal is taken to reach", NULL},
                              INS_OF_ALL},
    /* Blocks that add a branch of gain 1 to what they read double it; behind a norm they add a
     * constant, so that the stream grows like the number of blocks. */
    [INS_THRESHOLD_STREAM_GROWTH] = {"stream_growth",
                                     1.25,
                                     {"growth a residual block of the second moment of the stream, "
                                      "over the later half of the blocks, above which it explodes",
                                      NULL},
                                     INS_OF_GRAPHS},
    [INS_THRESHOLD_BEYOND_LINEAR] =
        {"beyond_linear",
         1.1,
         {"that growth over what adding the same in every block comes to, from which it is no "
          "longer that",
          NULL},
         INS_OF_GRAPHS},
    [INS_THRESHOLD_NORM_FACTOR] = {"norm_factor",
                                   1.4669422069242,
                                   {"growth a layer of the error through batch norm and ReLU, "
                                    "π/(π − 1) in theory",
                                    NULL},
                                   INS_OF_GRAPHS},
    [INS_THRESHOLD_NORM_GROWTH] = {"norm_growth",
                                   1e3,
                                   {"growth of the error through all of them that explodes", NULL},
                                   INS_OF_GRAPHS},
    [INS_THRESHOLD_BORDER] = {"border",
                              0.5,
                              {"share of the signal that zero padding leaves, in theory, below "
                               "which it is said",
                               NULL},
                              INS_OF_GRAPHS},
    [INS_THRESHOLD_BORDER_KEPT] = {"border_kept",
                                   0.95,
                                   {"share of the signal that is left at the borders, as measured, "
                                    "from which kernels lose nothing there",
                                    NULL},
                                   INS_OF_GRAPHS},
    /* Of v = 10 eps batch norm leaves 10/11 of the variance that it promises. */
    [INS_THRESHOLD_NORM_EPS] =
        {"norm_eps",
         10,
         {"variance that batch norm reads over its eps, below which it does not normalize", NULL},
         INS_OF_GRAPHS},
    [INS_THRESHOLD_MOVING_AVERAGE] = {"moving_average",
                                      0.05,
                                      {"share of their start that moving averages of batch norm "
                                       "still hold at the end, above which they are unfinished",
                                       NULL},
                                      INS_OF_GRAPHS},
    /* With 8 rows the error grows by 1.78 a layer, with 16 by 1.58, with many by 1.47. */
    [INS_THRESHOLD_NORM_ROWS] = {"norm_rows",
                                 16,
                                 {"rows of a batch below which batch norm is noise", NULL},
                                 INS_OF_GRAPHS},
    [INS_THRESHOLD_FANS] =
        {"fans",
         2,
         {"inputs and outputs that a rule counts over those that a unit has, above which both are "
          "said",
          NULL},
         INS_OF_GRAPHS},
    /* Of 2 x 2 windows 1 where all places are alike, 1.57 where they correlate by 0.9, 3.09 where
     * they do not. */
    [INS_THRESHOLD_POOL] = {"pool",
                            1.5,
                            {"growth of the second moment through max pooling from which it is "
                             "said",
                             NULL},
                            INS_OF_GRAPHS},
    /* A factor of 1000 in amplitude: the gradient of what stands so far back is lost in the noise
     * of the batch. */
    [INS_THRESHOLD_MEMORY] = {"memory",
                              1e-6,
                              {"share of the error at the last time step below which none reaches "
                               "back to a step",
                               NULL},
                              INS_OF_STEPS},
    [INS_THRESHOLD_STEPS_GROWTH] = {"steps_growth",
                                    1e6,
                                    {"growth of an error or of a state over all time steps that "
                                     "explodes",
                                     NULL},
                                    INS_OF_STEPS},
    /* A sum of independent inputs doubles. */
    [INS_THRESHOLD_STATE_GROWTH] = {"state_growth",
                                    1.8,
                                    {"growth of a state's second moment over the later half of the "
                                     "time steps from which it is said",
                                     NULL},
                                    INS_OF_STEPS},
    [INS_THRESHOLD_TOKENS_ALIKE] = {"tokens_alike",
                                    0.95,
                                    {"correlation of the tokens of a row in the last layer of a "
                                     "sequence above which their rank has collapsed",
                                     NULL},
                                    INS_OF_TOKENS},
    /* Of Keras' embeddings, uniform in ±0.05, under sines it is 0.0017. */
    [INS_THRESHOLD_TOKEN_SHARE] = {"token_share",
                                   0.05,
                                   {"share of the tokens in their sum with positions below which "
                                    "positions drown them",
                                    NULL},
                                   INS_OF_TOKENS},
    /* Logits of variance 1 over the keys: 1.57 of 4 tokens, 2.12 of 16, 2.48 of 64, e of many. */
    [INS_THRESHOLD_PEAKED] = {"peaked",
                              2,
                              {"sum of squares of a row of attention over that of uniform "
                               "attention from which it starts peaked",
                               NULL},
                              INS_OF_TOKENS},
    /* Logits of variance 0.01; the gradients of q and k go with their standard deviation. */
    [INS_THRESHOLD_UNIFORM] = {"uniform",
                               1.01,
                               {"that ratio below which it starts uniform, and q and k learn "
                                "slowly",
                                NULL},
                               INS_OF_TOKENS},
    /* Six times the blocks: 0.41 with norms before them, 0.96 with norms behind (Xiong et al. 2020:
     * L^-1/2, and none). */
    [INS_THRESHOLD_WARMUP] = {"warmup",
                              0.8,
                              {"gradient of the last block of a deeper network over that of one of "
                               "half its depth or less, from which it does not fall with depth",
                               NULL},
                              INS_OF_TOKENS},
};

double ins_threshold_of(ins_threshold threshold)
{
    return ins_threshold_table[threshold].value;
}
