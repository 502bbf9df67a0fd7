/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The narrow waist: every CSV file of a run directory and every column of it, in one list. Writer,
 * reader, schema.json, the data dictionary of the report and the manual page read it, and whoever
 * names a column in C does so by the identifier that the list makes of it: INS_LAYERS_VARIANCE is
 * the column "variance" of layers.csv. A new column is a row here, in the order of the file. */
#ifndef INITSCOPE_COLUMNS_H
#define INITSCOPE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

/* --- The list ----------------------------------------------------------------
 *
 * FILE(identifier, name, whether rows are appended trial by trial (otherwise the file is written
 * once, whole), what a row is). */
#define INS_LOG_LIST(FILE)                                                                         \
    FILE(RUNS, "runs.csv", true, "One row a run: its factors, its seed and its final figures.")    \
    FILE(FACTORS, "factors.csv", true, "One row a run and factor that has no column in runs.csv.") \
    FILE(NETWORK, "network.csv", true,                                                             \
         "One row a run and numbered layer: what it is and what it reads; without the file the "   \
         "layers are dense, and each reads the one before it.")                                    \
    FILE(EPOCHS, "epochs.csv", true,                                                               \
         "One row a run and recorded epoch: loss, accuracy and gradient norm.")                    \
    FILE(LAYERS, "layers.csv", true,                                                               \
         "One row a run, recorded epoch, layer and tensor: the statistics of its elements on the " \
         "probe batch.")                                                                           \
    FILE(SYMMETRY, "symmetry.csv", true,                                                           \
         "One row a run, epoch and layer: how many units can be told apart.")                      \
    FILE(HISTOGRAMS, "histograms.csv", true,                                                       \
         "One row a run, epoch, layer, tensor and bin: histograms on the probe batch.")            \
    FILE(                                                                                          \
        STEPS, "steps.csv", true,                                                                  \
        "One row a run, recorded epoch, recurrent layer, tensor and time step: how sizes go with " \
        "time.")                                                                                   \
    FILE(TOKENS, "tokens.csv", true,                                                               \
         "One row a run, recorded epoch and layer that ends attention or a residual block: how "   \
         "alike the tokens of a row are behind it, and how peaked the attention is.")              \
    FILE(THEORY, "theory.csv", true,                                                               \
         "One row a run, layer and tensor: what the mean-field theory predicts for epoch 0.")      \
    FILE(DEPTH, "depth.csv", true,                                                                 \
         "One row a run: where mean-field theory sees its network go with depth, had it no end, "  \
         "and how fast.")                                                                          \
    FILE(PHASE, "phase.csv", false,                                                                \
         "One row an activation, sigma_w and sigma_b: the plane that the rows of depth.csv lie "   \
         "on.")                                                                                    \
    FILE(SPECTRUM, "spectrum.csv", true,                                                           \
         "One row a run, epoch, layer and index: singular values of the weights and of the whole " \
         "network.")                                                                               \
    FILE(FEATURES, "features.csv", false,                                                          \
         "One row a feature: the training rows before and after scaling.")                         \
    FILE(OUTPUTS, "outputs.csv", false,                                                            \
         "One row an output of the network: the class or the target that it stands for.")          \
    FILE(ENVIRONMENT, "environment.csv", false,                                                    \
         "Where and with what the run was made; may differ between equal runs.")                   \
    FILE(TIMING, "timing.csv", true,                                                               \
         "One row a run: how long it took; differs between equal runs.")                           \
    FILE(MANIFEST, "manifest.csv", false,                                                          \
         "One row a file of the finished run, this one apart: by it is told what was changed "     \
         "since.")

/* ROW(file, identifier, name, type (an ins_column_type), unit ("1", "s", "nat", "row", ...; "" for
 * a text), one sentence). First those that several files share. */
#define INS_SHARED_RUN(ROW, FILE) \
    ROW(FILE, RUN, "run", INTEGER, "1", "Number of the run in the order of the grid, from 1.")
#define INS_SHARED_INITIALIZER(ROW, FILE) \
    ROW(FILE, INITIALIZER, "initializer", TEXT, "", "Initializer of the hidden layers' weights.")
