"""Calls a service by the operations of its OpenAPI document and holds every answer against it."""
import collections
import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
import urllib.parse

import jsonschema

Answer = collections.namedtuple("Answer", "status headers body")


class Document:
    def __init__(self, path):
        with open(path) as file:
            self.json = json.load(file)
        self.by_id = {operation["operationId"]: (method, path, operation) for method, path, operation in self.operations()}

    def operations(self):
        for path, methods in self.json["paths"].items():
            for method, operation in methods.items():
                yield method, path, operation

    def resolve(self, node):
        while "$ref" in node:
            target = self.json
            for part in node["$ref"].split("/")[1:]:
                target = target[part]
            node = target
        return node

    def problem(self, schema, value):
        validator = jsonschema.Draft202012Validator({**schema, "components": self.json["components"]})
        error = jsonschema.exceptions.best_match(validator.iter_errors(value))
        return None if error is None else f"{error.json_path}: {error.message[:200]}"


class Service:
    """`program serve`, on a port that is free; stopped at the end of the block."""

    def __init__(self, program, *words, token="", environment=None):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0", *words], text=True, stdout=subprocess.PIPE,
                                        stderr=self.log, env={**os.environ, **(environment or {})})
        line = self.process.stdout.readline()
        if "listening on" not in line:
            raise SystemExit("the service did not start")
        self.port, self.token, self.memory_kb = int(line.rsplit(":", 1)[1]), token, 0

    def stop(self):
        if self.process.poll() is None:
            with open(f"/proc/{self.process.pid}/status") as file:
                self.memory_kb = int(re.search(r"VmHWM:\s+(\d+)", file.read())[1])
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def log_lines(self):
        self.log.seek(0)
        return [json.loads(line) for line in self.log]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Api:
    """`parts`: what stands in a path where a call does not say it."""

    def __init__(self, document, service, failed, parts=None):
        self.document, self.service, self.failed, self.seen, self.parts = document, service, failed, set(), parts or {}

    def _fail(self, what):
        print("NO   " + what, flush=True)
        self.failed.append(what)

    def call(self, name, path=None, query=None, body=None, raw=None, headers=None, token=None, kind="application/json", expect=200, documented=True):
        method, pattern, operation = self.document.by_id[name]
        path = {**self.parts, **(path or {})}
        target = re.sub(r"{(\w+)}", lambda match: urllib.parse.quote(path[match[1]], safe=""), pattern)
        if query:
            target += "?" + urllib.parse.urlencode(query)
        data = raw if raw is not None else json.dumps(body).encode() if body is not None else None
        sent = {"Authorization": "Bearer " + (token or self.service.token), **({"Content-Type": kind} if data is not None else {}), **(headers or {})}
        answer = self._send(method.upper(), target, data, sent)
        wanted = expect if isinstance(expect, tuple) else (expect,)
        if answer.status not in wanted:
            self._fail(f"{name} {target[:80]}: status {answer.status}, expected {expect}: {str(answer.body)[:200]}")
        if documented:
            self.check(name, operation, answer)
            if body is not None and "requestBody" in operation:
                self._check_request(name, operation, body, answer.status)
        return answer

    def _send(self, method, target, data, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        try:
            connection.request(method, target, data, {key: value.encode("utf-8") for key, value in headers.items()})
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        is_json = response.headers.get("Content-Type") == "application/json"
        return Answer(response.status, response.headers, json.loads(text) if is_json else text)

    def check(self, name, operation, answer):
        status = str(answer.status)
        self.seen.add((name, status))
        if status not in operation["responses"]:
            return self._fail(f"{name}: status {status} is not documented")
        response = self.document.resolve(operation["responses"][status])
        for header, described in response.get("headers", {}).items():
            if header not in answer.headers and header != "Retry-After" and "schema" in described:
                self._fail(f"{name}: {status} has no header {header}")
        kind = answer.headers.get("Content-Type", "").split(";")[0]
        if kind not in response["content"]:
            return self._fail(f"{name}: {status} is {kind}, not {list(response['content'])}")
        problem = self.document.problem(response["content"][kind]["schema"], answer.body)
        if problem:
            self._fail(f"{name}: body of {status}: {problem}")

    def _check_request(self, name, operation, body, status):
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        problem = self.document.problem(schema, body)
        if status < 300 and problem:
            self._fail(f"{name}: a body that was accepted is not documented: {problem}")

    def self_test(self, name, good):
        """Each kind of disagreement is found. `good`: a body that operation `name` answers with."""
        operation = self.document.by_id[name][2]
        headers = {"Content-Type": "application/json"}
        quiet = Api(self.document, self.service, [])
        quiet._fail = quiet.failed.append
        quiet.check(name, operation, Answer(200, headers, good))
        found = [len(quiet.failed)]
        for answer in (Answer(418, headers, good), Answer(200, headers, {}), Answer(200, headers, {**good, "more": 1}),
                       Answer(200, {"Content-Type": "text/plain"}, good), Answer(401, headers, {"error": "x", "message": "y"})):
            quiet.check(name, operation, answer)
            found.append(len(quiet.failed))
        return found == [0, 1, 2, 3, 4, 5]
