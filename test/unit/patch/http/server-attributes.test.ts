/**
 * Guards that a request's span says the same whether its connection is new, has brought the same before, or brings
 * requests of many clients, as a proxy's does.
 */
import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import fc from 'fast-check';
import { serverSpanOptions } from '../../../../src/patch/http/server-attributes';
import type { PatchOptions, SharedOptions } from '../../../../src/patch/instrumentation';

const options: PatchOptions = { urlQuery: 'redact' };

function socket(): object {
  return { remoteAddress: '10.0.0.7', remotePort: 40_000 };
}

function request(on: object, headers: IncomingHttpHeaders, method = 'GET', url = '/a?b=1') {
  return { method, url, headers, socket: on, httpVersion: '1.1' };
}

function attributes({ list = [], shared }: SharedOptions): Record<string, unknown> {
  const own: Record<string, unknown> = {};
  for (let at = 0; at < list.length; at += 2) own[list[at] as string] = list[at + 1];
  assert.deepEqual(
    Object.keys(own).filter((key) => shared !== undefined && key in shared),
    [],
  );
  return { ...shared, ...own };
}

const headers = fc.record(
  {
    host: fc.constantFrom('shop', 'shop:8080', '[::1]:3000', ''),
    'user-agent': fc.constantFrom('curl', 'Firefox', ''),
    'x-forwarded-for': fc.constantFrom('1.2.3.4', '5.6.7.8, 1.2.3.4'),
    forwarded: fc.constantFrom('for="[2001:db8::1]:80"'),
  },
  { requiredKeys: [] },
);

test('any requests on one connection are described as on a connection of their own', () => {
  const requests = fc.array(fc.tuple(headers, fc.constantFrom('GET', 'POST', 'BREW')), { maxLength: 12 });
  fc.assert(
    fc.property(requests, (all) => {
      const one = socket();
      for (const [its, method] of all) {
        const here = attributes(serverSpanOptions(request(one, its, method), options));
        assert.deepEqual(here, attributes(serverSpanOptions(request(socket(), its, method), options)));
      }
    }),
    { numRuns: 300 },
  );
});

test('from the second request on a connection shares what stays, until it has changed too often', () => {
  const one = socket();
  const shared = (agent: string) =>
    serverSpanOptions(request(one, { host: 'shop', 'user-agent': agent }), options).shared;
  assert.equal(shared('curl'), undefined);
  const first = shared('curl');
  assert.equal(first?.['user_agent.original'], 'curl');
  assert.equal(shared('curl'), first);
  for (let client = 0; client < 10; client++) shared(`client ${client}`);
  assert.equal(shared('curl'), undefined);
  assert.equal(shared('curl'), undefined);
});

test('a request that an application made itself, without a method, counts as GET', () => {
  const made = { ...request(socket(), {}), method: null as unknown as string };
  assert.equal(attributes(serverSpanOptions(made, options))['http.request.method'], 'GET');
});
