/*
 * A hub in another domain as a source: a USB domain's xenhubd, whose devices become devices here. Nothing it says is believed
 * (hub/model/peer_check.h): its devices are shown as claims, what can type waits for consent, no chord counts. Who breaks the rules
 * loses the link and its devices, and is tried again after PEER_PENALTY_MS.
 */
#ifndef HUB_SOURCE_PEER_H
#define HUB_SOURCE_PEER_H

#include "hub/core/loop.h"
#include "hub/model/hub.h"

#define PEER_PENALTY_MS   30000
#define PEER_CONSENTS_MAX 64

struct peer_source;

/* The devices that a person has said yes to, for as long as this process lives: by origin and id. Zero-initialise. */
struct peer_consents {
	unsigned count;
	struct {
		char origin[WIRE_TEXT_MAX];
		char id[IDENTITY_MAX];
	} given[PEER_CONSENTS_MAX];
};

/* Says yes to the pending device with this id. 0; -ENOENT: none such waits; -ENOSPC. */
int peer_consent(struct peer_consents *consents, struct hub *hub, const char *id, uint64_t now_ns);

/*
 * endpoint is link_connect's. The consents outlive the source, the hub too. 0 or -errno; the link is kept up for ever.
 */
int peer_source_create(struct peer_source **out, struct loop *loop, struct hub *hub, const char *endpoint,
		       const struct peer_consents *consents);

/* Removes its devices from the hub. */
void peer_source_destroy(struct peer_source *source);

/* For hub_callbacks.led: true when the handle is one of its. */
bool peer_source_led(struct peer_source *source, uint32_t handle, unsigned code, bool on);

#endif
