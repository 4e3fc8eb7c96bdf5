/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A control chart, drawn with Cairo; texts by Pango, which finds fonts for
 * any script.  Sizes are in pixels of the SVG. */
#define _DEFAULT_SOURCE /* M_PI */

#include "adapters/report/chart_picture.h"

#include <cairo-svg.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 960,
    MARGIN = 16,
    PANEL_TOP = 84,
    LOCATION_HEIGHT = 280,
    SPREAD_HEIGHT = 150,
    PANEL_GAP = 26,
    AXIS_HEIGHT = 48,
    TICKS_MAX = 6,
    DECIMALS_MAX = 12, /* of a number; a smaller one has an exponent */
    LINE_OF_TEXT = 12, /* as high */
    SYMBOL = 5,        /* half a symbol's width */
    STROKE_MAX = 500,  /* points in one stroke of a line */
    PNG_SCALE = 2,     /* for screens of high density */
    HEADROOM = 24,     /* over the highest point, for a symbol's number */
    DOT_SPACING = 4,   /* closer points are a line without dots */
};

/* The palette: greys for what is well, one colour for each severity. */
enum colour { PAGE, PANEL, INK, FAINT, LIMIT, RED, ORANGE };

static const double palette[][3] = {
    [PAGE] = {0.851, 0.863, 0.871},   [PANEL] = {0.925, 0.933, 0.937},
    [INK] = {0.192, 0.212, 0.231},    [FAINT] = {0.690, 0.710, 0.725},
    [LIMIT] = {0.388, 0.416, 0.443},  [RED] = {0.643, 0.000, 0.114},
    [ORANGE] = {0.702, 0.349, 0.000},
};

/* A panel on the page and its scale. */
struct frame {
    double left, right, top, bottom;
    double low, high, step; /* values at the bottom and top, between ticks */
    int decimals;           /* of the ticks */
};

struct canvas {
    cairo_t *cairo;
    PangoContext *texts;
    const struct spc_picture *picture;
    struct frame frame[SPC_PANELS];
};

/* ---- texts ------------------------------------------------------------- */

enum align { LEFT, CENTRED, RIGHT };

struct style {
    int size;
    bool bold;
    enum colour colour;
};

static const struct style plain = {12, false, INK};
static const struct style small_text = {11, false, LIMIT};
static const struct style number = {11, true, INK};

static void set_colour(cairo_t *cairo, enum colour colour)
{
    cairo_set_source_rgb(cairo, palette[colour][0], palette[colour][1],
                         palette[colour][2]);
}

static PangoLayout *layout_of(const struct canvas *canvas, const char *text,
                              struct style style)
{
    PangoLayout *layout = pango_layout_new(canvas->texts);
    PangoFontDescription *font = pango_font_description_new();

    pango_font_description_set_family_static(font, "sans-serif");
    pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
    if (style.bold)
        pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, text, -1);
    if (canvas->picture->boxes)
        *canvas->picture->boxes +=
            (size_t)pango_layout_get_unknown_glyphs_count(layout);
    return layout;
}

static double text_width(const struct canvas *canvas, const char *text,
                         struct style style)
{
    PangoLayout *layout = layout_of(canvas, text, style);
    int width;

    pango_layout_get_pixel_size(layout, &width, NULL);
    g_object_unref(layout);
    return width;
}

/* Writes with the text's middle at height y; `room` > 0 cuts it short. */
static void write_text(const struct canvas *canvas, const char *text, double x,
                       double y, enum align align, struct style style,
                       double room)
{
    PangoLayout *layout = layout_of(canvas, text, style);
    int width, height;

    if (room > 0) {
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
        pango_layout_set_width(layout, (int)(room * PANGO_SCALE));
    }
    pango_layout_get_pixel_size(layout, &width, &height);
    set_colour(canvas->cairo, style.colour);
    cairo_move_to(canvas->cairo, x - width * (double)align / 2,
                  y - height / 2.0);
    pango_cairo_show_layout(canvas->cairo, layout);
    g_object_unref(layout);
}

