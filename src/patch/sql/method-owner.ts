/**
 * Where a method is to be wrapped that a class may have from another: libraries move methods into base classes.
 * Second station of a span's way, used by the patches of mysql2 and mariadb.
 */

/** The object in the prototype chain of `target`, itself included, that has `name` as its own; undefined for none. */
export function owner(target: any, name: string): any {
  for (let each = target; each !== null && each !== undefined; each = Object.getPrototypeOf(each)) {
    if (Object.hasOwn(each, name)) return each;
  }
  return undefined;
}
