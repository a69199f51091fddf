// `npm test [-- part...]`: every check and every test, part by part, with counts at the end.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Complaint, root, runToEnd, toolEnvironment } from './install.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, failures?: readonly string[] }} Counts */

const windows = process.platform === 'win32';
const runTool = (name, args, options = {}) => runToEnd(name, args, { shell: windows, ...options });

/** A program that passes or fails as a whole counts as one. */
const check = (name, args) => async () => {
  const code = await runTool(name, args);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
};

/** Longest message of a failure that the end of the run repeats, in characters. */
const MESSAGE = 1200;

/** The text without the stack frames inside libraries. */
const withoutFrames = (text) => text.replace(/^\s+at .*node_modules.*\n?/gm, '');

/** The failed tests of vitest's report with their messages: file > name, then what went wrong. */
function failuresOf({ testResults = [] }) {
  return testResults.flatMap(({ name: file, message, status, assertionResults = [] }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`${file}\n${message ?? ''}`] : [];
    return failed.map(({ fullName, failureMessages }) => `${file} > ${fullName}\n${(failureMessages ?? []).join('\n')}`);
  });
}

/** One vitest project; the counts come from its own report. */
const vitest = (project) => async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-report-'));
  const report = path.join(folder, 'report.json');
  try {
    const code = await runTool('vitest', [
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]);
    const found = fs.existsSync(report) ? JSON.parse(fs.readFileSync(report, 'utf8')) : {};
    const { numPassedTests: passed = 0, numFailedTests: failed = 0, numPendingTests: pending = 0, numTodoTests: todo = 0 } = found;
    // A file that cannot be loaded fails without a test of its own.
    return { passed, failed: code === 0 ? failed : Math.max(failed, 1), skipped: pending + todo, failures: failuresOf(found) };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
};

/** The tests inside the extension host; the counts are the last ones that mocha prints. */
async function host() {
  const child = spawn(process.execPath, [path.join(root, 'test/runner/inhost.ts')], {
    cwd: root,
    env: toolEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (data) => {
    process.stdout.write(data);
    text += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const count = (word) => Number([...text.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, 'gm'))].at(-1)?.[1] ?? 0);
  const failed = count('failing');
  // Mocha lists what failed after its counts.
  const failures = code === 0 ? [] : [text.slice(Math.max(text.lastIndexOf(' failing'), 0))];
  return { passed: count('passing'), failed: code === 0 ? failed : Math.max(failed, 1), skipped: count('pending'), failures };
}

/** Part -> its run. @type {Record<string, () => Promise<Counts>>} */
const parts = {
  types: check('tsc', ['-p', '.']),
  'types of the panel': check('tsc', ['-p', 'webview-ui']),
  lint: check('biome', ['check', '--error-on-warnings', '.']),
  knip: check('knip', []),
  unit: vitest('unit'),
  network: vitest('network'),
  store: vitest('store'),
  engine: vitest('engine'),
  host,
  e2e: vitest('e2e'),
};

/**
 * Runs the named parts, or all; resolves to the exit code.
 * @param {readonly string[]} names
 */
export async function test(names) {
  const unknown = names.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) throw new Complaint(`There is no part "${unknown}". Parts: ${Object.keys(parts).join(', ')}.`);
  const rows = [];
  for (const [name, run] of Object.entries(parts)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`\n== ${name}`);
    const started = performance.now();
    const counts = await run();
    rows.push({ name, ...counts, seconds: (performance.now() - started) / 1000 });
  }
  return summarize(rows);
}

/** Prints a line a part and one for all; returns the exit code. */
function summarize(rows) {
  const line = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  // Whoever reads only the end of a long log still sees what failed.
  for (const row of rows)
    for (const failure of row.failures ?? []) console.log(`\nFAILED in ${row.name}: ${withoutFrames(failure).slice(0, MESSAGE).trim()}`);
  console.log('');
  for (const row of rows)
    console.log(`${row.failed > 0 ? 'FAILED' : 'ok    '} ${row.name.padEnd(18)} ${line(row)}  (${row.seconds.toFixed(1)} s)`);
  console.log(`\n${line(total)}`);
  return total.failed > 0 ? 1 : 0;
}
