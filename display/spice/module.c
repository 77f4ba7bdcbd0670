/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the module exports, and its thread. spice-glib lives in GLib's default context, of which a process has one, so
 * there is one thread for all connections. It is started for the first and ended with the last.
 */
#include "display/spice/spice.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "hub/core/clock.h"

#define LOG_MODULE "spice"
#include "hub/core/log.h"

#define LOG_BURST     5   /* lines of the library a second: a server can provoke them */
#define LAST_WORDS_MS 500 /* how long the library has to close what it has open */

extern const struct protocol protocol_spice;

/* As GLib's default context: one in a process. start and stop are called from one thread. */
static struct {
	pthread_t thread;
	GMainLoop *loop;
	unsigned users;
} host;

/* The library's own words: they go where ours go, and none of them ends the process. */
static GLogWriterOutput write_log(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer user)
{
	static struct log_limit limit; /* of this thread, which alone logs through GLib */
	unsigned skipped;

	bool grave = level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);

	if (level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO | G_LOG_LEVEL_MESSAGE))
		return G_LOG_WRITER_HANDLED;
	if (!log_limit_allow(&limit, LOG_BURST, clock_now_ns(), &skipped))
		return G_LOG_WRITER_HANDLED;
	if (skipped > 0)
		log_debug("%u more lines of SPICE's library were left out", skipped);
	/* Its warnings are about ends that we tell the reasons of. */
	for (gsize i = 0; i < count; i++)
		if (!strcmp(fields[i].key, "MESSAGE") && fields[i].length < 0)
			log_write(grave ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, LOG_MODULE, 0, "%s",
				  (const char *)fields[i].value);
	return G_LOG_WRITER_HANDLED;
}

static void *host_thread(void *user)
{
	GMainContext *context = g_main_context_default();
	uint64_t end;

	g_main_context_acquire(context);
	g_main_loop_run(host.loop);
	/* What was closed last still has coroutines to end. */
	end = clock_now_ns() + LAST_WORDS_MS * NS_PER_MS;
	while (clock_now_ns() < end && g_main_context_iteration(context, FALSE))
		;
	g_main_context_release(context);
	return NULL;
}

/*
 * For each display the library asks GStreamer what it can decode, which looks through all its plug-ins, in a process of
 * its own the first time. Video is refused, so there are to be none. When the module is loaded no thread of ours runs
 * yet that could look at the environment meanwhile.
 */
__attribute__((constructor)) static void do_without_plugins(void)
{
	setenv("GST_PLUGIN_SYSTEM_PATH_1_0", "", 1);
	setenv("GST_PLUGIN_PATH_1_0", "", 1);
	setenv("GST_REGISTRY_DISABLE", "yes", 1);
	setenv("GST_REGISTRY_FORK", "no", 1);
}

static int host_use(void)
{
	sigset_t all, before;
	int rc;

	if (host.users++ > 0)
		return 0;
	g_log_set_always_fatal(G_LOG_FATAL_MASK);
	if (!host.loop) {
		g_log_set_writer_func(write_log, NULL, NULL);
		host.loop = g_main_loop_new(NULL, FALSE);
	}
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = -pthread_create(&host.thread, NULL, host_thread, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc < 0)
		host.users--;
	return rc;
}

static gboolean on_leave(gpointer user)
{
	g_main_loop_quit(host.loop);
	return G_SOURCE_REMOVE;
}

static void host_leave(void)
{
	if (--host.users > 0)
		return;
	/* From within, since a loop that does not run yet cannot be told to end. */
	g_idle_add(on_leave, NULL);
	pthread_join(host.thread, NULL);
	g_main_loop_unref(host.loop);
	host.loop = NULL;
}

static gboolean source_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
	/* One wake, one step; the step sets the next deadline. */
	g_source_set_ready_time(source, -1);
	return callback(user);
}

static GSourceFuncs source_functions = { .dispatch = source_dispatch };

static gboolean on_source(gpointer user)
{
	spice_step(user);
	return G_SOURCE_CONTINUE;
}

static int start(struct remote *remote)
{
	struct spice *spice = calloc(1, sizeof(*spice));
	int rc;

	if (!spice)
		return -ENOMEM;
	spice->remote = remote;
	spice->uri = remote->config.uri;
	/* Whoever names an authority or a certificate does not want to talk in the clear. */
	spice->uri.tls = spice->uri.tls || remote->config.tls_only || remote->config.ca[0] ||
			 remote->config.pin[0] || remote->config.subject[0];
	remote->session = spice;
	rc = host_use();
	if (rc < 0) {
		free(spice);
		return rc;
	}
	spice->source = g_source_new(&source_functions, sizeof(GSource));
	g_source_set_callback(spice->source, on_source, spice, NULL);
	g_source_attach(spice->source, NULL);
	spice_wake(spice);
	return 0;
}

static void poke(struct remote *remote)
{
	spice_wake(remote->session);
}

struct ending {
	struct spice *spice;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool done;
};

static gboolean on_ending(gpointer user)
{
	struct ending *ending = user;

	spice_close(ending->spice);
	g_source_destroy(ending->spice->source);
	pthread_mutex_lock(&ending->lock);
	ending->done = true;
	pthread_cond_signal(&ending->changed);
	pthread_mutex_unlock(&ending->lock);
	return G_SOURCE_REMOVE;
}

static void stop(struct remote *remote)
{
	struct ending ending = { .spice = remote->session,
				 .lock = PTHREAD_MUTEX_INITIALIZER,
				 .changed = PTHREAD_COND_INITIALIZER };

	/* Not g_main_context_invoke, which runs it here where the thread has only just begun and does not hold the context yet. */
	g_idle_add_full(G_PRIORITY_DEFAULT, on_ending, &ending, NULL);
	pthread_mutex_lock(&ending.lock);
	while (!ending.done)
		pthread_cond_wait(&ending.changed, &ending.lock);
	pthread_mutex_unlock(&ending.lock);
	host_leave();
	g_source_unref(ending.spice->source);
	free(ending.spice);
}

__attribute__((visibility("default"))) const struct protocol protocol_spice = {
	.start = start,
	.stop = stop,
	.poke = poke,
};
