/**
 * Holds docs/limits.md to the source: each number is the constant's, and no map or set of src/ is without a bound that
 * somebody has thought of.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { test } from 'node:test';
import { options } from '../../src/config/options';
import { repository } from '../support/cache';

const page = readFileSync(join(repository, 'docs', 'limits.md'), 'utf8');
const rows = [...page.matchAll(/^\| [^|]+ \| `(src\/[^`]+)` \| `(\w+)` \| ([\d,]+) \|/gm)];

/**
 * Maps and sets that don't grow by what comes in: of the registry and the settings, of one call, of one request or
 * connection, of what is under way within the queue's bounds.
 */
const FIXED: Record<string, string> = {
  'src/cli/doctor/check-libraries.ts': 'of one command, which ends',
  'src/cli/doctor/doctor.ts': 'of one command, which ends',
  'src/cli/doctor/probe.ts': 'of one command, which ends',
  'src/config/process-attributes.ts': 'of one call',
  'src/diagnostics/contain.ts': 'the names of parts, words of the code',
  'src/diagnostics/trace-tree.ts': 'of one call',
  'src/load/builtin-hook.ts': 'rows of the registry',
  'src/load/bundled-libraries.ts': 'of one call',
  'src/load/es-module-customizer.ts': "files of the registry's ES modules, one a copy",
  'src/load/installed-packages.ts': 'of one call',
  'src/patch/contrib/drive.ts': 'rows of the table',
  'src/patch/http/server.ts': 'pipelined requests of one connection, which Node bounds; weak',
  'src/patch/http/server-request.ts': 'handlers of one request that run',
  'src/patch/patcher.ts': 'rows of the registry',
  'src/patch/redis/statement.ts': 'see MOST_COMMANDS',
  'src/patch/sql/mysql-query.ts': 'open queries of one connection; weak',
  'src/patch/sql/query-summary.ts': 'names of one text, at most LONGEST_TEXT',
  'src/patch/toolbox.ts': 'instrumentations of the registry',
  'src/propagate/noted-headers.ts': 'names of the settings',
  'src/sample/local-tail.ts': 'tailMaxSpans',
  'src/sample/remote/remote-sampler.ts': 'samplingMaxOperations',
  'src/record/context-layer.ts': 'of one call',
  'src/record/inert-globals.ts': 'of one context: what the application sets',
  'src/send/bounded-flush.ts': 'flushes asked for that wait, each ends in time',
  'src/send/encode/tag-encoder.ts': 'one for each type; keys are bounded there',
  'src/send/otlp/otlp-client.ts': 'requests under way',
  'src/send/transport/collector-voice.ts': 'addresses of collectors, from the settings',
  'src/send/transport/http-transport.ts': 'requests under way, within the queue',
  'src/send/transport/spool.ts': 'files of the spool, within its size',
  'src/send/transport/udp-transport.ts': 'packets given to the kernel in one tick, within the queue',
};

test('each bound in docs/limits.md is the number in the source', () => {
  assert.ok(rows.length > 15);
  for (const [, file, constant, documented] of rows) {
    const text = readFileSync(join(repository, file!), 'utf8');
    const found = new RegExp(`const ${constant} = ([\\d_]+);`).exec(text);
    assert.ok(found, `${constant} of ${file}`);
    assert.equal(Number(found[1]!.replaceAll('_', '')), Number(documented!.replaceAll(',', '')), constant);
  }
  for (const [, list] of page.matchAll(/^\| [^|]+ \| ((?:`\w+`[, ]*)+)[^|]*\| [^|]+ \|$/gm))
    for (const [, option] of list!.matchAll(/`(\w+)`/g)) assert.ok(option! in options, option);
});

test('no map or set that could grow is without a bound in docs/limits.md, or a reason here', () => {
  const bounded = new Set([...rows.map(([, file]) => file!), ...Object.keys(FIXED)]);
  const src = join(repository, 'src');
  const growing = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    // Programs of their own, which run in no application.
    .filter((file) => !/[\\/]src[\\/](?:cli|controller|viewer)[\\/]/.test(file))
    .filter((file) => {
      // One that is made of a list, or of a word's parts, is as large as that.
      const code = readFileSync(file, 'utf8').replace(/new (Map|Set)(<[^()]*>)?\([^)\s]/g, '');
      return /new (Map|Set)\b(<[^()]*>)?\(\s*\)/.test(code);
    })
    .map((file) => relative(repository, file).replaceAll(sep, '/'));
  assert.deepEqual(
    growing.filter((file) => !bounded.has(file)),
    [],
  );
});
