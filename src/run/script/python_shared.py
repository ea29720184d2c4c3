"""`shared` of Python scripts: locks, counters, state, queues and logs of the block's space.

Loaded when a script first uses it. Every method is a message to procblock, which answers it; it returns, or raises
SharedError, when the answer is there. What a call of ProcessBlock still holds when it ends is given back.
"""

import base64
import itertools
import os
import threading
import types

BYTES = "\x00bytes"
ABSENT = {"\x00absent": True}


class SharedError(Exception):
    """What a caller can cause; `code` is for programs: "bad-value", "queue-full", "not-held" …"""

    def __init__(self, message, code=None):
        Exception.__init__(self, message)
        self.code = code


class Calls:
    """Any thread of the script may call, also at the same time."""

    def __init__(self, send, copy):
        self.send = send
        self.copy = copy
        self.numbers = itertools.count(1)
        self.waiting = {}
        self.process = os.getpid()

    def receive(self, reply):
        callback = self.waiting.pop(reply["id"], None)
        if callback is not None:
            callback(reply)

    def start(self, target, method, args, callback):
        if os.getpid() != self.process:
            raise SharedError("shared works in the process that procblock started, not in its children", "closed")
        number = next(self.numbers)
        self.waiting[number] = callback
        self.send({"kind": "shared", "id": number, "target": target, "method": method, "args": list(args)})

    def request(self, target, method, *args):
        done = threading.Event()
        replies = []

        def answered(reply):
            replies.append(reply)
            done.set()

        self.start(target, method, args, answered)
        done.wait()
        error = replies[0].get("error")
        if error is None:
            return replies[0]
        raise SharedError(error["message"], error.get("code"))

    def iterate(self, target, method, show, *args):
        handle = self.request(target, method, *args).get("handle")
        iterator = {"of": "handle", "handle": handle}
        try:
            while True:
                step = self.request(iterator, "next")["value"]
                if step.get("done"):
                    return
                yield show(step["value"])
        finally:
            self.start(iterator, "return", [], lambda reply: None)


class Space:
    def __init__(self, send, copy):
        self.calls = Calls(send, copy)

    def lock(self, name, timeout=None, lease=None):
        """`with shared.lock("name"):` — or `acquire` and `release`. Times are seconds."""
        return Lock(self.calls, "lock", name, timeout, lease)

    def counter(self, name):
        return Counter(self.calls, "counter", name)

    def state(self, bucket):
        return State(self.calls, "state", bucket)

    def queue(self, name):
        return Queue(self.calls, "queue", name)

    def log(self, name):
        return Log(self.calls, "log", name)

    def locks(self):
        return self.list("locks")

    def counters(self):
        return self.list("counters")

    def states(self):
        return self.list("states")

    def queues(self):
        return self.list("queues")

    def logs(self):
        return self.list("logs")

    def list(self, what):
        return [types.SimpleNamespace(**item) for item in self.calls.request({"of": "space"}, what)["value"]]


class Thing:
    def __init__(self, calls, kind, name):
        self.calls = calls
        self.target = {"of": kind, "name": str(name)}

    def request(self, method, *args):
        return self.calls.request(self.target, method, *args)

    def value(self, method, *args):
        return self.request(method, *args).get("value")

    def copy(self, value):
        return self.calls.copy(value)


class Counter(Thing):
    """A 64-bit integer. What does not fit raises SharedError ("overflow")."""

    def get(self):
        return self.value("get")

    def set(self, value):
        self.value("set", self.copy(value))

    def get_set(self, value):
        """Returns the previous value."""
        return self.value("getSet", self.copy(value))

    def increment(self, by=1):
        """Returns the new value."""
        return self.value("increment", self.copy(by))

    def get_increment(self, by=1):
        """Returns the previous value."""
        return self.value("getIncrement", self.copy(by))


class State(Thing):
    def get(self, key, default=None):
        return self.request("get", key).get("value", default)

    def set(self, key, value, expiry=None):
        """With `expiry`, it is gone after so many seconds."""
        if expiry is None:
            self.value("set", key, self.copy(value))
        else:
            self.value("setWithExpiry", key, self.copy(value), expiry)

    def delete(self, key):
        """Returns whether it was there."""
        return self.value("delete", key)

    def keys(self):
        return self.value("keys")

    def entries(self):
        return self.value("entries")

    def compare_and_set(self, key, expected, value):
        """Only if it is `expected`; None: if it is not there. A value of None deletes it."""
        return self.replace(key, ABSENT if expected is None else self.copy(expected), value)

    def replace(self, key, expected, value):
        return self.value("compareAndSet", key, expected, ABSENT if value is None else self.copy(value))

    def update(self, key, change):
        """`change` gets the value (None: not there) and returns the new one; called again when another was faster."""
        while True:
            found = self.request("get", key)
            expected = self.copy(found["value"]) if "value" in found else ABSENT
            value = change(found.get("value"))
            if self.replace(key, expected, value):
                return value

    def watch(self, key):
        """Iterates over changes (`key`, `value`), what is there first. A trailing `*` makes `key` a prefix."""
        return self.calls.iterate(self.target, "watch", show_change, key)


