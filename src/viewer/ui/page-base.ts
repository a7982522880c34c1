/** Where the page lies: the folder of its script, so that it needs no base element and works below any path. */

// Through a variable: Vite would take the expression as a whole for a file to bundle.
const script = import.meta.url;

/** With a slash at the end. */
export const pageBase: URL = new URL('.', script);
