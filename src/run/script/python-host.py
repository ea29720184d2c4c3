"""Runs one Python script for procblock: calls its ProcessBlock again and again.

Requests come as JSON lines on standard input, answers go as JSON lines to file descriptor 3. The script itself sees
neither: its standard input is empty, and what it prints goes to the log. When standard input closes, because the
parent is gone, this process ends, whatever the script is doing.
"""

import importlib.machinery
import inspect
import io
import json
import linecache
import math
import os
import sys
import threading
import traceback
import types

LONGEST_LINE = 8192
MOST_LOG = 1024 * 1024
DEEPEST = 200
# JSON has no NaN and no integers beyond 2**53: they travel as mappings with this only key.
NUMBER = "\x00number"


def main():
    path, max_result = sys.argv[1], int(sys.argv[2])
    requests = os.fdopen(os.dup(0), "rb")
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.set_inheritable(3, False)
    answers = Answers(os.fdopen(3, "wb"))
    sys.stdout = Printed(answers, "info")
    sys.stderr = Printed(answers, "warn")
    sys.argv = [path]
    own_folder = sys.path[0]
    sys.path[0] = os.path.dirname(path)
    shared = Shared(answers, own_folder, max_result)
    lines = Requests(requests, shared)
    # Last: a module of that name that the user has is found first.
    sys.meta_path.append(ProcblockModule(shared))
    script = Script(path, shared)
    while True:
        line = lines.next()
        answer_call(script, answers, read_numbers(line), max_result)


class Requests:
    """Reads on a thread of its own, so that the end of the parent is noticed in the middle of a call."""

    def __init__(self, stream, shared):
        self.stream = stream
        self.shared = shared
        self.lines = []
        self.ready = threading.Semaphore(0)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.stream:
            if line.startswith(b'{"shared":'):
                self.shared.receive(line)
                continue
            self.lines.append(line)
            self.ready.release()
        os._exit(0)

    def next(self):
        self.ready.acquire()
        return self.lines.pop(0)


class Answers:
    def __init__(self, stream):
        self.stream = stream
        self.lock = threading.Lock()

    def send(self, message):
        data = json.dumps(message, allow_nan=False).encode()
        with self.lock:
            self.stream.write(data + b"\n")
            self.stream.flush()


class Shared:
    """`shared` of scripts; what it can do is loaded when it is first used."""

    def __init__(self, answers, folder, max_result):
        self._answers = answers
        self._path = os.path.join(folder, "python_shared.py")
        self._max = max_result
        self._loading = threading.Lock()
        self._module = None

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        self.load()
        return getattr(self._space, name)

    def load(self):
        with self._loading:
            if self._module is not None:
                return self._module
            module = types.ModuleType("procblock")
            with open(self._path, "rb") as file:
                exec(compile(file.read(), self._path, "exec"), module.__dict__)
            self._space = module.Space(self._answers.send, self._copy)
            self._module = module
            return module

    def receive(self, line):
        reply = read_numbers(line, self._module.decode_bytes)["shared"]
        self._space.calls.receive(reply)

    def _copy(self, value):
        try:
            return ShareableCopier(self._max, self._module.encode_bytes).copy(value, "", 0)
        except NotPlain as error:
            raise self._module.SharedError("a shared value must be plain data or bytes, not %s" % error, "not-shareable")


class ProcblockModule:
    """`from procblock import shared, SharedError`"""

    def __init__(self, shared):
        self.shared = shared

    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name == "procblock" else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.shared = self.shared
        module.SharedError = self.shared.load().SharedError


class Printed(io.TextIOBase):
    """Standard output and error of the script: bounded log lines."""

    def __init__(self, answers, level):
        self.answers = answers
        self.level = level
        self.open = ""
        self.begin()

    def begin(self):
        self.left = MOST_LOG
        self.dropped = 0

    def end(self):
        if self.open:
            self.line(self.open)
            self.open = ""
        if self.dropped:
            text = "%d more log lines were dropped: the limit is %d characters per run" % (self.dropped, MOST_LOG)
            self.answers.send({"kind": "log", "level": "warn", "text": text})
        self.begin()

    def writable(self):
        return True

    def write(self, text):
        lines = (self.open + text).split("\n")
        self.open = lines.pop()[: LONGEST_LINE + 1]
        for line in lines:
            self.line(line)
        return len(text)

    def line(self, text):
        if len(text) > LONGEST_LINE:
            text = text[:LONGEST_LINE] + "… (%d more characters)" % (len(text) - LONGEST_LINE)
        if self.left < len(text):
            self.dropped += 1
            return
        self.left -= len(text) + 16
        self.answers.send({"kind": "log", "level": self.level, "text": text.encode("utf-8", "replace").decode()})


