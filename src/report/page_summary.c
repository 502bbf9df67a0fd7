/* The first page of an experiment: what was compared, how it came out, what was found. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

#include "dots.h"
#include "initscope/book.h"
#include "phrases.h"

/* Columns of the table at a glance: where their text ends, or begins. */
static const double forward_right = 99, backward_right = 119, symmetry_right = 139,
                    panel_left = 144, panel_right = 173;

/* Units were counted, for one arm at least. */
static bool counted(const ins_part *part)
{
    for (size_t a = 0; a < part->study->arms; a++) {
        if (part->analysis->arm[a].units.counted) return true;
    }
    return false;
}

static const char *setting(const ins_part *part, const char *key)
{
    const char *value = ins_pairs_get(&part->study->experiment, key);
    return value != NULL && *value != '\0' ? value : NULL;
}

/* "2 hidden layers of relu units", as far as the logs tell. */
static const char *network_of(ins_flow *flow)
{
    const ins_study *study = flow->part->study;
    if (!ins_same_depth(study)) return ins_flow_format(flow, "up to %zu layers", study->layers);
    size_t hidden = ins_hidden_layers(&study->arm[0]);
    const char *layers =
        ins_flow_format(flow, "%zu hidden layer%s", hidden, hidden == 1 ? "" : "s");
    const ins_arm *arm = study->arm;
    for (size_t a = 1; a < study->arms; a++) {
        if (arm[a].activation == NULL || strcmp(arm[a].activation, arm[0].activation) != 0) {
            return layers;
        }
    }
    if (arm[0].activation == NULL) return layers;
    const char *shape = arm[0].hidden != NULL ? arm[0].hidden : "";
    return ins_flow_format(flow, "%s (%s, %s)", layers, shape, arm[0].activation);
}

static const char *overview(ins_flow *flow)
{
    const ins_study *study = flow->part->study;
    long long last = study->epochs > 0 ? study->epoch[study->epochs - 1] : 0;
    return ins_flow_format(flow, "%zu initializer%s  ·  %s  ·  %s  ·  %lld epoch%s", study->arms,
                           study->arms == 1 ? "" : "s", ins_say_seeds(flow), network_of(flow), last,
                           last == 1 ? "" : "s");
}