#define INS_SHARED_SEED(ROW, FILE)                                                         \
    ROW(FILE, SEED, "seed", INTEGER, "1",                                                  \
        "Seed of the run's random streams; runs of one seed share split, batch order and " \
        "streams.")
#define INS_SHARED_EPOCH(ROW, FILE)                                                             \
    ROW(FILE, EPOCH, "epoch", INTEGER, "epoch",                                                 \
        "Passes over the training rows so far; 0 is before any update. In logs of others step " \
        "may "                                                                                  \
        "stand in its place; where both do, epoch counts.")
#define INS_SHARED_UPDATES(ROW, FILE) \
    ROW(FILE, UPDATES, "updates", COUNT, "update", "Optimizer updates so far, one a minibatch.")
#define INS_SHARED_LAYER(ROW, FILE)         \
    ROW(FILE, LAYER, "layer", INTEGER, "1", \
        "Layer: 0 is the input, then the hidden layers, last the output.")
#define INS_SHARED_SIGMA_W(ROW, FILE) \
    ROW(FILE, SIGMA_W, "sigma_w", AMOUNT, "1", "Square root of fan_in times the weights' variance.")
#define INS_SHARED_SIGMA_B(ROW, FILE) \
    ROW(FILE, SIGMA_B, "sigma_b", AMOUNT, "1", "Standard deviation of the biases.")
#define INS_SHARED_Q_STAR(ROW, FILE)                                                         \
    ROW(FILE, Q_STAR, "q_star", AMOUNT, "1",                                                 \
        "Second moment of the preactivation that depth leads to; inf when it grows without " \
        "bound.")
#define INS_SHARED_C_STAR(ROW, FILE)         \
    ROW(FILE, C_STAR, "c_star", NUMBER, "1", \
        "Correlation of two inputs that depth leads to; nan where it keeps what it was.")
#define INS_SHARED_CHI_1(ROW, FILE)        \
    ROW(FILE, CHI_1, "chi_1", AMOUNT, "1", \
        "There, the factor a layer of the second moment of a gradient: 1 on the edge of chaos.")
#define INS_SHARED_XI_C(ROW, FILE)           \
    ROW(FILE, XI_C, "xi_c", NUMBER, "layer", \
        "Depth scale on which the correlation of two inputs goes to c_star; inf at the edge.")

#define INS_RUNS_COLUMNS(ROW)                                                                     \
    INS_SHARED_RUN(ROW, RUNS)                                                                     \
    INS_SHARED_INITIALIZER(ROW, RUNS)                                                             \
    ROW(RUNS, ACTIVATION, "activation", TEXT, "", "Activation function of the hidden layers.")    \
    ROW(RUNS, HIDDEN, "hidden", TEXT, "",                                                         \
        "Units of each hidden layer, from the input on; 20x256 is 20 layers of 256. Empty where " \
        "the network is no chain of dense layers.")                                               \
    ROW(RUNS, NETWORK, "network", TEXT, "",                                                       \
        "The network, layer by layer; of a chain of dense layers the same as hidden.")            \
    ROW(RUNS, OPTIMIZER, "optimizer", TEXT, "", "Optimizer with the parameters that were given.") \
    ROW(RUNS, LEARNING_RATE, "learning_rate", AMOUNT, "1", "Learning rate.")                      \
    ROW(RUNS, DROPOUT, "dropout", SHARE, "1",                                                     \
        "Probability that a hidden activation is dropped in training.")                           \
    ROW(RUNS, WEIGHT_DECAY, "weight_decay", AMOUNT, "1",                                          \
        "Weight decay of the weights; biases have none.")                                         \
    ROW(RUNS, BATCH, "batch", COUNT, "row",                                                       \
        "Rows of a minibatch; the last one of an epoch may be smaller.")                          \
    INS_SHARED_SEED(ROW, RUNS)                                                                    \
    ROW(RUNS, STATUS, "status", TEXT, "",                                                         \
        "completed, or diverged when the training loss or a weight became non-finite; of others " \
        "also running or interrupted: such runs are listed, and nothing else is said of them.")   \
    ROW(RUNS, STOPPED_EPOCH, "stopped_epoch", INTEGER, "epoch",                                   \
        "Last epoch that has rows; of a diverged run, the epoch in which it diverged.")           \
    INS_SHARED_UPDATES(ROW, RUNS)                                                                 \
    ROW(RUNS, TRAIN_LOSS, "train_loss", NUMBER, "nat",                                            \
        "Final mean loss over all training rows, dropout off; of classes the cross-entropy.")     \
    ROW(RUNS, TRAIN_ACCURACY, "train_accuracy", SHARE, "1",                                       \
        "Final share of the training rows that are classified correctly.")                        \
    ROW(RUNS, TEST_LOSS, "test_loss", NUMBER, "nat",                                              \
        "Final mean loss over all test rows, dropout off.")                                       \
    ROW(RUNS, TEST_ACCURACY, "test_accuracy", SHARE, "1",                                         \
        "Final share of the test rows that are classified correctly.")                            \
    ROW(RUNS, TRAIN_SCORE, "train_score", NUMBER, "1",                                            \
        "Final score of the training rows: the accuracy, R^2, or another that score in "          \
        "experiment.ini names.")                                                                  \
    ROW(RUNS, TEST_SCORE, "test_score", NUMBER, "1", "Final score of the test rows.")