class Script:
    """The script's function, of the newest version that could be loaded."""

    def __init__(self, path, shared):
        self.path = path
        self.shared = shared
        self.function = None
        self.good = None
        self.broken = None
        self.helpers = {}

    def stamp(self):
        return [stamp_of(self.path)] + [stamp_of(path) for path in sorted(self.helpers)]

    def refresh(self, answers, fallback):
        stamp = self.stamp()
        if self.function is not None and stamp in (self.good, self.broken):
            return
        first = self.function is None
        failure = None
        source = None
        try:
            with open(self.path, "rb") as file:
                source = file.read()
            self.load(source)
        except BaseException as error:  # a script may raise SystemExit at its top level
            failure = describe_error(error, self.path, "not-loadable", "cannot be loaded")
        if failure is None:
            self.good = self.stamp()
            self.broken = None
            answers.send({"kind": "loaded", "source": source.decode("utf-8", "replace")})
            return
        if first and fallback is not None:
            try:
                self.load(fallback.encode())
            except BaseException:
                pass
        if self.function is None:
            raise CannotLoad(failure)
        self.broken = stamp
        answers.send({"kind": "broken", "failure": failure})

    def load(self, source):
        """Raises when the source is no good; the function that was there stays then."""
        folder = os.path.dirname(self.path)
        before = {}
        for name, module in list(sys.modules.items()):
            if is_helper(module, folder):
                before[name] = sys.modules.pop(name)
        linecache.checkcache()
        try:
            code = compile(source, self.path, "exec")
            module = types.ModuleType("procblock_script")
            module.__file__ = self.path
            module.shared = self.shared
            sys.modules["procblock_script"] = module
            exec(code, module.__dict__)
            function = getattr(module, "ProcessBlock", None)
            if not callable(function):
                raise NoFunction('exports no function "ProcessBlock"')
        except BaseException:
            sys.modules.update(before)
            raise
        self.function = function
        found = [m.__file__ for m in list(sys.modules.values()) if is_helper(m, folder)]
        self.helpers = dict.fromkeys(found)


class NoFunction(Exception):
    pass


class CannotLoad(Exception):
    def __init__(self, failure):
        Exception.__init__(self)
        self.failure = failure


class NotPlain(Exception):
    pass


def is_helper(module, folder):
    path = getattr(module, "__file__", None)
    if not isinstance(path, str) or getattr(module, "__name__", "") in ("__main__", "procblock_script"):
        return False
    return path.startswith(folder + os.sep) and "site-packages" not in path and path.endswith(".py")


