/**
 * Guards packets that wait in files: over restarts, several processes, torn and damaged files, and a full folder.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { crc32 as reference } from 'node:zlib';
import { createCounters } from '../../../../src/diagnostics/counters';
import { setLogWriter } from '../../../../src/diagnostics/log';
import { crc32 } from '../../../../src/send/transport/crc32';
import { Spool, type SpoolOptions } from '../../../../src/send/transport/spool';
import { type SpoolOwner, thisProcess } from '../../../../src/send/transport/spool-owner';

const lines: string[] = [];
setLogWriter((line) => lines.push(line));

const self = thisProcess();
/** A process that has ended. */
const ended: SpoolOwner = { ...self, pid: spawnSync(process.execPath, ['-v']).pid!, start: 1 };

function folder(t: TestContext): string {
  const directory = fs.mkdtempSync(join(tmpdir(), 'spool-test-'));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'made', 'when needed');
}

function create(directory: string, more: Partial<SpoolOptions> = {}) {
  const counters = createCounters();
  return { spool: new Spool({ directory, maxBytes: 1 << 20, counters, ...more }), counters };
}

function readAll(spool: Spool): string[] {
  const texts: string[] = [];
  for (let each = spool.next(); each !== undefined; each = spool.next()) {
    texts.push(String(each.packet));
    each.settle();
  }
  return texts;
}

const write = (directory: string, ...texts: string[]): void => {
  const { spool } = create(directory, { owner: ended });
  for (const text of texts) assert.ok(spool.append(Buffer.from(text), 1, false));
};

