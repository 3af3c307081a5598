#!/usr/bin/env python3
"""Tests of the checker: each rule finds its small bad example, and leaves the good one beside it alone."""
import tempfile
import unittest
from pathlib import Path

import cpp_scan
import tidy

ARCHITECTURE = """
| Room | Floor | May include | State | What |
|---|---|---|---|---|
| `base` | L0 | | | words |
| `runtime` | L2 | `base` | | runs |
| `sim` | L2 | `base` `runtime` | | pretends |
| `vos` | L3 | `base` `runtime` | | stores |
| `gateway` | L6 | `base` | not yet | speaks |
"""
CMAKE = "firn_room(base DEPS fmt::fmt)\nfirn_room(vos DEPS base runtime)\n"


class TidyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("docs/architecture.md", ARCHITECTURE)
        self.write("CMakeLists.txt", CMAKE)
        for room in ("base", "runtime", "sim", "vos"):
            self.write(f"src/{room}/README.md", room + "\n")
            self.write(f"src/{room}/{room}.h", f"// {room}.\n#pragma once\n")

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def expect(self, *expected, headers=False):
        """Expects exactly these findings, each written as "path:line rule"."""
        found, _ = tidy.findings(self.root, headers)
        self.assertEqual(sorted(expected), sorted(f"{f.path}:{f.line} {f.rule}" for f in found))

    def expect_in_source(self, text, *rules, path="src/vos/store.cc"):
        """Expects these rules, as "line rule", in a source that holds a first comment line and this text."""
        self.write(path, "// Example.\n" + text)
        self.expect(*(f"{path}:{rule}" for rule in rules))

    def test_a_good_tree_has_no_findings(self):
        self.expect(headers=True)

    # Layers

    def test_includes_follow_the_table(self):
        self.expect_in_source('#include "vos/vos.h"\n#include "base/base.h"\n#include <vector>\n'
                              "#include <net/if.h>\n")
        self.expect_in_source('#include "vos/vos.h"\n  #  include <sim/sim.h>\n', "2 layer", "3 layer",
                              path="src/base/up.cc")

    def test_includes_name_their_room(self):
        self.expect_in_source('#include "vos.h"\n#include "../base/base.h"\n', "2 layer", "3 layer")

    def test_only_tests_use_sim(self):
        self.expect_in_source('#include "sim/sim.h"\n', path="src/vos/store_test.cc")
        self.expect_in_source('#include "sim/sim.h"\n', "2 layer")

    def test_tests_below_the_runtime_do_not_use_sim(self):
        self.expect_in_source('#include "sim/sim.h"\n', "2 layer", path="src/base/base_test.cc")

    def expect_in_table(self, old, new, *lines):
        self.write("CMakeLists.txt", "")
        self.write("docs/architecture.md", ARCHITECTURE.replace(old, new))
        self.expect(*(f"docs/architecture.md:{line} layer-table" for line in lines))

    def test_table_has_no_upward_use(self):
        self.expect_in_table("`gateway` | L6 | `base`", "`gateway` | L1 | `vos`", 8)

    def test_table_has_no_cycle(self):
        self.expect_in_table("`runtime` | L2 | `base`", "`runtime` | L2 | `base` `sim`", 5, 5, 6)

    def test_table_keeps_sim_out_of_products(self):
        self.expect_in_table("`vos` | L3 | `base`", "`vos` | L3 | `base` `sim`", 7)

    def test_table_names_only_rooms_with_a_row(self):
        self.expect_in_table("`vos` | L3 | `base`", "`vos` | L3 | `base` `attic`", 7)

    def test_table_agrees_with_cmake_and_the_tree(self):
        self.write("CMakeLists.txt", "firn_room(vos DEPS base)\nfirn_room(other)\n")
        self.write("src/gateway/README.md", "gateway\n")
        self.write("src/gateway/gateway.h", "// Gateway.\n")
        self.write("src/stray/README.md", "stray\n")
        self.write("src/stray/stray.h", "// Stray.\n")
        self.expect("CMakeLists.txt:1 layer-table", "CMakeLists.txt:2 layer-table",
                    "docs/architecture.md:1 layer-table", "docs/architecture.md:8 layer-table")

    def test_a_missing_table_is_found(self):
        self.write("docs/architecture.md", "nothing\n")
        self.expect("docs/architecture.md:1 layer-table")

    def test_places(self):
        (self.root / "src/vos/README.md").unlink()
        self.write("tools/loose.h", "// Loose.\n")
        self.expect("src/vos/README.md:1 room-readme", "tools/loose.h:1 header-place")

    # Headers

    def test_headers_compile_alone_and_twice(self):
        self.write("src/base/alone.h", "// Lacks an include.\n#pragma once\nstd::string name();\n")
        self.write("src/base/twice.h", "// Lacks a guard.\nstruct Twice {};\n")
        self.expect("src/base/alone.h:1 header-alone", "src/base/twice.h:1 header-alone", headers=True)

    # Limits

    def test_line_and_file_length(self):
        self.expect_in_source("// " + "é" * 107 + "\n// http://" + "x" * 120 + "\n")
        self.expect_in_source("// " + "e" * 108 + "\n", "2 line-length")
        self.expect_in_source("\n" * 799)
        self.expect_in_source("\n" * 800, "1 file-length")

    def test_function_length(self):
        self.expect_in_source("void f() {\n" + "  step();\n" * 68 + "}\n")
        for before, head, after in (
                ("", "void f() {\n", ""),
                ("class A {\n public:\n", "  int f(int a) const\n  {\n", "};\n"),
                ("", "Task<std::vector<int>> A::f() noexcept {\n", ""),
                ("", "A::A() : b_{1}, c_(2), d_{\n3} {\n", ""),
                ("", "template <class T, int N = 3>\nauto f(T t) -> decltype(t) {\n", ""),
                ("namespace a::b {\n", "bool operator==(const A& a, const B& b) {\n", "}\n"),
                ("", "TEST(Suite, does_it) {\n", "")):
            with self.subTest(head=head):
                line = 2 + before.count("\n")
                self.expect_in_source(before + head + "  step();\n" * 69 + "}\n" + after,
                                      f"{line} function-length")

    def test_tables_and_classes_are_not_functions(self):
        row = "  {1, 2},\n"
        self.expect_in_source("const Row kRows[] = {\n" + row * 100 + "};\n"
                              "auto kMap = make(f(1), Row{\n" + row * 100 + "});\n"
                              "enum class E : int {\n" + "  a,\n" * 100 + "};\n"
                              "struct A : B<decltype(f())> {\n" + "  int a;\n" * 100 + "};\n")

    def test_parameters(self):
        five = "int a, std::map<int, int> b, int c = f(1, 2), int (*d)(int, int), const E& e"
        self.expect_in_source(f"void f({five});\nvoid g({five}) {{}}\n"
                              "int x = f(1, 2, 3, 4, 5, 6);\nF kF(a, b, c, d, e, f);\n"
                              "MACRO(a, b, c, d, e, f)\nvoid h() { f(a, b, c, d, e, f); }\n")
        five = five.replace("std::map<int, int>", "M<N, O>")
        self.expect_in_source(f"void f({five}, int g);\nstruct A {{\n"
                              f"  explicit A({five}, int g) : a_(a) {{}}\n"
                              f"  [[nodiscard]] R<B<C>> g({five}, int g) const;\n}};\n",
                              "2 parameters", "4 parameters", "5 parameters")

    def test_nesting(self):
        three = ("void f() {\n for (int i = 0; i < 3; i++) {\n  if (a) {\n   while (b) {\n"
                 "%s   }\n  } else if (c) {\n  }\n }\n}\n")
        self.expect_in_source(three % "g(B{1});\ncall([&] { if (x) { y(); } });\n")
        self.expect_in_source(three % "switch (x) {\n case 1: { y(); }\n}\n", "6 nesting")
        self.expect_in_source(three % "if (any_of([](int a) { return a; })) {\n}\n", "6 nesting")

    def test_brackets_match(self):
        self.expect_in_source("#if A\nvoid f() {\n#else\nvoid g() {\n#endif\n}\n", "1 braces")

    # Determinism

    def test_banned_identifiers(self):
        bad = ["thread_local int a;", "std::random_device d;", "std::mt19937 r;", "int a = rand();",
               "srand(1);", "auto t = time(nullptr);", "return ::time(0);", "f(std::time(0));",
               "gettimeofday(&a, 0);", "clock_gettime(0, &a);", "auto n = std::chrono::steady_clock::now();",
               "using Clock = std::chrono::system_clock;", "co_await x; sleep(1);", "usleep(1);",
               "nanosleep(&a, 0);", "std::this_thread::sleep_for(a);", 'auto* e = std::getenv("A");',
               "throw Error();", "goto end;"]
        self.expect_in_source("\n".join(bad) + "\n", *(f"{line} banned" for line in range(2, 2 + len(bad))))

    def test_good_names_are_not_banned(self):
        self.expect_in_source('// rand() and goto in a comment\nauto a = "throw time(0)"; // time(0)\n'
                              "auto c = 1'000; int g;\n"
                              "Time time() const;\nTask<void> sleep(Duration d);\nco_await clock.sleep(d);\n"
                              "clock->time();\n"
                              "int64_t& Foo::time() { return R\"(goto)\"; }\nint brand(int a);\n"
                              "auto t = run_time(3);\n")

    def test_the_real_world_is_allowed_where_it_is_made(self):
        for path in ("src/runtime/uring_executor.cc", "src/runtime/real_clock.cc", "src/vos/store_test.cc"):
            self.expect_in_source("auto t = time(nullptr);\n", path=path)

    def test_unordered_containers_are_not_walked(self):
        declared = "std::unordered_map<Key, std::vector<int>> pages_;\nstd::map<int, int> sorted_;\n"
        self.expect_in_source(declared + "void f() {\n  for (auto& [k, v] : sorted_) g();\n"
                              "  pages_.find(1);\n"
                              "  for (int i = 0; i < pages_.size(); i++) g(a ? b : c);\n}\n")
        self.expect_in_source(declared + "void f() {\n  for (auto& [k, v] : this->pages_) g();\n"
                              "  for (auto i = pages_.begin(); i != e; ++i) g();\n}\n",
                              "5 unordered", "6 unordered")

    def test_unordered_members_of_the_own_header_count(self):
        self.write("src/vos/store.h", "// Store.\nclass A { std::unordered_set<int> ids_; };\n")
        self.expect_in_source("void f() { for (int id : ids_) g(id); }\n", "2 unordered")

    # Hygiene

    def test_hygiene(self):
        marks = ["TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"]
        self.expect_in_source("// see /usr/share, /workspace/ and build/work/x\n// mktemp XXXXXX\n")
        self.expect_in_source("".join(f"// {mark}\n" for mark in marks),
                              *(f"{n} marker" for n in range(2, 6)))
        self.expect_in_source("// in /wo" "rk/x\n// '/ro" "ot/y'\n\tint a;\nint b; \n",
                              "2 machine-path", "3 machine-path", "4 whitespace", "5 whitespace")

    def test_scripts_are_checked_and_corpora_are_not(self):
        self.write("tools/run", "#!/bin/sh\n\ttrue\n")
        self.write("tests/fuzz/corpus/a/one.txt", "\t\n")
        self.write("data.bin", "\t\n")
        self.expect("tools/run:2 whitespace")

    def test_files_begin_with_a_comment(self):
        self.write("src/vos/bare.cc", "int a;\n")
        self.expect("src/vos/bare.cc:1 file-comment")

    # Allowances

    def test_an_allowance_needs_the_rule_and_a_reason(self):
        self.expect_in_source("goto a;  // tidy: allow banned: the parser is generated\n"
                              "// tidy: allow banned: likewise\ngoto b;\n")
        self.expect_in_source("goto a;  // tidy: allow banned:\n"
                              "// tidy: allow nesting: other rule\ngoto b;\n",
                              "2 banned", "4 banned")

    def test_an_allowance_at_the_head_of_the_file_is_for_the_file(self):
        self.expect_in_source("// tidy: allow file-length: one table\n" + "\n" * 900)


