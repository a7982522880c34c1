/** Reads the options of a controller, once: a wrong one is told to the programmer by a TypeError. Beside a span's way. */
import type {
  ControllerOptions,
  Handler,
  KubernetesObjectLike,
  TraceHandlerOptions,
} from './controller-options';
import type { ProcessingSettings } from './processing';
import { LONGEST_TIMER } from './work-queue';

/** What a controller needs beside its settings: exactly one source of objects. */
export function readControllerSettings<T extends KubernetesObjectLike>(
  options: ControllerOptions<T>,
): ProcessingSettings {
  if ((options.informer === undefined) === (options.retriever === undefined))
    throw new TypeError('createController needs either informer or retriever');
  return readSettings(options, { handlerTimeout: 300_000 });
}

/** @param defaults of the options for which a controller and a loop of one's own have different ones */
export function readSettings(
  options: TraceHandlerOptions,
  defaults: { readonly handlerTimeout: number },
): ProcessingSettings {
  if (typeof options?.name !== 'string' || options.name === '')
    throw new TypeError('a controller needs a name');
  return {
    name: options.name,
    resyncInterval: readMilliseconds(options, 'resyncInterval', 30_000),
    maxRetries: readCount(options, 'maxRetries', 3, 0),
    concurrentWorkers: readCount(options, 'concurrentWorkers', 1, 1),
    handlerTimeout: readMilliseconds(options, 'handlerTimeout', defaults.handlerTimeout),
    tracer: options.tracer,
  };
}

export function readHandler<T extends KubernetesObjectLike>(handler: Handler<T>): Handler<T> {
  if (typeof handler?.add !== 'function') throw new TypeError('handler.add must be a function');
  if (handler.delete !== undefined && typeof handler.delete !== 'function')
    throw new TypeError('handler.delete must be a function');
  return handler;
}

function readMilliseconds<K extends string>(
  options: { [name in K]?: number },
  name: K,
  otherwise: number,
): number {
  const value = options[name] ?? otherwise;
  if (typeof value !== 'number' || !(value >= 0 && value <= LONGEST_TIMER))
    throw new TypeError(`${name} must be milliseconds, 0 or more`);
  return value;
}

function readCount<K extends string>(
  options: { [name in K]?: number },
  name: K,
  otherwise: number,
  least: number,
): number {
  const value = options[name] ?? otherwise;
  if (!Number.isInteger(value) || value < least)
    throw new TypeError(`${name} must be a whole number, ${least} or more`);
  return value;
}
