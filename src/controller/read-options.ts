/** Reads the options of a controller, once: a wrong one is told to the programmer by a TypeError. Beside a span's way. */
import type { ControllerOptions, Handler, KubernetesObjectLike } from './controller-options';
import type { ProcessingSettings } from './processing';

export function readSettings<T extends KubernetesObjectLike>(
  options: ControllerOptions<T>,
): ProcessingSettings {
  if ((options.informer === undefined) === (options.retriever === undefined))
    throw new TypeError('createController needs either informer or retriever');
  return {
    name: readName(options),
    resyncInterval: readMilliseconds(options, 'resyncInterval', 30_000),
    maxRetries: readCount(options, 'maxRetries', 3, 0),
    concurrentWorkers: readCount(options, 'concurrentWorkers', 1, 1),
    handlerTimeout: readMilliseconds(options, 'handlerTimeout', 300_000),
    tracer: options.tracer,
  };
}

export function readName(options: { name: string }): string {
  if (typeof options?.name !== 'string' || options.name === '')
    throw new TypeError('a controller needs a name');
  return options.name;
}

export function readHandler<T extends KubernetesObjectLike>(handler: Handler<T>): Handler<T> {
  if (typeof handler?.add !== 'function') throw new TypeError('handler.add must be a function');
  if (handler.delete !== undefined && typeof handler.delete !== 'function')
    throw new TypeError('handler.delete must be a function');
  return handler;
}

/** At most what one of Node's timers can wait, 24.8 days. */
export function readMilliseconds<K extends string>(
  options: { [name in K]?: number },
  name: K,
  otherwise: number,
): number {
  const value = options[name] ?? otherwise;
  if (typeof value !== 'number' || !(value >= 0 && value < 2 ** 31))
    throw new TypeError(`${name} must be milliseconds, 0 or more`);
  return value;
}

export function readCount<K extends string>(
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