class ScanTest(unittest.TestCase):
    def test_positions_stay_when_text_is_removed(self):
        source = 'a("x\\"y", \'"\', R"(")"); // b "\n/* c\n */ d\'{\'; 1\'0; u8"z"\n'
        self.assertEqual(len(source), len(cpp_scan.without_text(source)))
        self.assertEqual(source.count("\n"), cpp_scan.without_text(source).count("\n"))
        self.assertNotIn("b", cpp_scan.without_text(source))

    def test_every_function_of_a_class_is_seen(self):
        source = """
class Store final : public Base {
 public:
  Store() = default;
  explicit Store(Options options = {}) : options_{options}, log_(options.log) { open(); }
  ~Store() override {}
  auto begin() const noexcept -> Iterator { return {}; }
  bool operator()(int a) const& { return a > 0; }
  template <class F>
    requires std::invocable<F>
  void each(F f) { for (auto& x : all_) { f(x); } }
  std::function<void(int)> done_{[](int) { if (true) { } }};
  int count_ = 0;
  Result<int> find(Key key);
};
extern "C" {
int firn_open(const char* path) { struct Local { int get() { return 1; } }; return Local{}.get(); }
}
"""
        scan = cpp_scan.scan(source)
        self.assertTrue(scan.balanced)
        self.assertEqual([5, 6, 7, 8, 9, 17, 17], sorted(f.begin for f in scan.functions))


if __name__ == "__main__":
    unittest.main()
