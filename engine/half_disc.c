/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths on a half disc.  See half_disc.h.
 *
 *     across = radius cos(angle)     one row for each angle of 0 to 90 degrees
 *     along  = radius sin(angle) u   u from -1 to 1 on every row
 *
 * which takes the square root out of the ends of the rows. */
#include "engine/half_disc.h"
#include "engine/nystroem.h"
#include "engine/residual.h"
#include "engine/run_length.h"

#include <assert.h>
#include <float.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_trig.h>
#include <math.h>
#include <stdbool.h>

enum { NEWTON_STEPS = 10 };

/* Beyond this many steps from the centre to the limit the grid is huge. */
static const double radius_max = 40;

/* Two grids agree to this, where the finer is a hundred times better. */
static const double agreement = 1e-7;

/* Points for a radius r are base + slope r, times the fineness of the grid. */
static const double fineness[] = {1, 1.25, 1.6, 2};

enum { FINENESSES = sizeof fineness / sizeof *fineness };

/* Beyond this what rounding takes of a probability is seen in the run length,
 * and states are censored, of which there can be so many. */
static const double length_max = 1e6;
enum { CENSORED_MAX = 3600 };

struct problem {
    const struct spc_half_disc *walk;
    const struct spc_half_disc_start *start;
};

enum vector_name {
    ACROSS,
    HALF,
    ROW_WEIGHT,
    U,
    U_WEIGHT,
    X,
    X_WEIGHT,
    VECTORS
};

/* `reach` takes L on a row to J at the common points x, row after row; `cross`
 * takes J of all rows to where one may go from each; `read` takes that back to
 * the row's own points. */
enum matrix_name {
    REACH, /* rows points x common */
    CROSS, /* rows x rows, from and to */
    READ,  /* rows common x points */
    J,     /* rows x common */
    MIXED, /* rows x common */
    MATRICES
};

struct grid {
    size_t rows, points, common;
    gsl_vector *v[VECTORS];
    gsl_matrix *m[MATRICES];
};

/* ---- the half disc ----------------------------------------------------- */

static void clear(struct grid *d)
{
    for (unsigned i = 0; i < VECTORS; i++)
        gsl_vector_free(d->v[i]);
    for (unsigned i = 0; i < MATRICES; i++)
        gsl_matrix_free(d->m[i]);
}

static bool make(const struct spc_half_disc *c, double fine, struct grid *ret)
{
    size_t rows = (size_t)(fine * (12 + 1.5 * c->radius));
    size_t points = (size_t)(fine * (16 + 3 * c->radius));
    size_t common = (size_t)(fine * (24 + 4.5 * c->radius));
    const size_t lengths[] = {rows, rows, rows, points, points, common, common};
    const size_t sizes[][2] = {{rows * points, common},
                               {rows, rows},
                               {rows * common, points},
                               {rows, common},
                               {rows, common}};
    bool made = true;

    *ret = (struct grid){.rows = rows, .points = points, .common = common};
    for (unsigned i = 0; i < VECTORS; i++)
        made &= (ret->v[i] = gsl_vector_alloc(lengths[i])) != NULL;
    for (unsigned i = 0; i < MATRICES; i++)
        made &=
            (ret->m[i] = gsl_matrix_alloc(sizes[i][0], sizes[i][1])) != NULL;
    return made;
}

static double at(const struct grid *d, enum vector_name name, size_t i)
{
    return gsl_vector_get(d->v[name], i);
}

/* Legendre's polynomial of degree n, and its derivative. */
static double legendre(size_t n, double x, double *ret_derivative)
{
    double before = 1, now = x;

    for (size_t k = 2; k <= n; k++) {
        double next =
            ((2 * (double)k - 1) * x * now - ((double)k - 1) * before) /
            (double)k;

        before = now;
        now = next;
    }
    *ret_derivative = (double)n * (x * now - before) / (x * x - 1);
    return now;
}

/* Gauss's points and weights to the last digit, by Newton: what is lost of a
 * probability is multiplied by the run length, and GSL's tables have ten
 * digits for most sizes. */
static void fill_gauss(double low, double high, gsl_vector *x,
                       gsl_vector *weight)
{
    double middle = (low + high) / 2, half = (high - low) / 2;

    for (size_t i = 0; i < x->size; i++) {
        double root =
            -gsl_sf_cos(M_PI * ((double)i + 0.75) / ((double)x->size + 0.5));
        double slope = 1, step = 1;

        for (unsigned k = 0; k < NEWTON_STEPS && fabs(step) > DBL_EPSILON;
             k++) {
            step = legendre(x->size, root, &slope) / slope;
            root -= step;
        }
        gsl_vector_set(x, i, middle + half * root);
        gsl_vector_set(weight, i,
                       2 * half / ((1 - root * root) * slope * slope));
    }
}

/* The weights of the rows are those of `across`, whose length is not that of
 * the angle: d across = radius sin(angle) d angle.  X_WEIGHT is barycentric.
 * Sine and cosine are GSL's: a compiler joins the C library's into one call
 * of its own, which is no part of C. */
