/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub sensors --calibrate: four poses of the device, and the mount matrix that follows from them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/ctl/confedit.h"
#include "hub/ctl/sensors.h"

#define SAMPLE_MS   1500
#define STILL_MAX   1.0 /* m/s² between the samples of one pose */
#define CONFIG_SIZE (1024 * 1024)

static const char *const edges[CALIBRATE_POSES] = {
	[CALIBRATE_NORMAL] = "top",
	[CALIBRATE_BOTTOM_UP] = "bottom",
	[CALIBRATE_LEFT_UP] = "left",
	[CALIBRATE_RIGHT_UP] = "right",
};

static struct calibration *calibration_of(struct session *s)
{
	struct sensors_run *run = s->data;

	return &run->calibration;
}

static void prompt(struct session *s)
{
	const struct calibration *c = calibration_of(s);

	output_print(&s->out,
		     "%u of %d: hold the screen upright, facing you, its %s edge up. Press Enter, then hold "
		     "still.\n",
		     c->pose + 1, CALIBRATE_POSES, edges[c->pose]);
}

/* ---- the file ---- */

static int read_whole(const char *path, char **text, struct stat *st)
{
	FILE *f = fopen(path, "re");
	size_t n;

	*text = calloc(1, CONFIG_SIZE);
	if (!*text || !f || fstat(fileno(f), st) < 0) {
		int rc = !*text ? -ENOMEM : -errno;

		if (f)
			fclose(f);
		return rc;
	}
	n = fread(*text, 1, CONFIG_SIZE, f);
	fclose(f);
	if (n == CONFIG_SIZE || memchr(*text, '\0', n))
		return -EFBIG;
	return 0;
}

/* Beside the old one first: whatever happens, one of the two is whole. */
static int write_whole(const char *path, const char *text, const struct stat *st)
{
	char fresh[PATH_MAX + 8];
	size_t n = strlen(text);
	int fd, rc = 0;

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	/* One that was interrupted here left it behind. */
	unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (fchown(fd, st->st_uid, st->st_gid) < 0 || fchmod(fd, st->st_mode & 07777) < 0)
		rc = -errno;
	else if (write(fd, text, n) != (ssize_t)n || fsync(fd) < 0)
		rc = errno ? -errno : -EIO;
	close(fd);
	if (!rc && rename(fresh, path) < 0)
		rc = -errno;
	if (rc < 0)
		unlink(fresh);
	return rc;
}

static int write_matrix(const char *path, const char *matrix)
{
	char real[PATH_MAX];
	char *old = NULL;
	char *text = NULL;
	struct stat st;
	int rc;

	if (!realpath(path, real))
		return -errno;
	rc = read_whole(real, &old, &st);
	if (!rc) {
		text = conf_set(old, "sensors", "mount-matrix", matrix);
		rc = text ? write_whole(real, text, &st) : -ENOMEM;
	}
	free(text);
	free(old);
	return rc;
}

/* ---- the poses ---- */

static void finish(struct session *s)
{
	struct calibration *c = calibration_of(s);
	struct matrix matrix;
	char text[MATRIX_TEXT_MAX];
	char why[MATRIX_TEXT_MAX];
	int rc = calibrate_solve((const double(*)[3])c->poses, &matrix, why, sizeof(why));

	if (rc < 0) {
		ctl_say("no mount matrix follows from these poses: %s; try again", why);
		session_stop(s, EXIT_FAILED);
		return;
	}
	matrix_format(&matrix, text, sizeof(text));
	if (!c->conf) {
		output_print(&s->out, "To be added to the configuration:\n[sensors]\nmount-matrix = %s\n",
			     text);
		session_stop(s, EXIT_OK);
		return;
	}
	rc = write_matrix(c->conf, text);
	if (rc < 0)
		ctl_say("%s: cannot write mount-matrix = %s: %s", c->conf, text, strerror(-rc));
	else
		output_print(&s->out,
			     "%s: [sensors] mount-matrix = %s. It counts when xenhubd starts again.\n",
			     c->conf, text);
	session_stop(s, rc < 0 ? EXIT_FAILED : EXIT_OK);
}

