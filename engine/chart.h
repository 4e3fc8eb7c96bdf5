/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chart: how do limits follow from a study, and how is a point plotted?
 *
 * Every chart is one row of a table: what it is called, what its points are
 * made of, which rules mean something on it, and a few operations.  A file
 * and a running line go through the same operations, so that both say the
 * same, to the last bit:
 *
 *     observations of a study --estimate--> limits, parameters
 *     limits, parameters      --start-----> memory
 *     each observation        --plot------> a mark on every panel
 *
 * Nothing here allocates: the caller asks how much room a design takes.  The
 * operations of a family of charts are in engine/charts/, their formulas in
 * the modules these call. */
#ifndef SPC_ENGINE_CHART_H
#define SPC_ENGINE_CHART_H

#include "engine/constants.h"
#include "engine/independence.h"
#include "engine/status.h"
#include "engine/types.h"

/* ---- what goes in ------------------------------------------------------ */

/* One point before it is plotted.
 *
 * A vector holds `variables` values; of subgroups these are means, and behind
 * them stands more: for SPC_DATA_VECTORS the covariances within the subgroup
 * (divisor n - 1, lower triangle, row by row), for SPC_DATA_STREAMS the range
 * of each stream.  The value of a stream that is missing is NaN; a part that
 * lacks one of its characteristics is missing as a whole. */
struct spc_observation {
    struct spc_point point; /* n is 0: nothing was measured.  A count or a
                               time is the mean of 1.  `range` is the moving
                               range when n is 1 */
    double median;          /* of measurements */
    double units;           /* that a count was made in; else 1 */
    const double *vector;   /* or NULL */
    uint32_t part;          /* which kind of part, from 0; SPC_NONE */
    double nominal;         /* of that kind; NaN: to be estimated */
    double part_sigma;      /* likewise */
    bool estimates;         /* of the study: limits follow from it */
    bool after_gap;         /* nothing is strung together with the one before:
                               first of a stage, after a missing or an excluded
                               one, after lost parts */
};

/* What a chart is asked for.  Every number is set, to the chart's default
 * where nobody said otherwise (spc_chart_design). */
struct spc_chart_design {
    enum spc_chart chart;
    const struct spc_constants *constants;
    uint32_t n;         /* nominal subgroup size; 1: individuals */
    uint32_t variables; /* in a vector; else 0 */
    enum spc_estimator estimator;
    bool known; /* center and sigma are given, not estimated */
    double center, sigma;
    double width;            /* sigmas to the control limits */
    double alpha;            /* 0, or the probability beyond both limits */
    double lambda;           /* of an EWMA or MEWMA */
    double k, h, head_start; /* of a CUSUM, in sigmas of the points; of one of
                                events h is in units or time, NaN by arl0,
                                and the head start a share of it */
    uint32_t span;           /* of a moving average */
    uint32_t events;         /* up to which a CCC-r chart counts */
    bool by_width;           /* not by quantiles or alpha, on a g chart and
                                of many streams */
    bool exponential;        /* not Weibull, on a t chart */
    double ratio;            /* rate to detect over the rate in control */
    double arl0;             /* in control, where limits are found by it */
    uint32_t order;          /* of an autoregression; SPC_NONE: by AIC */
    double alpha_for_study;  /* 0, or the probability that any point of a
                                stable study lies beyond its limits */
    bool corrected; /* the width keeps its promise to future points, however
                       small the study; alpha_for_study implies it */
    bool remove_offsets;   /* of streams that always differ */
    double fraction, risk; /* acceptance: nonconforming, probability */
    bool rejectable;       /* the fraction, and the risk is of accepting it */
    bool in_pairs;         /* pre-control: a sample is always two parts */
    uint32_t part_sigma;   /* enum spc_part_sigma, of short runs */
    struct spc_specification specification;
};

/* ---- what comes out ---------------------------------------------------- */

/* What one panel shows of one point. */
struct spc_chart_mark {
    double value;           /* NaN: nothing is drawn */
    uint32_t variable;      /* that it is of, among many streams; SPC_NONE */
    bool judged;            /* there are zones */
    struct spc_zones zones; /* NaN edge: there is no such line */
    uint32_t own;           /* rules of the chart's own that hold: bit i is
                               row i of the type's `own` */
    uint64_t run;           /* points that made them hold, or that a sum has
                               been above 0; 0: none */
    double shift;           /* estimated from the run, in measurements; NaN */
};

/* ---- a chart at work --------------------------------------------------- */

enum { SPC_CULPRITS_MAX = 8 };

/* All parts are the caller's, sized by spc_chart_room. */
struct spc_charting {
    const struct spc_chart_design *design;
    struct spc_limits *limits; /* `number` is the caller's */
    double *parameters;        /* limits too, where a chart has many numbers */
    void *memory;              /* what the points so far left behind */
    double *work;              /* scratch; holds nothing between two calls */
    bool in_force;             /* limits are set; plot may judge */

    /* What estimate says besides. */
    double measured; /* measurements, or units, that went in */
    uint32_t needed; /* points, when it says that there are too few */
    uint32_t culprits[SPC_CULPRITS_MAX]; /* variables behind SPC_SINGULAR */
    uint32_t culprit_count;
};

/* Bytes of each, multiples of a double. */
struct spc_chart_room {
    size_t parameters, memory, work;
};

