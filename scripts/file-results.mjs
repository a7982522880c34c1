/**
 * A reporter for node's test runner that writes of each test file, as JSON, how long its tests ran, if one failed, and why
 * tests were left out.
 */
export default async function* fileResults(events) {
  const results = {};
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.file === undefined) continue;
    results[data.file] ??= { failed: false, milliseconds: 0, skipped: [] };
    const result = results[data.file];
    if (type === 'test:fail') result.failed = true;
    // Of those that a name pattern leaves out nobody needs to hear.
    if (typeof data.skip === 'string' && !data.skip.includes('match pattern')) result.skipped.push(data.skip);
    if (data.nesting === 0) result.milliseconds += data.details?.duration_ms ?? 0;
  }
  yield JSON.stringify(results);
}
