/**
 * Guards that the shortened way to the active context finds whatever the API itself would find.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Context,
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { shortenLookups } from '../../../src/record/api-lookup';
import { ContextManager } from '../../../src/record/context-manager';

const KEY = Symbol.for('opentelemetry.js.api.1');
const globals = globalThis as { [KEY]?: { version: string; context?: ContextManager } };
const withBase = (base: Context) => Object.assign(new ContextManager(), { base });

/** As many lookups as go by between two looks at the globals. */
const later = () => {
  for (let lookup = 0; lookup < 64; lookup++) context.active();
};

test('the API has what is replaced, and finds the manager that is registered, changed or gone', () => {
  const one = ROOT_CONTEXT.setValue(createContextKey('one'), 1);
  const two = ROOT_CONTEXT.setValue(createContextKey('two'), 2);
  const usual = (context as any)._getContextManager;
  assert.equal(typeof usual, 'function');
  assert.ok(context.setGlobalContextManager(withBase(one)));
  shortenLookups();
  shortenLookups();
  assert.notEqual((context as any)._getContextManager, usual);
  assert.equal(context.active(), one);

  globals[KEY]!.context = withBase(two);
  assert.equal(context.active(), two);
  context.disable();
  assert.equal(context.active(), ROOT_CONTEXT);

  const { version } = globals[KEY]!;
  globals[KEY] = { version, context: withBase(one) };
  later();
  assert.equal(context.active(), one);
  delete globals[KEY];
  later();
  assert.equal(context.active(), ROOT_CONTEXT);
});

test('the propagator is found the same way', () => {
  const named = (...names: string[]): TextMapPropagator => ({
    inject() {},
    extract: (to) => to,
    fields: () => names,
  });
  const usual = (propagation as any)._getGlobalPropagator;
  assert.equal(typeof usual, 'function');
  assert.ok(propagation.setGlobalPropagator(named('one')));
  shortenLookups();
  assert.notEqual((propagation as any)._getGlobalPropagator, usual);
  assert.deepEqual(propagation.fields(), ['one']);
  (globals[KEY] as any).propagation = named('two');
  assert.deepEqual(propagation.fields(), ['two']);
  propagation.disable();
  assert.deepEqual(propagation.fields(), []);
});
