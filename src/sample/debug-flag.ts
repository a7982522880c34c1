/** Jaeger's debug flag in the flags of a context or span: somebody asked for this trace. Fifth station of a span's way. */
export const DEBUG = 2;