#define INS_FACTORS_COLUMNS(ROW)                                                   \
    INS_SHARED_RUN(ROW, FACTORS)                                                   \
    ROW(FACTORS, FACTOR, "factor", TEXT, "", "Name of the factor: residual_init.") \
    ROW(FACTORS, VALUE, "value", TEXT, "", "Its value in this run.")

#define INS_NETWORK_COLUMNS(ROW)                                                                 \
    INS_SHARED_RUN(ROW, NETWORK)                                                                 \
    ROW(NETWORK, LAYER, "layer", INTEGER, "1", "Number of the layer, from 1, as in layers.csv.") \
    ROW(NETWORK, NAME, "name", TEXT, "", "Its name: conv3, attention2.q.")                       \
    ROW(NETWORK, KIND, "kind", TEXT, "",                                                         \
        "Kind: dense, conv, recurrent, attention, embedding, norm or other, as which any word "  \
        "beside these is read. Norms and embeddings are no products of weights: curves and "     \
        "verdicts leave them out.")                                                              \
    ROW(NETWORK, BLOCK, "block", TEXT, "",                                                       \
        "Name of the residual block that the layer stands in; empty outside of blocks.")         \
    ROW(NETWORK, ACTIVATION, "activation", TEXT, "",                                             \
        "Activation function that is applied to its units; empty where there is none.")          \
    ROW(NETWORK, INPUTS, "inputs", TEXT, "",                                                     \
        "Numbers of the layers that it reads, separated by blanks; 0 is the network's input.")   \
    ROW(NETWORK, UNITS, "units", POSITIVE, "unit", "Units: of a convolution its channels.")      \
    ROW(NETWORK, FAN_IN, "fan_in", COUNT, "1", "Inputs that a unit sums.")                       \
    ROW(NETWORK, FAN_OUT, "fan_out", COUNT, "1", "Sums that an input takes part in.")            \
    ROW(NETWORK, PARAMETERS, "parameters", COUNT, "1", "Numbers that it learns.")                \
    ROW(NETWORK, TRAINABLE, "trainable", COUNT, "1",                                             \
        "1 when training may change them, 0 when they stay as they are; then no verdict asks "   \
        "whether they move or differ.")

