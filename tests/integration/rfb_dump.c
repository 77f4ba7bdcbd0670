/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The smallest driver of display/rfb: connects, lets the picture settle, writes it as a PPM, and says what
 * the server can do.
 *
 *      rfb_dump [options] HOST:PORT|PATH [OUT.ppm]
 *
 * Exit: 0 a picture, 1 usage or socket, 2 the parser ended the link (its reason is printed).
 */
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#ifdef XENHUB_HAVE_GNUTLS
#include <gnutls/gnutls.h>
#endif
#include "display/rfb/rfb.h"

struct dump {
	struct rfb *rfb;
	struct frame frame;
	int fd;
	int settle_ms, limit_ms;
	size_t chunk;
	unsigned updates, resizes, cursors, fences;
	unsigned want_updates;
	int resize_w, resize_h;
	bool start_tls, x509, type_keys, ping;
	uint64_t last_update, bytes;
	FILE *record;
#ifdef XENHUB_HAVE_GNUTLS
	gnutls_session_t tls;
	gnutls_anon_client_credentials_t anonymous;
	gnutls_certificate_credentials_t certificates;
#endif
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void on_event(void *user, const struct rfb_event *event)
{
	struct dump *dump = user;

	switch (event->type) {
	case RFB_EVENT_START_TLS:
		dump->start_tls = true;
		dump->x509 = event->u.x509;
		break;
	case RFB_EVENT_READY:
		fprintf(stderr, "ready: 3.%d %dx%d \"%s\"\n", rfb_version(dump->rfb),
			dump->frame.surface.width, dump->frame.surface.height, rfb_name(dump->rfb));
		break;
	case RFB_EVENT_RESIZE:
		dump->resizes++;
		dump->last_update = now_ms();
		break;
	case RFB_EVENT_RESIZE_REFUSED:
		fprintf(stderr, "resize refused: %d\n", event->u.status);
		break;
	case RFB_EVENT_UPDATE_END:
		if (dump->frame.damage.count)
			dump->last_update = now_ms();
		damage_clear(&dump->frame.damage);
		dump->updates++;
		break;
	case RFB_EVENT_CURSOR:
		dump->cursors++;
		fprintf(stderr, "cursor: %dx%d hot %d,%d\n", event->u.cursor.w, event->u.cursor.h,
			event->u.cursor.hot_x, event->u.cursor.hot_y);
		break;
	case RFB_EVENT_TEXT:
		fprintf(stderr, "text: %.*s\n", (int)event->u.text.size, event->u.text.utf8);
		break;
	case RFB_EVENT_TEXT_WANTED:
		rfb_send_text(dump->rfb, "gr\xc3\xbc\xc3\x9f", 6);
		break;
	case RFB_EVENT_LEDS:
		fprintf(stderr, "leds: %u\n", event->u.leds);
		break;
	case RFB_EVENT_POINTER_MODE:
		fprintf(stderr, "pointer: %s\n", event->u.absolute ? "absolute" : "relative");
		break;
	case RFB_EVENT_FENCE:
		dump->fences++;
		break;
	default:
		break;
	}
}

static int connect_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int connect_tcp(const char *where)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *at;
	const char *colon = strrchr(where, ':');
	char host[256];
	int fd = -1;

	snprintf(host, sizeof(host), "%.*s", (int)(colon - where), where);
	if (getaddrinfo(host, colon + 1, &hints, &list) != 0)
		return -1;
	for (at = list; at && fd < 0; at = at->ai_next) {
		fd = socket(at->ai_family, at->ai_socktype, 0);
		if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) < 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd;
}

static ssize_t dump_write(struct dump *dump, const uint8_t *data, size_t size)
{
#ifdef XENHUB_HAVE_GNUTLS
	if (dump->tls)
		return gnutls_record_send(dump->tls, data, size);
#endif
	return write(dump->fd, data, size);
}

static ssize_t dump_read(struct dump *dump, uint8_t *data, size_t size)
{
#ifdef XENHUB_HAVE_GNUTLS
	if (dump->tls)
		return gnutls_record_recv(dump->tls, data, size);
#endif
	return read(dump->fd, data, size);
}

static bool dump_buffered(struct dump *dump)
{
#ifdef XENHUB_HAVE_GNUTLS
	return dump->tls && gnutls_record_check_pending(dump->tls) > 0;
#else
	return false;
#endif
}

static bool dump_flush(struct dump *dump)
{
	const uint8_t *data;
	size_t size;

	while ((data = rfb_output(dump->rfb, &size)) != NULL) {
		ssize_t n = dump_write(dump, data, size);

		if (n <= 0)
			return false;
		rfb_output_done(dump->rfb, (size_t)n);
	}
	return true;
}

