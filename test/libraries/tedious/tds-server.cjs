// The least of a TDS server (MS-TDS 7.4) that tedious logs in to: one row for each request, an error where the text holds "missing", and none where it holds "never".
const { createServer } = require('node:net');

const word = (value) => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};
const text = (value) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'utf16le')]);
const token = (kind, ...parts) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([kind]), word(body.length), body]);
};
const done = (kind, status, rows) => {
  const bytes = Buffer.alloc(13);
  bytes[0] = kind;
  bytes.writeUInt16LE(status, 1);
  bytes.writeUInt16LE(0xc1, 3);
  bytes.writeUInt32LE(rows, 5);
  return bytes;
};
const packet = (body) => {
  const head = Buffer.from([4, 1, 0, 0, 0, 0, 1, 0]);
  head.writeUInt16BE(8 + body.length, 2);
  return Buffer.concat([head, body]);
};
const database = token(0xe3, Buffer.from([1]), text('birds'), text(''));
// LOGINACK: SQL_TSQL, 7.4.
const loginAck = token(0xad, Buffer.from([1, 0x74, 0, 0, 4]), text('stub'), Buffer.from([16, 0, 0, 0]));
// VERSION and ENCRYPTION (not supported).
const prelogin = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 255, 16, 0, 0, 0, 0, 0, 2]);
// One column `one` of type INT4, and a row.
const row = Buffer.concat([
  Buffer.from([0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0x38]),
  text('one'),
  Buffer.from([0xd1, 1, 0, 0, 0]),
]);

function answer(type, body) {
  if (type === 0x12) return prelogin;
  if (type === 0x10) return Buffer.concat([database, loginAck, done(0xfd, 0, 0)]);
  const final = type === 3 ? 0xfe : 0xfd;
  if (type === 0x0e) {
    const began = token(0xe3, Buffer.from([8, 8, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    const ended = token(0xe3, Buffer.from([9, 0, 8, 1, 0, 0, 0, 0, 0, 0, 0]));
    return Buffer.concat([body[22] === 5 ? began : ended, done(final, 0, 0)]);
  }
  const sent = body.toString('utf16le');
  // What a connection begins with.
  if (/set textsize/i.test(sent)) return done(final, 0, 0);
  if (sent.includes('never')) return undefined;
  if (!sent.includes('missing')) return Buffer.concat([row, done(final, 0x10, 1)]);
  const message = "Invalid object name 'canary'.";
  const number = Buffer.from([208, 0, 0, 0, 1, 16]);
  const error = token(
    0xaa,
    number,
    word(message.length),
    Buffer.from(message, 'utf16le'),
    text('stub'),
    text(''),
    Buffer.alloc(4),
  );
  return Buffer.concat([error, done(final, 2, 0)]);
}

/** Resolves to the server, listening on a free port of the loopback. */
exports.listen = () =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      let waiting = Buffer.alloc(0);
      let message = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        waiting = Buffer.concat([waiting, bytes]);
        while (waiting.length >= 8 && waiting.length >= waiting.readUInt16BE(2)) {
          const length = waiting.readUInt16BE(2);
          const [type, status] = waiting;
          message = Buffer.concat([message, waiting.subarray(8, length)]);
          waiting = waiting.subarray(length);
          if ((status & 1) === 0) continue;
          const sent = answer(type, message);
          if (sent !== undefined) socket.write(packet(sent));
          message = Buffer.alloc(0);
        }
      });
    });
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
