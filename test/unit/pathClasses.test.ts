import { describe, expect, it } from 'vitest';
import { languageOfPath } from '../../src/core/languages.ts';
import { pathClasses } from '../../src/core/ranking/pathClasses.ts';

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
    ['header', 'include/net.h src/net.hpp'],
    ['platform', 'src/win/net.c src/net_windows.go'],
    ['hidden', '.github/net.ts'],
    ['prose', 'README.md'],
    ['settings', 'package.json'],
  ])('%s', (expected, paths) => check(paths, expected));
});