#define INS_EPOCHS_COLUMNS(ROW)                                                                   \
    INS_SHARED_RUN(ROW, EPOCHS)                                                                   \
    INS_SHARED_INITIALIZER(ROW, EPOCHS)                                                           \
    INS_SHARED_SEED(ROW, EPOCHS)                                                                  \
    INS_SHARED_EPOCH(ROW, EPOCHS)                                                                 \
    INS_SHARED_UPDATES(ROW, EPOCHS)                                                               \
    ROW(EPOCHS, TRAIN_LOSS, "train_loss", NUMBER, "nat",                                          \
        "Mean loss over all training rows after the epoch, dropout off; of classes the "          \
        "cross-entropy.")                                                                         \
    ROW(EPOCHS, TRAIN_ACCURACY, "train_accuracy", SHARE, "1",                                     \
        "Share of the training rows that are classified correctly.")                              \
    ROW(EPOCHS, TEST_LOSS, "test_loss", NUMBER, "nat",                                            \
        "Mean loss over all test rows after the epoch, dropout off.")                             \
    ROW(EPOCHS, TEST_ACCURACY, "test_accuracy", SHARE, "1",                                       \
        "Share of the test rows that are classified correctly.")                                  \
    ROW(EPOCHS, TRAIN_SCORE, "train_score", NUMBER, "1",                                          \
        "Score of the training rows: the accuracy, R^2, or another that score in experiment.ini " \
        "names.")                                                                                 \
    ROW(EPOCHS, TEST_SCORE, "test_score", NUMBER, "1", "Score of the test rows.")                 \
    ROW(EPOCHS, GRADIENT_NORM, "gradient_norm", AMOUNT, "1",                                      \
        "Euclidean norm of the gradient of the mean probe loss over all weights and biases.")

#define INS_LAYERS_COLUMNS(ROW)                                                                   \
    INS_SHARED_RUN(ROW, LAYERS)                                                                   \
    INS_SHARED_INITIALIZER(ROW, LAYERS)                                                           \
    INS_SHARED_SEED(ROW, LAYERS)                                                                  \
    INS_SHARED_EPOCH(ROW, LAYERS)                                                                 \
    INS_SHARED_LAYER(ROW, LAYERS)                                                                 \
    ROW(LAYERS, TENSOR, "tensor", TEXT, "",                                                       \
        "Which tensor: weight, bias, preactivation, activation, delta, gradient, update, input, " \
        "stream, logit or attention.")                                                            \
    ROW(LAYERS, UNITS, "units", POSITIVE, "unit",                                                 \
        "Units of the layer; of input, stream, logit and attention, those that the tensor has "   \
        "itself.")                                                                                \
    ROW(LAYERS, COUNT, "count", COUNT, "1",                                                       \
        "Finite elements, over which all statistics of the row are taken.")                       \
    ROW(LAYERS, MEAN, "mean", NUMBER, "1", "Mean.")                                               \
    ROW(LAYERS, VARIANCE, "variance", AMOUNT, "1",                                                \
        "Population variance (divisor count): within_unit_variance + between_unit_variance.")     \
    ROW(LAYERS, WITHIN_UNIT_VARIANCE, "within_unit_variance", AMOUNT, "1",                        \
        "Mean over units of each unit's population variance: the signal.")                        \
    ROW(LAYERS, BETWEEN_UNIT_VARIANCE, "between_unit_variance", AMOUNT, "1",                      \
        "Population variance over units of the units' means: exactly 0 for unbroken symmetry.")   \
    ROW(LAYERS, SECOND_MOMENT, "second_moment", AMOUNT, "1",                                      \
        "Mean of the squares: variance + mean^2.")                                                \
    ROW(LAYERS, SKEWNESS, "skewness", NUMBER, "1",                                                \
        "Third standardised moment, 0 for a symmetric distribution; nan when the variance is 0.") \
    ROW(LAYERS, KURTOSIS, "kurtosis", AMOUNT, "1",                                                \
        "Fourth standardised moment, 3 for a normal distribution; nan when the variance is 0.")   \
    ROW(LAYERS, MINIMUM, "minimum", NUMBER, "1", "Smallest finite element.")                      \
    ROW(LAYERS, MAXIMUM, "maximum", NUMBER, "1", "Largest finite element.")                       \
    ROW(LAYERS, ZERO_FRACTION, "zero_fraction", SHARE, "1",                                       \
        "Share of the finite elements that are exactly 0.")                                       \
    ROW(LAYERS, SATURATED_FRACTION, "saturated_fraction", SHARE, "1",                             \
        "Share of the activations beyond the activation function's knee; empty where it has "     \
        "none, and for other tensors.")                                                           \
    ROW(LAYERS, NONFINITE, "nonfinite", COUNT, "1", "Elements that are nan or infinite.")

