/**
 * Why a stream of HTTP/2 ended early, as a low-cardinality word for `error.type`.
 * Second station of a span's way. https://www.rfc-editor.org/rfc/rfc9113#name-error-codes
 */

/** By number; `http2.constants` has them under the names of other numbers too. */
const CODES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];
const CANCEL = 8;

/**
 * The failure of a stream; undefined where it ended well, or where one side merely lost interest (CANCEL, a connection
 * that is gone).
 * @param error what the stream was destroyed with
 */
export function resetReason(code: number, error: any): string | undefined {
  // Node's answer to HEAD notes an error of its own where the application gave a body, and all is well.
  if (code === 0) return undefined;
  const its = error?.code;
  // Node's own word for a reset that came in, and for a session's end, tells less than the code.
  const own = error && its !== 'ECONNRESET' && !String(its).startsWith('ERR_HTTP2_S');
  if (own) return String(its ?? error.name);
  return code === CANCEL ? undefined : `NGHTTP2_${CODES[code] ?? code}`;
}