/* The file's name without the directories, which say something about the machine only. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static const char *small_print(ins_flow *flow)
{
    static const struct {
        const char *key, *words;
    } shown[] = {{"data", "data"},
                 {"scale", "scaling"},
                 {"optimizer", "optimizer"},
                 {"learning-rate", "learning rate"},
                 {"batch", "batch"}};
    const char *text = "";
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const char *value = setting(flow->part, shown[i].key);
        if (value == NULL) continue;
        text = ins_flow_format(flow, "%s%s%s: %s", text, *text != '\0' ? "    " : "",
                               shown[i].words, ins_flow_clean(flow, base_name(value)));
    }
    return text;
}

double ins_draw_band(ins_flow *flow, const char *kicker, const char *title, const char *line,
                     const char *small)
{
    const ins_pen kicker_pen = {INS_BOLD, 9, INS_LEFT, INS_PALE};
    const ins_pen line_pen = {INS_REGULAR, 10.5, INS_LEFT, 0xE6EEF4};
    const ins_pen small_pen = {INS_REGULAR, 8.5, INS_LEFT, INS_PALE};
    ins_pen title_pen = {INS_BOLD, 26, INS_LEFT, INS_WHITE};
    char **lines;
    const char *markup = ins_flow_escape(flow, title);
    while (title_pen.size > 14 &&
           ins_wrap(flow->arena, markup, INS_BOLD, title_pen.size, INS_TEXT_WIDTH, &lines) > 2) {
        title_pen.size -= 4;
    }
    if (ins_wrap(flow->arena, markup, INS_BOLD, title_pen.size, INS_TEXT_WIDTH, &lines) > 2) {
        markup = ins_flow_escape(
            flow, ins_elide(flow->arena, title, INS_BOLD, title_pen.size, 1.85 * INS_TEXT_WIDTH));
    }
    ins_canvas_text(flow->canvas, kicker_pen, INS_LEFT_MARGIN, 24, kicker);
    double y = 28 + ins_flow_block(flow, title_pen, INS_LEFT_MARGIN, 28, INS_TEXT_WIDTH, markup);
    ins_canvas_text(flow->canvas, line_pen, INS_LEFT_MARGIN, y + 8,
                    ins_elide(flow->arena, line, INS_REGULAR, 10.5, INS_TEXT_WIDTH));
    ins_canvas_text(flow->canvas, small_pen, INS_LEFT_MARGIN, y + 15,
                    ins_elide(flow->arena, small, INS_REGULAR, 8.5, INS_TEXT_WIDTH));
    ins_canvas_band(flow->canvas, y + 22, INS_BAND);
    return y + 22;
}

static double row_height(const ins_part *part)
{
    return part->study->arms <= 8 ? 9.4 : 8.2;
}

static void header_row(ins_flow *flow)
{
    const ins_pen left = {INS_BOLD, 8, INS_LEFT, INS_MUTED},
                  right = {INS_BOLD, 8, INS_RIGHT, INS_MUTED};
    double y = flow->y + 7.6, above = y - 3.4;
    ins_canvas_text(flow->canvas, left, INS_LEFT_MARGIN, y, "Initializer and verdict");
    ins_canvas_text(flow->canvas, right, forward_right, above, "Forward");
    ins_canvas_text(flow->canvas, right, forward_right, y, "gain");
    ins_canvas_text(flow->canvas, right, backward_right, above, "Backward");
    ins_canvas_text(flow->canvas, right, backward_right, y, "gain");
    bool exact = counted(flow->part);
    ins_canvas_text(flow->canvas, right, symmetry_right, above, exact ? "Distinct" : "Symmetric");
    ins_canvas_text(flow->canvas, right, symmetry_right, y, exact ? "units" : "layers, end");
    ins_canvas_text(flow->canvas, left, panel_left, y, "Test accuracy");
    ins_canvas_text(flow->canvas, right, INS_RIGHT_EDGE, y, "Mean");
    flow->y += 9.4;
    ins_canvas_rule(flow->canvas, INS_LEFT_MARGIN, flow->y, INS_RIGHT_EDGE, flow->y, 1.2, 0x444444);
}

/* A cell to the right: red, and then never a bare number but one that the verdict below the name
 * explains. */
static void cell(ins_flow *flow, double x, double y, const char *markup, bool bad)
{
    ins_pen pen = {bad ? INS_BOLD : INS_REGULAR, 9.5, INS_RIGHT, bad ? INS_RED : INS_INK};
    ins_canvas_markup(flow->canvas, pen, x, y, markup);
}

static void gain_cell(ins_flow *flow, double x, double y, const ins_signal *signal)
{
    ins_grade grade = ins_grade_of(signal);
    bool bad = signal->silent || grade == INS_GRADE_VANISHES || grade == INS_GRADE_EXPLODES;
    cell(flow, x, y, signal->silent ? "no signal" : ins_say(flow, signal->gain.mean), bad);
}

/* The fewest distinct units of a hidden layer at the end; where units were not counted, symmetric
 * layers. */
static void symmetry_cell(ins_flow *flow, size_t a, double y)
{
    const ins_arm_analysis *of = &flow->part->analysis->arm[a];
    size_t hidden = ins_hidden_layers(&flow->part->study->arm[a]);
    const char *text = "–";
    if (of->units.counted) {
        text = ins_flow_format(flow, "%.0f of %.0f", of->units.distinct, of->units.all);
    } else if (!counted(flow->part) && of->units.symmetry_known) {
        text = ins_flow_format(flow, "%zu of %zu", of->units.symmetric_layers_end, hidden);
    }
    cell(flow, symmetry_right, y, text, of->units.symmetric_layers_end > 0);
}

