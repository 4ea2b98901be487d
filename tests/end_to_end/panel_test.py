"""A running meter seen and steered over HTTP."""
import base64
import json
import os
import random
import re
import shutil
import signal
import subprocess
import unittest

import jsonschema

import rig
from panel import PanelCase, WebSocket, Wire


class Seen(PanelCase):
    def test_the_meter_its_line_and_its_telegram_are_told(self):
        port = rig.free_port()
        self.meter("--scenario", self.empty(), "--line", f"tcp-listen:{port}")
        wire = Wire(("127.0.0.1", port))
        self.addCleanup(wire.close)
        seen = wire.telegram()
        told = self.get("/api/v1/telegram")
        while told["text"].encode() != seen:  # the next ones are on their way
            seen = wire.telegram()
            told = self.get("/api/v1/telegram")
        self.assertEqual(base64.b64decode(told["bytes"]), seen)
        lines = {line.get("obis"): line for line in told["lines"]}
        self.assertEqual(lines["1-0:1.7.0"]["text"], "1-0:1.7.0(00.000*kW)")
        self.assertIn("power", lines["1-0:1.7.0"]["meaning"])
        self.assertEqual(lines["1-0:1.7.0"]["values"], ["0.000 kW"])
        self.assertEqual([line["text"] for line in told["lines"]], seen.decode().split("\r\n")[:-1])
        meter = self.get("/api/v1/meter")
        self.assertEqual(meter["profile"], "iskra-am550")
        self.assertEqual(meter["power_w"], {"total": 0, "l1": 0, "l2": 0, "l3": 0})
        voltage = next(row for row in meter["quantities"] if row["name"] == "voltage.l1")
        self.assertEqual((voltage["unit"], voltage["obis"]), ("V", ["1-0:32.7.0"]))
        line = self.get("/api/v1/line")
        self.assertEqual(line["settings"], "115200 8N1")
        self.assertEqual(line["request"], {"active": True, "mode": "line", "raised_by": [line["lines"][0]["name"]]})
        self.assertTrue(line["lines"][0]["present"])
        self.assertGreater(line["lines"][0]["sent"], 0)

    def test_a_reader_with_wrong_settings_is_warned_of(self):
        port = rig.free_port()
        self.meter("--line", f"rfc2217-listen:{port}", profile="iskra-mt382")
        import serial
        reader = serial.serial_for_url(f"rfc2217://127.0.0.1:{port}", baudrate=115200)
        self.addCleanup(reader.close)

        def line():
            return self.get("/api/v1/line")["lines"][0]

        rig.wait_for(lambda: line()["settings"] == "115200 8N1", "the settings of the reader")
        self.assertFalse(line()["fits"])
        self.assertIn("set it to 9600 7E1", line()["warning"])

    def test_metrics_are_for_prometheus(self):
        self.meter()
        answer = self.ask("GET", "/metrics")
        self.assertTrue(answer.headers["content-type"].startswith("text/plain"))
        for line in answer.body.decode().splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) p1rig_\w+ .+|p1rig_\w+(\{\w+="([^"\\]|\\.)*"\})? [-+.0-9e]+)$')


