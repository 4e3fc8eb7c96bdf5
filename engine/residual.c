/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Minimal residuals.  See residual.h.
 *
 * The directions are made orthogonal one after the other; rotations keep the
 * triangle of their products, and with it the size of what is left. */
#include "engine/residual.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_matrix.h>
#include <math.h>
#include <stdbool.h>

enum { STEPS_MAX = 200 };

/* Of the solution, or nearly what rounding leaves. */
static const double residual_left = 2e-14;

struct solver {
    spc_residual_operator *operate;
    const void *of;
    gsl_matrix *directions; /* STEPS_MAX + 1 rows */
    gsl_matrix *triangle;   /* STEPS_MAX + 1 x STEPS_MAX */
    gsl_vector *cosine, *sine, *residual, *shares;
};

static void free_solver(struct solver *s)
{
    gsl_matrix_free(s->directions);
    gsl_matrix_free(s->triangle);
    gsl_vector_free(s->cosine);
    gsl_vector_free(s->sine);
    gsl_vector_free(s->residual);
    gsl_vector_free(s->shares);
}

static bool make_solver(size_t n, struct solver *s)
{
    s->directions = gsl_matrix_alloc(STEPS_MAX + 1, n);
    s->triangle = gsl_matrix_calloc(STEPS_MAX + 1, STEPS_MAX);
    s->cosine = gsl_vector_calloc(STEPS_MAX);
    s->sine = gsl_vector_calloc(STEPS_MAX);
    s->residual = gsl_vector_calloc(STEPS_MAX + 1);
    s->shares = gsl_vector_calloc(STEPS_MAX);
    return s->directions && s->triangle && s->cosine && s->sine &&
           s->residual && s->shares;
}

/* The next direction: where the last one leads, less what is known. */
static void orthogonalise(struct solver *s, size_t step)
{
    gsl_vector_view last = gsl_matrix_row(s->directions, step);
    gsl_vector_view next = gsl_matrix_row(s->directions, step + 1);
    double size = 0;

    s->operate(s->of, &last.vector, &next.vector);
    gsl_vector_scale(&next.vector, -1);
    gsl_vector_add(&next.vector, &last.vector);
    for (size_t j = 0; j <= step; j++) {
        gsl_vector_view known = gsl_matrix_row(s->directions, j);
        double share = 0;

        gsl_blas_ddot(&known.vector, &next.vector, &share);
        gsl_blas_daxpy(-share, &known.vector, &next.vector);
        gsl_matrix_set(s->triangle, j, step, share);
    }
    size = gsl_blas_dnrm2(&next.vector);
    gsl_matrix_set(s->triangle, step + 1, step, size);
    if (size > 0)
        gsl_vector_scale(&next.vector, 1 / size);
}

static void turn(double *a, double *b, double cosine, double sine)
{
    double turned = cosine * *a + sine * *b;

    *b = cosine * *b - sine * *a;
    *a = turned;
}

static void rotate(struct solver *s, size_t step)
{
    double *diagonal = gsl_matrix_ptr(s->triangle, step, step);
    double *below = gsl_matrix_ptr(s->triangle, step + 1, step);
    double size;

    for (size_t j = 0; j < step; j++)
        turn(gsl_matrix_ptr(s->triangle, j, step),
             gsl_matrix_ptr(s->triangle, j + 1, step),
             gsl_vector_get(s->cosine, j), gsl_vector_get(s->sine, j));
    size = gsl_hypot(*diagonal, *below);
    gsl_vector_set(s->cosine, step, *diagonal / size);
    gsl_vector_set(s->sine, step, *below / size);
    turn(diagonal, below, gsl_vector_get(s->cosine, step),
         gsl_vector_get(s->sine, step));
    turn(gsl_vector_ptr(s->residual, step),
         gsl_vector_ptr(s->residual, step + 1), gsl_vector_get(s->cosine, step),
         gsl_vector_get(s->sine, step));
}

/* The shares of the directions, backwards through the triangle; returns the
 * size of their sum. */
static double weigh(struct solver *s, size_t steps)
{
    gsl_vector_view shares = gsl_vector_subvector(s->shares, 0, steps);
    gsl_vector_const_view right =
        gsl_vector_const_subvector(s->residual, 0, steps);
    gsl_matrix_const_view triangle =
        gsl_matrix_const_submatrix(s->triangle, 0, 0, steps, steps);

    gsl_vector_memcpy(&shares.vector, &right.vector);
    gsl_blas_dtrsv(CblasUpper, CblasNoTrans, CblasNonUnit, &triangle.matrix,
                   &shares.vector);
    return gsl_blas_dnrm2(&shares.vector);
}

static void combine(const struct solver *s, size_t steps, gsl_vector *x)
{
    gsl_vector_const_view shares =
        gsl_vector_const_subvector(s->shares, 0, steps);
    gsl_matrix_const_view directions =
        gsl_matrix_const_submatrix(s->directions, 0, 0, steps, x->size);

    gsl_blas_dgemv(CblasTrans, 1, &directions.matrix, &shares.vector, 0, x);
}

static enum spc_status minimise(struct solver *s, gsl_vector *x)
{
    gsl_vector_view first = gsl_matrix_row(s->directions, 0);
    double whole = sqrt((double)x->size); /* of the right side, all 1 */

    gsl_vector_set_all(&first.vector, 1 / whole);
    gsl_vector_set(s->residual, 0, whole);
    for (size_t step = 0; step < STEPS_MAX; step++) {
        orthogonalise(s, step);
        rotate(s, step);
        if (fabs(gsl_vector_get(s->residual, step + 1)) <=
            residual_left * weigh(s, step + 1)) {
            combine(s, step + 1, x);
            return SPC_OK;
        }
    }
    return SPC_NO_CONVERGENCE;
}

enum spc_status spc_residual_solve(spc_residual_operator *operate,
                                   const void *of, gsl_vector *ret_x)
{
    struct solver s = {.operate = operate, .of = of};
    enum spc_status status = SPC_NO_MEMORY;

    if (make_solver(ret_x->size, &s))
        status = minimise(&s, ret_x);
    free_solver(&s);
    return status;
}
