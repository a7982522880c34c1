/**
 * The spans that `fetch.js` makes, as `tree` writes them.
 */

/** With `more` top-level spans, each with what is below it. */
export function fetchSpans(more: string[][] = []): string[] {
  const pairs: [string, string, string, string?][] = [
    ['GET', 'both/1', '200', '200'],
    ['GET', 'both/2', '200', '200'],
    ['GET', 'cut', '200 UND_ERR_SOCKET ERROR', '200 aborted'],
    ['GET', 'endless', '200 AbortError ERROR', '200 aborted'],
    ['GET', 'get?token=REDACTED', '200', '200'],
    ['GET', 'hang/abort', '- TimeoutError ERROR', '- aborted'],
    ['GET', 'landed?token=REDACTED', '200', '200'],
    ['GET', 'own', '200'],
    ['GET', 'redirect', '302', '302'],
    ['GET', 'refused', '- ECONNREFUSED ERROR'],
    ['GET', 'status/404', '404 404 ERROR', '404'],
    ['GET', 'status/500', '500 500 ERROR', '500 500 ERROR'],
    ['POST', 'post', '200', '200'],
  ];
  const groups = pairs.map(([method, path, outcome, answer]) => [
    `CLIENT ${method} http://127.0.0.1/${path} ${outcome}`,
    ...(answer === undefined ? [] : [`  SERVER ${method} /${path} ${answer}`]),
  ]);
  groups.push(
    ['CLIENT GET http://no-such-host.invalid/ - ENOTFOUND ERROR'],
    [
      'CLIENT PUT http://127.0.0.1/outer 200',
      '  SERVER PUT /outer 200',
      '    CLIENT GET http://127.0.0.1/inner 200',
      '      SERVER GET /inner 200',
    ],
    ['SERVER GET /own 200'],
    ...more,
  );
  return groups.sort((one, other) => (one[0]! < other[0]! ? -1 : 1)).flat();
}
