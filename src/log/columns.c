/* Every CSV file of a run directory, column by column. A new file or column is a row here and,
 * for a file, one of ins_log_file. */
#include <config.h>

#include "initscope/columns.h"

#define END                               \
    {                                     \
        NULL, INS_COLUMN_TEXT, NULL, NULL \
    }

/* Columns that several files share. */
#define RUN                                                                                   \
    {                                                                                         \
        "run", INS_COLUMN_INTEGER, "1", "Number of the run in the order of the grid, from 1." \
    }
#define INITIALIZER                                                                      \
    {                                                                                    \
        "initializer", INS_COLUMN_TEXT, "", "Initializer of the hidden layers' weights." \
    }
#define SEED                                                                                   \
    {                                                                                          \
        "seed", INS_COLUMN_INTEGER, "1",                                                       \
            "Seed of the run's random streams; runs of one seed share split, batch order and " \
            "streams."                                                                         \
    }
#define EPOCH                                                               \
    {                                                                       \
        "epoch", INS_COLUMN_INTEGER, "epoch",                               \
            "Passes over the training rows so far; 0 is before any update." \
    }
#define UPDATES                                                                               \
    {                                                                                         \
        "updates", INS_COLUMN_INTEGER, "update", "Optimizer updates so far, one a minibatch." \
    }

#define LAYER                                                                 \
    {                                                                         \
        "layer", INS_COLUMN_INTEGER, "1",                                     \
            "Layer: 0 is the input, then the hidden layers, last the output." \
    }

static const ins_column runs[] = {
    RUN,
    INITIALIZER,
    {"activation", INS_COLUMN_TEXT, "", "Activation function of the hidden layers."},
    {"hidden", INS_COLUMN_TEXT, "",
     "Units of each hidden layer, from the input on; 20x256 is 20 layers of 256."},
    {"optimizer", INS_COLUMN_TEXT, "", "Optimizer with the parameters that were given."},
    {"learning_rate", INS_COLUMN_NUMBER, "1", "Learning rate."},
    {"dropout", INS_COLUMN_NUMBER, "1",
     "Probability that a hidden activation is dropped in training."},
    {"weight_decay", INS_COLUMN_NUMBER, "1", "Weight decay of the weights; biases have none."},
    {"batch", INS_COLUMN_INTEGER, "row",
     "Rows of a minibatch; the last one of an epoch may be smaller."},
    SEED,
    {"status", INS_COLUMN_TEXT, "",
     "completed, or diverged when the training loss or a weight became non-finite."},
    {"stopped_epoch", INS_COLUMN_INTEGER, "epoch",
     "Last epoch that has rows; of a diverged run, the epoch in which it diverged."},
    UPDATES,
    {"train_loss", INS_COLUMN_NUMBER, "nat",
     "Final mean cross-entropy over all training rows, dropout off."},
    {"train_accuracy", INS_COLUMN_NUMBER, "1",
     "Final share of the training rows that are classified correctly."},
    {"test_loss", INS_COLUMN_NUMBER, "nat",
     "Final mean cross-entropy over all test rows, dropout off."},
    {"test_accuracy", INS_COLUMN_NUMBER, "1",
     "Final share of the test rows that are classified correctly."},
    END,
};

static const ins_column epochs[] = {
    RUN,
    INITIALIZER,
    SEED,
    EPOCH,
    UPDATES,
    {"train_loss", INS_COLUMN_NUMBER, "nat",
     "Mean cross-entropy over all training rows after the epoch, dropout off."},
    {"train_accuracy", INS_COLUMN_NUMBER, "1",
     "Share of the training rows that are classified correctly."},
    {"test_loss", INS_COLUMN_NUMBER, "nat",
     "Mean cross-entropy over all test rows after the epoch, dropout off."},
    {"test_accuracy", INS_COLUMN_NUMBER, "1",
     "Share of the test rows that are classified correctly."},
    {"gradient_norm", INS_COLUMN_NUMBER, "1",
     "Euclidean norm of the gradient of the mean probe loss over all weights and biases."},
    END,
};

