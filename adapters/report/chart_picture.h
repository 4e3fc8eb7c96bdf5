/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A control chart, drawn: one panel, two or three over one axis.
 *
 *     title
 *     remark                          stage name | stage name
 *     +------------------------------------------+
 *     |  location      . . . . . . . . . . . . . | UCL 74.01430
 *     |                ------------------------- | CL  74.00118
 *     +------------------------------------------+
 *     |  spread                                  | UCL 0.04813
 *     +------------------------------------------+
 *
 * Grey unless something is wrong.  A signal is a shape, a colour and the
 * rule's number, so that it is seen without colour: a filled red square is a
 * point beyond its limits, a filled orange triangle completes a run; hollow
 * triangles are the rest of that run; a crossed hollow circle is an excluded
 * point.  Limits step where they change; an edge that is NaN has no line.  A
 * missing value is a gap.  All panels share their left and right edge.
 *
 * All texts are the caller's, in the language of the reader. */
#ifndef SPC_ADAPTERS_CHART_PICTURE_H
#define SPC_ADAPTERS_CHART_PICTURE_H

#include "engine/status.h"
#include "engine/types.h"

struct spc_picture_point {
    double value; /* NaN: a gap */
    double low;   /* a second trace over the same zones; NaN: none */
    bool has_zones;
    struct spc_zones zones;
    bool excluded;
    bool member;    /* of a run that some point completes */
    bool beyond;    /* its control limits */
    char rules[24]; /* numbers of the rules that hold here, or "" */
    bool low_member, low_beyond; /* likewise of the second trace */
    char low_rules[24];
};

struct spc_picture_panel {
    const char *name;
    const char *absence; /* said in the panel when it has no limits */
    const struct spc_picture_point *points;
    bool only_limits; /* no lines at one and two sigma */
    bool from_zero;   /* the statistic is never negative */
};

struct spc_picture_stage {
    size_t first, end; /* its points */
    const char *text;  /* name and origin of its limits */
    bool continues;    /* has the limits of the stage before */
};

struct spc_picture {
    const char *title, *remark;
    const char *axis;                   /* what the points are */
    const char *upper, *center, *lower; /* "UCL", "CL", "LCL" */
    const char *language;               /* "en", "zh-cn" */
    struct spc_picture_panel panel[SPC_PANELS];
    unsigned panel_count; /* a single one is as high as a pair */
    size_t count;
    const char *const *labels; /* one for each point */
    const struct spc_picture_stage *stages;
    size_t stage_count;
    unsigned decimals; /* of the measurements; limits get two more */
    size_t *boxes;     /* counts characters that no font here has, which are
                          drawn as boxes; or NULL */
};

/* SPC_CANNOT_OPEN or SPC_NO_MEMORY on failure; what was written is then not a
 * picture. */
SPC_MUST_CHECK
enum spc_status spc_picture_svg(const struct spc_picture *picture,
                                const char *path);
SPC_MUST_CHECK
enum spc_status spc_picture_png(const struct spc_picture *picture,
                                const char *path);

#endif
