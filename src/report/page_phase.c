/* Where the networks lie in the phase plane of mean-field theory, and how deep they may be. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

#include "phase_plane.h"
#include "phrases.h"

static const char *say_scale(ins_flow *flow, double value)
{
    if (!isinf(value)) return ins_say(flow, value);
    return value > 0 ? "∞" : "−∞";
}

static const char *initializer_of(ins_flow *flow, const ins_point *at)
{
    return ins_flow_escape(flow, ins_flow_clean(flow, flow->part->study->arm[at->arm].initializer));
}

static ins_cell reach_of(ins_flow *flow, const ins_point *at)
{
    double reach = ins_reach(flow->part->study, at->arm);
    return (ins_cell){.text = say_scale(flow, reach), .bad = reach < at->most};
}

static const char *number_text(ins_flow *flow, const ins_point *at)
{
    return ins_flow_format(flow, "%zu", at->number);
}

/* A row a point with all that depth.csv says. */
static void whole_table(ins_flow *flow, const ins_phase_plane *p)
{
    enum { COLUMNS = 10 };
    static const ins_table_column column[COLUMNS] = {
        {"", 12, INS_LEFT},       {"Initializer", 49, INS_LEFT}, {"σ_{w}", 13, INS_RIGHT},
        {"σ_{b}", 13, INS_RIGHT}, {"q\\*", 14, INS_RIGHT},       {"χ_{1}", 14, INS_RIGHT},
        {"ξ_{c}", 13, INS_RIGHT}, {"ξ_{δ}", 13, INS_RIGHT},      {"reach", 14, INS_RIGHT},
        {"layers", 15, INS_RIGHT}};
    static const ins_column_id of[] = {INS_DEPTH_SIGMA_W, INS_DEPTH_SIGMA_B, INS_DEPTH_Q_STAR,
                                       INS_DEPTH_CHI_1,   INS_DEPTH_XI_C,    INS_DEPTH_XI_GRADIENT};
    ins_cell *cell = ins_arena_get(flow->arena, p->points * COLUMNS, sizeof *cell, "table");
    unsigned *swatch = ins_arena_get(flow->arena, p->points, sizeof *swatch, "table");
    for (size_t i = 0; i < p->points; i++) {
        const ins_point *at = &p->point[i];
        ins_cell *row = cell + i * COLUMNS;
        row[0] = (ins_cell){.text = number_text(flow, at), .bold = true};
        row[1].text = initializer_of(flow, at);
        if (p->panels > 1)
            row[1].text = ins_flow_format(
                flow, "%s, %s", row[1].text,
                ins_flow_escape(flow, ins_flow_clean(flow, p->activation[at->panel])));
        for (size_t c = 0; c < sizeof of / sizeof of[0]; c++)
            row[2 + c].text = say_scale(flow, ins_depth_of(flow->part->study, at->arm, of[c]));
        row[8] = reach_of(flow, at);
        row[9].text = at->least == at->most
                          ? ins_flow_format(flow, "%.0f", at->most)
                          : ins_flow_format(flow, "%.0f–%.0f", at->least, at->most);
        swatch[i] = flow->part->colour[at->arm];
    }
    bool single = !flow->part->many && p->points == flow->part->study->arms;
    ins_table_layout layout = {.column = column,
                               .columns = COLUMNS,
                               .rows = p->points,
                               .cell = cell,
                               .swatch = single ? swatch : NULL};
    ins_flow_table(flow, &layout);
}

/* A row an initializer, a column an activation: the reach alone. */
static void reach_table(ins_flow *flow, const ins_phase_plane *p)
{
    size_t columns = 2 + p->panels, rows = 0;
    double width = fmin(20, 116.0 / (double)p->panels);
    ins_table_column *column = ins_arena_get(flow->arena, columns, sizeof *column, "table");
    ins_cell *cell = ins_arena_get(flow->arena, p->points * columns, sizeof *cell, "table");
    column[0] = (ins_table_column){"", 8, INS_LEFT};
    column[1] = (ins_table_column){"Initializer", 162 - width * (double)p->panels, INS_LEFT};
    for (size_t i = 0; i < p->panels; i++)
        column[2 + i] = (ins_table_column){
            ins_flow_escape(flow, ins_elide(flow->arena, ins_flow_clean(flow, p->activation[i]),
                                            INS_BOLD, 8.4, width - 1.5)),
            width, INS_RIGHT};
    for (size_t i = 0; i < p->points; i++) {
        const ins_point *at = &p->point[i];
        const char *name = initializer_of(flow, at), *number = number_text(flow, at);
        size_t r = 0;
        while (r < rows && strcmp(cell[r * columns].text, number) != 0) r++;
        if (r == rows) rows++;
        cell[r * columns] = (ins_cell){.text = number, .bold = true};
        cell[r * columns + 1].text = name;
        cell[r * columns + 2 + at->panel] = reach_of(flow, at);
    }
    ins_table_layout layout = {.column = column, .columns = columns, .rows = rows, .cell = cell};
    ins_flow_table(flow, &layout);
}

