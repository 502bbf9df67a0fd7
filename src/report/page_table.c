/* The table of pages, in their order. A new page is a row here and a file page_NAME.c. */
#include <config.h>

#include "pages.h"

static bool has_tensor(const ins_part *part, ins_tensor tensor)
{
    for (size_t a = 0; a < part->study->arms; a++) {
        if (ins_study_has(part->study, a, tensor)) return true;
    }
    return false;
}

static const char *nothing(const ins_part *part)
{
    (void)part;
    return NULL;
}

static const char *not_needed(const ins_part *part)
{
    return ins_is_brief(part) ? "" : NULL;
}

static const char no_start[] = "Epoch 0 was not recorded.";

static const char *no_preactivation(const ins_part *part)
{
    return has_tensor(part, INS_PREACTIVATION) ? NULL : "layers.csv has no rows of preactivation.";
}

static const char *no_delta(const ins_part *part)
{
    return has_tensor(part, INS_DELTA) ? NULL : "layers.csv has no rows of delta.";
}

static const char *no_forward(const ins_part *part)
{
    const char *missing = no_preactivation(part);
    if (missing != NULL) return missing;
    return ins_is_recorded(part->study->start) ? NULL : no_start;
}

static const char *no_backward(const ins_part *part)
{
    const char *missing = no_delta(part);
    if (missing != NULL) return missing;
    return ins_is_recorded(part->study->start) ? NULL : no_start;
}

static const char *no_weight(const ins_part *part)
{
    if (!has_tensor(part, INS_WEIGHT)) return "layers.csv has no rows of weight.";
    if (!ins_is_recorded(part->study->start)) return no_start;
    return part->study->epochs > 1 ? NULL : "Only one epoch was recorded.";
}

static const char *no_theory(const ins_part *part)
{
    if (!ins_study_has_file(part->study, INS_LOG_THEORY)) return "There is no theory.csv.";
    return ins_is_recorded(part->study->start) ? NULL : no_start;
}

static const char *no_gradient(const ins_part *part)
{
    if (!has_tensor(part, INS_GRADIENT)) return "layers.csv has no rows of gradient.";
    if (part->study->layers < 3 && part->study->epochs < 2) {
        return "There is one hidden layer at most, and only one epoch was recorded.";
    }
    if (!ins_is_recorded(part->study->start) && part->study->epochs < 2) {
        return "Only one epoch was recorded, and it is not epoch 0.";
    }
    return no_delta(part);
}

static const char *no_symmetry(const ins_part *part)
{
    return ins_study_has_file(part->study, INS_LOG_SYMMETRY) ? NULL : "There is no symmetry.csv.";
}

static const char *no_histograms(const ins_part *part)
{
    return ins_has_distributions(part) ? NULL
                                       : "There is no histograms.csv with rows of preactivation.";
}

static const char *no_spectrum(const ins_part *part)
{
    return ins_study_has_file(part->study, INS_LOG_SPECTRUM) ? NULL : "There is no spectrum.csv.";
}

static const char *no_heat(const ins_part *part)
{
    const char *missing = no_preactivation(part);
    if (missing != NULL) return missing;
    return part->study->epochs > 1 ? NULL : "Only one epoch was recorded.";
}

static const char *no_epochs(const ins_part *part)
{
    return part->study->epochs > 1 ? NULL : "Only one epoch was recorded.";
}

static const char *no_pairs(const ins_part *part)
{
    return part->study->arms > 1 ? NULL : "There is only one initializer to compare.";
}

/* What is the same for all experiments is said once. */
static const char *not_last(const ins_part *part)
{
    return part->last ? NULL : "";
}

const ins_page ins_page_table[] = {
    {"Summary", "Comparison report", nothing, false, ins_page_summary},
    {"Findings", "Findings", not_needed, false, ins_page_findings},
    {"Background", "Background", nothing, false, ins_page_background},
    {"Forward signal", "Forward signal · epoch 0", no_forward, true, ins_page_forward},
    {"Backward signal", "Backward signal · epoch 0", no_backward, true, ins_page_backward},
    {"Theory and measurement", "Theory next to measurement · epoch 0", no_theory, true,
     ins_page_theory},
    {"Edge of chaos", "The phase plane · theory", ins_no_phase, false, ins_page_phase},
    {"Gradients and updates", "Gradients and updates", no_gradient, true, ins_page_gradients},
    {"Breaking symmetry", "Breaking symmetry", no_symmetry, true, ins_page_symmetry},
    {"Distributions", "Distributions", no_histograms, true, ins_page_distributions},
    {"Isometry", "Singular values", no_spectrum, true, ins_page_isometry},
    {"Weights over time", "Weights over time", no_weight, true, ins_page_weights},
    {"Signal over time", "Signal over time", no_heat, true, ins_page_heat},
    {"Learning curves", "Learning curves", no_epochs, true, ins_page_learning},
    {"Data and first step", "Data and first step", nothing, true, ins_page_start},
    {"Comparison", "Pairwise comparison", no_pairs, true, ins_page_comparison},
    {"Choosing", "Choosing an initializer", ins_no_grid, false, ins_page_grid},
    {"Profiles", "Profile", ins_no_profile, false, ins_page_profile},
    {"Method", "Method and provenance", nothing, false, ins_page_method},
    {"Data dictionary", "Appendix", not_last, false, ins_page_dictionary},
    {NULL, NULL, NULL, false, NULL},
};
