/** Guards the language of sampling rules: what is accepted, and that a rule with a mistake is named and left out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { resolveConfig } from '../../../src/config/resolve';
import { samplingRules } from '../../../src/config/sampling-rules';

const resolved = (text: string) => resolveConfig({ env: { TRACING_AGENT_SAMPLING_RULES: text } });

test('actions, conditions, patterns, quotes, and several rules in a line or in lines', () => {
  const { config, problems } = resolved(
    'drop path=/health*|/ready; ratio=0.25 kind=server method=GET\nrate=5 header.X-Test="a b|*"; keep attribute.tenant=blue',
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    config.samplingRules.map(({ text: _, ...rule }) => rule),
    [
      {
        action: 'drop',
        argument: 0,
        conditions: [{ subject: 'path', patterns: ['/health*', '/ready'] }],
      },
      {
        action: 'ratio',
        argument: 0.25,
        conditions: [
          { subject: 'kind', patterns: ['server'] },
          { subject: 'method', patterns: ['GET'] },
        ],
      },
      {
        action: 'rate',
        argument: 5,
        conditions: [{ subject: 'header', key: 'x-test', patterns: ['a b', '*'] }],
      },
      {
        action: 'keep',
        argument: 0,
        conditions: [{ subject: 'attribute', key: 'tenant', patterns: ['blue'] }],
      },
    ],
  );
});

test('a rule with a mistake is left out whole and named; the others count', () => {
  for (const [rule, problem] of [
    ['path=/x', 'does not begin with'],
    ['ratio=2', 'does not begin with'],
    ['rate=x path=/', 'does not begin with'],
    ['drop pth=/x', 'a subject that is not one of'],
    ['drop path=', 'an empty pattern'],
    ['drop path', 'no subject=pattern'],
    ['drop kind=servr', 'a kind that is not one of'],
    ['drop header.=x', 'a subject that is not one of'],
  ] as const) {
    const { config, problems } = resolved(`${rule}; keep`);
    assert.deepEqual(
      config.samplingRules.map((each) => each.text),
      ['keep'],
      rule,
    );
    assert.equal(problems.length, 1, rule);
    assert.ok(problems[0]!.problem.includes(problem), problems[0]!.problem);
  }
});

test('any text at all: never a throw', () => {
  const complaints = { env: {}, invalid() {}, notYet() {} };
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      samplingRules.parse(text, complaints);
    }),
    { numRuns: 2_000, seed: 6 },
  );
});

test('the settings file has them as a list, or as one text', () => {
  for (const samplingRules of [['drop path=/a', 'keep'], 'drop path=/a; keep']) {
    const { config, problems } = resolveConfig({
      env: { TRACING_AGENT_CONFIG_FILE: '/tracing.json' },
      readFile: () => JSON.stringify({ samplingRules }),
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      config.samplingRules.map((rule) => rule.text),
      ['drop path=/a', 'keep'],
    );
  }
});
