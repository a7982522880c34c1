/**
 * Serves the built page from a folder; a path that is no file is a view of the page, which finds its way itself.
 * After a span's way.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { HttpError } from './http-server';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.map': 'application/json',
  '.woff2': 'font/woff2',
};

/** Scripts and styles of our own only; Mantine writes style attributes. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'";

export async function servePage(folder: string, pathname: string, response: ServerResponse): Promise<void> {
  let path: string;
  try {
    path = normalize(join(folder, decodeURIComponent(pathname)));
  } catch {
    throw new HttpError(400, 'the path is no path');
  }
  if (path.includes('\0') || !(path + sep).startsWith(folder + sep)) throw new HttpError(404, 'no such file');
  const file = (await isFile(path)) ? path : join(folder, 'index.html');
  // A script that is missing must not be answered with a page.
  if (file !== path && /\.(js|css|map|svg|png|ico|woff2)$/.test(pathname))
    throw new HttpError(404, 'no such file');
  if (!(await isFile(file)))
    throw new HttpError(404, 'the page has not been built; the API answers under /api/');
  const hashed = /-[\w-]{8,}\.\w+$/.test(file);
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'cache-control': hashed ? 'max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': POLICY,
  });
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
