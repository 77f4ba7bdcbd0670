/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hub in another domain as a source: a USB domain's xenhubd, whose devices become devices here. Nothing it says is believed
 * (hub/model/peer_check.h): its devices are shown as claims, what can type waits for consent, no chord counts. Who breaks the rules
 * loses the link and its devices, and is tried again after PEER_PENALTY_MS.
 */
#ifndef HUB_SOURCE_PEER_H
#define HUB_SOURCE_PEER_H

#include <stdbool.h>
#include <string.h>

#include "hub/core/loop.h"
#include "hub/core/worker.h"
#include "hub/model/hub.h"
#include "hub/source/consents.h"

#define PEER_PENALTY_MS 30000

struct domains;
struct peer_source;

/* Says yes to the pending device with this id. 0; -ENOENT: none such waits; -ENOSPC; another -errno of consents_add. */
int peer_consent(struct consents *consents, struct hub *hub, const char *id, uint64_t now_ns);

/*
 * Whether the endpoint is "vchan:DOMAIN": Dom0's hub then serves that domain's route `source` (hub/link/route.h), and the domain's hub
 * joins it, so that no page of a guest is ever mapped here. Any other endpoint is link_connect's.
 */
static inline bool peer_is_served(const char *endpoint)
{
	return !strncmp(endpoint, "vchan:", 6) && !strpbrk(endpoint + 6, "@:/");
}

struct peer_options {
	const char *endpoint;
	const struct consents *consents;
	struct worker *worker; /* these two for endpoints that are served; NULL otherwise */
	struct domains *domains;
};

/* Consents, hub, worker and domains outlive the source. 0 or -errno; the link is kept up for ever. */
int peer_source_create(struct peer_source **out, struct loop *loop, struct hub *hub,
		       const struct peer_options *options);

/* As station_quiesce and station_resume; -ENOENT: it is not served to that domain. */
int peer_source_quiesce(struct peer_source *source, const char *domain);
int peer_source_resume(struct peer_source *source, const char *domain);

/* Before the worker is destroyed, and after that: removes its devices from the hub. */
void peer_source_end(struct peer_source *source);
void peer_source_destroy(struct peer_source *source);

/* For hub_callbacks.led: true when the handle is one of its. */
bool peer_source_led(struct peer_source *source, uint32_t handle, unsigned code, bool on);

#endif