/* ---- scales ------------------------------------------------------------ */

static void widen(double x, double *low, double *high)
{
    if (!isfinite(x))
        return;
    *low = fmin(*low, x);
    *high = fmax(*high, x);
}

/* 1, 2 or 5 times a power of ten, so that at most TICKS_MAX fit. */
static double tick_step(double span)
{
    static const double steps[] = {1, 2, 5, 10};
    double rough = span / TICKS_MAX;
    double power = pow(10, floor(log10(rough)));
    unsigned i = 0;

    while (i < 3 && steps[i] * power < rough)
        i++;
    return steps[i] * power;
}

static void set_scale(struct frame *frame, const struct spc_picture *picture,
                      const struct spc_picture_panel *panel)
{
    double low = INFINITY, high = -INFINITY, pad;

    for (size_t i = 0; i < picture->count; i++) {
        const struct spc_picture_point *point = &panel->points[i];

        widen(point->value, &low, &high);
        widen(point->low, &low, &high);
        if (point->has_zones) {
            widen(panel->from_zero && isnan(point->zones.lower[SPC_EDGES - 1])
                      ? 0
                      : point->zones.lower[SPC_EDGES - 1],
                  &low, &high);
            widen(point->zones.upper[SPC_EDGES - 1], &low, &high);
        }
    }
    if (!(low <= high))
        low = high = 0;
    if (low == high) {
        double half = fmax(fabs(low) * 1e-3, 0.5);

        low -= half;
        high += half;
    }
    pad = (high - low) * HEADROOM / (frame->bottom - frame->top - 2 * HEADROOM);
    frame->low = panel->from_zero ? fmax(0, low - pad) : low - pad;
    frame->high = high + pad;
    frame->step = tick_step(frame->high - frame->low);
    frame->decimals =
        (int)fmax(picture->decimals, ceil(-log10(frame->step) - 1e-9));
    frame->decimals = (int)fmin(frame->decimals, DECIMALS_MAX);
}

static double x_of(const struct canvas *canvas, const struct frame *frame,
                   double i)
{
    double spacing = (frame->right - frame->left) /
                     (double)(canvas->picture->count + !canvas->picture->count);

    return frame->left + (i + 0.5) * spacing;
}

static double y_of(const struct frame *frame, double value)
{
    return frame->bottom - (value - frame->low) / (frame->high - frame->low) *
                               (frame->bottom - frame->top);
}

/* The k-th multiple of the step on the scale; counted, since adding a small
 * step to a large value may not change it. */
static double tick(const struct frame *frame, unsigned k)
{
    return (ceil(frame->low / frame->step) + k) * frame->step;
}

static bool is_tick(const struct frame *frame, unsigned k)
{
    return k <= TICKS_MAX && tick(frame, k) <= frame->high;
}

static void tick_text(const struct frame *frame, double value, char *text,
                      size_t room)
{
    if (fabs(value) < frame->step * 1e-9)
        value = 0; /* never "-0.000" */
    if (frame->decimals >= DECIMALS_MAX && fabs(value) < 1e-6)
        snprintf(text, room, "%.4g", value);
    else
        snprintf(text, room, "%.*f", frame->decimals, value);
}

static double ticks_width(const struct canvas *canvas,
                          const struct frame *frame)
{
    double width = 0;
    char text[64];

    for (unsigned k = 0; is_tick(frame, k); k++) {
        tick_text(frame, tick(frame, k), text, sizeof text);
        width = fmax(width, text_width(canvas, text, plain));
    }
    return width;
}

static void limit_text(const struct canvas *canvas, const char *name,
                       double value, char *text, size_t room)
{
    unsigned decimals = canvas->picture->decimals + 2;

    if (decimals > DECIMALS_MAX && fabs(value) < 1e-6)
        snprintf(text, room, "%s %.4g", name, value);
    else
        snprintf(text, room, "%s %.*f", name,
                 (int)(decimals > DECIMALS_MAX ? DECIMALS_MAX : decimals),
                 value);
}