struct spc_chart_operations {
    /* NULL: none of these is needed. */
    struct spc_chart_room (*room)(const struct spc_chart_design *design,
                                  size_t points);
    /* Limits from the observations that estimate, or the design's known ones.
     * On failure limits and parameters say nothing. */
    enum spc_status (*estimate)(struct spc_charting *charting,
                                const struct spc_observation *observations,
                                size_t count);
    /* NULL: nothing is remembered. */
    void (*start)(struct spc_charting *charting);
    /* Sets every panel's mark; values that need no limits are there before
     * limits are.  Only + - * / sqrt and comparisons, unless limits depend on
     * a varying size through a distribution. */
    void (*plot)(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS]);
    /* Which variables caused the signal at the observation just plotted, the
     * largest first; returns how many were given.  NULL: nothing to say. */
    size_t (*explain)(struct spc_charting *charting,
                      const struct spc_observation *observation,
                      struct spc_contribution *ret_contributions, size_t room);
};

/* ---- the table --------------------------------------------------------- */

enum spc_language { SPC_ENGLISH, SPC_CHINESE, SPC_LANGUAGES };

struct spc_chart_panel {
    const char *statistic; /* in JSON: "xbar" */
    const char *name[SPC_LANGUAGES];
    bool from_zero;                   /* never negative */
    bool spread;                      /* judged by the rules for a spread */
    bool unitless;                    /* not in the unit of the measurements */
    const char *brief[SPC_LANGUAGES]; /* in a sentence; NULL: as `name` */
    bool inner;   /* edges 1 and 2 mean something, though no zone rule does */
    bool moving;  /* even of subgroups: a range of two neighbours */
    bool extreme; /* of many: only its limits mean something */
};

/* A rule that is not a question about zones, and that only this chart has. */
struct spc_chart_own_rule {
    const char *name, *text, *text_zh;
    int side; /* 1 above, -1 below, 0 neither */
};

enum { SPC_OWN_RULES_MAX = 4 };

struct spc_chart_type {
    const char *name; /* "xbar-r" */
    const char *text; /* one line of --list */
    const char *text_zh;
    const struct spc_chart_operations *operations;
    unsigned kind; /* which of its family */
    enum spc_chart_data data;
    const char *options; /* that not every chart has, in commas */
    enum spc_chart_known known;
    bool fraction; /* the centre lies between 0 and 1 */
    bool needs_specification;
    bool own_only;         /* its own rules judge in place of its limits */
    bool needs_subgroups;  /* of vectors, which may also be individuals */
    const char *valid;     /* rules that mean something, or a set of them */
    const char *rules;     /* judged unless told otherwise */
    const char *rules_why; /* why no others */
    const char *estimator; /* named in the estimate; NULL: by the design's */
    const char *axis[SPC_LANGUAGES];
    bool two_sided; /* the second panel is the first's lower side, drawn with
                       it: value and value_low */
    const char *pair[SPC_LANGUAGES]; /* or NULL: what the first two panels are
                                        in one frame, which they share */
    uint32_t minimum; /* points without which there are no limits */
    unsigned panels;
    struct spc_chart_panel panel[SPC_PANELS];
    const char *figures[SPC_FIGURES]; /* names of limits.figure */
    struct spc_chart_own_rule own[SPC_OWN_RULES_MAX];
};

/* By enum spc_chart. */
extern const struct spc_chart_type spc_chart_types[SPC_CHARTS];

/* A design with every default; the estimator is the chart's usual one. */
struct spc_chart_design spc_chart_design(enum spc_chart chart,
                                         const struct spc_constants *constants,
                                         uint32_t n);

struct spc_chart_room spc_chart_room(const struct spc_chart_design *design,
                                     size_t points);

/* The least a count can be: units up to and with the r-th event are r or
 * more, any other count may be 0. */
uint32_t spc_chart_least_count(const struct spc_chart_design *design);

/* ---- limits within a specification ------------------------------------- */

/* Whether the limits of acceptance and modified charts have room within the
 * specification, for means of n of a process with this sigma; of any other
 * chart, always.
 *
 * SPC_TOO_NARROW, or what acceptance.h says of the specification. */
SPC_MUST_CHECK
enum spc_status spc_chart_fits(const struct spc_chart_design *design,
                               double sigma, double n);

/* ---- limits for a small study ------------------------------------------ */

/* Whether there are the widths that a design asks for by `corrected` or
 * `alpha_for_study`, or what is in their way. */
enum spc_chart_widths {
    SPC_WIDTHS_EXIST,
    SPC_WIDTHS_NOT_OF_ESTIMATOR,
    SPC_WIDTHS_NOT_OF_ALPHA, /* with moving ranges: see phase_one.h */
};
enum spc_chart_widths spc_chart_widths(const struct spc_chart_design *design);

/* Points without which there are none. */
uint32_t spc_chart_widths_need(const struct spc_chart_design *design);

/* ---- points that remember ---------------------------------------------- */

/* Whether the observations that limits were just estimated from depend on
 * those before them; of a chart of residuals, whether these do.
 *
 * SPC_BAD_INPUT where the question means nothing (no measurements, parts of
 * several kinds, known parameters); else as spc_independence_test. */
SPC_MUST_CHECK
enum spc_status spc_chart_independence(
    const struct spc_charting *charting,
    const struct spc_observation *observations, size_t count,
    struct spc_independence *ret_test);

/* Coefficients of the autoregression among a chart's parameters, that of lag 1
 * first; returns how many.  0 where the chart has none. */
unsigned spc_chart_phi(enum spc_chart chart, const double *parameters,
                       const double **ret_phi);

#endif
