/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of retained states: what is true now, for those who come late.
 *
 * Each says until when it may be believed: a state whose gateway died stays
 * on the broker for ever. */
#include "adapters/mqtt/message.h"

#include "adapters/mqtt/pieces.h"
#include "adapters/mqtt/sentence.h"
#include "adapters/mqtt/topic.h"

#include <math.h>

static void put_head(struct spc_paper *paper, const struct spc_scene *scene,
                     const char *schema, spc_nanos now)
{
    spc_put_text(paper, "schema", schema);
    spc_put_text(paper, "gateway", scene->gateway);
    spc_put_text(paper, "epoch", scene->epoch);
    spc_put_time(paper, "ts", now);
}

/* ---- chart ------------------------------------------------------------- */

static json_t *last_point(const struct spc_event_point *last, double spread)
{
    if (!last)
        return json_null();

    json_t *json = spc_json_point(last);
    json_t *value = spc_json_number(spread);
    if (json && json_object_set_new(json, "spread", value) == 0)
        return json;
    json_decref(json);
    return NULL;
}

bool spc_message_chart_state(const struct spc_scene *scene,
                             const struct spc_limits *limits,
                             const struct spc_event_point *last, double spread,
                             spc_nanos now, spc_nanos valid_until,
                             struct spc_message *ret_message)
{
    struct spc_message draft = {.schema = "spc.chart-state/1"};
    struct spc_paper paper = spc_paper_begin();
    struct spc_sentence sentence = spc_sentence_chart(scene, limits, last);

    draft.topic = spc_topic_station(
        scene, "/{characteristic}/state/chart[/{stream}]", NULL);
    put_head(&paper, scene, draft.schema, now);
    spc_put_time(&paper, "valid_until", valid_until);
    spc_put_stream(&paper, scene);
    spc_put(&paper, "limits", spc_json_limits(limits));
    spc_put(&paper, "last", last_point(last, spread));
    return spc_message_finish(&paper, &sentence, &draft, ret_message);
}

/* ---- capability -------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *sigma, *method;
} index_of[SPC_INDICES] = {
    [SPC_INDEX_CP]  = {"within",  "chi-square"},
    [SPC_INDEX_CPL] = {"within",  "bissell"},
    [SPC_INDEX_CPU] = {"within",  "bissell"},
    [SPC_INDEX_CPK] = {"within",  "bissell"},
    [SPC_INDEX_PP]  = {"overall", "chi-square"},
    [SPC_INDEX_PPL] = {"overall", "bissell"},
    [SPC_INDEX_PPU] = {"overall", "bissell"},
    [SPC_INDEX_PPK] = {"overall", "bissell"},
    [SPC_INDEX_CPM] = {"overall", "boyles"},
};
/* clang-format on */

static json_t *capability_index(const struct spc_capability *capability,
                                enum spc_index_name name)
{
    const struct spc_index *index = &capability->index[name];
    struct spc_paper paper = spc_paper_begin();

    spc_put_text(&paper, "name", spc_index_text(name));
    spc_put_text(&paper, "sigma", index_of[name].sigma);
    spc_put_number(&paper, "value", index->value);
    spc_put_number(&paper, "lower", index->lower);
    spc_put_number(&paper, "upper", index->upper);
    spc_put_number(&paper, "confidence", capability->confidence);
    spc_put_text(&paper, "method", index_of[name].method);
    spc_put_number(&paper, "df", index->df);
    return spc_paper_end(&paper);
}