#define INS_SYMMETRY_COLUMNS(ROW)                                                                  \
    INS_SHARED_RUN(ROW, SYMMETRY)                                                                  \
    INS_SHARED_INITIALIZER(ROW, SYMMETRY)                                                          \
    INS_SHARED_SEED(ROW, SYMMETRY)                                                                 \
    INS_SHARED_EPOCH(ROW, SYMMETRY)                                                                \
    INS_SHARED_LAYER(ROW, SYMMETRY)                                                                \
    ROW(SYMMETRY, UNITS, "units", POSITIVE, "unit", "Units of the layer.")                         \
    ROW(SYMMETRY, DISTINCT_UNITS, "distinct_units", COUNT, "unit",                                 \
        "Classes of units with equal incoming weights and bias, 1 is unbroken symmetry; empty "    \
        "when a weight is nan.")                                                                   \
    ROW(SYMMETRY, DUPLICATE_PAIRS, "duplicate_pairs", COUNT, "1",                                  \
        "Pairs of units within a class; empty when a weight is nan.")                              \
    ROW(SYMMETRY, MEAN_ABS_COSINE, "mean_abs_cosine", AMOUNT, "1",                                 \
        "Mean |cosine| of the incoming weight vectors over all pairs of units; nan when no pair "  \
        "has two that are not zero.")                                                              \
    ROW(SYMMETRY, EFFECTIVE_RANK, "effective_rank", AMOUNT, "1",                                   \
        "Exponential of the entropy of the normalised singular values of the outputs on the "      \
        "probe batch, centred by unit; 0 when they are constant.")                                 \
    ROW(SYMMETRY, DEAD_UNITS, "dead_units", COUNT, "unit",                                         \
        "Units whose output is exactly 0 on every probe row; empty where the activation function " \
        "is no rectifier.")

#define INS_HISTOGRAMS_COLUMNS(ROW)                                                           \
    INS_SHARED_RUN(ROW, HISTOGRAMS)                                                           \
    INS_SHARED_INITIALIZER(ROW, HISTOGRAMS)                                                   \
    INS_SHARED_SEED(ROW, HISTOGRAMS)                                                          \
    INS_SHARED_EPOCH(ROW, HISTOGRAMS)                                                         \
    INS_SHARED_LAYER(ROW, HISTOGRAMS)                                                         \
    ROW(HISTOGRAMS, TENSOR, "tensor", TEXT, "", "Which tensor, as in layers.csv.")            \
    ROW(HISTOGRAMS, BIN, "bin", INTEGER, "1", "Number of the bin, from 1.")                   \
    ROW(HISTOGRAMS, LOWER, "lower", NUMBER, "1", "Lower end of the bin, inclusive.")          \
    ROW(HISTOGRAMS, UPPER, "upper", NUMBER, "1", "Upper end of the bin, exclusive.")          \
    ROW(HISTOGRAMS, COUNT, "count", COUNT, "1",                                               \
        "Finite elements in the bin; the first and the last bin also count what lies beyond " \
        "them.")

#define INS_STEPS_COLUMNS(ROW)                                                                    \
    INS_SHARED_RUN(ROW, STEPS)                                                                    \
    INS_SHARED_EPOCH(ROW, STEPS)                                                                  \
    INS_SHARED_LAYER(ROW, STEPS)                                                                  \
    ROW(STEPS, TENSOR, "tensor", TEXT, "",                                                        \
        "preactivation or delta of a gate; state, what its layer remembers, c of LSTM, h of the " \
        "others, in the rows of its first gate.")                                                 \
    ROW(STEPS, STEP, "step", POSITIVE, "step", "Time step of the sequence, from 1.")              \
    ROW(STEPS, SECOND_MOMENT, "second_moment", AMOUNT, "1",                                       \
        "Mean of the squares over probe rows and units at that step.")                            \
    ROW(STEPS, VARIANCE, "variance", AMOUNT, "1",                                                 \
        "Mean over units of the variance between probe rows at that step: the signal.")           \
    ROW(STEPS, THEORY, "theory", AMOUNT, "1",                                                     \
        "Second moment predicted for epoch 0; empty at other epochs, nan where the theory does "  \
        "not apply.")