static double limits_width(const struct canvas *canvas)
{
    const struct spc_picture *picture = canvas->picture;
    const char *names[] = {picture->upper, picture->center, picture->lower};
    double width = 0;
    char text[96];

    for (unsigned p = 0; p < picture->panel_count; p++)
        for (unsigned k = 0; k < 3; k++) {
            limit_text(canvas, names[k], canvas->frame[p].high, text,
                       sizeof text);
            width = fmax(width, text_width(canvas, text, plain));
        }
    return width;
}

/* A single panel is as high as a pair; a third adds to it. */
static int height_of(const struct spc_picture *picture)
{
    int below = picture->panel_count > 2 ? (int)picture->panel_count - 1 : 1;

    return PANEL_TOP + LOCATION_HEIGHT + below * (PANEL_GAP + SPREAD_HEIGHT) +
           AXIS_HEIGHT;
}

/* All frames get the same edges, whatever stands beside them. */
static void place_frames(struct canvas *canvas)
{
    struct frame *frame = canvas->frame;
    double left = 0, right;

    frame[0].top = PANEL_TOP;
    frame[0].bottom =
        frame[0].top + LOCATION_HEIGHT +
        (canvas->picture->panel_count == 1 ? PANEL_GAP + SPREAD_HEIGHT : 0);
    for (unsigned p = 1; p < SPC_PANELS; p++) {
        frame[p].top = frame[p - 1].bottom + PANEL_GAP;
        frame[p].bottom = frame[p].top + SPREAD_HEIGHT;
    }
    for (unsigned p = 0; p < canvas->picture->panel_count; p++) {
        set_scale(&frame[p], canvas->picture, &canvas->picture->panel[p]);
        left = fmax(left, ticks_width(canvas, &frame[p]));
    }
    left = ceil(left) + MARGIN + 8;
    right = floor(WIDTH - MARGIN - 8 - limits_width(canvas));
    for (unsigned p = 0; p < canvas->picture->panel_count; p++) {
        frame[p].left = left;
        frame[p].right = right;
    }
}

/* ---- axes -------------------------------------------------------------- */

/* On the half pixel, so that a line one pixel wide is one pixel. */
static double crisp(double x)
{
    return floor(x) + 0.5;
}

static void draw_value_axis(const struct canvas *canvas, unsigned p)
{
    const struct frame *frame = &canvas->frame[p];
    cairo_t *cairo = canvas->cairo;
    char text[64];

    set_colour(cairo, PANEL);
    cairo_rectangle(cairo, frame->left, frame->top, frame->right - frame->left,
                    frame->bottom - frame->top);
    cairo_fill(cairo);
    for (unsigned k = 0; is_tick(frame, k); k++) {
        double y = y_of(frame, tick(frame, k));

        set_colour(cairo, FAINT);
        cairo_set_line_width(cairo, 1);
        cairo_move_to(cairo, frame->left - 4, crisp(y));
        cairo_line_to(cairo, frame->left, crisp(y));
        cairo_stroke(cairo);
        tick_text(frame, tick(frame, k), text, sizeof text);
        write_text(canvas, text, frame->left - 8, y, RIGHT, plain, 0);
    }
    write_text(canvas, canvas->picture->panel[p].name, frame->left,
               frame->top - 10, LEFT, (struct style){12, true, INK}, 0);
}

/* Points between two labels, so that they do not touch. */
static size_t label_stride(const struct canvas *canvas)
{
    static const size_t steps[] = {1, 2, 5};
    const struct spc_picture *picture = canvas->picture;
    const struct frame *frame = &canvas->frame[0];
    double spacing = (frame->right - frame->left) / (double)picture->count;
    double widest = 0;

    for (size_t i = 0; i < picture->count; i += 1 + picture->count / 64)
        widest = fmax(widest, text_width(canvas, picture->labels[i], plain));
    for (size_t power = 1;; power *= 10)
        for (unsigned k = 0; k < 3; k++)
            if (spacing * (double)(steps[k] * power) >= widest + 10 ||
                steps[k] * power > picture->count)
                return steps[k] * power;
}

