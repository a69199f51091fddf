import { describe, expect, it } from 'vitest';
import { languageOfPath } from '../../src/core/languages.ts';
import { isBarrel } from '../../src/core/ranking/barrels.ts';
import { pathClasses } from '../../src/core/ranking/pathClasses.ts';
import { fileStem, pathWords, standsFor } from '../../src/core/ranking/paths.ts';
import { otherPlatforms } from '../../src/core/ranking/platforms.ts';

function check(paths: string, expected: string): void {
  const found = paths.split(' ').map((path) => `${path} ${pathClasses(path, languageOfPath(path)).join(' ')}`);
  expect(found).toEqual(paths.split(' ').map((path) => `${path} ${expected}`));
}

describe('a path tells tests, as each language names them', () => {
  it.each([
    ['Java', 'src/test/java/org/app/Util.java lib/NetTest.java lib/NetTests.java lib/NetIT.java lib/NetTestCase.java'],
    [
      'Kotlin',
      'src/commonTest/kotlin/Util.kt src/androidUnitTest/kotlin/A.kt src/iosTest/A.kt lib/NetTest.kt lib/NetSpec.kt src/testFixtures/A.kt',
    ],
    ['Scala', 'src/test/scala/Net.scala core/NetSpec.scala core/NetSuite.scala core/NetProps.scala'],
    ['C#', 'test/Net.cs Net.Tests/Util.cs src/App.UnitTests/Net.cs lib/NetTests.cs lib/NetTest.cs tests/unit-tests/Net.cs'],
    ['F#', 'lib/NetTests.fs'],
    ['Swift', 'Tests/NetTests/Util.swift Tests/Net.swift Sources/NetTests.swift Sources/NetSpec.swift AppUITests/A.swift'],
    ['Objective-C', 'Lib/NetTests.m'],
    ['Go', 'net_test.go testdata/net.go pkg/testutil/net.go'.replace('pkg/testutil/net.go', 'pkg/test-utils/net.go')],
    ['Rust', 'tests/net.rs src/net/tests.rs src/net_test.rs src/net_tests.rs'],
    ['Python', 'tests/net.py test_net.py net_test.py conftest.py'],
    ['JavaScript', '__tests__/net.js net.test.js net.spec.mjs __mocks__/net.js cypress/net.js net.cy.js e2e/net.js __fixtures__/a.js'],
    ['TypeScript', 'net.test.ts net.spec.tsx net.test-d.ts test/net.ts'],
    ['Ruby', 'spec/net.rb spec/spec_helper.rb test/net_test.rb net_spec.rb test_net.rb'],
    ['PHP', 'tests/Net.php Tests/Unit/Net.php src/NetTest.php src/NetTestCase.php spec/NetSpec.php'],
    ['Elixir', 'test/net_test.exs test/test_helper.exs test/support/case.ex lib/net_test.ex'],
    ['Erlang', 'apps/net_SUITE.erl apps/net_tests.erl'],
    ['Haskell', 'test/Net.hs src/NetSpec.hs Spec.hs tests/Main.hs'],
    ['Lua', 'spec/net_spec.lua lua/net_spec.lua test/net.lua lua/net-test.lua'],
    ['Shell', 'test/net.bats net.bats lib/net-test.sh tests/net.sh'],
    ['Zig', 'test/net.zig src/net_test.zig src/test.zig'],
    ['C', 'test/net.c net_test.c net-tests.c test_net.c'],
    ['C++', 'net_unittest.cc net_test.cpp NetTest.cpp Test/net.cpp'],
    ['Perl', 't/net.t'],
    ['Dart', 'test/net.dart lib/net.mocks.dart'],
    ['the JVM, between modules', 'src/it/scala/Net.scala'],
  ])('%s', (_language, paths) => check(paths, 'test'));

  it.each([
    'src/latest/net.java',
    'src/Contest.java',
    'lib/attest.py',
    'src/Inspect.cs',
    'src/protest.ts',
    'src/testing.go',
    'src/Specification.cs',
    'src/request.rb',
    'lib/Prospect.php',
    'src/greatest/a.kt',
    'src/Unit.hs',
    'src/Bandit.java',
    'src/AUDIT.java',
    'lib/openspec.rb',
    'spring-test/src/main/java/org/app/test/Net.java',
    'core/src/Test/Core/Runner.hs',
  ])('%s is code', (path) => check(path, ''));
});