#define INS_TOKENS_COLUMNS(ROW)                                                                   \
    INS_SHARED_RUN(ROW, TOKENS)                                                                   \
    INS_SHARED_EPOCH(ROW, TOKENS)                                                                 \
    INS_SHARED_LAYER(ROW, TOKENS)                                                                 \
    ROW(TOKENS, CORRELATION, "correlation", NUMBER, "1",                                          \
        "Mean product of two different positions over the mean square of one: of the stream "     \
        "where the layer ends a residual block, else of what it gives; 1 when all are the same, " \
        "nan of one position.")                                                                   \
    ROW(TOKENS, ENTROPY, "entropy", AMOUNT, "nat",                                                \
        "Mean over rows, heads and queries of the entropy of the attention, at most ln of the "   \
        "keys; empty where the layer does not end attention.")                                    \
    ROW(TOKENS, SUM_OF_SQUARES, "sum_of_squares", AMOUNT, "1",                                    \
        "The same mean of the sum of the squares of the attention over the keys: 1 over their "   \
        "number when all are looked at alike, 1 when a single one is.")

#define INS_THEORY_COLUMNS(ROW)                                                                  \
    INS_SHARED_RUN(ROW, THEORY)                                                                  \
    INS_SHARED_INITIALIZER(ROW, THEORY)                                                          \
    INS_SHARED_LAYER(ROW, THEORY)                                                                \
    ROW(THEORY, TENSOR, "tensor", TEXT, "",                                                      \
        "Which tensor, as in layers.csv; but a gradient is here that of one sample's own loss, " \
        "signal the within_unit_variance of the preactivation, both numbers the same, "          \
        "and delta_ratio is delta over that of the output layer.")                               \
    ROW(THEORY, SECOND_MOMENT, "second_moment", AMOUNT, "1",                                     \
        "Second moment predicted for epoch 0; nan where the theory does not apply.")             \
    ROW(THEORY, VARIANCE, "variance", NUMBER, "1",                                               \
        "Variance predicted for epoch 0; nan where the theory does not apply.")

#define INS_DEPTH_COLUMNS(ROW)                                                           \
    INS_SHARED_RUN(ROW, DEPTH)                                                           \
    INS_SHARED_INITIALIZER(ROW, DEPTH)                                                   \
    INS_SHARED_SIGMA_W(ROW, DEPTH)                                                       \
    INS_SHARED_SIGMA_B(ROW, DEPTH)                                                       \
    INS_SHARED_Q_STAR(ROW, DEPTH)                                                        \
    INS_SHARED_C_STAR(ROW, DEPTH)                                                        \
    INS_SHARED_CHI_1(ROW, DEPTH)                                                         \
    ROW(DEPTH, CHI_PARALLEL, "chi_parallel", NUMBER, "1",                                \
        "There, the factor a layer of a small departure from q_star.")                   \
    ROW(DEPTH, XI_Q, "xi_q", NUMBER, "layer", "Depth scale on which q_star is reached.") \
    INS_SHARED_XI_C(ROW, DEPTH)                                                          \
    ROW(DEPTH, XI_GRADIENT, "xi_gradient", NUMBER, "layer",                              \
        "Depth scale of the gradient, -1 / ln chi_1: negative when it explodes.")

#define INS_PHASE_COLUMNS(ROW)                                                                  \
    ROW(PHASE, ACTIVATION, "activation", TEXT, "", "Activation function of the hidden layers.") \
    INS_SHARED_SIGMA_W(ROW, PHASE)                                                              \
    INS_SHARED_SIGMA_B(ROW, PHASE)                                                              \
    INS_SHARED_Q_STAR(ROW, PHASE)                                                               \
    INS_SHARED_C_STAR(ROW, PHASE)                                                               \
    INS_SHARED_CHI_1(ROW, PHASE)                                                                \
    INS_SHARED_XI_C(ROW, PHASE)

