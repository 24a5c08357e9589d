#!/usr/bin/env python3
"""A folder of src/ includes only itself and the folders above it in src/layers.txt.

usage: layers.py SOURCE_DIR [BUILD_DIR]      exit 1 if a rule is broken
       layers.py --self-test                 proves that planted violations are found (part of every run)

Further: only src/pg includes libpq; applications include src/, their own folder and apps/service,
which they share; nobody includes tests;
ARCHITECTURE.md names every folder of src/.
"""
import pathlib
import re
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
SOURCES = {".cpp", ".hpp", ".h", ".def"}
LIBPQ = {"libpq-fe.h", "libpq-events.h", "postgres_ext.h"}


def layers_of(root):
    lines = (root / "src/layers.txt").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def includes_of(path):
    """(line, file name) of every include, in quotes or angle brackets."""
    text = path.read_text()
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(1) if match[1] else match.start(2)) + 1, match[1] or match[2]


def sources_below(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in SOURCES and path.is_file())


def check_src(root, layers):
    for path in sources_below(root / "src"):
        own = path.relative_to(root / "src").parts[0]
        if own not in layers:
            yield f"{path.relative_to(root)}: folder {own} is not in src/layers.txt"
            continue
        allowed = layers[: layers.index(own) + 1]
        for line, name in includes_of(path):
            folder = name.split("/")[0] if "/" in name else None
            if folder in layers and folder not in allowed:
                yield f"{path.relative_to(root)}:{line}: {own} includes {name}, which stands below it in src/layers.txt"
            if folder in {"apps", "tests", "support", ".."} or folder in applications(root):
                yield f"{path.relative_to(root)}:{line}: src includes {name} from outside"
            if name in LIBPQ and own != "pg":
                yield f"{path.relative_to(root)}:{line}: only src/pg may include {name}"


def applications(root):
    apps = root / "apps"
    return {entry.name for entry in apps.iterdir() if entry.is_dir()} if apps.is_dir() else set()


def check_apps(root, layers):
    names = applications(root)
    for path in sources_below(root / "apps"):
        own = path.relative_to(root / "apps").parts[0]
        for line, name in includes_of(path):
            folder = name.split("/")[0] if "/" in name else None
            if folder in (names - {own, "service"}) | {"tests", "support", ".."}:
                yield f"{path.relative_to(root)}:{line}: application {own} includes {name}"
            if name in LIBPQ:
                yield f"{path.relative_to(root)}:{line}: only src/pg may include {name}"


def check_architecture(root):
    page = root / "ARCHITECTURE.md"
    if not page.is_file():
        return
    text = page.read_text()
    for folder in sorted({path.relative_to(root / "src").parts[0] for path in sources_below(root / "src")}):
        if not re.search(rf"\bsrc/{re.escape(folder)}\b", text):
            yield f"ARCHITECTURE.md does not name src/{folder}"


def violations(root):
    layers = layers_of(root)
    return [*check_src(root, layers), *check_apps(root, layers), *check_architecture(root)]


def self_test():
    """Each planted violation is found alone; the sound tree has none."""
    sound = {"src/layers.txt": "# order\nbase\npg\nengine\n", "src/base/a.hpp": '#include <string>\n',
             "src/pg/b.cpp": '#include "base/a.hpp"\n#include <libpq-fe.h>\n', "src/engine/c.cpp": '#include "pg/b.hpp"\n',
             "apps/one/d.cpp": '#include "one/e.hpp"\n#include "engine/c.hpp"\n', "apps/two/f.cpp": '#include "service/g.hpp"\n', "apps/service/g.hpp": '#include "service/h.hpp"\n',
             "ARCHITECTURE.md": "`src/base`, src/pg/ and src/engine\n"}
    planted = {"src/base/a.hpp": '#include "pg/b.hpp"\n', "src/engine/c.cpp": "#include <libpq-fe.h>\n",
               "src/other/x.cpp": "", "src/pg/b.cpp": '  # include "one/e.hpp"\n', "apps/one/d.cpp": '#include "two/f.hpp"\n',
               "apps/two/f.cpp": '#include "libpq-fe.h"\n', "apps/service/g.hpp": '#include "two/f.hpp"\n', "ARCHITECTURE.md": "src/base/ src/engine/ src/pgx\n"}
    for name, text in [(None, None), *planted.items()]:
        with tempfile.TemporaryDirectory() as folder:
            for path, content in {**sound, **({name: text} if name else {})}.items():
                file = pathlib.Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content)
            found = violations(pathlib.Path(folder))
            if bool(found) != bool(name) or (name and name != "src/other/x.cpp" and not found[0].startswith(name)):
                sys.exit(f"self-test: planted {name}, found {found}")
    return len(planted)


def main():
    planted = self_test()
    if sys.argv[1:2] == ["--self-test"]:
        print(f"layers: {planted} planted violations found")
        return
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    found = violations(pathlib.Path(sys.argv[1]).resolve())
    for line in found:
        print(line)
    print(f"layers: {len(found)} violations ({planted} planted ones found)")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