/* Anonymous or unverified: this is a test's driver, and what is tested is the way there. */
static bool dump_start_tls(struct dump *dump)
{
#ifdef XENHUB_HAVE_GNUTLS
	dump->start_tls = false;
	gnutls_init(&dump->tls, GNUTLS_CLIENT);
	gnutls_priority_set_direct(dump->tls, "NORMAL:+ANON-ECDH:+ANON-DH", NULL);
	gnutls_anon_allocate_client_credentials(&dump->anonymous);
	gnutls_certificate_allocate_credentials(&dump->certificates);
	/* With both, TLS 1.3 would insist on a certificate that an anonymous server does not have. */
	if (dump->x509)
		gnutls_credentials_set(dump->tls, GNUTLS_CRD_CERTIFICATE, dump->certificates);
	else
		gnutls_credentials_set(dump->tls, GNUTLS_CRD_ANON, dump->anonymous);
	gnutls_transport_set_int(dump->tls, dump->fd);
	if (gnutls_handshake(dump->tls) < 0)
		return false;
	rfb_tls_ready(dump->rfb);
	return true;
#else
	return false;
#endif
}

static void dump_stop_tls(struct dump *dump)
{
#ifdef XENHUB_HAVE_GNUTLS
	if (!dump->tls)
		return;
	gnutls_deinit(dump->tls);
	gnutls_anon_free_client_credentials(dump->anonymous);
	gnutls_certificate_free_credentials(dump->certificates);
#endif
}

static void dump_poke(struct dump *dump)
{
	if (dump->resize_w && rfb_features(dump->rfb).desktop_size) {
		rfb_send_desktop_size(dump->rfb, dump->resize_w, dump->resize_h);
		dump->resize_w = 0;
		dump->last_update = now_ms();
	}
	if (dump->type_keys) {
		rfb_send_key(dump->rfb, 'a', 0x1e, true);
		rfb_send_key(dump->rfb, 'a', 0x1e, false);
		rfb_send_pointer(dump->rfb, 10, 10, 0);
		rfb_offer_text(dump->rfb);
		dump->type_keys = false;
	}
	if (dump->ping && rfb_phase(dump->rfb) == RFB_PHASE_RUNNING && rfb_features(dump->rfb).fence) {
		rfb_ping(dump->rfb);
		dump->ping = false;
	}
}

static bool dump_feed(struct dump *dump, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size;) {
		size_t give = dump->chunk && dump->chunk < size - i ? dump->chunk : size - i;
		ssize_t used = rfb_feed(dump->rfb, data + i, give);

		if (used < 0)
			return false;
		i += (size_t)used;
		if (dump->start_tls) {
			if (i < size || !dump_flush(dump))
				return false;
			return dump_start_tls(dump);
		}
	}
	return true;
}

static bool dump_run(struct dump *dump)
{
	static uint8_t buffer[1 << 17];
	uint64_t start = now_ms();

	dump->last_update = start;
	while (now_ms() - start < (uint64_t)dump->limit_ms) {
		struct pollfd poll_fd = { .fd = dump->fd, .events = POLLIN };
		ssize_t n;

		if (!dump_flush(dump))
			return false;
		if (dump->updates > 0 && dump->updates >= dump->want_updates &&
		    now_ms() - dump->last_update > (uint64_t)dump->settle_ms)
			return true;
		if (!dump_buffered(dump) && poll(&poll_fd, 1, 20) <= 0)
			continue;
		n = dump_read(dump, buffer, sizeof(buffer));
		if (n <= 0) {
			fprintf(stderr, "server closed\n");
			return false;
		}
		dump->bytes += (uint64_t)n;
		if (dump->record)
			fwrite(buffer, 1, (size_t)n, dump->record);
		if (!dump_feed(dump, buffer, (size_t)n))
			return false;
		if (dump->updates > 1)
			dump_poke(dump);
	}
	return dump->updates > 0;
}

static int write_ppm(const struct frame *frame, const char *path)
{
	FILE *file = fopen(path, "wb");

	if (!file)
		return -errno;
	fprintf(file, "P6\n%d %d\n255\n", frame->surface.width, frame->surface.height);
	for (int y = 0; y < frame->surface.height; y++)
		for (int x = 0; x < frame->surface.width; x++) {
			uint32_t pixel = *frame_at(frame, x, y);

			fputc((int)(pixel >> 16 & 255), file);
			fputc((int)(pixel >> 8 & 255), file);
			fputc((int)(pixel & 255), file);
		}
	return fclose(file) ? -errno : 0;
}

