/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/prometheus.h - the text format of Prometheus
 *
 * Exists so that what is measured (fs/attr/metrics.c) does not know how it is written.
 */
#pragma once

#include <glib.h>

/* Appends NAME="TEXT", after a comma where it is not the first. */
void hvfs_prometheus_append_label (GString *out, const char *name, const char *text);

/* Appends a line of @prefix and @name with @labels. */
void hvfs_prometheus_append_sample (GString *out, const char *prefix, const char *name,
                                    const GString *labels, double value);

/* Appends all samples of a gauge, with its help and its type where there are any. */
void hvfs_prometheus_append_metric (GString *out, const char *prefix, const char *name,
                                    const char *help, const GString *samples);
