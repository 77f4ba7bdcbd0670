# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-display and servers that want TLS, a certificate, a password: who is let in, and what is said of who is not."""

import os
import shutil
import signal
import subprocess
import sys
import unittest

from kit.display import Screen
from kit.programs import Case
from kit.servers import Forward, Qemu, Xvnc, need, paint, wait_until

NEEDED = ["Xvfb", "openssl", "import", "convert", "display"]
WIDTH, HEIGHT = 208, 120
SECRET = "s3cr-et!"


class Tls(Case):
    def setUp(self):
        super().setUp()
        self.screen = Screen(self.folder, WIDTH, HEIGHT)
        self.addCleanup(self.screen.end)
        os.environ.update(DISPLAY=self.screen.name, ASAN_OPTIONS="detect_leaks=0")
        os.environ.pop("WAYLAND_DISPLAY", None)
        self.secret, self.wrong = self.folder / "secret", self.folder / "wrong"
        self.secret.write_text(SECRET + "\n")
        self.wrong.write_text("not it\n")
        self.secret.chmod(0o600)
        self.wrong.chmod(0o600)
        self.refusals = []

    def openssl(self, *words):
        return subprocess.run(["openssl", *map(str, words)], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              cwd=self.folder, text=True).stdout

    def authority(self, name):
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "9",
                     "-subj", f"/CN=authority {name}", "-addext", "basicConstraints=critical,CA:TRUE")
        return self.folder / f"{name}.pem"

    def certificate(self, authority, folder, names="DNS:localhost,IP:127.0.0.1", days=9):
        """A folder as QEMU wants it: ca-cert.pem, server-cert.pem, server-key.pem."""
        into = self.folder / folder
        into.mkdir()
        (into / "names").write_text(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", into / "server-key.pem", "-out", into / "request", "-subj",
                     "/CN=localhost")
        self.openssl("x509", "-req", "-in", into / "request", "-CA", authority, "-CAkey", authority.with_suffix(".key"),
                     "-CAcreateserial", "-days", days, "-extfile", into / "names", "-out", into / "server-cert.pem")
        shutil.copyfile(authority, into / "ca-cert.pem")
        return into

    def pin_of(self, certificate):
        return self.openssl("x509", "-in", certificate, "-noout", "-fingerprint", "-sha256").strip().split("=")[1]

    def connection(self, uri, **settings):
        lines = [f"{key.replace('_', '-')} = {value}\n" for key, value in settings.items()]
        return self.configuration(f"[connection server]\nuri = {uri}\n" + "".join(lines))

    def lets_in(self, truth, uri, **settings):
        """The picture is shown, but for the middle, where the window system's pointer is."""
        display = self.start("xenhub-display", "-c", self.connection(uri, **settings))

        def same():
            return all(a == b for y, want in enumerate(truth) for x, (a, b) in enumerate(zip(self.screen.row(y, 0, len(want)), want))
                       if abs(x - WIDTH // 2) > 24 or abs(y - HEIGHT // 2) > 24)

        wait_until(same, f"the picture is on the screen\n{display.story()}")
        display.signal(signal.SIGTERM)
        self.assertEqual(display.wait(), 0, display.story())

    def keeps_out(self, words, uri, **settings):
        """Begun here, several at a time; looked at by look_at_refusals."""
        number = len(self.refusals)
        config = self.connection(uri, **settings).rename(self.folder / f"refused-{number}.conf")
        shot = self.folder / f"refused-{number}.bmp"
        display = self.start("xenhub-display", "--exit-after", "3", "--log-level", "warning", "--screenshot", shot, "-c", config)
        self.refusals.append((display, words, shot))

    def look_at_refusals(self):
        """A status page, the reason on it, and the reason as one line at the end."""
        self.assertTrue(self.refusals)
        for display, words, shot in self.refusals:
            with self.subTest(words=words):
                self.assertEqual(display.wait(), 8, display.story())
                self.assertIn(words, display.errors)
                self.assertEqual(len(display.errors.strip().splitlines()), 1, display.errors)
                self.assertNotIn(SECRET, display.errors)
                self.assertGreater(len(set(shot.read_bytes()[54:])), 30, "there is a status page")
        self.refusals.clear()


class Xvncs(Tls):
    def serve(self, security, folder=None):
        with open(self.folder / "passwd", "wb") as file:
            # Xvnc's file holds the password as all VNC programs keep it.
            subprocess.run(["x11vnc", "-storepasswd", SECRET, self.folder / "passwd"], check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            file.flush()
        words = ["-rfbauth", self.folder / "passwd", "-BlacklistThreshold", "1000"]
        if folder:
            words += ["-X509Cert", folder / "server-cert.pem", "-X509Key", folder / "server-key.pem"]
        server = Xvnc(self, WIDTH, HEIGHT, *words, security=security)
        return server, paint(self.folder, server.name, WIDTH, HEIGHT)

    @need("Xvnc", "x11vnc")
    def test_certificates(self):
        ours, other = self.authority("ours"), self.authority("other")
        folder = self.certificate(ours, "good")
        server, truth = self.serve("X509Vnc", folder)
        uri = server.tcp.replace("127.0.0.1", "localhost")
        pin = self.pin_of(folder / "server-cert.pem")
        self.lets_in(truth, uri, ca=ours, password_file=self.secret)
        self.lets_in(truth, server.tcp, ca=ours, password_file=self.secret, tls="yes", encoding="zrle")
        self.lets_in(truth, server.unix, ca=ours, password_file=self.secret)
        self.lets_in(truth, uri, pin=pin, password_file=self.secret)
        self.lets_in(truth, uri, pin=pin.replace(":", "").lower(), password_file=self.secret)
        self.keeps_out("issuer is unknown. Set ca or pin", uri, ca=other, password_file=self.secret)
        self.keeps_out("issuer is unknown. Set ca or pin", uri, password_file=self.secret)
        self.keeps_out("not the pinned one", uri, pin=self.pin_of(other), password_file=self.secret)
        self.keeps_out("refused to let us in", uri, ca=ours, password_file=self.wrong)
        self.keeps_out("wants a password", uri, ca=ours)
        self.keeps_out("holds no certificate", uri, ca=self.secret, password_file=self.secret)
        self.look_at_refusals()

    @need("Xvnc", "x11vnc")
    def test_a_certificate_for_somebody_else_or_out_of_date(self):
        ours = self.authority("ours")
        server, _ = self.serve("X509None", self.certificate(ours, "names", "DNS:elsewhere.example"))
        self.keeps_out("name in the certificate does not match", server.tcp.replace("127.0.0.1", "localhost"), ca=ours)
        server, _ = self.serve("X509None", self.certificate(ours, "old", days=-1))
        self.keeps_out("expired", server.tcp, ca=ours)
        self.look_at_refusals()

    @need("Xvnc", "x11vnc")
    def test_without_a_certificate(self):
        ours = self.authority("ours")
        server, truth = self.serve("TLSVnc")
        self.lets_in(truth, server.tcp, password_file=self.secret)
        self.lets_in(truth, server.unix, password_file=self.secret, tls="yes")
        self.keeps_out("refused to let us in", server.tcp, password_file=self.wrong)
        # Whoever names an authority wants to know who it is.
        self.keeps_out("offers no kind of TLS", server.tcp, ca=ours, password_file=self.secret)
        server, truth = self.serve("TLSNone")
        self.lets_in(truth, server.tcp)
        server, truth = self.serve("VncAuth")
        self.lets_in(truth, server.tcp, password_file=self.secret)
        self.keeps_out("has no TLS", server.tcp, password_file=self.secret, tls="yes")
        self.keeps_out("refused to let us in", server.tcp, password_file=self.wrong)
        self.keeps_out("wants a password", server.tcp)
        self.look_at_refusals()


class Qemus(Tls):
    @need("qemu-system-x86_64", "as", "ld")
    def test_qemu(self):
        ours, other = self.authority("ours"), self.authority("other")
        folder = self.certificate(ours, "good")
        # The picture of the smallest mode fits the screen: it is the fourth.
        server = Qemu(self, count=4, vnc=",tls-creds=tls,password-secret=secret", options=[
            "-object", f"tls-creds-x509,id=tls,dir={folder},endpoint=server,verify-peer=no",
            "-object", f"secret,id=secret,data={SECRET}"])
        proxy = Forward(self, server.path)
        uri = proxy.tcp.replace("127.0.0.1", "localhost")
        wait_until(lambda: server.screendump() == server.picture(), "the guest has drawn", 60)
        self.lets_in_small(server, uri, ca=ours, password_file=self.secret)
        self.lets_in_small(server, server.unix, ca=ours, password_file=self.secret)
        self.lets_in_small(server, uri, pin=self.pin_of(folder / "server-cert.pem"), password_file=self.secret)
        self.keeps_out("issuer is unknown. Set ca or pin", uri, ca=other, password_file=self.secret)
        self.keeps_out("not the pinned one", uri, pin=self.pin_of(other), password_file=self.secret)
        self.keeps_out("refused to let us in", uri, ca=ours, password_file=self.wrong)
        self.look_at_refusals()

    @need("qemu-system-x86_64", "as", "ld")
    def test_qemu_anonymous(self):
        server = Qemu(self, count=4, vnc=",tls-creds=tls", options=["-object", "tls-creds-anon,id=tls,endpoint=server"])
        wait_until(lambda: server.screendump() == server.picture(), "the guest has drawn", 60)
        self.lets_in_small(server, server.unix, tls="yes")
        self.keeps_out("offers no kind of TLS", server.unix, ca=self.authority("ours"))
        self.look_at_refusals()

    def lets_in_small(self, server, uri, **settings):
        """A picture that is smaller than the screen, one to one in its middle."""
        config = self.connection(uri, **settings)
        config.write_text(config.read_text() + "[display]\nscale = none\n")
        display = self.start("xenhub-display", "-c", config)
        truth = server.picture()
        left, top = (WIDTH - len(truth[0])) // 2, (HEIGHT - len(truth)) // 2

        def same():
            return all(a == b for y, want in enumerate(truth)
                       for x, (a, b) in enumerate(zip(self.screen.row(top + y, left, len(want)), want))
                       if abs(left + x - WIDTH // 2) > 24 or abs(top + y - HEIGHT // 2) > 24)

        wait_until(same, f"the picture is on the screen\n{display.story()}")
        display.signal(signal.SIGTERM)
        self.assertEqual(display.wait(), 0, display.story())


class Files(Tls):
    def refused(self, status, words, config):
        display = self.start("xenhub-display", "-c", config)
        self.assertEqual(display.wait(), status, display.story())
        self.assertIn(words, display.errors)
        self.assertEqual(len(display.errors.strip().splitlines()), 1, display.errors)

    def test_files_that_cannot_be_read(self):
        uri = "vnc+unix:/nowhere"
        empty = self.folder / "empty"
        empty.write_text("")
        self.refused(5, "cannot read the password of server: No such file", self.connection(uri, password_file=self.folder / "gone"))
        self.refused(5, "its first line is empty", self.connection(uri, password_file=empty))
        self.refused(5, "Is a directory", self.connection(uri, password_file=self.folder))
        self.refused(5, "cannot read the authority: Is a", self.connection(uri, ca=self.folder))
        self.refused(5, "cannot read the authority: No such file", self.connection(uri, ca=self.folder / "gone"))
        self.refused(2, "pin: expected the SHA-256", self.connection(uri, pin="12:34"))
        self.refused(2, "password-file", self.connection(uri, password_file="x" * 300))


if __name__ == "__main__":
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        print("not installed:", ", ".join(missing))
        sys.exit(77)
    unittest.main(verbosity=2)
