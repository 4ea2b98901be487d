"""The page of the panel in a browser."""
import json
import os
import pathlib
import subprocess
import unittest

import rig
from panel import PanelCase


class Page(PanelCase):
    def test_a_person_sees_and_steers_the_meter(self):
        port = rig.free_port()
        self.meter("--scenario", self.empty(), "--speed", "5", "--line", f"file:{self.folder / 'out'}", panel=str(port))
        folder = pathlib.Path(os.environ.get("P1RIG_SCREENSHOTS", self.folder))
        browser = subprocess.Popen(["node", "panel-page.mjs", f"http://127.0.0.1:{port}/", str(folder)],
                                   cwd=rig.SOURCE / "tests/end_to_end/node", stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)
        self.addCleanup(self._end, browser)
        seen = json.loads(browser.stdout.readline() or "null")
        self.assertIsNotNone(seen, "the browser gave up")
        self.assertEqual(seen["errors"], [])
        self.assertEqual(seen["elsewhere"], [], "nothing is fetched from elsewhere")
        self.assertEqual(seen["violations"], {"light": [], "dark": [], "phone": []})
        self.assertEqual(seen["widths"], {"light": 0, "dark": 0, "phone": 0})
        self.assertIn("AM550", seen["title"])
        self.assertEqual(seen["load"], "1-0:21.7.0(12.000*kW)")
        self.assertTrue(seen["what changed is marked"])
        self.assertTrue(seen["the display goes on"])
        self.assertEqual(seen["failures"][1], seen["failures"][0] + 1)
        self.assertEqual(seen["lamp"], "Data Request: not active")
        # It is paused: what is shown is the last telegram on the line.
        sent = (self.folder / "out").read_bytes()
        last = sent[sent.rindex(b"/"):].decode().split("\r\n")
        self.assertEqual(seen["shown"], [line for line in last if line])
        self.process.kill()
        self.process.wait()
        browser.stdin.write(b"gone\n")
        browser.stdin.flush()
        self.assertEqual(browser.stdout.readline(), b"lost\n")
        self.meter("--scenario", self.empty(), "--line", f"file:{self.folder / 'out2'}", panel=str(port))
        self.assertEqual(browser.stdout.readline(), b"back\n")


if __name__ == "__main__":
    unittest.main()