static const ins_column layers[] = {
    RUN,
    INITIALIZER,
    SEED,
    EPOCH,
    LAYER,
    {"tensor", INS_COLUMN_TEXT, "",
     "Which tensor: weight, bias, preactivation, activation, delta, gradient or update."},
    {"units", INS_COLUMN_INTEGER, "unit", "Units of the layer."},
    {"count", INS_COLUMN_INTEGER, "1",
     "Finite elements, over which all statistics of the row are taken."},
    {"mean", INS_COLUMN_NUMBER, "1", "Mean."},
    {"variance", INS_COLUMN_NUMBER, "1",
     "Population variance (divisor count): within_unit_variance + between_unit_variance."},
    {"within_unit_variance", INS_COLUMN_NUMBER, "1",
     "Mean over units of each unit's population variance: the signal."},
    {"between_unit_variance", INS_COLUMN_NUMBER, "1",
     "Population variance over units of the units' means: exactly 0 for unbroken symmetry."},
    {"second_moment", INS_COLUMN_NUMBER, "1", "Mean of the squares: variance + mean^2."},
    {"skewness", INS_COLUMN_NUMBER, "1",
     "Third standardised moment, 0 for a symmetric distribution; nan when the variance is 0."},
    {"kurtosis", INS_COLUMN_NUMBER, "1",
     "Fourth standardised moment, 3 for a normal distribution; nan when the variance is 0."},
    {"minimum", INS_COLUMN_NUMBER, "1", "Smallest finite element."},
    {"maximum", INS_COLUMN_NUMBER, "1", "Largest finite element."},
    {"zero_fraction", INS_COLUMN_NUMBER, "1", "Share of the finite elements that are exactly 0."},
    {"saturated_fraction", INS_COLUMN_NUMBER, "1",
     "Share of the activations beyond the activation function's knee; empty where it has none, and "
     "for other tensors."},
    {"nonfinite", INS_COLUMN_INTEGER, "1", "Elements that are nan or infinite."},
    END,
};

static const ins_column symmetry[] = {
    RUN,
    INITIALIZER,
    SEED,
    EPOCH,
    LAYER,
    {"units", INS_COLUMN_INTEGER, "unit", "Units of the layer."},
    {"distinct_units", INS_COLUMN_INTEGER, "unit",
     "Classes of units with equal incoming weights and bias, 1 is unbroken symmetry; empty when a "
     "weight is nan."},
    {"duplicate_pairs", INS_COLUMN_INTEGER, "1",
     "Pairs of units within a class; empty when a weight is nan."},
    {"mean_abs_cosine", INS_COLUMN_NUMBER, "1",
     "Mean |cosine| of the incoming weight vectors over all pairs of units; nan when no pair has "
     "two that are not zero."},
    {"effective_rank", INS_COLUMN_NUMBER, "1",
     "Exponential of the entropy of the normalised singular values of the outputs on the probe "
     "batch, centred by unit; 0 when they are constant."},
    {"dead_units", INS_COLUMN_INTEGER, "unit",
     "Units whose output is exactly 0 on every probe row; empty where the activation function is "
     "no rectifier."},
    END,
};

static const ins_column histograms[] = {
    RUN,
    INITIALIZER,
    SEED,
    EPOCH,
    LAYER,
    {"tensor", INS_COLUMN_TEXT, "", "Which tensor, as in layers.csv."},
    {"bin", INS_COLUMN_INTEGER, "1", "Number of the bin, from 1."},
    {"lower", INS_COLUMN_NUMBER, "1", "Lower end of the bin, inclusive."},
    {"upper", INS_COLUMN_NUMBER, "1", "Upper end of the bin, exclusive."},
    {"count", INS_COLUMN_INTEGER, "1",
     "Finite elements in the bin; the first and the last bin also count what lies beyond them."},
    END,
};