#define INS_SPECTRUM_COLUMNS(ROW)                                                                 \
    INS_SHARED_RUN(ROW, SPECTRUM)                                                                 \
    INS_SHARED_INITIALIZER(ROW, SPECTRUM)                                                         \
    INS_SHARED_SEED(ROW, SPECTRUM)                                                                \
    INS_SHARED_EPOCH(ROW, SPECTRUM)                                                               \
    ROW(SPECTRUM, LAYER, "layer", INTEGER, "1",                                                   \
        "Layer whose weight matrix it is; 0 is the Jacobian of the class scores by the inputs, "  \
        "at each of the first four probe rows.")                                                  \
    ROW(SPECTRUM, INDEX, "index", INTEGER, "1",                                                   \
        "Rank of the singular value, from 1, the largest; of layer 0 the ranks of one probe row " \
        "follow those of the row before.")                                                        \
    ROW(SPECTRUM, SINGULAR_VALUE, "singular_value", AMOUNT, "1", "Singular value.")

#define INS_FEATURES_COLUMNS(ROW)                                                               \
    ROW(FEATURES, FEATURE, "feature", TEXT, "",                                                 \
        "Name of the feature, from the header of the data file. What begins with = + - @ or a " \
        "tab, a formula to spreadsheets, has an apostrophe before it.")                         \
    ROW(FEATURES, MEAN, "mean", NUMBER, "1",                                                    \
        "Mean over the training rows, in the data's own unit.")                                 \
    ROW(FEATURES, VARIANCE, "variance", AMOUNT, "1",                                            \
        "Population variance over the training rows.")                                          \
    ROW(FEATURES, MINIMUM, "minimum", NUMBER, "1", "Smallest value of the training rows.")      \
    ROW(FEATURES, MAXIMUM, "maximum", NUMBER, "1", "Largest value of the training rows.")       \
    ROW(FEATURES, SCALED_MEAN, "scaled_mean", NUMBER, "1",                                      \
        "Mean over the training rows after scaling, as the network sees it.")                   \
    ROW(FEATURES, SCALED_VARIANCE, "scaled_variance", AMOUNT, "1",                              \
        "Population variance over the training rows after scaling.")

#define INS_OUTPUTS_COLUMNS(ROW)                                                                 \
    ROW(OUTPUTS, OUTPUT, "output", POSITIVE, "1", "Number of the output, from 1.")               \
    ROW(OUTPUTS, NAME, "name", TEXT, "",                                                         \
        "Name of its class or target in the data. What begins with = + - @ or a tab, a formula " \
        "to "                                                                                    \
        "spreadsheets, has an apostrophe before it.")

#define INS_ENVIRONMENT_COLUMNS(ROW)                                                               \
    ROW(ENVIRONMENT, KEY, "key", TEXT, "",                                                         \
        "What is described: version, command line, date, CPU, BLAS, libraries, threads.")          \
    ROW(ENVIRONMENT, VALUE, "value", TEXT, "",                                                     \
        "Its value on the machine and in the process that made the run. What begins with = + - @ " \
        "or a tab, a formula to spreadsheets, has an apostrophe before it.")

#define INS_TIMING_COLUMNS(ROW)                                \
    INS_SHARED_RUN(ROW, TIMING)                                \
    ROW(TIMING, TRAIN_SECONDS, "train_seconds", AMOUNT, "s",   \
        "Wall-clock time of training and evaluating the run.") \
    ROW(TIMING, RECORD_SECONDS, "record_seconds", AMOUNT, "s", \
        "Wall-clock time of recording its statistics.")

#define INS_MANIFEST_COLUMNS(ROW)                                                             \
    ROW(MANIFEST, FILE, "file", TEXT, "",                                                     \
        "Name of the file, with its folders, in the run directory. What begins with = + - @ " \
        "or a tab, a formula to spreadsheets, has an apostrophe before it.")                  \
    ROW(MANIFEST, BYTES, "bytes", COUNT, "byte", "Its size.")                                 \
    ROW(MANIFEST, SHA256, "sha256", TEXT, "", "Its SHA-256, in hexadecimal digits.")

/* --- What it makes ----------------------------------------------------------- */