static void take_sample(struct calibration *c, const char *raw)
{
	double v[3];

	if (sscanf(raw, "%lf %lf %lf", &v[0], &v[1], &v[2]) != 3)
		return;
	for (int i = 0; i < 3; i++) {
		c->least[i] = !c->n || v[i] < c->least[i] ? v[i] : c->least[i];
		c->most[i] = !c->n || v[i] > c->most[i] ? v[i] : c->most[i];
		c->sum[i] = (c->n ? c->sum[i] : 0) + v[i];
	}
	c->n++;
}

static void begin_pose(struct session *s)
{
	struct calibration *c = calibration_of(s);

	if (c->sampling)
		return;
	c->sampling = true;
	c->n = 0;
	session_timer_at(s, clock_now_ns() + SAMPLE_MS * NS_PER_MS);
}

void calibration_state(struct session *s, const struct xenhub_state *state)
{
	struct calibration *c = calibration_of(s);

	if (c->sampling && state->type == XENHUB_STATE_TEXT && !strcmp(state->path, c->raw_path))
		take_sample(c, state->text);
}

void calibration_timer(struct session *s)
{
	struct sensors_run *run = s->data;
	struct calibration *c = &run->calibration;
	const struct state_entry *now = statemap_find(&run->map, c->raw_path);
	bool still = true;

	c->sampling = false;
	if (!now) {
		ctl_say("the accelerometer is gone");
		session_stop(s, EXIT_FAILED);
		return;
	}
	/* Samples that do not change are not told again. */
	if (!c->n)
		take_sample(c, now->text);
	for (int i = 0; i < 3; i++) {
		still = still && c->n && c->most[i] - c->least[i] <= STILL_MAX;
		c->poses[c->pose][i] = c->n ? c->sum[i] / c->n : 0;
	}
	if (!still)
		output_print(&s->out, "It moved. Once more:\n");
	else if (++c->pose == CALIBRATE_POSES) {
		finish(s);
		return;
	}
	prompt(s);
}

static void on_input(void *data, int fd, uint32_t events)
{
	struct session *s = data;
	struct calibration *c = calibration_of(s);
	char text[256];
	ssize_t n = read(fd, text, sizeof(text));

	if (n <= 0) {
		loop_remove_fd(c->input);
		c->input = NULL;
		/* Nothing more is needed for the last pose. */
		if (c->sampling && c->pose + 1 == CALIBRATE_POSES)
			return;
		ctl_say("the input ended before the last pose");
		session_stop(s, EXIT_FAILED);
	} else if (memchr(text, '\n', (size_t)n)) {
		begin_pose(s);
	}
}

static void choose(void *data, struct sensors_run *run, const char *row)
{
	struct calibration *c = &run->calibration;
	unsigned index;

	if (c->raw_path[0] || sscanf(row, "orientation/%u", &index) != 1 || !sensors_field(run, row, "raw"))
		return;
	if (c->sensor < 0 || c->sensor == (long)index)
		snprintf(c->raw_path, sizeof(c->raw_path), "sensor/orientation/%u/raw", index);
}

void calibration_begin(struct session *s)
{
	struct sensors_run *run = s->data;

	sensors_rows(run, choose, NULL);
	if (!run->calibration.raw_path[0]) {
		ctl_say("no accelerometer answers; see `xenhub sensors`");
		session_stop(s, EXIT_FAILED);
		return;
	}
	run->calibration.input = loop_add_fd(s->loop, STDIN_FILENO, EPOLLIN, on_input, s);
	if (!run->calibration.input) {
		ctl_say("standard input must be a terminal or a pipe: %s", strerror(errno));
		session_stop(s, EXIT_FAILED);
		return;
	}
	prompt(s);
}
