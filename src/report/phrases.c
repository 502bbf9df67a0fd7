/* Numbers, names and counts in running text. */
#include <config.h>

#include "phrases.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

const char *ins_say(ins_flow *flow, double value)
{
    char number[INS_PROSE_SIZE];
    return ins_flow_format(flow, "%s", ins_prose(number, value, true));
}

const char *ins_say_percent(ins_flow *flow, double share)
{
    char number[INS_PROSE_SIZE];
    return ins_flow_format(flow, "%s", ins_prose_percent(number, share));
}

const char *ins_say_interval(ins_flow *flow, ins_interval value)
{
    if (!isfinite(value.lower)) return ins_say(flow, value.mean);
    return ins_flow_format(flow, "%s (95%% interval %s to %s)", ins_say(flow, value.mean),
                           ins_say(flow, value.lower), ins_say(flow, value.upper));
}

const char *ins_say_count(ins_flow *flow, size_t count)
{
    static const char *const words[] = {"zero", "one",   "two",   "three", "four", "five",
                                        "six",  "seven", "eight", "nine",  "ten"};
    if (count < sizeof words / sizeof words[0]) return words[count];
    return ins_flow_format(flow, "%zu", count);
}

const char *ins_say_plural(ins_flow *flow, size_t count, const char *noun)
{
    return ins_flow_format(flow, "%s %s%s", ins_say_count(flow, count), noun,
                           count == 1 ? "" : "s");
}

const char *ins_capital(ins_flow *flow, const char *text)
{
    for (size_t a = 0; a < flow->part->study->arms; a++) {
        const char *name = flow->part->prose[a];
        size_t length = strlen(name);
        if (length > 0 && strncmp(text, name, length) == 0 && !isalnum((unsigned char)text[length]))
            return text;
    }
    char *out = ins_arena_copy(flow->arena, text, strlen(text));
    out[0] = (char)toupper((unsigned char)out[0]);
    return out;
}

size_t ins_count_arms(const ins_part *part, const bool *which)
{
    size_t count = 0;
    for (size_t a = 0; a < part->study->arms; a++) count += which[a];
    return count;
}

bool *ins_no_arms(ins_flow *flow)
{
    return ins_arena_get(flow->arena, flow->part->study->arms, sizeof(bool), "report");
}

const char *ins_say_arms(ins_flow *flow, const bool *which, size_t most)
{
    const ins_part *part = flow->part;
    size_t all = ins_count_arms(part, which), listed = 0;
    if (all == part->study->arms && all > most) {
        return ins_flow_format(flow, "all %s initializers", ins_say_count(flow, all));
    }
    if (all > most + 1) {
        all = most;
    } else {
        most = all;
    }
    const char *text = "";
    for (size_t a = 0; a < part->study->arms && listed < most; a++) {
        if (!which[a]) continue;
        const char *joint = listed == 0 ? "" : listed + 1 == most && most == all ? " and " : ", ";
        text = ins_flow_format(flow, "%s%s%s", text, joint, part->prose[a]);
        listed++;
    }
    size_t more = ins_count_arms(part, which) - listed;
    return more > 0 ? ins_flow_format(flow, "%s and %zu more", text, more) : text;
}

bool ins_same_depth(const ins_study *study)
{
    for (size_t a = 0; a < study->arms; a++) {
        if (study->arm[a].layers != study->layers) return false;
    }
    return true;
}

const char *ins_layer_name(ins_flow *flow, size_t layer)
{
    const ins_study *study = flow->part->study;
    bool output = layer == study->layers && ins_same_depth(study);
    return output ? "out" : ins_flow_format(flow, "%zu", layer);
}

const char *ins_say_seeds(ins_flow *flow)
{
    const ins_study *study = flow->part->study;
    size_t least = SIZE_MAX, most = 0;
    for (size_t a = 0; a < study->arms; a++) {
        if (study->arm[a].runs < least) least = study->arm[a].runs;
        if (study->arm[a].runs > most) most = study->arm[a].runs;
    }
    if (least != most) return ins_flow_format(flow, "%zu to %zu seeds each", least, most);
    return ins_flow_format(flow, "%zu seed%s%s", most, most == 1 ? "" : "s",
                           study->arms == 1 ? "" : " each");
}

const char *ins_say_verdicts(ins_flow *flow, size_t arm, bool *bad)
{
    const char *text = "";
    unsigned verdicts = flow->part->analysis->arm[arm].verdicts;
    *bad = false;
    for (unsigned v = 0; v < INS_VERDICTS; v++) {
        if ((verdicts & 1U << v) == 0) continue;
        text = ins_flow_format(flow, "%s%s%s", text, *text != '\0' ? ", " : "",
                               ins_verdict_table[v].name);
        *bad = *bad || ins_verdict_table[v].bad;
    }
    return text;
}
