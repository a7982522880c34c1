/**
 * Joins the settings with what patches work with. Read when the first library is patched: what a span needs beyond it
 * (`tracing.ts`) waits for the first call that asks for a tracer, a context or a header. Second station of a span's way.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Tracer } from '@opentelemetry/api';
import type { Config } from './config/config';
import type { PatchOptions, Tools } from './patch/instrumentation';
import { retireToolboxes, toolboxFor } from './patch/toolbox';
import { matcher } from './sample/text-pattern';

export interface Patching {
  /** Tools for one instrumentation's patches. */
  createTools(instrumentation: string): Tools;
  /** Lets all patches do nothing until an agent runs again. */
  retire(): void;
}

/** @param tracer asked for by the first span of each instrumentation; undefined where there is none for now */
export function createPatching(config: Config, tracer: () => Tracer | undefined): Patching {
  // Node 24 settles what its class of contexts extends when the first storage is made. In the middle of a request that is
  // too late for V8, which gives up whatever it compiles with that class: 4 µs of each later request.
  new AsyncLocalStorage();
  const options = patchOptions(config);
  return {
    createTools: (instrumentation) =>
      toolboxFor({
        instrumentation,
        tracer,
        options: { ...options, own: config.instrumentationOptions[instrumentation] ?? {} },
        followsParent: followsParent(config),
      }),
    retire: retireToolboxes,
  };
}

/** Whether the sampler decides like the parent, so that nothing below an unsampled span needs to ask it. */
export function followsParent({ sampler, samplingRules, roots }: Config): boolean {
  // What samples nothing needn't be asked for each Redis command and query below an unsampled request.
  const samplesNothing = sampler.type === 'always_off' && samplingRules.length === 0;
  return sampler.parentBased || roots !== 'all' || samplesNothing;
}

/** What patches read of the settings. */
function patchOptions(config: Config): PatchOptions {
  const lists = {
    captureServerRequestHeaders: config.captureServerRequestHeaders,
    captureServerResponseHeaders: config.captureServerResponseHeaders,
    captureClientRequestHeaders: config.captureClientRequestHeaders,
    captureClientResponseHeaders: config.captureClientResponseHeaders,
    ignoredMethods: config.ignoredMethods,
    ignoredPaths: config.ignoredPaths,
  };
  const { httpTimings, responseHeader } = config;
  const isSet =
    httpTimings || responseHeader !== undefined || Object.values(lists).some((list) => list.length > 0);
  return {
    urlQuery: config.urlQuery,
    detail: config.detail,
    sqlComment: config.sqlComment,
    urlQueryVisible: new Set(config.urlQueryVisible),
    urlQueryRedacted: new Set(config.urlQueryRedacted),
    http: isSet ? { ...lists, httpTimings, responseHeader, matcher } : undefined,
  };
}
