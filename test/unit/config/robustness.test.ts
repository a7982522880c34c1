/**
 * Guards that no setting, however broken, throws or lets a secret out.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { optionNames, options } from '../../../src/config/options';
import { resolveConfig } from '../../../src/config/resolve';

const names = optionNames.flatMap((name) => [...options[name].env, ...(options[name].discovered ?? [])]);
const variable = fc.oneof(
  fc.constantFrom(...names, 'JAEGER_AGENT_SERVICE_PORT_JG_COMPACT', 'JAEGER_COLLECTOR_SERVICE_PORT_HTTP'),
  fc.string({ maxLength: 12 }).map((rest) => `TRACING_AGENT_${rest}`),
);
/** Text, and pieces that the parsers look for, in any order. */
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'http://',
          'tcp://',
          '${',
          '}',
          ':',
          '=',
          ',',
          '%',
          '@',
          '[',
          ']',
          '/',
          '?',
          '6831',
          'none',
          'b3',
        ),
        fc.string({ maxLength: 4 }),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

test('any environment and any options resolve to settings of the right kind', () => {
  const code = fc.dictionary(fc.constantFrom<string>(...optionNames), fc.anything({ withBigInt: true }));
  fc.assert(
    fc.property(
      fc.dictionary(variable, value, { maxKeys: 12 }),
      fc.oneof(code, fc.anything()),
      (env, given) => {
        const { config, sources, problems } = resolveConfig({
          env,
          code: given,
          readFile: () => env[names[0]!],
        });
        for (const name of optionNames) {
          const { default: value, parser } = options[name];
          assert.ok(sources[name] !== undefined, name);
          if (name === 'sampler' || name === 'samplerArgument' || name === 'enable') continue;
          if (value !== undefined) assert.equal(typeof config[name], typeof value, name);
          if (parser.minimum !== undefined && config[name] !== undefined) {
            assert.ok(
              (config[name] as number) >= parser.minimum && (config[name] as number) <= parser.maximum!,
              name,
            );
          }
        }
        assert.ok(config.sampler.argument >= 0 && config.sampler.argument <= 1);
        for (const problem of problems) {
          for (const text of Object.values(problem)) assert.equal(typeof text, 'string');
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('an option that throws when it is read is one problem, no exception', () => {
  const throwing = {
    get agentHost(): string {
      throw new Error('no');
    },
  };
  const proxy = new Proxy([], {
    get() {
      throw new Error('no');
    },
  });
  assert.equal(resolveConfig({ code: throwing }).problems.length, 1);
  assert.equal(resolveConfig({ code: { propagators: proxy } }).problems.length, 1);
});

test('no secret is in a problem', () => {
  const SECRET = 'S3cr3t';
  const around = fc.string({
    unit: fc.constantFrom('@', ':', '/', ' ', '?', 'a', ',', '=', '\n', '%'),
    maxLength: 6,
  });
  const secrets = optionNames.filter((name) => options[name].secret);
  assert.deepEqual(secrets, ['password', 'authToken', 'headers', 'debugSecret']);
  const variables = secrets.flatMap((name) => options[name].env);
  const cases = fc.oneof(
    fc
      .tuple(fc.constantFrom(...variables), around, around)
      .map(([name, a, b]) => ({ [name]: a + SECRET + b })),
    fc
      .tuple(fc.constantFrom(...options.endpoint.env, 'JAEGER_SAMPLING_ENDPOINT'), around)
      .map(([name, after]) => ({ [name]: `http://user:${SECRET}@host ${after}` })),
    fc
      .tuple(fc.constantFrom(...options.endpoint.env, ...options.agentHost.env), around)
      .map(([name, after]) => ({ [name]: `user:${SECRET}@host:x${after}` })),
    fc.constantFrom(...options.endpoint.env).map((name) => ({ [name]: `ftp://host/?token=${SECRET}` })),
  );
  let problems = 0;
  fc.assert(
    fc.property(cases, (env: Record<string, string>) => {
      const resolved = resolveConfig({ env });
      problems += resolved.problems.length;
      assert.ok(!JSON.stringify(resolved.problems).includes(SECRET), JSON.stringify(resolved.problems));
      const inCode = resolveConfig({
        code: { password: [SECRET], authToken: { a: SECRET }, headers: [SECRET] },
      });
      assert.ok(!JSON.stringify(inCode.problems).includes(SECRET));
    }),
    { numRuns: 300 },
  );
  assert.ok(problems > 0, 'the cases are such that something is said');
});
