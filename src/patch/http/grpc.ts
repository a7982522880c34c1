/**
 * Whether OpenTelemetry's instrumentation of gRPC sees to a call, so that HTTP/2 below makes no second span of it.
 * Second station of a span's way.
 */

let patched = false;

/** `@grpc/grpc-js` is patched from now on. */
export function noteGrpc(): void {
  patched = true;
}

/** By the request's `content-type`: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md; not gRPC-Web's. */
export function isTracedGrpc(contentType: unknown): boolean {
  return patched && typeof contentType === 'string' && /^application\/grpc(?:[+;]|$)/.test(contentType);
}