class Queue(Thing):
    def push(self, message, key=None):
        """Returns its position. The order of one `key` holds with several takers."""
        return self.value("push", self.copy(message), options(key=key))

    def push_many(self, messages, key=None):
        return self.value("pushMany", [self.copy(message) for message in messages], options(key=key))

    def pop(self):
        """At most once: the oldest message (`message`, `position`, `time`, `key`), removed; None when there is none."""
        return show_or_none(self.value("pop"))

    def pop_many(self, most):
        return [show_message(message) for message in self.value("popMany", most)]

    def take(self, visibility=None, wait=None):
        """At least once: `ack()` it, or leave `with queue.take() as message:`; else it is delivered again."""
        reply = self.request("take", options(visibility=visibility, wait=wait))
        return Taken(self.calls, reply) if "handle" in reply else None

    def peek(self, last=25):
        return [show_message(message) for message in self.value("peek", {"last": last})]

    def trim(self, keep=None, older_than=None):
        return self.value("trim", options(keep=keep, olderThan=older_than))

    def length(self):
        return self.value("length")

    def subscribe(self, start=None):
        """Iterates over every message from now on, or from the position `start`; removes nothing."""
        # Positions are integers beyond doubles.
        given = options(**{"from": None if start is None else {"\x00number": str(int(start))}})
        return self.calls.iterate(self.target, "subscribe", show_message, given)


class Log(Thing):
    def append(self, entry):
        return self.value("append", self.copy(entry))

    def tail(self, lines=10, since=None, follow=False):
        """Iterates over entries (`entry`, `position`, `time`), oldest first; with `follow` also over what comes."""
        given = options(lines=lines, since=since, follow=follow)
        return self.calls.iterate(self.target, "tail", show_entry, given)

    def trim(self, keep=None, older_than=None):
        return self.value("trim", options(keep=keep, olderThan=older_than))

    def length(self):
        return self.value("length")


class Lock(Thing):
    def __init__(self, calls, kind, name, timeout, lease):
        Thing.__init__(self, calls, kind, name)
        self.timeout = timeout
        self.lease = lease
        self.held = []

    def acquire(self, timeout=None, lease=None):
        """First come, first served; returns a Lease, or None when `timeout` passes."""
        timeout = self.timeout if timeout is None else timeout
        reply = self.request("acquire", options(timeout=timeout, lease=self.lease if lease is None else lease))
        return Lease(self.calls, reply) if "handle" in reply else None

    def is_locked(self):
        return self.value("isLocked")

    def list(self):
        return [types.SimpleNamespace(**holder) for holder in self.value("list")]

    def break_lock(self):
        return self.value("breakLock")

    def __enter__(self):
        lease = self.acquire()
        if lease is None:
            raise TimeoutError('lock "%s" was not free within %s s' % (self.target["name"], self.timeout))
        self.held.append(lease)
        return lease

    def __exit__(self, kind, error, trace):
        self.held.pop().__exit__(kind, error, trace)


class Held:
    def __init__(self, calls, reply):
        self.calls = calls
        self.target = {"of": "handle", "handle": reply["handle"]}
        self.__dict__.update(reply["value"]["data"])

    def __enter__(self):
        return self


class Lease(Held):
    """`token` only ever grows; `lost` becomes true when it was broken or ran out."""

    def __init__(self, calls, reply):
        Held.__init__(self, calls, reply)
        self.lost = False
        calls.start(self.target, "lost", [], self.told)

    def told(self, reply):
        self.lost = "error" not in reply

    def release(self):
        self.calls.request(self.target, "release")

    def extend(self, lease=None):
        self.calls.request(self.target, "extend", *([] if lease is None else [lease]))

    def __exit__(self, kind, error, trace):
        try:
            self.release()
        except SharedError:
            # The error of the block itself matters more than that the lock was lost meanwhile.
            if kind is None:
                raise


class Taken(Held):
    key = None

    def ack(self):
        self.calls.request(self.target, "ack")

    def nack(self):
        self.calls.request(self.target, "nack")

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.ack()
        else:
            try:
                self.nack()
            except SharedError:
                pass


def options(**given):
    return {name: value for name, value in given.items() if value is not None}


def show_message(message):
    message.setdefault("key", None)
    return types.SimpleNamespace(**message)


def show_or_none(message):
    return None if message is None else show_message(message)


def show_entry(entry):
    return types.SimpleNamespace(**entry)


def show_change(change):
    change.setdefault("value", None)
    return types.SimpleNamespace(**change)


def encode_bytes(value):
    return {BYTES: base64.b64encode(bytes(value)).decode()}


def decode_bytes(mapping):
    """For mappings that came in: the bytes that one stands for, or itself."""
    if len(mapping) == 1 and isinstance(mapping.get(BYTES), str):
        return base64.b64decode(mapping[BYTES])
    return mapping