static void arm_row(ins_flow *flow, size_t a, double top, double height)
{
    const ins_part *part = flow->part;
    const ins_arm_analysis *of = &part->analysis->arm[a];
    const ins_pen name = {INS_BOLD, 9.5, INS_LEFT, INS_INK};
    double y = top + height / 2 + 1.2, first = top + height / 2 - 0.7;
    bool bad;
    const char *verdicts = ins_say_verdicts(flow, a, &bad);
    ins_pen verdict = {INS_REGULAR, 7.8, INS_LEFT, bad ? INS_RED : INS_MUTED};
    if (!part->many) {
        ins_canvas_box(flow->canvas, INS_LEFT_MARGIN + 0.5, first - 2.5, INS_LEFT_MARGIN + 3.2,
                       first + 0.2, part->colour[a]);
    }
    double x = INS_LEFT_MARGIN + (part->many ? 0.6 : 5.4);
    ins_canvas_text(flow->canvas, name, x, first,
                    ins_elide(flow->arena, part->name[a], INS_BOLD, 9.5, 80 - x));
    ins_canvas_text(flow->canvas, verdict, x, first + 3.6,
                    ins_elide(flow->arena, verdicts, INS_REGULAR, 7.8, 84 - x));
    gain_cell(flow, forward_right, y, &of->signal[INS_FORWARD]);
    gain_cell(flow, backward_right, y, &of->signal[INS_BACKWARD]);
    symmetry_cell(flow, a, y);
    ins_pen mean = {INS_BOLD, 9.5, INS_RIGHT,
                    ins_has_verdict(of, INS_VERDICT_DID_NOT_LEARN) ? INS_RED : INS_INK};
    ins_canvas_text(flow->canvas, mean, INS_RIGHT_EDGE, y,
                    ins_say_percent(flow, of->outcome.accuracy.mean));
}

static void accuracy_panel(ins_flow *flow, size_t first, size_t rows, double height)
{
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    ins_dots dots = ins_dots_new(flow, first, rows);
    for (size_t r = 0; r < rows; r++) {
        const ins_arm *arm = &study->arm[first + r];
        dots.mean[r] = part->analysis->arm[first + r].outcome.accuracy;
        for (size_t s = 0; s < arm->runs; s++) {
            ins_epoch_index end = study->run[arm->run[s]].last;
            if (!ins_is_recorded(end)) continue;
            dots.seed[r * dots.seeds + s] = ins_number(
                study, INS_EPOCHS_TEST_ACCURACY, (ins_site){.run = arm->run[s], .epoch = end});
        }
    }
    dots.left = panel_left - INS_LEFT_MARGIN;
    dots.right = panel_right - INS_LEFT_MARGIN;
    dots.row = height;
    dots.axis = (ins_axis){
        .low = 0, .high = 1, .tics = 3, .position = {0, 0.5, 1}, .label = {"0", "50%", "100%"}};
    dots.x_title = "test accuracy at the end";
    dots.reference = part->analysis->chance;
    if (isfinite(dots.reference)) {
        dots.reference_label =
            ins_flow_format(flow, "dashed: chance, %s", ins_say_percent(flow, dots.reference));
    }
    ins_dots_draw(flow, &dots, "glance", "Test accuracy at the end, one row an initializer.");
}

static void glance(ins_flow *flow)
{
    const ins_part *part = flow->part;
    size_t arms = part->study->arms;
    double height = row_height(part);
    for (size_t first = 0; first < arms;) {
        ins_flow_room(flow, 9.4 + 3 * height + 26);
        header_row(flow);
        size_t fitting = (size_t)((ins_flow_left(flow) - 26) / height);
        size_t rows = arms - first < fitting ? arms - first : fitting;
        double top = flow->y;
        for (size_t r = 0; r < rows; r++) {
            double y = top + height * (double)r;
            if (r % 2 == 1) {
                ins_canvas_box(flow->canvas, INS_LEFT_MARGIN, y, INS_RIGHT_EDGE, y + height,
                               INS_ZEBRA);
            }
            arm_row(flow, first + r, y, height);
        }
        accuracy_panel(flow, first, rows, height);
        double bottom = top + height * (double)rows;
        ins_canvas_rule(flow->canvas, INS_LEFT_MARGIN, bottom, INS_RIGHT_EDGE, bottom, 1.2,
                        0x444444);
        flow->y = bottom + 10;
        first += rows;
    }
}

