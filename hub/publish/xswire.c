/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/publish/xswire.h"

#include <errno.h>
#include <string.h>
#include <xen/io/xs_wire.h>

_Static_assert(sizeof(struct xsd_sockmsg) == XSWIRE_HEADER &&
		       XSWIRE_MESSAGE == XSWIRE_HEADER + XENSTORE_PAYLOAD_MAX,
	       "xs_wire.h has changed");

size_t xswire_put(uint8_t *to, size_t room, uint32_t type, uint32_t id, uint32_t tx, const char *path,
		  const char *extra, size_t extra_len)
{
	size_t path_len = strlen(path) + 1;
	struct xsd_sockmsg header = { .type = type, .req_id = id, .tx_id = tx };

	if (path_len > XENSTORE_PAYLOAD_MAX || extra_len > XENSTORE_PAYLOAD_MAX - path_len ||
	    room < XSWIRE_HEADER + path_len + extra_len)
		return 0;
	header.len = (uint32_t)(path_len + extra_len);
	memcpy(to, &header, XSWIRE_HEADER);
	memcpy(to + XSWIRE_HEADER, path, path_len);
	if (extra_len)
		memcpy(to + XSWIRE_HEADER + path_len, extra, extra_len);
	return XSWIRE_HEADER + path_len + extra_len;
}

int xswire_take(const uint8_t *bytes, size_t len, struct xswire_message *message)
{
	struct xsd_sockmsg header;

	if (len < XSWIRE_HEADER)
		return 0;
	memcpy(&header, bytes, XSWIRE_HEADER);
	if (header.len > XENSTORE_PAYLOAD_MAX)
		return -EPROTO;
	if (len < XSWIRE_HEADER + header.len)
		return 0;
	*message = (struct xswire_message){
		.type = header.type,
		.id = header.req_id,
		.tx = header.tx_id,
		.body = (const char *)bytes + XSWIRE_HEADER,
		.len = header.len,
	};
	return (int)(XSWIRE_HEADER + header.len);
}

int xswire_result(const struct xswire_message *reply)
{
	if (reply->type != XS_ERROR)
		return 0;
	for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++) {
		size_t len = strlen(xsd_errors[i].errstring);

		/* With its terminator, or without. */
		if (!strncmp(reply->body, xsd_errors[i].errstring, reply->len < len ? reply->len : len) &&
		    (reply->len == len || (reply->len == len + 1 && !reply->body[len])))
			return -xsd_errors[i].errnum;
	}
	return -EPROTO;
}