static void draw_point_axis(const struct canvas *canvas)
{
    const struct spc_picture *picture = canvas->picture;
    const struct frame *frame =
        &canvas->frame[canvas->picture->panel_count - 1];
    size_t stride = picture->count ? label_stride(canvas) : 1;

    for (size_t i = stride - 1; i < picture->count; i += stride) {
        double x = x_of(canvas, frame, (double)i);

        set_colour(canvas->cairo, FAINT);
        cairo_move_to(canvas->cairo, crisp(x), frame->bottom);
        cairo_line_to(canvas->cairo, crisp(x), frame->bottom + 4);
        cairo_stroke(canvas->cairo);
        write_text(canvas, picture->labels[i], x, frame->bottom + 13, CENTRED,
                   plain, 0);
    }
    write_text(canvas, picture->axis, (frame->left + frame->right) / 2,
               frame->bottom + 32, CENTRED, plain, 0);
}

static void draw_stages(const struct canvas *canvas)
{
    const struct spc_picture *picture = canvas->picture;

    for (size_t s = 0; s < picture->stage_count; s++) {
        const struct spc_picture_stage *stage = &picture->stages[s];
        const struct frame *top = &canvas->frame[0];
        double from = x_of(canvas, top, (double)stage->first - 0.5);
        double to = x_of(canvas, top, (double)stage->end - 0.5);

        write_text(canvas, stage->text, from + 4, top->top - 28, LEFT,
                   small_text, fmax(to - from - 8, 1));
        if (s == 0)
            continue;
        set_colour(canvas->cairo, stage->continues ? FAINT : LIMIT);
        cairo_set_line_width(canvas->cairo, 1);
        cairo_move_to(canvas->cairo, crisp(from), top->top - 36);
        cairo_line_to(canvas->cairo, crisp(from),
                      canvas->frame[picture->panel_count - 1].bottom);
        cairo_stroke(canvas->cairo);
    }
}

/* ---- limits ------------------------------------------------------------ */

/* Whether point i begins a stage that has limits of its own; `stage` is
 * moved on. */
static bool ends_stage(const struct spc_picture *picture, size_t *stage,
                       size_t i)
{
    if (*stage + 1 >= picture->stage_count || i != picture->stages[*stage].end)
        return false;
    ++*stage;
    return !picture->stages[*stage].continues;
}

/* Strokes what there is of a line and goes on where it ended: the time that a
 * stroke takes grows with the square of its length. */
static void stroke_at_times(cairo_t *cairo, size_t i)
{
    double x, y;

    if (i % STROKE_MAX != STROKE_MAX - 1 || !cairo_has_current_point(cairo))
        return;
    cairo_get_current_point(cairo, &x, &y);
    cairo_stroke(cairo);
    cairo_move_to(cairo, x, y);
}

/* A line at one edge over all points: level over each, stepping between
 * points of one stage, broken between stages and where there is none. */
static void draw_edge(const struct canvas *canvas, unsigned p, bool upper,
                      unsigned edge)
{
    const struct spc_picture *picture = canvas->picture;
    const struct frame *frame = &canvas->frame[p];
    size_t stage = 0;
    bool drawing = false;

    for (size_t i = 0; i < picture->count; i++) {
        const struct spc_picture_point *point = &picture->panel[p].points[i];
        const double *edges = upper ? point->zones.upper : point->zones.lower;
        bool has = point->has_zones && isfinite(edges[edge]);
        double y;

        if (ends_stage(picture, &stage, i) || !has)
            drawing = false;
        if (!has)
            continue;
        y = crisp(y_of(frame, edges[edge]));
        (drawing ? cairo_line_to : cairo_move_to)(
            canvas->cairo, x_of(canvas, frame, (double)i - 0.5), y);
        cairo_line_to(canvas->cairo, x_of(canvas, frame, (double)i + 0.5), y);
        drawing = true;
        stroke_at_times(canvas->cairo, i);
    }
    cairo_stroke(canvas->cairo);
}