static json_t *indices(const struct spc_capability *capability)
{
    json_t *array = json_array();

    for (int name = 0; name < SPC_INDICES; name++) {
        if (json_array_append_new(array, capability_index(capability, name))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *nonconforming(const char *model,
                             const struct spc_nonconforming *expected,
                             double confidence)
{
    struct spc_paper paper = spc_paper_begin();

    spc_put_text(&paper, "model", model);
    spc_put_number(&paper, "below_ppb", expected->below_ppb);
    spc_put_number(&paper, "above_ppb", expected->above_ppb);
    spc_put_number(&paper, "total_ppb", expected->total_ppb);
    spc_put_number(&paper, "lower_bound_ppb", expected->lower_ppb);
    spc_put_number(&paper, "upper_bound_ppb", expected->upper_ppb);
    spc_put_number(&paper, "confidence", confidence);
    spc_put_text(&paper, "method", "bissell");
    return spc_paper_end(&paper);
}

static json_t *both_models(const struct spc_capability *capability)
{
    json_t *array = json_array();
    int failed =
        json_array_append_new(array, nonconforming("normal-overall",
                                                   &capability->overall,
                                                   capability->confidence)) |
        json_array_append_new(array, nonconforming("normal-within",
                                                   &capability->within,
                                                   capability->confidence));

    if (!failed)
        return array;
    json_decref(array);
    return NULL;
}

static json_t *sigma_level(const struct spc_capability *capability)
{
    struct spc_paper paper = spc_paper_begin();

    spc_put_number(&paper, "z_bench", capability->z_bench);
    spc_put_number(&paper, "shift", capability->shift);
    spc_put_number(&paper, "value", capability->sigma_level);
    spc_put_count(&paper, "sides", 1);
    return spc_paper_end(&paper);
}

static json_t *within(const struct spc_capability *capability)
{
    struct spc_paper paper = spc_paper_begin();

    spc_put_number(&paper, "sigma", capability->sigma_within);
    spc_put_text(&paper, "estimator",
                 spc_estimator_text((enum spc_estimator)capability->estimator));
    spc_put_number(&paper, "df", capability->df_within);
    return spc_paper_end(&paper);
}

static json_t *overall(const struct spc_capability *capability)
{
    struct spc_paper paper = spc_paper_begin();

    spc_put_number(&paper, "sigma", capability->sd_overall);
    spc_put_text(&paper, "estimator",
                 spc_estimator_text(SPC_ESTIMATOR_OVERALL));
    spc_put_number(&paper, "df", capability->df_overall);
    return spc_paper_end(&paper);
}

static json_t *specification(const struct spc_specification *spec)
{
    struct spc_paper paper = spc_paper_begin();

    spc_put_number(&paper, "lower", spec->lower);
    spc_put_number(&paper, "upper", spec->upper);
    spc_put_number(&paper, "target", spec->target);
    spc_put(&paper, "lower_is_boundary", json_boolean(spec->lower_is_boundary));
    spc_put(&paper, "upper_is_boundary", json_boolean(spec->upper_is_boundary));
    return spc_paper_end(&paper);
}

bool spc_message_capability_state(const struct spc_scene *scene,
                                  const struct spc_capability *capability,
                                  const struct spc_specification *spec,
                                  spc_nanos now, spc_nanos valid_until,
                                  struct spc_message *ret_message)
{
    struct spc_message draft = {.schema = "spc.capability-state/1"};
    struct spc_paper paper = spc_paper_begin();
    struct spc_sentence sentence = spc_sentence_capability(scene, capability);

    draft.topic = spc_topic_station(
        scene, "/{characteristic}/state/capability[/{stream}]", NULL);
    put_head(&paper, scene, draft.schema, now);
    spc_put_time(&paper, "valid_until", valid_until);
    spc_put_stream(&paper, scene);
    spc_put(&paper, "specification", specification(spec));
    spc_put_count(&paper, "n", capability->n);
    spc_put_number(&paper, "mean", capability->mean);
    spc_put(&paper, "within", within(capability));
    spc_put(&paper, "overall", overall(capability));
    spc_put(&paper, "indices", indices(capability));
    spc_put(&paper, "nonconforming", both_models(capability));
    spc_put(&paper, "sigma_level", sigma_level(capability));
    return spc_message_finish(&paper, &sentence, &draft, ret_message);
}

/* ---- link and gateway -------------------------------------------------- */

bool spc_message_link_state(const struct spc_scene *scene,
                            const struct spc_link_report *report, spc_nanos now,
                            spc_nanos valid_until,
                            struct spc_message *ret_message)
{
    struct spc_message draft = {.schema = "spc.link-state/1"};
    struct spc_paper paper = spc_paper_begin();
    struct spc_sentence sentence = spc_sentence_link(scene, report);

    draft.topic = spc_topic_gateway(scene, "/link/{link}", NULL);
    put_head(&paper, scene, draft.schema, now);
    spc_put_time(&paper, "valid_until", valid_until);
    spc_put_text(&paper, "link", scene->link);
    spc_put(&paper, "up", json_boolean(report->up));
    spc_put_time(&paper, "last_good", report->last_good);
    spc_put_count(&paper, "reads", report->reads);
    spc_put_count(&paper, "timeouts", report->timeouts);
    spc_put_count(&paper, "errors", report->errors);
    spc_put_count(&paper, "exceptions", report->exceptions);
    spc_put_count(&paper, "connects", report->connects);
    spc_put_count(&paper, "skipped_polls", report->skipped_polls);
    spc_put_count(&paper, "torn_reads", report->torn_reads);
    return spc_message_finish(&paper, &sentence, &draft, ret_message);
}

bool spc_message_status(const struct spc_scene *scene, bool online,
                        const char *config, const char *trouble,
                        uint64_t last_seq, spc_nanos now,
                        struct spc_message *ret_message)
{
    struct spc_message draft = {.schema = "spc.status/1"};
    struct spc_paper paper = spc_paper_begin();
    struct spc_sentence sentence = spc_sentence_status(scene, online, trouble);

    draft.topic = spc_topic_gateway(scene, "/status", NULL);
    put_head(&paper, scene, draft.schema, now);
    spc_put(&paper, "online", json_boolean(online));
    spc_put_text(&paper, "version", scene->version);
    spc_put_text(&paper, "config", config);
    spc_put_text(&paper, "trouble", trouble ? trouble : "");
    spc_put_count(&paper, "last_seq", last_seq);
    return spc_message_finish(&paper, &sentence, &draft, ret_message);
}