static void fill_points(const struct spc_half_disc *c, struct grid *d)
{
    fill_gauss(0, M_PI_2, d->v[ACROSS], d->v[ROW_WEIGHT]);
    fill_gauss(-1, 1, d->v[U], d->v[U_WEIGHT]);
    for (size_t r = 0; r < d->rows; r++) {
        double angle = at(d, ACROSS, r);
        double half = c->radius * gsl_sf_sin(angle);

        gsl_vector_set(d->v[ACROSS], r, c->radius * gsl_sf_cos(angle));
        gsl_vector_set(d->v[HALF], r, half);
        *gsl_vector_ptr(d->v[ROW_WEIGHT], r) *= half;
    }
    for (size_t i = 0; i < d->common; i++) {
        double angle = M_PI * ((double)i + 0.5) / (double)d->common;
        double sign = i % 2 ? -1 : 1;

        gsl_vector_set(d->v[X], i, c->radius * gsl_sf_cos(angle));
        gsl_vector_set(d->v[X_WEIGHT], i, sign * gsl_sf_sin(angle));
    }
}

/* From `along` to the points of a row, with their weights. */
static double reach(const struct spc_half_disc *c, const struct grid *d,
                    double along, size_t row, size_t point)
{
    double half = at(d, HALF, row);

    return half * at(d, U_WEIGHT, point) *
           gsl_ran_ugaussian_pdf(half * at(d, U, point) - c->stay * along -
                                 c->shift);
}

static double cross(const struct spc_half_disc *c, const struct grid *d,
                    double across, size_t row)
{
    return at(d, ROW_WEIGHT, row) *
           spc_normal_length_density(c->p - 1, c->stay * across,
                                     at(d, ACROSS, row));
}

/* Row `point` of Lagrange's matrix from the common points to a row's own. */
static void fill_read(const struct grid *d, size_t row, size_t point)
{
    double along = at(d, HALF, row) * at(d, U, point), sum = 0;
    gsl_matrix *read = d->m[READ];

    for (size_t i = 0; i < d->common; i++) {
        double away = along - at(d, X, i);
        double share = at(d, X_WEIGHT, i) / (away == 0 ? DBL_MIN : away);

        sum += share;
        gsl_matrix_set(read, row * d->common + i, point, share);
    }
    for (size_t i = 0; i < d->common; i++)
        *gsl_matrix_ptr(read, row * d->common + i, point) /= sum;
}

static void fill_matrices(const struct spc_half_disc *c, const struct grid *d)
{
    for (size_t r = 0; r < d->rows; r++) {
        for (size_t to = 0; to < d->rows; to++)
            gsl_matrix_set(d->m[CROSS], r, to,
                           cross(c, d, at(d, ACROSS, r), to));
        for (size_t k = 0; k < d->points; k++) {
            for (size_t i = 0; i < d->common; i++)
                gsl_matrix_set(d->m[REACH], r * d->points + k, i,
                               reach(c, d, at(d, X, i), r, k));
            fill_read(d, r, k);
        }
    }
}

/* y = x times as many rows of m, from `first`. */
static void through(const gsl_matrix *m, size_t first, const gsl_vector *x,
                    gsl_vector *y)
{
    gsl_matrix_const_view part =
        gsl_matrix_const_submatrix(m, first, 0, x->size, m->size2);

    gsl_blas_dgemv(CblasTrans, 1, &part.matrix, x, 0, y);
}

/* What L is expected to be after one more point, and 0 after a signal. */
static void one_point_more(const void *of, const gsl_vector *length,
                           gsl_vector *next)
{
    const struct grid *d = of;

    for (size_t r = 0; r < d->rows; r++) {
        gsl_vector_const_view from =
            gsl_vector_const_subvector(length, r * d->points, d->points);
        gsl_vector_view to = gsl_matrix_row(d->m[J], r);

        through(d->m[REACH], r * d->points, &from.vector, &to.vector);
    }
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, d->m[CROSS], d->m[J], 0,
                   d->m[MIXED]);
    for (size_t r = 0; r < d->rows; r++) {
        gsl_vector_const_view from = gsl_matrix_const_row(d->m[MIXED], r);
        gsl_vector_view to =
            gsl_vector_subvector(next, r * d->points, d->points);

        through(d->m[READ], r * d->common, &from.vector, &to.vector);
    }
}

/* ---- long run lengths -------------------------------------------------- */

static double leave_from(const struct spc_half_disc *c, double along,
                         double across)
{
    double mean = c->stay * along + c->shift, rest = c->stay * across;

    return spc_noncentral_chisq_Q(c->radius * c->radius, c->p,
                                  mean * mean + rest * rest);
}

/* From a place to all of one row. */
static void fill_steps(const struct spc_half_disc *c, const struct grid *d,
                       double along, double across, size_t row, double *steps)
{
    double to_row = cross(c, d, across, row);

    for (size_t k = 0; k < d->points; k++)
        steps[k] = to_row * reach(c, d, along, row, k);
}

