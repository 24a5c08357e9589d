#!/usr/bin/env python3
"""What g++ 12 compiles wrongly inside a co_await expression (a double free, or a compiler error).

usage: coroutines.py SOURCE_DIR [BUILD_DIR]  exit 1 if a pattern is found
       coroutines.py --self-test             proves that planted patterns are found (part of every run)

Refused in a statement with co_await: an aggregate or list in braces among the arguments, a conditional
expression, a lambda awaited where it is written. Put them into named variables first.
"""
import pathlib
import re
import sys

LITERALS = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
BODY = re.compile(r"(?:\)|\]|\bmutable|\bnoexcept|->\s*[\w:<>,\s&*]+)\s*$")
OPENING, CLOSING = "([{", ")]}"


def without_literals(text):
    """Comments and constants as blanks, so that positions and lines stay."""
    return LITERALS.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def match_forward(text, at):
    depth = 0
    for end in range(at, len(text)):
        depth += (text[end] in OPENING) - (text[end] in CLOSING)
        if depth == 0:
            return end
    return len(text) - 1


def match_backward(text, at):
    depth = 0
    for start in range(at, -1, -1):
        depth += (text[start] in CLOSING) - (text[start] in OPENING)
        if depth == 0:
            return start
    return 0


def statement_start(text, at):
    while at > 0:
        before = text[at - 1]
        if before == "}" and re.match(r"\s*[,).]", text[at:]):
            at = match_backward(text, at - 1)  # an initialiser in braces: part of this statement
        elif before in ";{}":
            return at
        else:
            at -= 1
    return 0


def problems_of(text, await_at):
    """What is wrong with the statement around one co_await."""
    if re.match(r"co_await\s*\[", text[await_at:]):
        yield "a lambda is awaited where it is written"
    at = statement_start(text, await_at)
    depth = 0
    while at < len(text) and not (text[at] == ";" and depth <= 0):
        if text[at] == "{":
            if BODY.search(text[:at][-200:]):
                if depth <= 0:
                    return  # the block of an if, a for or a function
            elif text[:at].rstrip()[-1:] not in ("", ";"):
                yield "an aggregate or a list in braces"
            at = match_forward(text, at)
        elif text[at] == "?":
            yield "a conditional expression"
        elif text[at] in "()":
            depth += 1 if text[at] == "(" else -1
        at += 1


def violations(name, source):
    text = without_literals(source)
    for match in re.finditer(r"\bco_await\b", text):
        for problem in dict.fromkeys(problems_of(text, match.start())):
            yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {problem} in a co_await expression"


BAD = ["x = co_await f(Agg{1});", "co_await f({.a = 1});", "auto y = c ? co_await f() : T();", "co_await f(a, {x, y});",
       "co_await [x]() -> awaitable<void> { co_return; }();", "auto z = co_await f(c ? a : b);",
       "g(Agg{1}, co_await f());", "if (co_await f(Agg{}).ok()) { h(); }", "co_await f(\n  Agg{\n 1});",
       "while (co_await next({1, 2})) h();", "return co_await f(std::vector<int>{1, 2});"]
GOOD = ["auto x = co_await f(a, b);", "if (co_await f()) { g(Agg{1}); }", "const Agg a{1};\nco_await f(a);",
        "co_await f(); g(Agg{1}); h(c ? 1 : 2);", 'co_await f("{?}");', "for (auto& x : co_await f()) { use({x}); }",
        "spawn([&]() -> awaitable<void> { co_await f(); });", "co_await f(); // {a ? b : c}",
        "co_await f([&](int n) { return n > 0 ? A{1} : A{2}; });", "auto [e, n] = co_await s.read(buffer, token);",
        "void f() { if (a) b = {1}; }\nawaitable<int> g() { co_return co_await h(); }", "co_await f(u'?', '{');"]


def self_test():
    for source in BAD:
        if not list(violations("planted", source)):
            sys.exit(f"self-test: not found: {source}")
    for source in GOOD:
        if found := list(violations("sound", source)):
            sys.exit(f"self-test: {found} in: {source}")
    return len(BAD)


def main():
    planted = self_test()
    if sys.argv[1:2] == ["--self-test"]:
        print(f"coroutines: {planted} planted patterns found")
        return
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1]).resolve()
    files = [path for folder in ("src", "apps", "tests", "bench") for path in sorted((root / folder).rglob("*"))
             if path.suffix in {".cpp", ".hpp"}]
    found = [line for path in files for line in violations(path.relative_to(root), path.read_text())]
    for line in found:
        print(line)
    print(f"coroutines: {len(found)} violations in {len(files)} files ({planted} planted ones found)")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
