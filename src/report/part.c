/* What all pages of an experiment share: names that are safe to draw, colours, the title. */
#include <config.h>

#include "part.h"

#include <stdlib.h>
#include <string.h>

/* Okabe and Ito's colours with brown for yellow: the closest pair stays apart under the common
 * deficiencies of colour vision. The second row is dark enough for text on white. */
enum { HUES = 8 };
static const unsigned hues[HUES] = {0x000000, 0x7A3E00, 0xCC79A7, 0xD55E00,
                                    0xE69F00, 0x0072B2, 0x009E73, 0x56B4E9};
static const unsigned inks[HUES] = {0x000000, 0x7A3E00, 0xA0447C, 0xB34D00,
                                    0x9A6400, 0x0068A3, 0x00734F, 0x2B7BB0};

/* With few arms, those of them that are easiest to tell apart. */
static const unsigned char choice[HUES + 1][HUES] = {{0},
                                                     {5},
                                                     {3, 5},
                                                     {0, 3, 5},
                                                     {0, 3, 5, 6},
                                                     {0, 3, 4, 5, 6},
                                                     {0, 2, 3, 4, 5, 6},
                                                     {0, 1, 2, 3, 4, 5, 6},
                                                     {0, 1, 2, 3, 4, 5, 6, 7}};

static char *title_of(const ins_study *study, ins_arena *arena, const ins_coverage *coverage)
{
    const char *title = ins_pairs_get(&study->experiment, "title");
    if (title != NULL && *title != '\0') return ins_clean(arena, coverage, title);
    size_t length = strlen(study->directory);
    while (length > 1 && study->directory[length - 1] == '/') length--;
    char *path = ins_arena_copy(arena, study->directory, length);
    const char *slash = strrchr(path, '/');
    return ins_clean(arena, coverage, slash != NULL && slash[1] != '\0' ? slash + 1 : path);
}

static void prepare(ins_experiment *experiment, ins_arena *arena, const ins_coverage *coverage)
{
    const double longest = 60; /* mm of a name in a sentence */
    const ins_study *study = &experiment->study;
    ins_part *part = &experiment->part;
    size_t arms = study->arms;
    *part = (ins_part){
        .study = study,
        .analysis = &experiment->analysis,
        .title = title_of(study, arena, coverage),
        .name = ins_arena_get(arena, arms, sizeof *part->name, "report"),
        .prose = ins_arena_get(arena, arms, sizeof *part->prose, "report"),
        .colour = ins_arena_get(arena, arms, sizeof *part->colour, "report"),
        .ink = ins_arena_get(arena, arms, sizeof *part->ink, "report"),
        .many = arms > HUES,
    };
    for (size_t a = 0; a < arms; a++) {
        part->name[a] = ins_clean(arena, coverage, study->arm[a].label);
        ins_text prose = {0};
        ins_prose_arm(&prose, &study->arm[a]);
        char *clean = ins_clean(arena, coverage, prose.data);
        part->prose[a] =
            ins_escape(arena, coverage, ins_elide(arena, clean, INS_REGULAR, 9.5, longest));
        ins_text_free(&prose);
        size_t hue = part->many ? 5 : choice[arms][a];
        part->colour[a] = hues[hue];
        part->ink[a] = inks[hue];
    }
}

ins_status ins_experiment_read(const char *directory, ins_arena *arena,
                               const ins_coverage *coverage, ins_experiment *experiment,
                               ins_error *error)
{
    *experiment = (ins_experiment){0};
    ins_status status = ins_study_read(directory, &experiment->study, error);
    if (status != INS_OK) return status;
    ins_analyse(&experiment->study, &experiment->analysis);
    prepare(experiment, arena, coverage);
    return INS_OK;
}

void ins_experiment_free(ins_experiment *experiment)
{
    if (experiment->part.study == NULL) return;
    ins_analysis_free(&experiment->analysis);
    ins_study_free(&experiment->study);
}

void ins_flow_tell(ins_flow *flow, const ins_part *part)
{
    flow->part = part;
    flow->title = part != NULL ? part->title : NULL;
}
