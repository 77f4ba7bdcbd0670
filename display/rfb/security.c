/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authentication by type: None, VNC's password challenge, and name and password in the clear (inside TLS or a
 * local link). */
#include "display/rfb/internal.h"

#include <errno.h>
#include <string.h>

#ifdef XENHUB_HAVE_NETTLE
#include <nettle/des.h>
#endif

#define CHALLENGE_SIZE 16
#define KEY_SIZE       8

#ifdef XENHUB_HAVE_NETTLE
/* VNC feeds DES its key bytes with the bits in reverse order. */
static uint8_t reverse_bits(uint8_t byte)
{
	byte = (uint8_t)((byte & 0xf0) >> 4 | (byte & 0x0f) << 4);
	byte = (uint8_t)((byte & 0xcc) >> 2 | (byte & 0x33) << 2);
	return (uint8_t)((byte & 0xaa) >> 1 | (byte & 0x55) << 1);
}

static ssize_t challenge(struct rfb *rfb, const uint8_t *data, size_t size)
{
	uint8_t key[KEY_SIZE] = { 0 };
	uint8_t response[CHALLENGE_SIZE];
	struct des_ctx des;
	int error;

	/* Only eight characters count; a shorter password is filled up with zeros. */
	for (size_t i = 0; i < KEY_SIZE && rfb->password[i]; i++)
		key[i] = reverse_bits((uint8_t)rfb->password[i]);
	/* It returns 0 for a weak key (an empty password is one) and sets it all the same. */
	des_set_key(&des, key);
	des_encrypt(&des, CHALLENGE_SIZE, response, data);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(&des, sizeof(des));
	error = output_answer(rfb, response, CHALLENGE_SIZE);
	return error ? error : handshake_result_next(rfb);
}
#else
static ssize_t challenge(struct rfb *rfb, const uint8_t *data, size_t size)
{
	return rfb_fail(rfb, -ENOTSUP,
			"the server wants a VNC password, and this build has no nettle for it");
}
#endif

static int plain_begin(struct rfb *rfb)
{
	const char *username = rfb->username ? rfb->username : "";
	const char *password = rfb->password ? rfb->password : "";
	size_t username_size = strlen(username), password_size = strlen(password);
	uint8_t *out = output_take(rfb, 8 + username_size + password_size);

	if (!out)
		return rfb_fail(rfb, -ENOBUFS, "the server does not read our name and password");
	out = put_u32(put_u32(out, (uint32_t)username_size), (uint32_t)password_size);
	memcpy(out, username, username_size);
	memcpy(out + username_size, password, password_size);
	return handshake_result_next(rfb);
}

int security_begin(struct rfb *rfb, unsigned type)
{
	rfb->authentication = type;
	switch (type) {
	case SECURITY_NONE:
		return handshake_result_next(rfb);
	case SECURITY_VNC:
		pump_exact(&rfb->wire, CHALLENGE_SIZE, challenge);
		return 0;
	case SECURITY_VENCRYPT:
		return vencrypt_begin(rfb);
	default:
		return plain_begin(rfb);
	}
}
