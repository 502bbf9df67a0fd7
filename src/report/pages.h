/* The pages, and what they have in common. */
#ifndef INITSCOPE_PAGES_H
#define INITSCOPE_PAGES_H

#include "initscope/factors.h"
#include "initscope/flow.h"
#include "part.h"

/* A row of the table of pages. One page of the report is one file page_NAME.c and one row. */
typedef struct ins_page {
    const char *name;   /* in the contents: "Forward signal" */
    const char *kicker; /* over the title */
    /* NULL when the page is drawn, else why not, as an own sentence; "": it is not needed. */
    const char *(*missing)(const ins_part *part);
    bool each; /* has a row or a panel an arm: left out of sweeps with many (INS_MOST_ARMS) */
    void (*draw)(ins_flow *flow, const struct ins_page *page);
} ins_page;

/* page_table.c; ends with name NULL. It names every page and so stands above them: pages that tell
 * of others find it as part->pages. */
extern const ins_page ins_page_table[];

/* More arms than these are told by the grids: a page with a panel each would repeat itself. */
enum { INS_MOST_ARMS = 16 };

/* As missing, and whether there are too many arms for this page. */
const char *ins_page_missing(const ins_page *page, const ins_part *part);

/* All pages of one experiment. */
void ins_draw_part(ins_flow *flow, const ins_part *part);

/* The first page of a report on several. */
void ins_draw_cover(ins_flow *flow, const ins_experiment *experiments, size_t count);

/* A dark band with a heading and two lines below it; returns where it ends. */
double ins_draw_band(ins_flow *flow, const char *kicker, const char *title, const char *line,
                     const char *small_print);

/* The table of the arms' verdicts in sentences. */
void ins_draw_sentences(ins_flow *flow);

/* How far each layer moves. */
void ins_draw_moving(ins_flow *flow);

/* A finding as markup, its claim in bold, and how many lines it takes as an item. */
const char *ins_finding_text(ins_flow *flow, size_t index, size_t *lines);

/* True when all findings and sentences fit on the first page. */
bool ins_is_brief(const ins_part *part);

/* True when histograms.csv has pre-activations. */
bool ins_has_distributions(const ins_part *part);

/* Pages of the table that this experiment has the data for. */
size_t ins_pages_of(const ins_part *part);

/* Why there are no grids; NULL when there are. */
const char *ins_no_grid(const ins_part *part);

/* Why the phase plane cannot be drawn; NULL when it can. */
const char *ins_no_phase(const ins_part *part);

/* What the grid of a factor says: the title of its page. */
const char *ins_grid_title(ins_flow *flow, const ins_study_factors *factors, size_t factor);

/* Why there are no profile cards; NULL when there are. */
const char *ins_no_profile(const ins_part *part);

void ins_page_summary(ins_flow *flow, const ins_page *page);
void ins_page_findings(ins_flow *flow, const ins_page *page);
void ins_page_background(ins_flow *flow, const ins_page *page);
void ins_page_forward(ins_flow *flow, const ins_page *page);
void ins_page_backward(ins_flow *flow, const ins_page *page);
void ins_page_theory(ins_flow *flow, const ins_page *page);
void ins_page_phase(ins_flow *flow, const ins_page *page);
void ins_page_gradients(ins_flow *flow, const ins_page *page);
void ins_page_symmetry(ins_flow *flow, const ins_page *page);
void ins_page_distributions(ins_flow *flow, const ins_page *page);
void ins_page_isometry(ins_flow *flow, const ins_page *page);
void ins_page_weights(ins_flow *flow, const ins_page *page);
void ins_page_heat(ins_flow *flow, const ins_page *page);
void ins_page_learning(ins_flow *flow, const ins_page *page);
void ins_page_start(ins_flow *flow, const ins_page *page);
void ins_page_comparison(ins_flow *flow, const ins_page *page);
void ins_page_dictionary(ins_flow *flow, const ins_page *page);
void ins_page_grid(ins_flow *flow, const ins_page *page);
void ins_page_profile(ins_flow *flow, const ins_page *page);
void ins_page_method(ins_flow *flow, const ins_page *page);

#endif