static void fill_places(const struct spc_half_disc *c, const struct grid *d,
                        gsl_matrix *step, gsl_vector *leaving)
{
    for (size_t i = 0; i < step->size1; i++) {
        size_t row = i / d->points;
        double across = at(d, ACROSS, row);
        double along = at(d, HALF, row) * at(d, U, i % d->points);

        for (size_t r = 0; r < d->rows; r++)
            fill_steps(c, d, along, across, r,
                       gsl_matrix_ptr(step, i, r * d->points));
        gsl_vector_set(leaving, i, leave_from(c, along, across));
    }
}

static enum spc_status censor(const struct spc_half_disc *c,
                              const struct grid *d, gsl_vector *ret_length)
{
    size_t n = ret_length->size;
    gsl_matrix *step;
    gsl_vector *leaving;
    enum spc_status status = SPC_NO_MEMORY;

    if (n > CENSORED_MAX)
        return SPC_NO_CONVERGENCE;
    step = gsl_matrix_alloc(n, n);
    leaving = gsl_vector_alloc(n);
    if (step && leaving) {
        fill_places(c, d, step, leaving);
        spc_nystroem_eliminate(step, leaving, ret_length);
        status =
            isfinite(gsl_vector_max(ret_length)) ? SPC_OK : SPC_NO_CONVERGENCE;
    }
    gsl_matrix_free(step);
    gsl_vector_free(leaving);
    return status;
}

/* ---- the figure -------------------------------------------------------- */

static double from_the_centre(const struct spc_half_disc *c,
                              const struct grid *d, const gsl_vector *length)
{
    double sum = 1;

    for (size_t r = 0; r < d->rows; r++) {
        double row = 0;

        for (size_t k = 0; k < d->points; k++)
            row += reach(c, d, 0, r, k) *
                   gsl_vector_get(length, r * d->points + k);
        sum += cross(c, d, 0, r) * row;
    }
    return sum;
}

/* The area of a place on a half disc, times how often z is found there: of all
 * directions, those that lie as far off the shift's are as many as a sphere of
 * p - 2 dimensions and radius across / distance is large. */
static double share_of(const struct problem *p, const struct grid *d,
                       size_t row, size_t point)
{
    double half = at(d, HALF, row), across = at(d, ACROSS, row);
    double distance = gsl_hypot(half * at(d, U, point), across);

    return at(d, ROW_WEIGHT, row) * half * at(d, U_WEIGHT, point) / distance *
           pow(across / distance, p->walk->p - 2.0) *
           p->start->density(p->start->of, distance);
}

static double from_anywhere(const struct problem *p, const struct grid *d,
                            const gsl_vector *length)
{
    double sum = 0, all = 0;

    for (size_t i = 0; i < length->size; i++) {
        double share = share_of(p, d, i / d->points, i % d->points);

        sum += share * gsl_vector_get(length, i);
        all += share;
    }
    return sum / all;
}

static double figure(const struct problem *p, const struct grid *d,
                     const gsl_vector *length)
{
    return p->start ? from_anywhere(p, d, length)
                    : from_the_centre(p->walk, d, length);
}

static bool short_enough(const gsl_vector *length)
{
    return gsl_vector_min(length) > 0 && gsl_vector_max(length) <= length_max;
}

static enum spc_status solve(const struct problem *p, const struct grid *d,
                             double *ret_length)
{
    gsl_vector *length = gsl_vector_alloc(d->rows * d->points);
    enum spc_status status = SPC_NO_MEMORY;

    if (length)
        status = spc_residual_solve(one_point_more, d, length);
    if (status == SPC_NO_CONVERGENCE ||
        (status == SPC_OK && !short_enough(length)))
        status = censor(p->walk, d, length);
    if (status == SPC_OK)
        *ret_length = figure(p, d, length);
    gsl_vector_free(length);
    return status;
}

static enum spc_status on_grid(const struct problem *p, double fine,
                               double *ret_length)
{
    struct grid d;
    enum spc_status status = SPC_NO_MEMORY;

    if (make(p->walk, fine, &d)) {
        fill_points(p->walk, &d);
        fill_matrices(p->walk, &d);
        status = solve(p, &d, ret_length);
    }
    clear(&d);
    return status;
}

enum spc_status spc_half_disc_length(const struct spc_half_disc *walk,
                                     const struct spc_half_disc_start *start,
                                     double *ret_length)
{
    const struct problem problem = {walk, start};
    double coarse = 0, fine = 0;
    enum spc_status status;

    assert(walk->radius > 0);
    assert(walk->shift >= 0);
    assert(walk->p >= 2);

    if (walk->radius > radius_max)
        return SPC_NO_CONVERGENCE;
    status = on_grid(&problem, fineness[0], &coarse);
    for (size_t i = 1; status == SPC_OK && i < FINENESSES; i++) {
        status = on_grid(&problem, fineness[i], &fine);
        if (status == SPC_OK && fabs(fine - coarse) <= agreement * fine) {
            *ret_length = fine;
            return SPC_OK;
        }
        coarse = fine;
    }
    return status == SPC_OK ? SPC_NO_CONVERGENCE : status;
}
