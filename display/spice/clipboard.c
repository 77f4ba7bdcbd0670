/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes through the main channel and the guest's agent: texts, the size of the screen; and the mode of the pointer. */
#include "display/spice/spice.h"

#include <stdlib.h>
#include <string.h>
#include <spice/vd_agent.h>
#include "display/rfb/clean.h"

#define SELECTION VD_AGENT_CLIPBOARD_SELECTION_CLIPBOARD

static SpiceMainChannel *main_channel(const struct spice *spice)
{
	return (SpiceMainChannel *)spice->main;
}

/* The guest has something: a text is fetched at once, while it is there. */
static gboolean on_grab(SpiceMainChannel *channel, guint selection, gpointer types, guint count,
			struct spice *spice)
{
	const guint32 *offered = types;

	if (selection != SELECTION || !spice->remote->config.clipboard)
		return FALSE;
	spice->text_offered = false;
	for (guint i = 0; i < count; i++)
		if (offered[i] == VD_AGENT_CLIPBOARD_UTF8_TEXT)
			spice_main_channel_clipboard_selection_request(channel, selection,
								       VD_AGENT_CLIPBOARD_UTF8_TEXT);
	return TRUE;
}

static void on_text(SpiceMainChannel *channel, guint selection, guint type, gpointer data, guint size,
		    struct spice *spice)
{
	char *text;

	/* One that is too long is not taken, as everywhere. */
	if (selection != SELECTION || type != VD_AGENT_CLIPBOARD_UTF8_TEXT || size == 0 ||
	    size > REMOTE_TEXT_MAX)
		return;
	text = g_memdup2(data, size);
	remote_put_text(spice->remote, text, clean_text(text, size));
	g_free(text);
}

/* A paste over there. */
static gboolean on_request(SpiceMainChannel *channel, guint selection, guint type, struct spice *spice)
{
	struct remote *remote = spice->remote;
	char *text = NULL;
	size_t size = 0;

	if (selection != SELECTION || type != VD_AGENT_CLIPBOARD_UTF8_TEXT || !spice->text_offered)
		return FALSE;
	pthread_mutex_lock(&remote->lock);
	if (remote->text_out) {
		size = remote->text_out_size;
		text = g_memdup2(remote->text_out, size);
	}
	pthread_mutex_unlock(&remote->lock);
	spice_main_channel_clipboard_selection_notify(channel, selection, type,
						      (const guchar *)(text ? text : ""), size);
	g_free(text);
	return TRUE;
}

static void send_text(struct spice *spice)
{
	struct remote *remote = spice->remote;
	guint32 type = VD_AGENT_CLIPBOARD_UTF8_TEXT;
	bool offer;

	pthread_mutex_lock(&remote->lock);
	offer = remote->text_out && remote->text_new;
	remote->text_new = false;
	pthread_mutex_unlock(&remote->lock);
	if (!offer)
		return;
	spice->text_offered = true;
	spice_main_channel_clipboard_selection_grab(main_channel(spice), SELECTION, &type, 1);
}

/* Only the agent can change the guest's screen. The size is that of the window as the tablet is held. */
static void send_size(struct spice *spice)
{
	struct remote *remote = spice->remote;

	pthread_mutex_lock(&remote->lock);
	if (remote->ask_w > 0) {
		spice->want_w = remote->ask_w;
		spice->want_h = remote->ask_h;
		spice->want_new = true;
		remote->ask_w = 0;
	}
	pthread_mutex_unlock(&remote->lock);
	if (!spice->want_new || spice->want_w <= 0)
		return;
	spice->want_new = false;
	spice_main_channel_update_display_enabled(main_channel(spice), 0, TRUE, FALSE);
	spice_main_channel_update_display(main_channel(spice), 0, 0, 0, spice->want_w, spice->want_h, FALSE);
	spice_main_channel_send_monitor_config(main_channel(spice));
}

void clipboard_send(struct spice *spice)
{
	if (!spice->agent)
		return;
	send_text(spice);
	send_size(spice);
}

/* It is there once it has said what it can: before that the library throws away what it is to be told. */
static void find_agent(struct spice *spice)
{
	struct remote *remote = spice->remote;
	gboolean connected = FALSE;
	bool before = spice->agent;

	g_object_get(spice->main, "agent-connected", &connected, NULL);
	spice->agent = connected && spice_main_channel_agent_test_capability(
					    main_channel(spice), VD_AGENT_CAP_CLIPBOARD_BY_DEMAND);
	if (spice->agent == before)
		return;
	/* A guest that begins anew knows nothing of what its last agent was told. */
	spice->text_offered = false;
	spice->want_new = true;
	pthread_mutex_lock(&remote->lock);
	remote->text_new = remote->text_out != NULL;
	pthread_mutex_unlock(&remote->lock);
	spice_wake(spice);
}

static void on_agent(SpiceMainChannel *channel, GParamSpec *property, struct spice *spice)
{
	find_agent(spice);
}

static void on_abilities(SpiceMainChannel *channel, struct spice *spice)
{
	find_agent(spice);
}

void clipboard_tell(struct spice *spice)
{
	int mode = 0;

	g_object_get(spice->main, "mouse-mode", &mode, NULL);
	remote_put_relative(spice->remote, mode == SPICE_MOUSE_MODE_SERVER);
}

static void on_mouse_mode(SpiceMainChannel *channel, struct spice *spice)
{
	clipboard_tell(spice);
}

void clipboard_connect(struct spice *spice)
{
	/* Sound volume and file transfers through the agent are not ours; screens are placed by send_size alone. */
	g_object_set(spice->main, "disable-display-position", FALSE, "disable-display-align", TRUE, NULL);
	/* The agent is told, so that it does not send what would not be taken. */
	g_object_set(spice->main, "max-clipboard", (gint)REMOTE_TEXT_MAX, NULL);
	g_signal_connect(spice->main, "main-clipboard-selection-grab", G_CALLBACK(on_grab), spice);
	g_signal_connect(spice->main, "main-clipboard-selection", G_CALLBACK(on_text), spice);
	g_signal_connect(spice->main, "main-clipboard-selection-request", G_CALLBACK(on_request), spice);
	g_signal_connect(spice->main, "notify::agent-connected", G_CALLBACK(on_agent), spice);
	g_signal_connect(spice->main, "main-agent-update", G_CALLBACK(on_abilities), spice);
	g_signal_connect(spice->main, "main-mouse-update", G_CALLBACK(on_mouse_mode), spice);
}
