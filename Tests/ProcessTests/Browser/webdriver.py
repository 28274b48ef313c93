"""A small WebDriver client: enough to drive Chromium by chromedriver with nothing but the standard library."""
import base64
import json
import subprocess
import time
import urllib.error
import urllib.request

SHIFT = "\ue008"


class Browser:
    def __init__(self, port, width=1440, height=900):
        self.process = subprocess.Popen(
            ["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.base = f"http://127.0.0.1:{port}"
        self.until(lambda: self._call("GET", "/status")["value"]["ready"], "chromedriver")
        arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en-IN",
            f"--window-size={width},{height}",
        ]
        capabilities = {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"}}}
        self.session = self._call("POST", "/session", {"capabilities": capabilities})["value"]["sessionId"]

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, method=method, data=data, headers={"Content-Type": "application/json"})
        try:
            return json.load(urllib.request.urlopen(request, timeout=60))
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()[:500]) from error

    def _do(self, method, path, body=None):
        return self._call(method, f"/session/{self.session}{path}", body)["value"]

    @staticmethod
    def until(condition, what, seconds=60):
        end = time.monotonic() + seconds
        while True:
            try:
                value = condition()
                if value:
                    return value
                problem = value
            except Exception as error:  # What is waited for may not be there yet in many ways.
                problem = error
            if time.monotonic() > end:
                raise RuntimeError(f"waited {seconds} s for {what}: {problem}")
            time.sleep(0.05)

    def open(self, address):
        self._do("POST", "/url", {"url": address})

    def run(self, script, *arguments):
        return self._do("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script, *arguments, what=None):
        """Waits until a script's result is true, and gives it."""
        return self.until(lambda: self.run(script, *arguments), what or script)

    def element(self, selector):
        found = self.until(
            lambda: self._do("POST", "/element", {"using": "css selector", "value": selector}), selector)
        return next(iter(found.values()))

    def click(self, selector):
        self._do("POST", f"/element/{self.element(selector)}/click", {})

    def type(self, selector, text):
        self._do("POST", f"/element/{self.element(selector)}/value", {"text": text})

    def clear(self, selector):
        self._do("POST", f"/element/{self.element(selector)}/clear", {})

    def press(self, key, times=1, shift=False):
        """Presses a key again and again, wherever the focus is."""
        strokes = [{"type": kind, "value": key} for _ in range(times) for kind in ("keyDown", "keyUp")]
        if shift:
            strokes = [{"type": "keyDown", "value": SHIFT}, *strokes, {"type": "keyUp", "value": SHIFT}]
        self._do("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def size(self, width, height):
        self._do("POST", "/window/rect", {"width": width, "height": height})

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._do("GET", "/screenshot")))

    def errors(self):
        """What the console complains of; a route that is not there is no complaint."""
        return [line["message"] for line in self._do("POST", "/se/log", {"type": "browser"})
                if line["level"] == "SEVERE" and "Failed to load resource" not in line["message"]
                and "WebSocket connection" not in line["message"]]

    def close(self):
        try:
            self._call("DELETE", f"/session/{self.session}")
        except Exception:
            pass
        self.process.terminate()
        self.process.wait()
