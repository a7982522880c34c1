/**
 * Writes the template of a route or of a mount path as it was registered: `/users/:id`, `/^\/files/`, one of a list.
 * Second station of a span's way, for web frameworks' routes.
 */

/** A registered path: text, a regular expression, or a list of them, nested perhaps. */
type RegisteredPath = unknown;

/** Template of a path; of a list all of them, `/a,/b`. Empty for what is no path. */
export function pathTemplate(path: RegisteredPath): string {
  if (typeof path === 'string') return path;
  if (path instanceof RegExp) return String(path);
  return Array.isArray(path) ? path.flat(Infinity).map(pathTemplate).filter(Boolean).join(',') : '';
}

/** A mount's template and the one below it: `/api` and `/users/:id` are `/api/users/:id`, `/api` and `/` are `/api`. */
export function joinTemplates(mount: string, below: string): string {
  if (below === '' || below === '/') return mount;
  if (mount.endsWith('/') && below.startsWith('/')) return mount + below.slice(1);
  return mount + below;
}
