"""Drives `ak-slack dev` from Python tests, over its HTTP interface. It needs nothing beside Python itself."""

import json
import os
import shlex
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

_POSTS = {"chat.postMessage", "chat.postEphemeral", "chat.update", "response_url"}
_FINAL = {"completed", "error", "stopped"}


class ScriptedSlack:
    """A scripted Slack in front of one connection, for as long as the `with` lasts.

    The command is `ak-slack`, or what the environment variable AK_SLACK says, such as `npx ak-slack`.
    """

    def __init__(self, connection):
        self._connection = connection
        # The number of the last message that a test has waited for.
        self._seen = 0

    def __enter__(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._url = f"http://127.0.0.1:{port}"
        command = shlex.split(os.environ.get("AK_SLACK", "ak-slack"))
        self._process = subprocess.Popen([*command, "dev", self._connection, "--port", str(port)])
        try:
            self._until_connected()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    def send(self, kind, **fields):
        """Does something in Slack: `send("message", channel="general", text="hi")`. Returns what Slack sends for it."""
        return self._ask("/api/send", {"kind": kind, **fields})["sent"][0]

    def wait_for_post(self, words, timeout=30):
        """The next message of a workflow whose text has these words: a call of the Web API, with its `args`."""
        post = self._wait(
            lambda entry: _is_post(entry) and words in entry["text"],
            f"a message with {words!r}",
            timeout,
            after=self._seen,
        )
        self._seen = post["n"]
        return post

    def wait_for_session(self, sent, timeout=30):
        """The session that something has started, when it has ended: its `state`, its `error`, and `prints`."""

        def is_wanted(entry):
            if entry.get("sent") != sent["n"]:
                return False
            return entry["t"] in ("no_session", "unacknowledged") or entry.get("state") in _FINAL

        entry = self._wait(is_wanted, "the end of a session", timeout, after=sent["n"])
        if entry["t"] != "session":
            raise AssertionError(entry["reason"])
        prints = [each["text"] for each in self._after(sent["n"]) if each["t"] == "print" and each["sent"] == sent["n"]]
        return {**entry, "prints": prints}

    def refuse(self, method, times=1, **refusal):
        """Refuses the next calls of a method: `error="channel_not_found"`, or `retryAfter=1` for the rate of calls."""
        self._ask("/api/refuse", {"method": method, "times": times, **refusal})

    def _wait(self, is_wanted, what, timeout, after):
        end = time.monotonic() + timeout
        last = after
        while True:
            left = end - time.monotonic()
            for entry in self._after(last, max(0, min(left, 10))):
                last = entry["n"]
                if is_wanted(entry):
                    return entry
            if left <= 0:
                raise TimeoutError(f"{what} did not come within {timeout} s")

    def _after(self, last, wait=0):
        return self._ask(f"/api/timeline?after={last}&wait={wait}")["entries"]

    def _until_connected(self, timeout=120):
        end = time.monotonic() + timeout
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if self._ask("/api/run")["sockets"] > 0:
                    return
            except urllib.error.URLError:
                pass
            time.sleep(0.1)
        raise TimeoutError("ak-slack dev has opened no socket: has the project an active deployment?")

    def _ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from None


def _is_post(entry):
    return entry["t"] == "call" and entry["method"] in _POSTS and entry["ok"]