static void draw_limits(const struct canvas *canvas, unsigned p)
{
    static const double dashes[] = {7, 4}, dots[] = {1, 4};
    cairo_t *cairo = canvas->cairo;
    bool zones = p == 0 && !canvas->picture->panel[p].only_limits;

    cairo_set_line_width(cairo, 1);
    set_colour(cairo, FAINT);
    cairo_set_dash(cairo, dots, 2, 0);
    for (unsigned edge = 1; edge < SPC_EDGES - 1 && zones; edge++) {
        draw_edge(canvas, p, true, edge);
        draw_edge(canvas, p, false, edge);
    }
    set_colour(cairo, LIMIT);
    cairo_set_dash(cairo, dashes, 2, 0);
    draw_edge(canvas, p, true, SPC_EDGES - 1);
    draw_edge(canvas, p, false, SPC_EDGES - 1);
    cairo_set_dash(cairo, NULL, 0, 0);
    draw_edge(canvas, p, true, 0);
}

/* The values of a stage's limits: those of its last point that has any. */
static const struct spc_picture_point *last_judged(
    const struct spc_picture_panel *panel,
    const struct spc_picture_stage *stage)
{
    for (size_t i = stage->end; i > stage->first; i--)
        if (panel->points[i - 1].has_zones)
            return &panel->points[i - 1];
    return NULL;
}

/* On a patch of the panel's colour, so that zone lines do not cross it. */
static void write_over(const struct canvas *canvas, const char *text, double x,
                       double y)
{
    set_colour(canvas->cairo, PANEL);
    cairo_rectangle(canvas->cairo, x - 2, y - 7,
                    text_width(canvas, text, small_text) + 4, 14);
    cairo_fill(canvas->cairo);
    write_text(canvas, text, x, y, LEFT, small_text, 0);
}

/* The centre's value gives way to a limit's where both would be written. */
static bool is_crowded(const struct frame *frame, const double values[3])
{
    double y = y_of(frame, values[1]);

    return fabs(y - y_of(frame, values[0])) < LINE_OF_TEXT ||
           fabs(y - y_of(frame, values[2])) < LINE_OF_TEXT;
}

/* The last stage's values stand right of the panel; an earlier stage's above
 * its own lines, when it is wide enough for them. */
static void write_limits(const struct canvas *canvas, unsigned p, size_t s)
{
    const struct spc_picture *picture = canvas->picture;
    const struct spc_picture_stage *stage = &picture->stages[s];
    const struct frame *frame = &canvas->frame[p];
    const struct spc_picture_point *point =
        last_judged(&picture->panel[p], stage);
    bool last =
        s + 1 == picture->stage_count || picture->stages[s + 1].continues;
    const char *names[] = {picture->upper, picture->center, picture->lower};
    double values[3], from, to;
    char text[96];

    if (!point || stage->continues)
        return;
    values[0] = point->zones.upper[SPC_EDGES - 1];
    values[1] = point->zones.upper[0];
    values[2] = point->zones.lower[SPC_EDGES - 1];
    from = x_of(canvas, frame, (double)stage->first - 0.5);
    to = x_of(canvas, frame, (double)stage->end - 0.5);
    for (unsigned k = 0; k < 3; k++) {
        double y = y_of(frame, values[k]);

        if (isnan(values[k]) || (k == 1 && is_crowded(frame, values)))
            continue;
        limit_text(canvas, names[k], values[k], text, sizeof text);
        if (last)
            write_text(canvas, text, frame->right + 8, y, LEFT, plain, 0);
        else if (text_width(canvas, text, small_text) < to - from - 8)
            write_over(canvas, text, from + 4, y - 8);
    }
}

