/**
 * Parses a list of addresses and networks, such as `10.0.0.0/8, ::1`.
 * Beside a span's way: used by the options table.
 */
import { keyList } from './parse-word';
import type { Parser } from './parser';

/** The unspecified address, which no caller has. */
const NOBODY = ['::'];

export const networks: Parser<readonly string[]> = {
  accepts: 'list of addresses and networks, such as `10.0.0.7, 192.168.0.0/16, ::1`',
  parse(value, complaints) {
    const given = keyList.parse(value, complaints);
    const valid = given?.filter((each) => {
      if (isNetwork(each)) return true;
      complaints.invalid('is no IP address or network', each);
      return false;
    });
    // An empty list would let everybody in.
    return valid?.length === 0 && given!.length > 0 ? NOBODY : valid;
  },
};

function isNetwork(text: string): boolean {
  // Only here: it brings `net` and streams, a third of what the agent costs at start.
  const { isIP } = require('node:net') as typeof import('node:net');
  const [address = '', bits, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}