static void table(ins_flow *flow, const ins_phase_plane *p)
{
    const char *scales =
        "σ_{w}^{2} is fan_in Var W and σ_{b}^{2} is Var b, of the last hidden layer; q\\* the "
        "second moment of z that depth leads to. ξ_{c}: layers in which the correlation of two "
        "inputs forgets its start by a factor e; ξ_{δ}: the same of a gradient’s second moment, "
        "negative where it explodes. ";
    bool wide = p->panels > 1 && p->points > INS_MOST_ARMS;
    ins_flow_heading(flow, wide ? "How many layers the signal reaches, by theory"
                                : "How deep the signal reaches, by theory");
    if (wide) {
        reach_table(flow, p);
    } else {
        whole_table(flow, p);
    }
    ins_flow_note(
        flow,
        ins_flow_format(flow,
                        "%sReach: six times the shorter of %s (Schoenholz et al. 2017); red when "
                        "the network has more hidden layers. The limit of infinite width is "
                        "assumed, – where it promises nothing.",
                        wide ? "" : scales,
                        wide ? "the two depth scales on which the correlation of two inputs "
                               "forgets its start and a gradient changes by a factor e"
                             : "the two"));
}

/* Where a point lies: -1 in order, 0 on the edge, 1 in chaos; 2: nowhere. */
static int side_of(const ins_study *study, size_t arm)
{
    double off = ins_depth_of(study, arm, INS_DEPTH_CHI_1) - 1;
    if (isnan(off)) return 2;
    return fabs(off) <= ins_threshold_of(INS_THRESHOLD_CRITICAL) ? 0 : off < 0 ? -1 : 1;
}

/* The arms on a side by name, or, where arms share points, the number of points. */
static const char *say_side(ins_flow *flow, const ins_phase_plane *p, int side, bool first)
{
    const ins_study *study = flow->part->study;
    bool *arms = ins_no_arms(flow);
    size_t points = 0;
    for (size_t i = 0; i < p->points; i++) {
        bool here = side_of(study, p->point[i].arm) == side;
        arms[p->point[i].arm] = here;
        points += here;
    }
    if (points == 0) return NULL;
    if (p->points == study->arms && !flow->part->many) return ins_say_arms(flow, arms, 2);
    const char *count = ins_say_count(flow, points);
    if (points == p->points)
        return points == 1 ? "the network" : ins_flow_format(flow, "all %s networks", count);
    return first ? ins_flow_format(flow, "%s of %zu networks", count, p->points) : count;
}

static const char *title_of(ins_flow *flow, const ins_phase_plane *p)
{
    static const struct {
        int side;
        const char *where;
    } sides[] = {{0, "on the edge of chaos"}, {-1, "in order"}, {1, "in chaos"}};
    const char *text = "";
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        const char *who = say_side(flow, p, sides[i].side, *text == '\0');
        if (who == NULL) continue;
        text = ins_flow_format(flow, "%s%s%s %s", text, *text != '\0' ? "; " : "", who,
                               sides[i].where);
    }
    return *text != '\0' ? ins_capital(flow, text)
                         : "Theory has no place for these initializers in the phase plane";
}

void ins_page_phase(ins_flow *flow, const ins_page *page)
{
    ins_phase_plane p = ins_phase_plane_read(flow);
    ins_flow_title(flow, page->kicker, title_of(flow, &p));
    ins_flow_paragraph(
        flow, "A deep network of random weights applies one map over and over, and depth leads it "
              "to a fixed point. With small weights the map is *ordered*: all inputs become alike, "
              "and gradients vanish. With large ones it is *chaotic*: inputs that were alike part, "
              "and gradients explode. On the *edge of chaos* between them, where χ_{1} = 1, both "
              "travel farthest, and only there can a plain network be as deep as one likes. Where "
              "a network lies is decided by its initializer and its activation alone.");
    ins_phase_plane_draw(flow, &p);
    table(flow, &p);
}
