/**
 * Sees `require` of files that had begun to load before the agent, through require-in-the-middle.
 * First station of a span's way, for the libraries that the load hook came too late for.
 */
import { basename, dirname, extname, join } from 'node:path';
import { Hook } from 'require-in-the-middle';

/**
 * @param filenames absolute, of files in Node's module cache
 * @param patched gives what takes the place of a file's exports; called once a file
 * @returns a function that takes the hook out
 */
export function hookRequire(
  filenames: readonly string[],
  patched: (exports: unknown, filename: string) => unknown,
): () => void {
  // For an absolute path the hook reports its folder, and its name without the extension.
  const byReport = new Map(
    filenames.map((file) => [join(dirname(file), basename(file, extname(file))), file]),
  );
  const hook = new Hook([...filenames], { internals: true }, (exports, name, directory) => {
    const filename = byReport.get(join(directory ?? '', name));
    return filename === undefined ? exports : (patched(exports, filename) as typeof exports);
  });
  return () => hook.unhook();
}