typedef enum ins_column_type {
    INS_COLUMN_INTEGER,
    INS_COLUMN_COUNT,    /* an integer from 0 up */
    INS_COLUMN_POSITIVE, /* an integer from 1 up */
    INS_COLUMN_NUMBER,
    INS_COLUMN_AMOUNT, /* a number from 0 up */
    INS_COLUMN_SHARE,  /* a number from 0 to 1 */
    INS_COLUMN_TEXT,
    INS_COLUMN_TYPES
} ins_column_type;

/* What a type says of its cells, nan and empty ones apart. */
typedef struct ins_column_rule {
    const char *name;        /* "integer", "number", "string", as in a Table Schema */
    double minimum, maximum; /* inclusive; infinite: no end */
    const char *range;       /* completes "must be ..."; NULL: any is right */
} ins_column_rule;

extern const ins_column_rule ins_column_rules[INS_COLUMN_TYPES];

typedef struct ins_column {
    const char *name; /* NULL ends the list */
    ins_column_type type;
    const char *unit;        /* "1", "s", "nat", "row", ...; "" for a text */
    const char *description; /* one sentence */
} ins_column;

/* INS_LOG_RUNS, ... */
typedef enum ins_log_file {
#define INS_FILE_ID(file, name, by_trial, description) INS_LOG_##file,
    INS_LOG_LIST(INS_FILE_ID)
#undef INS_FILE_ID
        INS_LOG_FILES /* their number */
} ins_log_file;

/* A column of a file: (file + 1) * INS_MOST_COLUMNS + its place in the file. */
enum { INS_MOST_COLUMNS = 64 };

typedef enum ins_column_id {
    INS_NO_COLUMN,
#define INS_COLUMN_ID(file, column, name, type, unit, description) INS_##file##_##column,
#define INS_FILE_COLUMNS(file, name, by_trial, description)          \
    INS_BEFORE_##file = (INS_LOG_##file + 1) * INS_MOST_COLUMNS - 1, \
    INS_##file##_COLUMNS(INS_COLUMN_ID)
    INS_LOG_LIST(INS_FILE_COLUMNS)
#undef INS_FILE_COLUMNS
#undef INS_COLUMN_ID
} ins_column_id;

static inline ins_log_file ins_column_file(ins_column_id column)
{
    return (ins_log_file)(column / INS_MOST_COLUMNS - 1);
}

/* From 0. */
static inline size_t ins_column_place(ins_column_id column)
{
    return (size_t)(column % INS_MOST_COLUMNS);
}

static inline ins_column_id ins_column_at(ins_log_file file, size_t place)
{
    return (ins_column_id)((file + 1) * INS_MOST_COLUMNS + place);
}

typedef struct ins_log_table {
    const char *file; /* "layers.csv" */
    const char *description;
    bool by_trial; /* rows are appended trial by trial; otherwise the file is written once, whole */
    const ins_column *columns;
} ins_log_table;

extern const ins_log_table ins_log_tables[INS_LOG_FILES];

size_t ins_log_columns(ins_log_file file); /* number of columns */

/* The tensors of layers.csv, and their names as written. */
typedef enum ins_tensor {
    INS_WEIGHT,
    INS_BIAS,
    INS_PREACTIVATION,
    INS_ACTIVATION,
    INS_DELTA,
    INS_GRADIENT,
    INS_UPDATE,
    INS_INPUT,
    INS_STREAM,
    INS_LOGIT,
    INS_ATTENTION,
    INS_RECORDED_TENSORS,              /* those of layers.csv */
    INS_SIGNAL = INS_RECORDED_TENSORS, /* of theory.csv alone */
    INS_TOKENS,                        /* of theory.csv alone */
    INS_STATE,                         /* of steps.csv alone */
    INS_TENSORS
} ins_tensor;

typedef struct ins_tensor_row {
    const char *name;   /* "delta" */
    const char *symbol; /* "d loss_i / d z_l" */
    const char *shape;  /* "probe rows x units" */
    bool by_sample;     /* a unit's slice is its column, over the probe rows; otherwise its row */
    bool own_units;     /* its units are not those of its layer */
    const char *description;
} ins_tensor_row;

extern const ins_tensor_row ins_tensor_table[INS_TENSORS];

#endif
