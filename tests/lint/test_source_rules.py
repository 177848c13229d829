"""Rules of the source tree that a compiler does not check: who may include whom, and who may read a clock."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

# folder -> folders whose headers it may include. A folder may always include its own.
MAY_USE = {
    "domain": [],
    "api": ["domain"],
    "adapters/boost": [],
    "adapters/system": ["domain"],
    "adapters/observe": ["domain", "adapters/http"],
    "adapters/http": ["domain"],
    "adapters/resilience": ["domain", "adapters/http"],
    "adapters/intercom": ["domain", "adapters/http", "adapters/resilience"],
    "adapters/webhook": ["domain", "adapters/system", "adapters/http", "adapters/resilience"],
    "adapters/store/sqlite": ["domain", "adapters/system"],
    "service": ["domain", "api", "adapters"],
    "tests/intercom_sim": [],
}
# Third-party headers that a folder may not see at all: the reason the folders exist.
MAY_NOT_SEE = {
    "domain": r"boost/(beast|json|url|asio/(ip|ssl))|SQLiteCpp|sqlite3|openssl|yaml-cpp|prometheus",
    "api": r"boost/beast|boost/asio/(ip|ssl)|SQLiteCpp|sqlite3|yaml-cpp|prometheus",
}
CLOCK_READERS = {"adapters/system/clock.cpp", "tests/intercom_sim/clock.cpp"}
BANNED = {
    r"\bsleep_for\(std|std::this_thread|\busleep\(|\bnanosleep\(": "waits belong to Clock",
    r"asio::detached": "every spawned task belongs to a Scope",
    r"\bgetaddrinfo\(": "names are resolved by the HTTP client",
}


def sources(*folders):
    for folder in folders or ("domain", "adapters", "api", "service", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".hpp", ".cpp"):
                yield path, path.relative_to(ROOT).as_posix()


def folder_of(name):
    return max((f for f in MAY_USE if name.startswith(f + "/")), key=len, default=None)


def includes(path):
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.M)


def code_lines(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        yield number, line.split("//")[0]


def test_every_source_belongs_to_a_folder_with_a_rule():
    unknown = [name for path, name in sources("domain", "adapters", "api", "service") if folder_of(name) is None]
    assert unknown == []


def test_no_include_goes_against_the_dependency_rule():
    wrong = []
    for path, name in sources():
        folder = folder_of(name)
        if folder is None:  # the other tests may use everything
            continue
        for header in includes(path):
            if not header.startswith(("domain/", "adapters/", "api/", "service/", "tests/")):
                continue
            allowed = [folder, *MAY_USE[folder]]
            tests_of_sim = folder == "tests/intercom_sim" and name.endswith("_test.cpp")
            if tests_of_sim:
                allowed.append("tests/support")
            if not any(header.startswith(a + "/") for a in allowed):
                wrong.append(f"{name}: {header}")
    assert wrong == []


def test_folders_do_not_see_what_they_are_kept_apart_from():
    wrong = [f"{name}: {header}" for folder, pattern in MAY_NOT_SEE.items() for path, name in sources(folder)
             for header in includes(path) if re.match(pattern, header)]
    assert wrong == []


def test_clocks_are_read_in_one_file_only():
    wrong = [f"{name}:{number}" for path, name in sources() if name not in CLOCK_READERS
             for number, line in code_lines(path)
             if re.search(r"_clock::now\(|\btime\(nullptr\)|\btime\(NULL\)|gettimeofday|clock_gettime", line)]
    assert wrong == []


def test_nothing_banned_is_used():
    production = sources("domain", "adapters", "api", "service")
    wrong = [f"{name}:{number}: {why}" for path, name in production for number, line in code_lines(path)
             for pattern, why in BANNED.items() if re.search(pattern, line)]
    assert wrong == []


def test_the_rules_can_fail(tmp_path):
    """The patterns above find what they are for."""
    bad = tmp_path / "bad.cpp"
    bad.write_text('#include "api/api.hpp"\nauto t = std::chrono::steady_clock::now();\n')
    assert includes(bad) == ["api/api.hpp"]
    assert folder_of("domain/core/x.hpp") == "domain"
    assert folder_of("adapters/store/sqlite/x.hpp") == "adapters/store/sqlite"
    assert any(re.search(r"_clock::now\(", line) for _, line in code_lines(bad))
