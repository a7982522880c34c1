/** A reporter for node's test runner that writes each test's full name and how it ended, a line each. */
import { basename } from 'node:path';

export default async function* suiteResults(events) {
  // Of the file that runs in this moment: the names that lead to a nested test come before it.
  const path = new Map();
  for await (const { type, data } of events) {
    const file = data?.file ?? '';
    if (type === 'test:start') {
      path.set(file, [...(path.get(file) ?? []).slice(0, data.nesting), data.name]);
    } else if (type === 'test:pass' || type === 'test:fail') {
      const above = (path.get(file) ?? []).slice(0, data.nesting);
      const end = data.skip !== undefined ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
      yield `${JSON.stringify({ name: [basename(file), ...above, data.name].join(' > '), end })}\n`;
    }
  }
}