describe('a path tells', () => {
  it.each([
    ['example', 'examples/net.rs example/Net.swift Samples/Net.cs App.Samples/Net.cs app-demo/net.kt docs_src/net.py playground/net.ts'],
    ['bench', 'benches/net.rs Benchmarks/Net.swift src/App.Benchmarks/Net.cs jmh/Net.java bench/net.js'],
    ['vendored', 'vendor/net.go third_party/net.c third-party/net.c deps/net.c Pods/Net.swift extern/net.h.c node_modules/a/index.js'],
    [
      'generated',
      'gen/net.go src/Generated/Net.cs net.pb.go net_pb2.py net.g.dart net.freezed.dart Form.Designer.cs zz_generated.net.go net_generated.go',
    ],
    ['compat', 'src/legacy/net.ts src/Obsolete/Net.cs compat.py src/v1/net.py src/Deprecated.swift'],
    ['declarations', 'net.d.ts net.pyi'],
    ['header', 'include/net.h src/net.hpp lib/net.mli'],
    [
      'build',
      'build.gradle.kts app/build.sbt build.zig Package.swift Package@swift-5.9.swift mix.exs setup.py Gemfile net.gemspec vite.config.mts build.rs Makefile buildSrc/net.kt project/Deps.scala',
    ],
    ['hidden', '.github/net.ts'],
    ['prose', 'README.md'],
    ['settings', 'package.json'],
  ])('%s', (expected, paths) => check(paths, expected));
});

describe('a file is for another platform', () => {
  it.each<[string, string, string]>([
    ['beside one for the usual system', 'src/win/tty.c src/unix/tty.c', 'src/win/tty.c'],
    ['beside one for a third system', 'net_plan9.go net_freebsd.go net.go', 'net_plan9.go net_freebsd.go'],
    ['and not where a window is called so', 'lua/view/win.lua lua/view/init.lua lua/util/win32.lua', ''],
    ['and not where all is about it', 'wasm/decoder.go wasm/module.go api/wasm.go', ''],
    [
      'as a source set',
      'core/commonMain/Clock.kt core/jsMain/Clock.kt core/nativeMain/Clock.kt core/jvmMain/Clock.kt',
      'core/jsMain/Clock.kt core/nativeMain/Clock.kt',
    ],
    ['as a project', 'io/shared/src/Net.scala io/jvm/src/Net.scala io/js/src/Net.scala', 'io/js/src/Net.scala'],
    ['and not for a folder of scripts', 'web/js/net.js web/shared/net.js', ''],
  ])('%s', (_what, paths, expected) => {
    const all = paths.split(' ');
    const found = otherPlatforms(all, all.map(languageOfPath));
    expect(all.filter((_, at) => found[at]).join(' ')).toBe(expected);
  });
});

describe('a file only passes on', () => {
  it.each([
    ['JavaScript', 'exports.a = require("./a");\nexports.b = require("./b");\n'],
    ['TypeScript', "export * from './a';\nexport { b } from './b';\n"],
    ['Dart', "library net;\nexport 'src/a.dart';\nexport 'src/b.dart';\npart 'c.dart';\n"],
    ['Haskell', '-- | All of it.\nmodule Net\n  ( module Net.A\n  , get\n  ) where\n\nimport Net.A\nimport Net.B (get)\n'],
    ['Zig', '//! All of it.\npub const A = @import("a.zig").A;\npub usingnamespace @import("b.zig");\n'],
    ['Lua', '-- All of it.\nlocal a = require("net.a")\nlocal b = require "net.b"\n'],
    ['C#', 'global using System;\nglobal using System.Linq;\n'],
    ['PHP', "<?php\n\ndeclare(strict_types=1);\n\nrequire_once 'a.php';\nrequire 'b.php';\n"],
    ['Ruby', "require 'a'\nrequire_relative 'b'\nautoload :C, 'c'\n"],
    ['OCaml', '(* All of it. *)\nmodule A = Net_a\nmodule B = Net_b\ninclude Net_c\n'],
    ['Julia', 'using Base\nexport get, put\ninclude("a.jl")\ninclude("b.jl")\n'],
    ['Shell', '#!/bin/sh\n. "$DIR/a.sh"\nsource ./b.sh\n'],
    ['Rust', '//! All of it.\nmod a;\npub use a::A;\n'],
    ['Python', 'from .a import A\n\n__all__ = ["A"]\n'],
  ])('in %s', (_language, text) => {
    expect(isBarrel([text])).toBe(true);
  });
  it.each([
    ['Lua', 'local a = require("net.a")\nfunction get(x)\n  return a.get(x)\nend\n'],
    ['Haskell', 'module Net (get) where\n\nimport Net.A\n\nget x = a x + 1\nput x = b x + 2\n'],
    ['Zig', 'const A = @import("a.zig").A;\npub fn get(x: A) u8 {\n    return x.value + 1;\n}\n'],
    ['Shell', '. ./a.sh\nget() {\n  curl "$1" > out\n}\n'],
  ])('but not where it does something in %s', (_language, text) => {
    expect(isBarrel([text])).toBe(false);
  });
});

describe('a file stands for its folder', () => {
  it.each([
    ['net/mod.rs', 'net'],
    ['net/index.d.ts', 'net'],
    ['net/__init__.py', 'net'],
    ['lua/net/init.lua', 'lua/net'],
    ['net/root.zig', 'net'],
    ['net/init.py', 'net/init'],
    ['net.rs', 'net'],
    ['lib/net/main.dart', 'lib/net'],
  ])('%s for %s', (path, folder) => {
    expect(standsFor(path)).toBe(folder);
    expect(pathWords(path).joined).toBe(folder.split('/').at(-1));
    expect(fileStem(path)).toBe(path.split('/').at(-1)?.split('.')[0]);
  });
});