def stamp_of(path):
    try:
        stat = os.stat(path)
        return (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    except OSError:
        return None


def answer_call(script, answers, request, max_result):
    number = request["id"]
    answers.send({"kind": "started", "id": number})
    try:
        try:
            enter(request)
            script.refresh(answers, request.get("fallback"))
            answer = call(script, answers, request, max_result)
        except CannotLoad as error:
            answer = {"kind": "fail", "failure": error.failure}
        except NotPlain as error:
            name = os.path.basename(script.path)
            failure = {"kind": "bad-result", "message": 'script "%s" returned %s' % (name, error)}
            answer = {"kind": "fail", "failure": failure}
        except SystemExit as error:
            name = os.path.basename(script.path)
            status = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
            failure = describe_error(error, script.path, "exited", "called sys.exit")
            failure["message"] = 'script "%s" called sys.exit(%r)' % (name, error.code)
            failure["exitStatus"] = status
            answer = {"kind": "fail", "failure": failure}
        except BaseException as error:
            answer = {"kind": "fail", "failure": describe_error(error, script.path, "threw", "raised")}
    finally:
        sys.stdout.end()
        sys.stderr.end()
    answer["id"] = number
    answers.send(answer)


def enter(request):
    env = request["env"]
    for name in [name for name in os.environ if name not in env]:
        del os.environ[name]
    for name, value in env.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
    try:
        os.chdir(request["cwd"])
    except OSError:
        pass


def call(script, answers, request, max_result):
    state = request["requestState"]
    returned = script.function(
        request["pipeData"],
        request["block"],
        state,
        request["inputData"],
        tag=request["tag"],
        cwd=request["cwd"],
        env=request["env"],
        block_parent=request["blockParent"],
    )
    if inspect.isgenerator(returned) and request["long"]:
        returned = emit_all(returned, answers, request["id"], max_result)
    if returned is None:
        result = None
    elif isinstance(returned, dict):
        result = Copier(max_result).mapping(returned, "", 0)
    else:
        raise NotPlain("%s; a mapping is expected" % kind_of(returned))
    return {"kind": "return", "result": result, "requestState": Copier(max_result).mapping(state, "", 0)}


def emit_all(results, answers, number, max_result):
    """A long-running script is a generator: each mapping it yields is a result."""
    while True:
        try:
            result = next(results)
        except StopIteration as end:
            return end.value
        if not isinstance(result, dict):
            raise NotPlain("%s; a mapping is expected" % kind_of(result))
        plain = Copier(max_result).mapping(result, "", 0)
        answers.send({"kind": "emit", "id": number, "result": plain})


class Copier:
    """Plain data only, within the size limit."""

    def __init__(self, max_bytes):
        self.max_bytes = max_bytes
        self.left = max_bytes

    def spend(self, amount):
        self.left -= amount
        if self.left < 0:
            raise NotPlain("more than %d KiB, the limit for one result" % (self.max_bytes // 1024))

    def mapping(self, value, at, depth):
        if depth > DEEPEST:
            raise NotPlain('data nested deeper than %d levels, or a cycle, at "%s"' % (DEEPEST, at[:60]))
        result = {}
        for key, item in value.items():
            if not isinstance(key, str):
                if key is not None and not isinstance(key, (int, float)):
                    raise NotPlain('a key that is %s at "%s"' % (kind_of(key), at))
                key = json.dumps(key)
            self.spend(len(key) + 8)
            result[text(key)] = self.copy(item, at + "." + key if at else key, depth + 1)
        return result

    def copy(self, value, at, depth):
        if value is None or value is True or value is False:
            return value
        if isinstance(value, str):
            self.spend(len(value) + 8)
            return text(value)
        self.spend(8)
        if isinstance(value, int):
            number = int(value)
            return number if -(2**53) < number < 2**53 else {NUMBER: str(number)}
        if isinstance(value, float):
            number = float(value)
            return number if math.isfinite(number) else {NUMBER: repr(number)}
        if isinstance(value, dict):
            return self.mapping(value, at, depth)
        if isinstance(value, (list, tuple)):
            if depth > DEEPEST:
                raise NotPlain('data nested deeper than %d levels, or a cycle, at "%s"' % (DEEPEST, at[:60]))
            return [self.copy(item, "%s.%d" % (at, index), depth + 1) for index, item in enumerate(value)]
        raise NotPlain('%s at "%s"; only plain data can be returned' % (kind_of(value), at))


class ShareableCopier(Copier):
    """Bytes too."""

    def __init__(self, max_bytes, encode_bytes):
        Copier.__init__(self, max_bytes)
        self.encode_bytes = encode_bytes

    def copy(self, value, at, depth):
        if isinstance(value, (bytes, bytearray, memoryview)):
            self.spend(len(value) * 4 // 3)
            return self.encode_bytes(value)
        return Copier.copy(self, value, at, depth)


def text(value):
    """Lone surrogates cannot be encoded."""
    return str(value).encode("utf-8", "replace").decode()


def kind_of(value):
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (int, float)):
        return "a number"
    return "an object of class %s" % type(value).__name__


def read_numbers(line, more=None):
    """`more` makes something of other mappings."""
    if more is None and NUMBER[1:].encode() not in line:
        return json.loads(line)

    def number_or_mapping(mapping):
        if len(mapping) == 1 and isinstance(mapping.get(NUMBER), str):
            written = mapping[NUMBER]
            return float(written) if written in ("nan", "inf", "-inf") else int(written)
        return mapping if more is None else more(mapping)

    return json.loads(line, object_hook=number_or_mapping)


def describe_error(error, path, kind, verb):
    name = os.path.basename(path)
    said = traceback.format_exception_only(type(error), error)[-1].strip() if not isinstance(error, NoFunction) else str(error)
    failure = {"kind": kind}
    if isinstance(error, NoFunction):
        failure["message"] = 'script "%s" %s' % (name, said)
        failure["place"] = {"file": path, "line": 1, "column": 1}
        return failure
    failure["message"] = text('script "%s" %s: %s' % (name, verb, said[:4000]))
    folder = os.path.dirname(__file__)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if os.path.dirname(frame.filename) != folder]
    own = [frame for frame in frames if frame.filename == path] or frames
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        failure["place"] = {"file": error.filename, "line": error.lineno, "column": max(1, error.offset or 1)}
        if error.text:
            failure["place"]["lineText"] = text(error.text.rstrip("\n")[:1000])
    elif own:
        last = own[-1]
        column = getattr(last, "colno", None)
        failure["place"] = {"file": last.filename, "line": last.lineno, "column": (column or 0) + 1}
        if last.line:
            # `line` comes without its indentation, so it could not carry the caret.
            line = linecache.getline(last.filename, last.lineno).rstrip("\n")
            failure["place"]["lineText"] = text(line[:1000])
    if frames:
        shown = frames[-30:]
        failure["stack"] = text("\n".join("    at %s (%s:%d)" % (f.name, f.filename, f.lineno) for f in reversed(shown)))
    return failure


if __name__ == "__main__":
    main()