test('what was appended comes back in order, and the files are gone', (t) => {
  const directory = folder(t);
  const { spool, counters } = create(directory);
  for (const text of ['a', 'b', 'c']) spool.append(Buffer.from(text), 2, false);
  assert.equal(counters.spooled, 6);
  const [file] = fs.readdirSync(directory);
  if (process.platform !== 'win32') assert.equal(fs.statSync(join(directory, file!)).mode & 0o777, 0o600);
  assert.deepEqual(readAll(spool), ['a', 'b', 'c']);
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('a packet that is in memory too is not read, and its file goes once it was sent from there', (t) => {
  const directory = folder(t);
  const { spool, counters } = create(directory);
  const first = spool.append(Buffer.from('a'), 1, true)!;
  const second = spool.append(Buffer.from('b'), 1, true)!;
  assert.equal(spool.next(), undefined);
  first.settle();
  first.settle();
  assert.equal(fs.readdirSync(directory).length, 1);
  second.settle();
  assert.equal(counters.spooled, 0);
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('files of a process that ended are read, those of one that runs are not', (t) => {
  const directory = folder(t);
  write(directory, 'left behind');
  const parent = { ...self, pid: process.ppid, start: 0 };
  create(directory, { owner: parent }).spool.append(Buffer.from('in use'), 1, false);
  create(directory).spool.append(Buffer.from('of another thread'), 1, false);
  create(directory, { owner: { ...self, host: 'ffffffff' } }).spool.append(Buffer.from('far away'), 1, false);
  assert.deepEqual(readAll(create(directory).spool), ['left behind']);
  assert.equal(fs.readdirSync(directory).length, 3);
});

test('a process id that was given to another process does not hold a file back', (t) => {
  if (self.start === 0) return t.skip('this system does not tell when a process started');
  const directory = folder(t);
  create(directory, { owner: { ...self, start: self.start - 1 } }).spool.append(Buffer.from('old'), 1, false);
  assert.deepEqual(readAll(create(directory).spool), ['old']);
});

test('a file whose reader ended half-way is gone on with: nothing that was sent is sent again', (t) => {
  const directory = folder(t);
  write(directory, 'a', 'b', 'c');
  const { spool: reader } = create(directory, { owner: { ...ended, start: 2 } });
  reader.next()!.settle();
  reader.next();
  assert.deepEqual(readAll(create(directory).spool), ['b', 'c']);
});

test('what a spool leaves behind that is closed can be read by the next one of the process', (t) => {
  const directory = folder(t);
  const { spool } = create(directory);
  spool.append(Buffer.from('a'), 1, false);
  spool.close();
  assert.deepEqual(readAll(create(directory).spool), ['a']);
});

test('torn and damaged records are skipped and counted, what is whole is read', (t) => {
  const directory = folder(t);
  write(directory, 'first', 'second', 'third', 'fourth');
  const path = join(directory, fs.readdirSync(directory)[0]!);
  const bytes = fs.readFileSync(path);
  bytes[bytes.indexOf('second') + 1]! ^= 1;
  fs.writeFileSync(path, bytes.subarray(0, bytes.length - 2));
  const { spool, counters } = create(directory);
  assert.deepEqual(readAll(spool), ['first', 'third']);
  assert.equal(counters.spoolCorrupt, 2);
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('wherever a file is cut or changed, nothing wrong is read and nothing whole is lost', (t) => {
  const directory = folder(t);
  const texts = ['alpha', 'beta TA1', 'gamma'];
  write(directory, ...texts);
  const name = fs.readdirSync(directory)[0]!;
  const path = join(directory, name);
  const whole = fs.readFileSync(path);
  fs.rmSync(path);
  for (let at = 0; at < whole.length; at++) {
    for (const damage of ['cut', 'change'] as const) {
      const bytes = Buffer.from(damage === 'cut' ? whole.subarray(0, at) : whole);
      if (damage === 'change') bytes[at]! ^= 0x20;
      fs.writeFileSync(path, bytes);
      const read = readAll(create(directory).spool);
      assert.ok(
        read.every((text) => texts.includes(text)),
        `${damage} at ${at}: ${read}`,
      );
      if (damage === 'change') assert.ok(read.length >= 2, `${damage} at ${at}: ${read}`);
      assert.deepEqual(fs.readdirSync(directory), []);
    }
  }
});

test('above its size the oldest file goes, and its spans are counted', (t) => {
  const directory = folder(t);
  const { spool, counters } = create(directory, { maxBytes: 16_000 });
  for (let index = 0; index < 40; index++) spool.append(Buffer.alloc(1000, index), 3, false);
  const bytes = fs
    .readdirSync(directory)
    .reduce((sum, name) => sum + fs.statSync(join(directory, name)).size, 0);
  assert.ok(bytes <= 16_000, String(bytes));
  const read: number[] = [];
  for (let each = spool.next(); each !== undefined; each = spool.next()) {
    read.push(each.packet[0]!);
    each.settle();
  }
  assert.ok(read.length >= 10, String(read));
  assert.deepEqual(
    read,
    Array.from({ length: read.length }, (_, index) => 40 - read.length + index),
  );
  assert.equal(counters.droppedSpoolFull, (40 - read.length) * 3);
  assert.equal(spool.append(Buffer.alloc(20_000), 1, false), undefined);
});

test('a folder that cannot be used is said once, and nothing is thrown', (t) => {
  const directory = folder(t);
  fs.mkdirSync(join(directory, '..'), { recursive: true });
  fs.writeFileSync(directory, 'a file');
  lines.length = 0;
  const { spool } = create(directory);
  for (let index = 0; index < 3; index++) {
    assert.equal(spool.append(Buffer.from('a'), 1, false), undefined);
    assert.equal(spool.next(), undefined);
  }
  spool.close();
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /TA_SPOOL_FAILED/);
});

test('of several processes that start at once each file is read by one', async (t) => {
  const directory = folder(t);
  const expected: string[] = [];
  for (let file = 0; file < 40; file++) {
    const texts = [`${file} a`, `${file} b`];
    write(directory, ...texts);
    expected.push(...texts);
  }
  const outputs = await Promise.all(
    [1, 2, 3].map(async () => {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', join(__dirname, 'fixtures/read-spool.ts'), directory],
        { stdio: ['pipe', 'pipe', 'inherit'] },
      );
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      await once(child.stdout, 'data');
      return { child, output: () => output };
    }),
  );
  // All are ready: now they race.
  for (const { child } of outputs) child.stdin.end();
  await Promise.all(outputs.map(({ child }) => once(child, 'close')));
  const read = outputs.flatMap(({ output }) => output().trim().split('\n').slice(1));
  assert.deepEqual(read.sort(), expected.sort());
});

test('the checksum is the one of gzip', (t) => {
  if (typeof reference !== 'function') return t.skip('this Node.js has no zlib.crc32 to compare with');
  for (const text of ['', 'a', '123456789', 'x'.repeat(5000)])
    assert.equal(crc32(Buffer.from(text)), reference(text));
  assert.equal(crc32(Buffer.from('6789'), crc32(Buffer.from('12345'))), reference('123456789'));
});

test('a folder that another process makes at the same time is no failure', (t) => {
  const directory = folder(t);
  const own = createRequire(__filename)('node:fs') as typeof fs;
  const make = own.mkdirSync;
  let raced = false;
  t.mock.method(own, 'mkdirSync', (path: string, options: fs.MakeDirectoryOptions) => {
    // The other is faster, once the folder around it is there.
    if (path === directory && fs.existsSync(join(directory, '..')) && !raced) {
      raced = true;
      make(path, options);
    }
    return make(path, options);
  });
  const { spool } = create(directory);
  assert.ok(spool.append(Buffer.from('a'), 1, false));
  assert.equal(raced, true);
  assert.deepEqual(readAll(spool), ['a']);
});