class Steered(PanelCase):
    def test_a_load_is_in_the_next_telegram(self):
        port = rig.free_port()
        self.meter("--scenario", self.empty(), "--line", f"tcp-listen:{port}")
        wire = Wire(("127.0.0.1", port))
        self.addCleanup(wire.close)
        wire.telegram()
        item, = self.post({"kind": "fixed", "name": "slider", "l1": "7.4 kW"})
        while self.get("/api/v1/telegram")["time"] < item["at"]:
            pass
        while b"1-0:21.7.0(07.400*kW)" not in (telegram := wire.telegram()):
            self.assertIn(b"1-0:21.7.0(00.000*kW)", telegram)
        self.post({"kind": "fixed", "name": "slider", "l1": "3 kW"})  # instead of it
        while b"1-0:21.7.0(03.000*kW)" not in (telegram := wire.telegram()):
            self.assertIn(b"1-0:21.7.0(07.400*kW)", telegram)

    def test_a_power_failure_silences_the_line_and_is_counted(self):
        self.meter("--scenario", self.empty(), "--speed", "20", "--line", f"file:{self.folder / 'out'}")
        before = self.quantity("failures.short")
        stream = WebSocket(self.port)
        self.addCleanup(stream.close)
        times = [stream.until("telegram")["time"]]
        failure, = self.post({"kind": "power-failure", "duration": "30s", "boot": "5s"})
        while times[-1] < failure["at"]:
            times.append(stream.until("telegram")["time"])
        seconds = [int(time[17:19]) + 60 * int(time[14:16]) for time in times]
        self.assertEqual((seconds[-1] - seconds[-2]) % 3600, 36)
        self.assertEqual(self.quantity("failures.short"), before + 1)

    def test_a_list_is_taken_as_a_whole_or_not_at_all(self):
        self.meter("--scenario", self.empty())
        before = self.get("/api/v1/events")["items"]
        answer = self.ask("POST", "/api/v1/events",
                          [{"kind": "fixed", "l1": "1 kW"}, {"kind": "power-failiure", "duration": "1min"},
                           {"kind": "message", "txt": "x"}, {"kind": "fixed", "l2": "1 kWh"}])
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        problem = answer.json()
        self.assertEqual([error["pointer"] for error in problem["errors"]], ["/1/kind", "/2/txt", "/3/l2"])
        self.assertIn('did you mean "power-failure"', problem["errors"][0]["detail"])
        self.assertIn('did you mean "text"', problem["errors"][1]["detail"])
        self.assertEqual(self.get("/api/v1/events")["items"], before)

    def test_what_makes_no_sense_is_refused_with_its_place(self):
        self.meter("--scenario", self.empty())
        before = self.get("/api/v1/events")["items"]
        device = {"kind": "connect", "medium": "water", "id": "77", "reading": "1 m3"}
        for status, words, change in (
                (400, "/kind: \"fixd\" is not one of", {"kind": "fixd"}),
                (400, "expected a string, found a number", {"kind": "fixed", "l1": 1e300}),
                (400, "/l1", {"kind": "fixed", "l1": "1e300 W"}),
                (400, "at most 500 kW", {"kind": "fixed", "l1": "501 kW"}),
                (409, "at most 500 kW", [{"kind": "fixed", "l1": "400 kW"}, {"kind": "fixed", "l1": "400 kW"}]),
                (400, "kind is missing", {"l1": "1 kW"}),
                (400, "expected a load or an event, found a boolean", [True]),
                (400, "the list is empty", []),
                (409, "has passed", {"kind": "message", "text": "x", "at": "2001-01-01T00:00:00Z"}),
                (409, "has passed", {"kind": "fixed", "l1": "1 kW", "from": "2001-01-01T00:00:00Z"}),
                (409, "a fifth M-Bus device", [device] * 6),
                (409, "no M-Bus device on channel 3", {"kind": "valve", "channel": 3, "state": 0}),
                (400, "send its text as csv", {"kind": "table", "file": "/etc/passwd"}),
                (400, "unknown quantity", {"kind": "set", "values": {"limit.powr": "1 kW"}}),
                (400, "csv: line 2:", {"kind": "table", "csv": "time,l1\nnever,1\n"})):
            with self.subTest(change):
                answer = self.ask("POST", "/api/v1/events", change)
                self.assertEqual(answer.status, status, answer.body)
                self.assertIn(words, json.dumps(answer.json(), ensure_ascii=False).replace('\\"', '"'))
        self.assertEqual(self.get("/api/v1/events")["items"], before)

    def test_what_has_not_happened_can_be_taken_back(self):
        self.meter("--scenario", self.empty())
        past, = self.post({"kind": "message", "text": "now"})
        later, = self.post({"kind": "message", "text": "later", "at": "2098-01-01T00:00:00Z"})
        self.assertEqual(self.ask("DELETE", f"/api/v1/events/{later['id']}").status, 204)
        self.assertEqual(self.ask("DELETE", f"/api/v1/events/{later['id']}").status, 404)
        self.assertEqual(self.ask("DELETE", "/api/v1/events/x").status, 404)
        rig.wait_for(lambda: self.get("/api/v1/events")["now"] >= past["at"], "the message")
        answer = self.ask("DELETE", f"/api/v1/events/{past['id']}")
        self.assertEqual(answer.status, 409)
        self.assertIn("it has happened", answer.json()["detail"])

    def test_what_others_need_is_not_taken_back(self):
        self.meter("--scenario", self.empty())
        at = "2098-01-01T00:00:00Z"
        connected, valve = self.post({"kind": "connect", "medium": "gas", "id": "77", "channel": 3, "at": at},
                                     {"kind": "valve", "channel": 3, "state": 0, "at": at})
        answer = self.ask("DELETE", f"/api/v1/events/{connected['id']}")
        self.assertEqual(answer.status, 409)
        self.assertEqual(answer.json()["errors"][0]["id"], valve["id"])
        self.assertEqual(len(self.get("/api/v1/events")["items"]), 3)

    def test_data_request_is_released_and_given_back(self):
        self.meter("--speed", "20", "--line", f"file:{self.folder / 'out'}")
        self.put("request", {"mode": "off"})
        rig.wait_for(lambda: not self.get("/api/v1/line")["request"]["active"], "Data Request to be released")
        silent = self.get("/api/v1/line")["telegrams"]
        now = self.get("/api/v1/meter")["time"]
        rig.wait_for(lambda: self.get("/api/v1/meter")["time"][:16] > now[:16], "the next minute")
        self.assertEqual(self.get("/api/v1/line")["telegrams"], silent)
        self.put("request", {"mode": "line"})
        rig.wait_for(lambda: self.get("/api/v1/line")["telegrams"] > silent, "telegrams")
        self.assertEqual(self.get("/api/v1/line")["request"]["mode"], "line")
        answer = self.ask("PUT", "/api/v1/request", {"mode": "of"})
        self.assertEqual((answer.status, answer.json()["errors"][0]["pointer"]), (400, "/mode"))

    def test_a_request_of_the_command_line_stays(self):
        self.meter("--request", "on")
        for answer in (self.ask("PUT", "/api/v1/request", {"mode": "off"}),
                       self.ask("POST", "/api/v1/events", {"kind": "request-off"})):
            self.assertEqual(answer.status, 409)
            self.assertIn("--request", answer.json()["detail"])

    def test_time_passes_as_asked(self):
        self.meter("--line", f"file:{self.folder / 'out'}")
        self.assertTrue(self.put("pause", {"paused": True})["paused"])
        still = self.get("/api/v1/meter")["time"]
        self.put("speed", {"speed": 3600})
        self.assertEqual(self.get("/api/v1/meter")["time"], still)
        self.put("pause", {"paused": False})
        rig.wait_for(lambda: self.get("/api/v1/meter")["time"][:13] > still[:13], "the next hour")
        for body in ({"speed": 0}, {"speed": "max"}, {"speed": 1e9}, {}, {"sped": 1}, 7, None):
            answer = self.ask("PUT", "/api/v1/speed", raw=json.dumps(body).encode())
            self.assertEqual(answer.status, 400, answer.body)

    def test_faults_come_and_go(self):
        self.meter("--speed", "20", "--line", f"file:{self.folder / 'out'}")
        stream = WebSocket(self.port)
        self.addCleanup(stream.close)

        def is_right():
            told = stream.until("telegram")
            text, crc = rig.parts_of(told["text"].encode())
            return f"{rig.crc16(text):04X}".encode() == crc

        self.assertTrue(is_right())
        self.assertEqual(self.put("faults", ["crc-wrong"])["active"], ["crc-wrong"])
        rig.wait_for(lambda: not is_right(), "a wrong CRC")
        self.put("faults", [])
        rig.wait_for(is_right, "a right CRC")
        answer = self.ask("PUT", "/api/v1/faults", ["crc-wrong", "crc-wrng", 7])
        self.assertEqual(answer.status, 400)
        self.assertEqual([error["pointer"] for error in answer.json()["errors"]], ["/1", "/2"])
        self.assertIn('"crc-wrong"', answer.json()["errors"][0]["detail"])
        self.assertEqual(self.get("/api/v1/faults")["active"], [])