static const ins_column theory[] = {
    RUN,
    INITIALIZER,
    LAYER,
    {"tensor", INS_COLUMN_TEXT, "",
     "Which tensor, as in layers.csv; but a gradient is here that of one sample's own loss, and "
     "delta_ratio is delta over that of the output layer."},
    {"second_moment", INS_COLUMN_NUMBER, "1",
     "Second moment predicted for epoch 0; nan where the theory does not apply."},
    {"variance", INS_COLUMN_NUMBER, "1",
     "Variance predicted for epoch 0; nan where the theory does not apply."},
    END,
};

/* A network that goes on for ever, and the plane of such networks. */
#define SIGMA_W                                                                                 \
    {                                                                                           \
        "sigma_w", INS_COLUMN_NUMBER, "1", "Square root of fan_in times the weights' variance." \
    }
#define SIGMA_B                                                                \
    {                                                                          \
        "sigma_b", INS_COLUMN_NUMBER, "1", "Standard deviation of the biases." \
    }
#define Q_STAR                                                                                   \
    {                                                                                            \
        "q_star", INS_COLUMN_NUMBER, "1",                                                        \
            "Second moment of the preactivation that depth leads to; inf when it grows without " \
            "bound."                                                                             \
    }
#define C_STAR                                                                               \
    {                                                                                        \
        "c_star", INS_COLUMN_NUMBER, "1",                                                    \
            "Correlation of two inputs that depth leads to; nan where it keeps what it was." \
    }
#define CHI_1                                                                                 \
    {                                                                                         \
        "chi_1", INS_COLUMN_NUMBER, "1",                                                      \
            "There, the factor a layer of the second moment of a gradient: 1 on the edge of " \
            "chaos."                                                                          \
    }
#define XI_C                                                                                      \
    {                                                                                             \
        "xi_c", INS_COLUMN_NUMBER, "layer",                                                       \
            "Depth scale on which the correlation of two inputs goes to c_star; inf at the edge." \
    }

static const ins_column depth[] = {
    RUN,
    INITIALIZER,
    SIGMA_W,
    SIGMA_B,
    Q_STAR,
    C_STAR,
    CHI_1,
    {"chi_parallel", INS_COLUMN_NUMBER, "1",
     "There, the factor a layer of a small departure from q_star."},
    {"xi_q", INS_COLUMN_NUMBER, "layer", "Depth scale on which q_star is reached."},
    XI_C,
    {"xi_gradient", INS_COLUMN_NUMBER, "layer",
     "Depth scale of the gradient, -1 / ln chi_1: negative when it explodes."},
    END,
};

static const ins_column phase[] = {
    {"activation", INS_COLUMN_TEXT, "", "Activation function of the hidden layers."},
    SIGMA_W,
    SIGMA_B,
    Q_STAR,
    C_STAR,
    CHI_1,
    XI_C,
    END,
};

static const ins_column spectrum[] = {
    RUN,
    INITIALIZER,
    SEED,
    EPOCH,
    {"layer", INS_COLUMN_INTEGER, "1",
     "Layer whose weight matrix it is; 0 is the Jacobian of the class scores by the inputs, at "
     "each of the first four probe rows."},
    {"index", INS_COLUMN_INTEGER, "1",
     "Rank of the singular value, from 1, the largest; of layer 0 the ranks of one probe row "
     "follow "
     "those of the row before."},
    {"singular_value", INS_COLUMN_NUMBER, "1", "Singular value."},
    END,
};

#define GUARDED \
    "What begins with = + - @ or a tab, a formula to spreadsheets, has an apostrophe before it."

static const ins_column features[] = {
    {"feature", INS_COLUMN_TEXT, "",
     "Name of the feature, from the header of the data file. " GUARDED},
    {"mean", INS_COLUMN_NUMBER, "1", "Mean over the training rows, in the data's own unit."},
    {"variance", INS_COLUMN_NUMBER, "1", "Population variance over the training rows."},
    {"minimum", INS_COLUMN_NUMBER, "1", "Smallest value of the training rows."},
    {"maximum", INS_COLUMN_NUMBER, "1", "Largest value of the training rows."},
    {"scaled_mean", INS_COLUMN_NUMBER, "1",
     "Mean over the training rows after scaling, as the network sees it."},
    {"scaled_variance", INS_COLUMN_NUMBER, "1",
     "Population variance over the training rows after scaling."},
    END,
};