static void choose_encoding(struct rfb_wishes *wishes, const char *name)
{
	static const char *const names[] = { "raw", "copyrect", "hextile", "zrle", "tight" };

	wishes->count = 0;
	for (unsigned i = 0; i < 5; i++)
		if (!strcmp(names[i], name))
			wishes->encodings[wishes->count++] = (enum rfb_encoding)i;
	wishes->encodings[wishes->count++] = RFB_COPYRECT;
}

static enum rfb_pixels choose_pixels(const char *name)
{
	return !strcmp(name, "565")      ? RFB_PIXELS_565
	       : !strcmp(name, "233")    ? RFB_PIXELS_233
	       : !strcmp(name, "server") ? RFB_PIXELS_SERVER
					 : RFB_PIXELS_NATIVE;
}

static void usage(void)
{
	fprintf(stderr, "usage: rfb_dump [-e raw|hextile|zrle|tight] [-q JPEG] [-p native|565|233|server] "
			"[-P PASSWORD] [-u USER]\n"
			"                [-c CHUNK] [-n UPDATES] [-s SETTLE_MS] [-l LIMIT_MS] [-r WxH] [-S "
			"SECURITY_BITS] [-k] "
			"[-f] [-R]\n"
			"                HOST:PORT|PATH [OUT.ppm]\n");
}

int main(int argc, char **argv)
{
	static uint8_t output[65536];
	struct dump dump = { .settle_ms = 400, .limit_ms = 15000 };
	struct rfb_config config = { .output = output,
				     .output_size = sizeof(output),
				     .event = on_event,
				     .user = &dump,
				     .frame = &dump.frame,
				     .wishes = rfb_wishes_local };
	int option, status = 0;

	while ((option = getopt(argc, argv, "e:q:p:P:u:c:n:s:l:r:S:w:kfR")) != -1) {
		switch (option) {
		case 'e':
			choose_encoding(&config.wishes, optarg);
			break;
		case 'q':
			config.wishes.jpeg_quality = atoi(optarg);
			break;
		case 'p':
			config.pixels = choose_pixels(optarg);
			break;
		case 'P':
			config.password = optarg;
			break;
		case 'u':
			config.username = optarg;
			break;
		case 'c':
			dump.chunk = (size_t)atoi(optarg);
			break;
		case 'n':
			dump.want_updates = (unsigned)atoi(optarg);
			break;
		case 's':
			dump.settle_ms = atoi(optarg);
			break;
		case 'l':
			dump.limit_ms = atoi(optarg);
			break;
		case 'r':
			sscanf(optarg, "%dx%d", &dump.resize_w, &dump.resize_h);
			break;
		case 'S':
			config.security = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case 'w':
			dump.record = fopen(optarg, "wb");
			break;
		case 'k':
			dump.type_keys = true;
			break;
		case 'f':
			dump.ping = true;
			break;
		case 'R':
			config.wishes.continuous = false;
			break;
		default:
			usage();
			return 1;
		}
	}
	if (optind >= argc) {
		usage();
		return 1;
	}
	frame_init(&dump.frame, 0);
	dump.fd = argv[optind][0] == '/' || !strchr(argv[optind], ':') ? connect_unix(argv[optind])
								       : connect_tcp(argv[optind]);
	if (dump.fd < 0 || rfb_create(&dump.rfb, &config) < 0) {
		fprintf(stderr, "rfb_dump: cannot reach %s\n", argv[optind]);
		return 1;
	}
	if (!dump_run(&dump)) {
		fprintf(stderr, "rfb_dump: no picture: %s\n", rfb_reason(dump.rfb));
		status = 2;
	}
	{
		struct rfb_features has = rfb_features(dump.rfb);

		fprintf(stderr,
			"updates %u bytes %llu resizes %u cursors %u fences %u features%s%s%s%s%s size "
			"%dx%d\n",
			dump.updates, (unsigned long long)dump.bytes, dump.resizes, dump.cursors, dump.fences,
			has.fence ? " fence" : "", has.continuous ? " continuous" : "",
			has.desktop_size ? " desktop-size" : "", has.key_codes ? " key-codes" : "",
			has.clipboard_utf8 ? " clipboard" : "", dump.frame.surface.width,
			dump.frame.surface.height);
	}
	if (status == 0 && optind + 1 < argc && write_ppm(&dump.frame, argv[optind + 1]) < 0)
		status = 1;
	if (dump.record)
		fclose(dump.record);
	rfb_destroy(dump.rfb);
	dump_stop_tls(&dump);
	frame_finish(&dump.frame);
	close(dump.fd);
	return status;
}