enum { COLUMNS = 3 }; /* of the contents */

/* "Backward signal, Isometry": the pages for which something is not recorded; NULL: none. */
static const char *missing_pages(ins_flow *flow)
{
    const char *text = NULL;
    for (const ins_page *page = flow->part->pages; page->name != NULL; page++) {
        const char *reason = ins_page_missing(page, flow->part);
        if (reason == NULL || *reason == '\0') continue;
        text = text == NULL ? page->name : ins_flow_format(flow, "%s, %s", text, page->name);
    }
    return text;
}

static double contents_height(ins_flow *flow)
{
    size_t count = ins_pages_of(flow->part) - 1;
    double note = missing_pages(flow) != NULL ? 11 : 0;
    return 9 + 5 * (double)((count + COLUMNS - 1) / COLUMNS) + note;
}

/* The three strongest, and more as long as contents still fit below. */
static void findings(ins_flow *flow, double reserve)
{
    const size_t certain = 3;
    const ins_analysis *analysis = flow->part->analysis;
    flow->told = 0;
    if (analysis->findings == 0) return;
    ins_flow_heading(flow, "What this run shows");
    for (size_t i = 0; i < analysis->findings; i++, flow->told++) {
        size_t count;
        const char *text = ins_finding_text(flow, i, &count);
        if (i >= certain && ins_flow_left(flow) < reserve + 4.8 * (double)count + 2) break;
        ins_flow_item(flow, ins_flow_format(flow, "%zu", i + 1), text);
    }
}

static void contents(ins_flow *flow)
{
    size_t count = ins_pages_of(flow->part) - 1, rows = (count + COLUMNS - 1) / COLUMNS;
    ins_flow_room(flow, contents_height(flow));
    ins_flow_heading(flow, "Contents");
    ins_contents_place *place = ins_list_add(flow->arena, &flow->book->places, sizeof *place);
    *place = (ins_contents_place){&flow->book->contents,
                                  flow->book->sheets.count - 1,
                                  flow->y,
                                  flow->book->contents.count,
                                  count,
                                  COLUMNS};
    flow->y += 5 * (double)rows + 2;
    const char *missing = missing_pages(flow);
    if (missing == NULL) return;
    ins_flow_note(flow, ins_flow_format(flow,
                                        "Not in this report: %s. Page “Method” says what each of "
                                        "them would need.",
                                        missing));
}

void ins_page_summary(ins_flow *flow, const ins_page *page)
{
    const ins_part *part = flow->part;
    ins_flow_page(flow);
    ins_book_sheet(flow->book, flow->book->sheets.count - 1)->title = NULL;
    const char *kicker = ins_flow_format(flow, "INITSCOPE  ·  %s", "COMPARISON REPORT");
    (void)page;
    flow->y = ins_draw_band(flow, kicker, part->title, overview(flow), small_print(flow)) + 7;
    const char *note = setting(part, "note");
    if (note != NULL) ins_flow_paragraph(flow, ins_flow_escape(flow, note));
    ins_flow_heading(flow, "At a glance");
    ins_flow_paragraph(
        flow,
        ins_flow_format(
            flow,
            "Every number is measured in this run. *Gain* is the factor by which the variance of "
            "the signal changes from one hidden layer to the next at epoch 0: 1 preserves it, "
            "less makes it vanish, more makes it explode%s. %s In the last column the dot is the "
            "mean over seeds, the bar its 95%% t-interval, and each small cross one seed.",
            ins_is_recorded(part->study->start) ? "" : "; here that epoch was not recorded",
            counted(part) ? "*Distinct units* can be told apart at the end, in the hidden layer "
                            "with the fewest of them."
                          : "A layer is *symmetric* when all its units are identical."));
    glance(flow);
    findings(flow, contents_height(flow));
    if (ins_is_brief(part)) ins_draw_sentences(flow);
    contents(flow);
}
