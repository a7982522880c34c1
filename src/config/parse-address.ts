/**
 * Parsers of what is sent over the network: host names, collector addresses, header names, credentials.
 * Beside a span's way: used by the options table.
 */

import { LONGEST_HOST } from './destination';
import { text } from './parse-word';
import type { Parser } from './parser';

const BRACKETED = /^\[([0-9a-fA-F:.%\w]+)\]$/;
/** What separates a host from something else; a single colon would start a port, several are an IPv6 address. */
const NOT_IN_HOST = /[\s/\\@?#[\]]/;
const HAS_PORT = /:\d+$/;
/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens: a header's name, or a method. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What Node's http accepts in a header's value. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A host's name or address without a port. */
export const host: Parser<string> = {
  accepts: 'host name or address, without a port',
  parse(value, complaints) {
    if (typeof value === 'string') {
      const trimmed = value.trim();
      const address = BRACKETED.exec(trimmed)?.[1] ?? trimmed;
      const colons = address.split(':').length - 1;
      if (address !== '' && address.length <= LONGEST_HOST && colons !== 1 && !NOT_IN_HOST.test(address))
        return address;
      if (colons === 1 && HAS_PORT.test(address)) {
        complaints.invalid('is not a host name: the port is a setting of its own');
        return undefined;
      }
    }
    complaints.invalid('is not a host name');
    return undefined;
  },
};

/**
 * An HTTP address. Pachyderm writes `host:port` alone: `http://` and `path` are added; a bare host gets `port` too.
 * A user and password in the URL stay in it here; `settle-destination.ts` moves them to their own settings.
 */
export function httpAddress(path: string, port: number): Parser<string> {
  return {
    accepts: `URL (\`http://host:${port}${path}\`), or \`host:port\``,
    parse(value, complaints) {
      if (typeof value === 'string') {
        try {
          const url = new URL(withScheme(value.trim(), port));
          if (url.protocol === 'http:' || url.protocol === 'https:') {
            if (url.pathname === '/') url.pathname = path;
            url.hash = '';
            return url.href;
          }
        } catch {
          // Not a URL: said below.
        }
      }
      complaints.invalid('is not an http or https address');
      return undefined;
    },
  };
}

/** A list of places that spans may go to: `otlp`, or a collector's address as `httpAddress` takes it. */
export function destinations(path: string, port: number): Parser<readonly string[]> {
  const address = httpAddress(path, port);
  return {
    accepts: `list of \`otlp\` and ${address.accepts}`,
    parse(value, complaints) {
      const given = typeof value === 'string' ? value.split(',') : value;
      if (!Array.isArray(given) || !given.every((item) => typeof item === 'string')) {
        complaints.invalid('is not a list of destinations');
        return undefined;
      }
      const result: string[] = [];
      for (const item of given) {
        const word = item.trim();
        if (word === '') continue;
        const found =
          word.toLowerCase() === 'otlp'
            ? 'otlp'
            : address.parse(word, { ...complaints, invalid: (problem) => complaints.invalid(problem, word) });
        if (found !== undefined && !result.includes(found)) result.push(found);
      }
      return result.length > 0 || given.length === 0 ? result : undefined;
    },
  };
}

function withScheme(address: string, port: number): string {
  if (address.includes('://')) return address;
  const end = address.search(/[/?#]/);
  const authority = end === -1 ? address : address.slice(0, end);
  const colons = authority.slice(authority.lastIndexOf('@') + 1).split(':').length - 1;
  const rest = address.slice(authority.length);
  if (HAS_PORT.test(authority) && (colons === 1 || authority.includes(']'))) return `http://${address}`;
  // An IPv6 address without brackets can't carry a port.
  if (colons > 1 && !authority.includes(']')) return `http://[${authority}]:${port}${rest}`;
  return `http://${authority}:${port}${rest}`;
}

/** The name of an HTTP header, in lower case, as Node gives names. */
export const headerName: Parser<string> = {
  accepts: 'name of an HTTP header',
  parse(value, complaints) {
    if (typeof value === 'string') {
      const name = value.trim();
      if (TOKEN.test(name)) return name.toLowerCase();
    }
    complaints.invalid('is not the name of an HTTP header');
    return undefined;
  },
};

/** RFC 7617: a colon would end the user's name early. */
export const userName: Parser<string> = {
  accepts: 'text without a colon',
  parse(value, complaints) {
    const name = text.parse(value, complaints);
    if (name?.includes(':')) {
      complaints.invalid('holds a colon');
      return undefined;
    }
    return name;
  },
};

/** A bearer token, with or without the word `Bearer` before it. */
export const bearerToken: Parser<string> = {
  accepts: 'text without blanks',
  parse(value, complaints) {
    const given = text.parse(value, complaints);
    if (given === undefined) return undefined;
    const token = given.replace(/^bearer\s+/i, '');
    if (/^[\x21-\x7e]+$/.test(token)) return token;
    complaints.invalid('holds characters that a token cannot have');
    return undefined;
  },
};

/** Request headers as `name=value,…`; in code and the file also an object. */
export const headers: Parser<Readonly<Record<string, string>>> = {
  accepts: 'list of `name=value`; in code an object',
  parse(value, complaints) {
    const result: Record<string, string> = {};
    if (typeof value === 'string') {
      for (const pair of value.split(',')) {
        if (pair.trim() === '') continue;
        const equals = pair.indexOf('=');
        const name = pair.slice(0, Math.max(equals, 0)).trim();
        const content = pair.slice(equals + 1).trim();
        if (TOKEN.test(name) && HEADER_VALUE.test(content)) result[name.toLowerCase()] = content;
        else complaints.invalid('holds a pair that is not a header', pair);
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, content] of Object.entries(value)) {
        if (TOKEN.test(name) && typeof content === 'string' && HEADER_VALUE.test(content)) {
          result[name.toLowerCase()] = content;
        } else complaints.invalid('holds a pair that is not a header', name);
      }
    } else {
      complaints.invalid('is not a list of headers');
      return undefined;
    }
    return Object.keys(result).length > 0 || typeof value === 'object' ? result : undefined;
  },
};