/* ---- points ------------------------------------------------------------ */

static void draw_trace(const struct canvas *canvas, unsigned p, bool low)
{
    const struct spc_picture *picture = canvas->picture;
    const struct frame *frame = &canvas->frame[p];
    cairo_t *cairo = canvas->cairo;
    size_t stage = 0;
    bool drawing = false;

    set_colour(cairo, INK);
    cairo_set_line_width(cairo, 1.2);
    for (size_t i = 0; i < picture->count; i++) {
        const struct spc_picture_point *point = &picture->panel[p].points[i];
        double value = low ? point->low : point->value;

        if (ends_stage(picture, &stage, i))
            drawing = false;

        if (isfinite(value))
            (drawing ? cairo_line_to : cairo_move_to)(
                cairo, x_of(canvas, frame, (double)i), y_of(frame, value));
        drawing = isfinite(value);
        stroke_at_times(cairo, i);
    }
    cairo_stroke(cairo);
}

static void square(cairo_t *cairo, double x, double y)
{
    cairo_rectangle(cairo, x - SYMBOL, y - SYMBOL, 2 * SYMBOL, 2 * SYMBOL);
}

static void triangle(cairo_t *cairo, double x, double y)
{
    cairo_move_to(cairo, x, y - SYMBOL - 1);
    cairo_line_to(cairo, x + SYMBOL + 1, y + SYMBOL - 1);
    cairo_line_to(cairo, x - SYMBOL - 1, y + SYMBOL - 1);
    cairo_close_path(cairo);
}

static void draw_excluded(cairo_t *cairo, double x, double y)
{
    double arm = SYMBOL * M_SQRT1_2;

    cairo_new_sub_path(cairo);
    cairo_arc(cairo, x, y, SYMBOL, 0, 2 * M_PI);
    set_colour(cairo, PANEL);
    cairo_fill_preserve(cairo);
    cairo_move_to(cairo, x - arm, y - arm);
    cairo_line_to(cairo, x + arm, y + arm);
    cairo_move_to(cairo, x - arm, y + arm);
    cairo_line_to(cairo, x + arm, y - arm);
    set_colour(cairo, INK);
    cairo_stroke(cairo);
}

static void draw_signal(const struct canvas *canvas, const struct frame *frame,
                        const struct spc_picture_point *point, double x,
                        double y)
{
    cairo_t *cairo = canvas->cairo;
    bool below = point->has_zones && point->value < point->zones.upper[0];
    double text_y = below ? y + SYMBOL + 9 : y - SYMBOL - 9;

    (point->beyond ? square : triangle)(cairo, x, y);
    set_colour(cairo, point->rules[0] ? (point->beyond ? RED : ORANGE) : PANEL);
    cairo_fill_preserve(cairo);
    set_colour(cairo, point->beyond ? RED : ORANGE);
    cairo_stroke(cairo);
    text_y = fmin(fmax(text_y, frame->top + 7), frame->bottom - 7);
    if (point->rules[0])
        write_text(canvas, point->rules, x, text_y, CENTRED, number, 0);
}

/* A point of either trace. */
static void draw_at(const struct canvas *canvas, const struct frame *frame,
                    struct spc_picture_point point, double x, bool dots)
{
    double y = y_of(frame, point.value);

    cairo_set_line_width(canvas->cairo, 1.4);
    if (point.excluded) {
        draw_excluded(canvas->cairo, x, y);
    } else if (point.rules[0] || point.member) {
        draw_signal(canvas, frame, &point, x, y);
    } else if (dots) {
        set_colour(canvas->cairo, INK);
        cairo_arc(canvas->cairo, x, y, 2.4, 0, 2 * M_PI);
        cairo_fill(canvas->cairo);
    }
}

