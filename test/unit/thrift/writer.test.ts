/**
 * Guards the bytes of both Thrift protocols: those of the specification, and every value read back.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryReader } from '../../../src/thrift/binary-reader';
import { BinaryWriter } from '../../../src/thrift/binary-writer';
import { CompactReader } from '../../../src/thrift/compact-reader';
import { CompactWriter } from '../../../src/thrift/compact-writer';
import type { Reader } from '../../../src/thrift/reader';
import * as Type from '../../../src/thrift/type';
import { type Writer, WriterFull } from '../../../src/thrift/writer';
import { Random, randomId, randomNumber, randomText } from '../../support/span-population';

const PROTOCOLS: { name: string; writer: () => Writer; reader: (bytes: Buffer) => Reader }[] = [
  { name: 'compact', writer: () => new CompactWriter(1), reader: (bytes) => new CompactReader(bytes) },
  { name: 'binary', writer: () => new BinaryWriter(1), reader: (bytes) => new BinaryReader(bytes) },
];

function hex(writer: Writer, write: (writer: Writer) => void): string {
  writer.position = 0;
  write(writer);
  return Buffer.from(writer.copy()).toString('hex');
}

test("compact bytes are those of Thrift's specification", () => {
  const writer = new CompactWriter();
  assert.equal(
    hex(writer, (w) => w.oneWayMessage('emitBatch', 0)),
    `82810009${Buffer.from('emitBatch').toString('hex')}`,
  );
  assert.equal(
    hex(writer, (w) => w.field(Type.I64, 1, 0)),
    '16',
  );
  assert.equal(
    hex(writer, (w) => w.field(Type.I64, 15, 0)),
    'f6',
  );
  assert.equal(
    hex(writer, (w) => w.field(Type.I64, 16, 0)),
    '0620',
  );
  assert.equal(
    hex(writer, (w) => w.field(Type.I64, 3, 3)),
    '0606',
  );
  assert.equal(
    hex(writer, (w) => w.boolField(5, 2, true)),
    '31',
  );
  assert.equal(
    hex(writer, (w) => w.boolField(5, 2, false)),
    '32',
  );
  assert.equal(
    hex(writer, (w) => w.i32(-1)),
    '01',
  );
  assert.equal(
    hex(writer, (w) => w.i32(2 ** 31 - 1)),
    'feffffff0f',
  );
  assert.equal(
    hex(writer, (w) => w.i32(-(2 ** 31))),
    'ffffffff0f',
  );
  assert.equal(
    hex(writer, (w) => w.i64Hex('8000000000000000', 0)),
    'ffffffffffffffffff01',
  );
  assert.equal(
    hex(writer, (w) => w.double(1)),
    '000000000000f03f',
  );
  assert.equal(
    hex(writer, (w) => w.list(Type.STRUCT, 14)),
    'ec',
  );
  assert.equal(
    hex(writer, (w) => w.list(Type.STRUCT, 15)),
    'fc0f',
  );
  assert.equal(
    hex(writer, (w) => w.list(Type.STRUCT, 128)),
    'fc8001',
  );
});

test('a compact integer of 64 bits takes as few bytes as its zigzag form has groups of seven bits', () => {
  const writer = new CompactWriter();
  for (let bit = 0n; bit < 64n; bit++) {
    for (const near of [-1n, 0n, 1n]) {
      const bits = BigInt.asUintN(64, (1n << bit) + near);
      const signed = BigInt.asIntN(64, bits);
      let rest = BigInt.asUintN(64, (signed << 1n) ^ (signed >> 63n));
      const bytes: number[] = [];
      for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
      bytes.push(Number(rest));
      assert.equal(
        hex(writer, (w) => w.i64Hex(bits.toString(16).padStart(16, '0'), 0)),
        Buffer.from(bytes).toString('hex'),
        bits.toString(16),
      );
    }
  }
});

test("binary bytes are those of Thrift's specification", () => {
  const writer = new BinaryWriter();
  assert.equal(
    hex(writer, (w) => w.oneWayMessage('emitBatch', 7)),
    `8001000400000009${Buffer.from('emitBatch').toString('hex')}00000007`,
  );
  assert.equal(
    hex(writer, (w) => w.field(Type.I64, 260, 0)),
    '0a0104',
  );
  assert.equal(
    hex(writer, (w) => w.boolField(5, 2, true)),
    '02000501',
  );
  assert.equal(
    hex(writer, (w) => w.i32(-2)),
    'fffffffe',
  );
  assert.equal(
    hex(writer, (w) => w.i64(-2)),
    'fffffffffffffffe',
  );
  assert.equal(
    hex(writer, (w) => w.double(1)),
    '3ff0000000000000',
  );
  assert.equal(
    hex(writer, (w) => w.list(Type.STRUCT, 258)),
    '0c00000102',
  );
});

for (const { name, writer: create, reader } of PROTOCOLS) {
  const through = <T>(write: (writer: Writer) => void, read: (reader: Reader) => T): T => {
    const writer = create();
    write(writer);
    const source = reader(Buffer.from(writer.copy()));
    const value = read(source);
    assert.equal(source.position, writer.position, 'all was read');
    return value;
  };

  test(`${name}: numbers of 64 bits come back; fractions are cut and what is larger becomes the largest`, () => {
    const random = new Random(5);
    const edges = [
      2 ** 30 - 1,
      2 ** 30,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 53 - 1,
      2 ** 53,
      2 ** 62,
      2 ** 63 - 1024,
    ];
    const some = [
      ...edges,
      ...edges.map((edge) => -edge),
      -(2 ** 63),
      0,
      ...random.list(500, () => randomNumber(random)),
    ];
    for (const value of some) {
      const expected = Number.isFinite(value)
        ? BigInt(Math.trunc(value))
        : value > 0
          ? 2n ** 63n
          : value < 0
            ? -(2n ** 63n)
            : 0n;
      const clamped =
        expected >= 2n ** 63n ? 2n ** 63n - 1n : expected < -(2n ** 63n) ? -(2n ** 63n) : expected;
      const seen = through(
        (w) => w.i64(value),
        (r) => r.i64(),
      );
      assert.equal(BigInt(seen), clamped, String(value));
      assert.equal(typeof seen, Number.isSafeInteger(Number(clamped)) ? 'number' : 'bigint');
    }
  });

  test(`${name}: ids of 64 bits come back, wherever they stand in a text`, () => {
    const random = new Random(6);
    for (let round = 0; round < 500; round++) {
      const id = randomId(random, 32);
      for (const offset of [0, 16]) {
        const seen = through(
          (w) => w.i64Hex(offset === 0 ? id : id.toUpperCase(), offset),
          (r) => r.i64Hex(),
        );
        assert.equal(seen, id.slice(offset, offset + 16));
      }
    }
  });

  test(`${name}: text of every length and script comes back, lone surrogates as U+FFFD`, () => {
    const random = new Random(8);
    const texts = random.list(1_000, () => randomText(random));
    // Every length around those where a size takes one more byte or another way of writing begins.
    for (let length = 0; length < 400; length++) {
      for (const end of ['', 'é', '漢', '😀', '\ud83d']) texts.push('a'.repeat(length) + end);
    }
    for (const length of [16_383, 16_384, 2 ** 21 - 1, 2 ** 21])
      texts.push('b'.repeat(length), 'é'.repeat(length));
    for (const text of texts) {
      const seen = through(
        (w) => w.string(text),
        (r) => r.string(),
      );
      assert.equal(seen, Buffer.from(text).toString());
    }
    assert.equal(
      through(
        (w) => w.string('a\ud83d\ud83d\ude00\udc00'),
        (r) => r.string(),
      ),
      'a\ufffd\u{1f600}\ufffd',
    );
  });

  test(`${name}: doubles, 32-bit numbers and bytes come back`, () => {
    const random = new Random(9);
    for (const value of random.list(500, () => randomNumber(random))) {
      assert.ok(
        Object.is(
          value,
          through(
            (w) => w.double(value),
            (r) => r.double(),
          ),
        ),
      );
      assert.equal(
        through(
          (w) => w.i32(value),
          (r) => r.i32(),
        ),
        value | 0,
      );
    }
    for (const length of [0, 1, 19, 20, 21, 127, 128, 5_000]) {
      const bytes = Buffer.alloc(length, 0xa7);
      assert.deepEqual(
        Buffer.from(
          through(
            (w) => w.binary(bytes),
            (r) => r.binary(),
          ),
        ),
        bytes,
      );
    }
  });

  test(`${name}: a writer keeps what it has and throws WriterFull where its limit is passed`, () => {
    const writer = create();
    const limited = new (writer.constructor as new (bytes: number, maxBytes: number) => Writer)(10, 100);
    limited.raw(Buffer.alloc(100, 1));
    assert.throws(() => limited.stop(), WriterFull);
    assert.throws(() => limited.string('x'.repeat(10_000_000)), WriterFull);
    limited.position = 50;
    limited.raw(Buffer.alloc(50, 2));
    assert.deepEqual(Buffer.from(limited.copy()), Buffer.concat([Buffer.alloc(50, 1), Buffer.alloc(50, 2)]));
    assert.ok(limited.buffer.length <= 100);
  });
}
