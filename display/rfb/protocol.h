/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers of the protocol, and big-endian access. Sources: rfbproto.rst; QEMU's docs/interop; TigerVNC's
 * fence and clipboard. */
#ifndef XENHUB_DISPLAY_RFB_PROTOCOL_H
#define XENHUB_DISPLAY_RFB_PROTOCOL_H

#include <stdint.h>

enum {
	SECURITY_INVALID = 0,
	SECURITY_NONE = 1,
	SECURITY_VNC = 2,
	SECURITY_VENCRYPT = 19,

	VENCRYPT_PLAIN = 256,
	VENCRYPT_TLS_NONE = 257,
	VENCRYPT_TLS_VNC = 258,
	VENCRYPT_TLS_PLAIN = 259,
	VENCRYPT_X509_NONE = 260,
	VENCRYPT_X509_VNC = 261,
	VENCRYPT_X509_PLAIN = 262,

	SERVER_UPDATE = 0,
	SERVER_COLOUR_MAP = 1,
	SERVER_BELL = 2,
	SERVER_CUT_TEXT = 3,
	SERVER_END_OF_CONTINUOUS = 150,
	SERVER_FENCE = 248,

	CLIENT_SET_PIXEL_FORMAT = 0,
	CLIENT_SET_ENCODINGS = 2,
	CLIENT_UPDATE_REQUEST = 3,
	CLIENT_KEY = 4,
	CLIENT_POINTER = 5,
	CLIENT_CUT_TEXT = 6,
	CLIENT_CONTINUOUS = 150,
	CLIENT_FENCE = 248,
	CLIENT_SET_DESKTOP_SIZE = 251,
	CLIENT_QEMU = 255,

	ENCODING_RAW = 0,
	ENCODING_COPYRECT = 1,
	ENCODING_HEXTILE = 5,
	ENCODING_TIGHT = 7,
	ENCODING_ZRLE = 16,
	ENCODING_QUALITY_0 = -32,
	ENCODING_DESKTOP_SIZE = -223,
	ENCODING_LAST_RECT = -224,
	ENCODING_CURSOR = -239,
	ENCODING_COMPRESSION_0 = -256,
	ENCODING_QEMU_POINTER_MODE = -257,
	ENCODING_QEMU_KEY = -258,
	ENCODING_QEMU_LED = -261,
	ENCODING_DESKTOP_NAME = -307,
	ENCODING_EXTENDED_DESKTOP_SIZE = -308,
	ENCODING_FENCE = -312,
	ENCODING_CONTINUOUS = -313,
	ENCODING_CURSOR_ALPHA = -314,
	ENCODING_VMWARE_LED = 0x574d5668,
	ENCODING_EXTENDED_CLIPBOARD = (int32_t)0xc0a1e5ce,
};

#define FENCE_BLOCK_BEFORE (1u << 0)
#define FENCE_BLOCK_AFTER  (1u << 1)
#define FENCE_REQUEST      (1u << 31)

#define CLIPBOARD_TEXT    (1u << 0)
#define CLIPBOARD_CAPS    (1u << 24)
#define CLIPBOARD_REQUEST (1u << 25)
#define CLIPBOARD_PEEK    (1u << 26)
#define CLIPBOARD_NOTIFY  (1u << 27)
#define CLIPBOARD_PROVIDE (1u << 28)

static inline uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint8_t *put_u8(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)value;
	return p + 1;
}

static inline uint8_t *put_u16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
	return p + 2;
}

static inline uint8_t *put_u32(uint8_t *p, uint32_t value)
{
	return put_u16(put_u16(p, value >> 16), value & 0xffff);
}

#endif
