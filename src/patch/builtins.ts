/**
 * What can be patched of Node itself: part of the registry, apart from it since it is needed at every start.
 * Second station of a span's way: between the load hook and the patches.
 */
import type { BuiltinRow } from './registry';

export const builtins: readonly BuiltinRow[] = [
  {
    instrumentation: 'http',
    module: 'http',
    channel: 'http.client.request.start',
    loaded: 'NativeModule _http_client',
    classes: ['ClientRequest', 'Server'],
    load: () => (require('./http/http') as typeof import('./http/http')).patch,
  },
  {
    instrumentation: 'http2',
    module: 'http2',
    loaded: 'NativeModule http2',
    classes: [],
    load: () => (require('./http/http2') as typeof import('./http/http2')).patch,
  },
  {
    // Node's own copy behind `fetch`, and those from npm: all create this channel while they load.
    instrumentation: 'undici',
    module: 'undici',
    channel: 'undici:request:create',
    loaded: 'NativeModule internal/deps/undici/undici',
    classes: [],
    load: () => (require('./http/undici') as typeof import('./http/undici')).patch,
  },
  {
    // Node 22.5 and later.
    instrumentation: 'sqlite',
    module: 'sqlite',
    loaded: 'NativeModule sqlite',
    classes: [],
    load: () => (require('./sql/node-sqlite') as typeof import('./sql/node-sqlite')).patch,
  },
];