static const ins_column environment[] = {
    {"key", INS_COLUMN_TEXT, "",
     "What is described: version, command line, date, CPU, BLAS, libraries, threads."},
    {"value", INS_COLUMN_TEXT, "",
     "Its value on the machine and in the process that made the run. " GUARDED},
    END,
};

static const ins_column timing[] = {
    RUN,
    {"train_seconds", INS_COLUMN_NUMBER, "s",
     "Wall-clock time of training and evaluating the run."},
    {"record_seconds", INS_COLUMN_NUMBER, "s", "Wall-clock time of recording its statistics."},
    END,
};

const ins_log_table ins_log_tables[INS_LOG_FILES] = {
    [INS_LOG_RUNS] = {"runs.csv", "One row a run: its factors, its seed and its final figures.",
                      true, runs},
    [INS_LOG_EPOCHS] = {"epochs.csv",
                        "One row a run and recorded epoch: loss, accuracy and gradient norm.", true,
                        epochs},
    [INS_LOG_LAYERS] = {"layers.csv",
                        "One row a run, recorded epoch, layer and tensor: the statistics of its "
                        "elements on the probe batch.",
                        true, layers},
    [INS_LOG_SYMMETRY] = {"symmetry.csv",
                          "One row a run, epoch and layer: how many units can be told apart.", true,
                          symmetry},
    [INS_LOG_HISTOGRAMS] = {"histograms.csv",
                            "One row a run, epoch, layer, tensor and bin: histograms on the probe "
                            "batch.",
                            true, histograms},
    [INS_LOG_THEORY] = {"theory.csv",
                        "One row a run, layer and tensor: what the mean-field theory predicts for "
                        "epoch 0.",
                        true, theory},
    [INS_LOG_DEPTH] = {"depth.csv",
                       "One row a run: where mean-field theory sees its network go with depth, had "
                       "it no end, and how fast.",
                       true, depth},
    [INS_LOG_PHASE] = {"phase.csv",
                       "One row an activation, sigma_w and sigma_b: the plane that the rows of "
                       "depth.csv lie on.",
                       false, phase},
    [INS_LOG_SPECTRUM] = {"spectrum.csv",
                          "One row a run, epoch, layer and index: singular values of the weights "
                          "and of the whole network.",
                          true, spectrum},
    [INS_LOG_FEATURES] = {"features.csv",
                          "One row a feature: the training rows before and after scaling.", false,
                          features},
    [INS_LOG_ENVIRONMENT] = {"environment.csv",
                             "Where and with what the run was made; may differ between equal runs.",
                             false, environment},
    [INS_LOG_TIMING] = {"timing.csv",
                        "One row a run: how long it took; differs between equal runs.", true,
                        timing},
};

size_t ins_log_columns(ins_log_file file)
{
    size_t count = 0;
    while (ins_log_tables[file].columns[count].name != NULL) count++;
    return count;
}

const ins_tensor_row ins_tensor_table[INS_TENSORS] = {
    [INS_WEIGHT] = {"weight", "W_l", "units x fan_in", "Weights; a unit's slice is its row."},
    [INS_BIAS] = {"bias", "b_l", "units", "Biases, one a unit."},
    [INS_PREACTIVATION] =
        {"preactivation", "z_l", "probe rows x units",
         "Weighted sums before the activation function; a unit's slice is its column."},
    [INS_ACTIVATION] = {"activation", "a_l", "probe rows x units",
                        "Outputs of the activation function; of layer 0 the scaled inputs."},
    [INS_DELTA] = {"delta", "d loss_i / d z_l", "probe rows x units",
                   "Derivative of each sample's own loss, not divided by the batch size, by the "
                   "preactivations."},
    [INS_GRADIENT] = {"gradient", "d loss / d W_l", "units x fan_in",
                      "Derivative of the mean probe loss by the weights."},
    [INS_UPDATE] = {"update", "W_l(t) - W_l(s)", "units x fan_in",
                    "Weights now minus those of the previous recorded epoch; absent at epoch 0."},
};