static void draw_point(const struct canvas *canvas, unsigned p, size_t i,
                       bool dots)
{
    const struct frame *frame = &canvas->frame[p];
    struct spc_picture_point point = canvas->picture->panel[p].points[i];
    double x = x_of(canvas, frame, (double)i);

    if (isfinite(point.value))
        draw_at(canvas, frame, point, x, dots);
    if (!isfinite(point.low))
        return;
    point.value = point.low;
    point.member = point.low_member;
    point.beyond = point.low_beyond;
    memcpy(point.rules, point.low_rules, sizeof point.rules);
    draw_at(canvas, frame, point, x, dots);
}

/* ---- the picture ------------------------------------------------------- */

static void draw_panel(const struct canvas *canvas, unsigned p)
{
    const struct spc_picture *picture = canvas->picture;
    const struct frame *frame = &canvas->frame[p];
    bool dots =
        (frame->right - frame->left) / DOT_SPACING > (double)picture->count;

    draw_limits(canvas, p);
    for (size_t s = 0; s < picture->stage_count; s++)
        write_limits(canvas, p, s);
    draw_trace(canvas, p, false);
    draw_trace(canvas, p, true);
    for (size_t i = 0; i < picture->count; i++)
        draw_point(canvas, p, i, dots);
    if (picture->panel[p].absence)
        write_text(canvas, picture->panel[p].absence,
                   (frame->left + frame->right) / 2, frame->top + 14, CENTRED,
                   plain, frame->right - frame->left - 16);
}

static void draw(cairo_t *cairo, const struct spc_picture *picture)
{
    /* A font map of its own, since the default one is never let go of. */
    PangoFontMap *fonts = pango_cairo_font_map_new();
    struct canvas canvas = {.cairo = cairo,
                            .texts = pango_font_map_create_context(fonts),
                            .picture = picture};

    pango_context_set_language(canvas.texts,
                               pango_language_from_string(picture->language));
    pango_cairo_update_context(cairo, canvas.texts);
    set_colour(cairo, PAGE);
    cairo_paint(cairo);
    place_frames(&canvas);
    write_text(&canvas, picture->title, MARGIN, 18, LEFT,
               (struct style){16, true, INK}, WIDTH - 2 * MARGIN);
    write_text(&canvas, picture->remark, MARGIN, 39, LEFT, plain,
               WIDTH - 2 * MARGIN);
    for (unsigned p = 0; p < picture->panel_count; p++)
        draw_value_axis(&canvas, p);
    draw_point_axis(&canvas);
    draw_stages(&canvas);
    for (unsigned p = 0; p < picture->panel_count; p++)
        draw_panel(&canvas, p);
    g_object_unref(canvas.texts);
    g_object_unref(fonts);
}

static enum spc_status status_of(cairo_status_t status)
{
    if (status == CAIRO_STATUS_SUCCESS)
        return SPC_OK;
    return status == CAIRO_STATUS_NO_MEMORY ? SPC_NO_MEMORY : SPC_CANNOT_OPEN;
}

/* Draws and lets go of the context; says how that went. */
static cairo_status_t draw_on(cairo_surface_t *surface, double scale,
                              const struct spc_picture *picture)
{
    cairo_t *cairo = cairo_create(surface);
    cairo_status_t status;

    cairo_scale(cairo, scale, scale);
    draw(cairo, picture);
    status = cairo_status(cairo);
    cairo_destroy(cairo);
    return status;
}

enum spc_status spc_picture_svg(const struct spc_picture *picture,
                                const char *path)
{
    cairo_surface_t *surface =
        cairo_svg_surface_create(path, WIDTH, height_of(picture));
    cairo_status_t status;

    cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
    status = draw_on(surface, 1, picture);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return status_of(status);
}

enum spc_status spc_picture_png(const struct spc_picture *picture,
                                const char *path)
{
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, PNG_SCALE * WIDTH, PNG_SCALE * height_of(picture));
    cairo_status_t status = draw_on(surface, PNG_SCALE, picture);

    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_write_to_png(surface, path);
    cairo_surface_destroy(surface);
    return status_of(status);
}
