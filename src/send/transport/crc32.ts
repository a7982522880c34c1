/**
 * CRC-32 as in gzip and PNG; `zlib.crc32` came only with Node 20.15 and 22.2.
 * Last station of a span's way: guards the records of the spool.
 */

let table: Int32Array | undefined;

/** @param before the result for the bytes in front of these. @returns an unsigned 32-bit number */
export function crc32(bytes: Uint8Array, before = 0): number {
  table ??= createTable();
  let crc = ~before;
  for (let index = 0; index < bytes.length; index++) {
    crc = table[(crc ^ bytes[index]!) & 0xff]! ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

function createTable(): Int32Array {
  const made = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    made[byte] = value;
  }
  return made;
}
