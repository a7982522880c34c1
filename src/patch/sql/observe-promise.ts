/**
 * The end of a query whose library answers with a promise.
 * Second station of a span's way, used by the patches of pg, PGlite, mariadb and oracledb.
 */

/**
 * The promise that takes the place of the library's: of the same class, and settled the same way. It is a derived one,
 * since a handler on the library's own would make every rejection that the application forgot look handled.
 * @param ended called first, with the error (`true` where it is none) or the value; contains its failures
 */
export function observePromise(result: any, ended: (error: any, value: any) => void): any {
  if (typeof result?.then !== 'function') {
    ended(undefined, result);
    return result;
  }
  return result.then(
    (value: unknown) => {
      ended(undefined, value);
      return value;
    },
    (error: unknown) => {
      ended(error ?? true, undefined);
      throw error;
    },
  );
}