class Saved(PanelCase):
    """A run is a scenario: saved and played back, it sends the same bytes."""

    def change(self, rng):
        """A call of the API, wrong or not."""
        watts = f"{rng.randrange(-2000, 8000)} W"
        channel = rng.randrange(1, 5)
        at = {}
        if rng.random() < 0.3:
            now = self.get("/api/v1/meter")["local_time"]
            at = {"at": re.sub(r":\d\d\+", f":{rng.randrange(60):02}+", now)}
        loads = [{"kind": "fixed", "name": rng.choice(["a", "b"]), f"l{rng.randrange(1, 4)}": watts},
                 {"kind": "sun", "peak": "3 kW", "name": "sun"}, {"kind": "household", "percent": 30},
                 {"kind": "car", "name": "car", "current": f"{rng.randrange(6, 17)} A", "phases": ["l1"]},
                 {"kind": "table", "csv": "time,l1,l2,l3\n0,100,200,300\n7,1,2,3\n20,0,0,0\n"}]
        events = [{"kind": "power-failure", "duration": f"{rng.randrange(1, 20)}s", "boot": "3s"},
                  {"kind": rng.choice(["sag", "swell"]), "phase": "l2", "duration": "9s"},
                  {"kind": "set", "values": {"limit.power": "10 kW"}}, {"kind": "breaker", "state": rng.randrange(3)},
                  {"kind": "message", "text": f"\"{rng.random()}\" \\ é"},
                  {"kind": "connect", "medium": "water", "id": "W1", "reading": "1.5 m3"},
                  {"kind": "disconnect", "channel": channel},
                  {"kind": "exchange", "channel": channel, "medium": "gas", "id": "G2", "reading": "0 m3"},
                  {"kind": rng.choice(["radio-lost", "radio-back"]), "channel": channel},
                  {"kind": "valve", "channel": channel, "state": 0},
                  {"kind": rng.choice(["port-off", "port-on"])},
                  {"kind": "clock", "deviation_s": rng.randrange(-90, 90)}, {"kind": "grid", "neutral": False}]
        return rng.choice([
            lambda: self.ask("POST", "/api/v1/events", {**rng.choice(loads), **at}),
            lambda: self.ask("POST", "/api/v1/events", {**rng.choice(events), **at}),
            lambda: self.ask("POST", "/api/v1/events", [rng.choice(loads), rng.choice(events)]),
            lambda: self.ask("PUT", "/api/v1/request", {"mode": rng.choice(["on", "off", "line", "line"])}),
            lambda: self.ask("PUT", "/api/v1/speed", {"speed": rng.choice([60, 200, 600])}),
            lambda: self.ask("PUT", "/api/v1/pause", {"paused": rng.random() < 0.2}),
            lambda: self.ask("PUT", "/api/v1/faults", rng.sample(["crc-wrong,every=3", "flip-bit=2", "missing-line"], 1)),
            lambda: self.ask("DELETE", f"/api/v1/events/{rng.randrange(1, 60)}"),
            lambda: self.ask("GET", rng.choice(["/api/v1/meter", "/api/v1/telegram", "/api/v1/events"]))])()

    def play(self, seed, *arguments):
        rng = random.Random(seed)
        live = self.folder / f"live-{seed}"
        process = self.meter(*arguments, "--seed", seed, "--line", f"file:{live}", "--pace", "none", "--speed", "60")
        answers = [self.change(rng).status for _ in range(200)]
        self.assertLess(set(answers), {200, 201, 204, 400, 404, 409, 503})
        self.assertGreater(answers.count(201), 30)
        self.put("pause", {"paused": True})
        end = self.get("/api/v1/events")["now"]
        saved = self.folder / f"saved-{seed}.toml"
        saved.write_bytes(self.ask("GET", "/api/v1/scenario").body)
        process.send_signal(signal.SIGINT)
        process.stderr.read()
        process.wait()
        command = saved.read_text().splitlines()[1].removeprefix("# p1rig ").replace("THIS_FILE", str(saved))
        again = self.folder / f"again-{seed}"
        until = re.sub(r"(\d\d)Z$", lambda second: f"{int(second[1]):02}Z", end)
        result = subprocess.run(f"{rig.PROGRAM} {command} --until $(date -u -d '{until} + 1 second' +%Y-%m-%dT%H:%M:%SZ) "
                                f"--line file:{again} --speed max", shell=True, capture_output=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        sent, resent = live.read_bytes(), again.read_bytes()
        self.assertTrue(sent)
        if sent != resent[:len(sent)] and os.environ.get("P1RIG_KEEP"):
            shutil.copytree(self.folder, os.environ["P1RIG_KEEP"], dirs_exist_ok=True)
        self.assertEqual(sent, resent[:len(sent)], f"seed {seed}")
        # Paused at a full second, the meter has not begun the telegram of it.
        self.assertLess(len(resent) - len(sent), 3000)

    def test_a_run_of_today_is_played_back(self):
        self.play(1)

    def test_a_run_with_a_start_of_its_own_is_played_back(self):
        self.play(2, "--scenario", "solar-day", "--start", "2026-06-21T08:00:00Z")

    def test_a_run_with_devices_of_the_command_line_is_played_back(self):
        self.play(3, "--devices", "gas=1,water=2", "--start", "2026-10-25T00:58:30Z")


class Streamed(PanelCase):
    def test_messages_are_numbered(self):
        self.meter("--speed", "20", "--line", f"file:{self.folder / 'out'}")
        stream = WebSocket(self.port)
        self.addCleanup(stream.close)
        first = stream.message()["seq"]
        self.post({"kind": "message", "text": "x"})
        seen = [stream.message() for _ in range(30)]
        self.assertEqual([message["seq"] for message in seen], list(range(first + 1, first + 31)))
        self.assertLessEqual({message["type"] for message in seen}, {"telegram", "events"})

    def test_a_slow_listener_is_told_what_it_missed(self):
        self.meter("--speed", "200", "--pace", "none", "--line", f"file:{self.folder / 'out'}")
        slow, quick = WebSocket(self.port, receive_buffer=4096), WebSocket(self.port)
        self.addCleanup(slow.close)
        self.addCleanup(quick.close)
        first = quick.until("telegram")["seq"]
        while quick.message().get("seq", 0) < first + 1000:  # the meter goes on
            pass
        missed = slow.until("missed")
        self.assertEqual(missed["count"], missed["last"] - missed["first"] + 1)
        self.assertEqual(slow.until("telegram")["seq"], missed["last"] + 1)

    def test_a_listener_has_nothing_to_say(self):
        self.meter()
        stream = WebSocket(self.port)
        self.addCleanup(stream.close)
        stream.send("{}")
        with self.assertRaises(EOFError) as end:
            while True:
                stream.message()
        self.assertEqual(end.exception.args, (1008,))


class Described(PanelCase):
    def test_the_description_is_valid_and_what_is_said_is_as_described(self):
        self.meter("--scenario", self.empty(), "--line", f"file:{self.folder / 'out'}", "--speed", "10")
        api = self.get("/openapi.json")
        result = subprocess.run(["node", "openapi.mjs"], cwd=rig.SOURCE / "tests/end_to_end/node",
                                input=json.dumps(api).encode(), capture_output=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        rig.wait_for(lambda: self.ask("GET", "/api/v1/telegram").status == 200, "a telegram")

        def check(method, path, answer, described=None):
            known = api["paths"][described or path][method.lower()]["responses"]
            response = known.get(str(answer.status)) or known["default"]
            while "$ref" in response:
                response = api["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
            if "content" not in response:
                return
            kind = answer.headers["content-type"].split(";")[0]
            schema = response["content"][kind]["schema"]
            if kind.endswith("json"):
                jsonschema.validate(answer.json(), {**schema, "components": api["components"]})

        change = {"kind": "message", "text": "x", "at": "2098-01-01T00:00:00Z"}
        calls = [("POST", "/api/v1/events", change), ("POST", "/api/v1/events", [{"kind": 7}]),
                 ("PUT", "/api/v1/faults", ["crc-wrong"]), ("PUT", "/api/v1/faults", 3),
                 ("PUT", "/api/v1/request", {"mode": "on"}), ("PUT", "/api/v1/speed", {"speed": 5}),
                 ("PUT", "/api/v1/pause", {"paused": False}), ("PUT", "/api/v1/pause", [])]
        for path, methods in api["paths"].items():
            if "get" in methods:
                calls.append(("GET", path, None))
        for method, path, body in calls:
            with self.subTest(method=method, path=path):
                check(method, path, self.ask(method, path, body))
        check("DELETE", "/api/v1/events/7", self.ask("DELETE", "/api/v1/events/7"), "/api/v1/events/{id}")
        # Every path of the description is there, and no other method.
        for path, methods in api["paths"].items():
            there = self.ask("PATCH", path.replace("{id}", "1"), {})
            if path != "/api/v1/stream":
                self.assertEqual(there.status, 405, path)
                self.assertEqual(set(there.headers["allow"].split(", ")), {method.upper() for method in methods})
        self.assertIn("/api/v1/events", self.ask("GET", "/api/v1/event").json()["detail"])


if __name__ == "__main__":
    unittest.main()
