/**
 * One packet in a file of the spool: how it is written, read, and found again behind bytes that were torn.
 * Last station of a span's way: pure, the files are `spool.ts`'s.
 *
 *     state (1) | "TA1" (3) | length (4) | spans (4) | CRC-32 of length, spans and packet (4) | packet
 *
 * Numbers are big-endian. The state alone changes after writing, and so is not in the checksum.
 */
import { crc32 } from './crc32';

export const HEADER_BYTES = 16;
export const WAITING = 0x57;
/** It was sent, or refused for good. */
export const SETTLED = 0x53;
const MAGIC = Buffer.from('TA1');

export interface SpoolRecord {
  /** Where its header begins in the file, and where the next record's does. */
  readonly start: number;
  readonly end: number;
  readonly settled: boolean;
  readonly spans: number;
  readonly packet: Buffer;
}

export function encodeHeader(packet: Uint8Array, spans: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = WAITING;
  MAGIC.copy(header, 1);
  header.writeUInt32BE(packet.length, 4);
  header.writeUInt32BE(spans, 8);
  header.writeUInt32BE(crc32(packet, crc32(header.subarray(4, 12))), 12);
  return header;
}

/** The whole record at `start`; undefined where there is none. The packet is a view of `file`. */
function readRecord(file: Buffer, start: number): SpoolRecord | undefined {
  if (start + HEADER_BYTES > file.length || file.compare(MAGIC, 0, 3, start + 1, start + 4) !== 0) return;
  const state = file[start];
  if (state !== WAITING && state !== SETTLED) return;
  const end = start + HEADER_BYTES + file.readUInt32BE(start + 4);
  if (end > file.length) return;
  const packet = file.subarray(start + HEADER_BYTES, end);
  if (crc32(packet, crc32(file.subarray(start + 4, start + 12))) !== file.readUInt32BE(start + 12)) return;
  return { start, end, settled: state === SETTLED, spans: file.readUInt32BE(start + 8), packet };
}

/** All whole records of a file. `torn` is how often there were other bytes between or behind them. */
export function readRecords(file: Buffer): { records: SpoolRecord[]; torn: number } {
  const records: SpoolRecord[] = [];
  let torn = 0;
  let at = 0;
  while (at < file.length) {
    const record = readRecord(file, at) ?? findRecord(file, at + 1);
    if (record === undefined || record.start !== at) torn++;
    if (record === undefined) break;
    records.push(record);
    at = record.end;
  }
  return { records, torn };
}

function findRecord(file: Buffer, from: number): SpoolRecord | undefined {
  for (let at = file.indexOf(MAGIC, from + 1); at !== -1; at = file.indexOf(MAGIC, at + 1)) {
    const record = readRecord(file, at - 1);
    if (record !== undefined) return record;
  }
  return undefined;
}
