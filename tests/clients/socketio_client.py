"""Talks to a running server with the official Python client of socket.io, by polling and by websocket, and says what it saw.

Needs `python-socketio[client]` (with `requests` and `websocket-client`). The server is in multi-user mode and has an account
each for `--email` and `--other`.

Usage: python socketio_client.py http://127.0.0.1:9090 --email ADDRESS --other ADDRESS --password PASSWORD
"""

import argparse
import json
import queue
import sys
import urllib.request

import socketio

GRAPH = {
    "id": "g",
    "nodes": {"a": {"id": "a", "type": "integer", "value": 1}, "b": {"id": "b", "type": "add", "b": 2}},
    "edges": [{"source": {"node_id": "a", "field": "value"}, "destination": {"node_id": "b", "field": "a"}}],
}
ENDS = ("completed", "failed", "canceled")
PATIENCE = 60
# What no client may join by naming it.
FOREIGN_ROOMS = ("admin", "user:{other}", "user:system")


class Account:
    """Somebody signed in."""

    def __init__(self, base, email, password):
        self.base = base
        answer = self.post("/api/v1/auth/login", {"email": email, "password": password, "remember_me": False})
        self.token, self.id = answer["token"], answer["user"]["user_id"]

    def post(self, path, body):
        headers = {"Content-Type": "application/json"}
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.base + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def enqueue(self):
        batch = {"graph": GRAPH, "runs": 1, "origin": "test", "destination": "test"}
        return self.post("/api/v1/queue/default/enqueue_batch", {"prepend": False, "batch": batch})["item_ids"][0]


class Ear:
    """One client, and everything it heard in order."""

    def __init__(self, base, token, transport):
        self.heard = queue.Queue()
        self.client = socketio.Client(reconnection=False)
        self.client.on("*", lambda event, *data: self.heard.put((event, data[0] if data else None)))
        auth = None if token is None else {"token": token}
        self.client.connect(base, auth=auth, transports=[transport], socketio_path="/ws/socket.io", wait_timeout=PATIENCE)

    def until(self, wanted):
        """All that was heard up to what is wanted."""
        before = []
        while True:
            event = self.heard.get(timeout=PATIENCE)
            before.append(event)
            if wanted(*event):
                return before

    def drain(self):
        rest = []
        while not self.heard.empty():
            rest.append(self.heard.get())
        return rest


def is_end(item):
    return lambda name, data: name == "queue_item_status_changed" and data["item_id"] == item and data["status"] in ENDS


def check(truth, what):
    print("ok  " if truth else "FAIL", what)
    return bool(truth)


def try_one(base, mine, theirs, transport):
    passed = True
    ear = Ear(base, mine.token, transport)
    passed &= check(ear.client.connected and ear.client.transport() == transport, f"{transport}: connects with a token")
    ear.client.emit("subscribe_queue", {"queue_id": "default"})
    item = mine.enqueue()
    events = ear.until(is_end(item))
    about = [(name, data) for name, data in events if data.get("item_id") == item]
    names = [name for name, _ in about]
    for name, data in about:
        print("      ", name, data.get("status", data.get("invocation_source_id", "")))
    states = [data["status"] for name, data in about if name == "queue_item_status_changed"]
    passed &= check(states == ["in_progress", "completed"], f"{transport}: the item's states are {states}")
    passed &= check(names.count("invocation_started") == names.count("invocation_complete") == 2, f"{transport}: both nodes begin and end")
    passed &= check(any(name == "batch_enqueued" for name, _ in events), f"{transport}: the batch is told")

    for room in FOREIGN_ROOMS:
        ear.client.emit("subscribe_queue", {"queue_id": room.format(other=theirs.id)})
    own = theirs.enqueue()
    marker = mine.enqueue()
    leaked = [event for event in ear.until(is_end(marker)) + ear.drain() if theirs.id in json.dumps(event[1])]
    names = sorted({name for name, data in leaked})
    passed &= check(not leaked, f"{transport}: nothing of item {own} of somebody else is heard {names or ''}")
    ear.client.emit("unsubscribe_queue", {"queue_id": "default"})
    ear.client.disconnect()

    for token, whose in ((None, "nobody"), ("not.a.token", "a forged token")):
        try:
            Ear(base, token, transport).client.disconnect()
            passed &= check(False, f"{transport}: {whose} is refused")
        except socketio.exceptions.ConnectionError as error:
            passed &= check(True, f"{transport}: {whose} is refused: {error}")
    return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base")
    for name in ("email", "other", "password"):
        parser.add_argument(f"--{name}", required=True)
    told = parser.parse_args()
    mine, theirs = (Account(told.base, email, told.password) for email in (told.email, told.other))
    results = [try_one(told.base, mine, theirs, transport) for transport in ("polling", "websocket")]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
