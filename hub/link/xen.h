/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The endpoints of link.h that need Xen: how they are written, and (blocking, for threads that may wait) how they are found in
 * XenStore. Without Xen's libraries every check says what is missing.
 */
#ifndef HUB_LINK_XEN_H
#define HUB_LINK_XEN_H

#include <stddef.h>

struct link;

/* 0, or -EPROTONOSUPPORT with the sentence in why. */
int xen_check_built(char *why, size_t size);

/* A domain's name or UUID, whether built with Xen or not. 0, or -EINVAL and why. */
int xen_check_domain(const char *name, char *why, size_t size);

/* What follows the kind, as link_check_endpoint and link_check_listen. */
int xen_check_channel(const char *rest, char *why, size_t size);      /* "NAME", "DOMAIN/NAME" */
int xen_check_vchan_client(const char *rest, char *why, size_t size); /* "@ROUTE", "DOMID:PATH" */
int xen_check_vchan_server(const char *rest, char *why, size_t size); /* "@ROUTE", "DOMAIN", "DOMAIN/ROUTE" */

/* ---- blocking ---- */

/* auto, vchan:… and channel:…, as link_make_fn. */
int xen_connect(struct link **out, const char *endpoint, char *why, size_t size);

/* The terminal or socket of the PV channel "NAME" (of this guest) or "DOMAIN/NAME". 0, or -errno and why. */
int xen_find_channel(const char *rest, char *path, size_t path_size, char *why, size_t size);

#endif
