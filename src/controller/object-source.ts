/**
 * Keeps the objects that an informer tells of, and the informer running: after an error it is started again, with a pause
 * that doubles. Beside a span's way.
 */
import { contained, fault } from '../diagnostics/contain';
import type { InformerLike, KubernetesObjectLike } from './controller-options';
import { keyOf } from './object-key';

/** Milliseconds. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

interface SourceListener {
  changed(key: string): void;
  /** @param pause milliseconds until it is tried again */
  failed(error: unknown, pause: number): void;
}

export class ObjectSource<T extends KubernetesObjectLike> {
  readonly #informer: InformerLike<T>;
  readonly #listener: SourceListener;
  readonly #objects = new Map<string, T>();
  #restart: NodeJS.Timeout | undefined;
  #pause = FIRST_PAUSE;
  #stopped = false;

  constructor(informer: InformerLike<T>, listener: SourceListener) {
    this.#informer = informer;
    this.#listener = listener;
    const seen = contained('controller', (object: T) => this.#seen(object));
    const gone = contained('controller', (object: T) => this.#gone(object));
    informer.on('add', seen);
    informer.on('update', seen);
    informer.on('delete', gone);
    informer.on(
      'error',
      contained('controller', (error: unknown) => this.#failed(error)),
    );
    for (const object of informer.list?.() ?? []) seen(object);
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): Iterable<string> {
    return this.#objects.keys();
  }

  async start(): Promise<void> {
    try {
      await this.#informer.start();
      // It listed and watches: what told of no error has begun well.
      if (this.#restart === undefined) this.#pause = FIRST_PAUSE;
    } catch (error) {
      this.#failed(error);
    }
    // Client-node's informers begin to watch when they have listed, though they were stopped meanwhile.
    if (this.#stopped) await this.#stopInformer();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    await this.#stopInformer();
  }

  async #stopInformer(): Promise<void> {
    try {
      await this.#informer.stop();
    } catch (error) {
      fault('controller', error);
    }
  }

  #seen(object: T): void {
    if (this.#stopped) return;
    const key = keyOf(object);
    if (key === undefined) return;
    this.#objects.set(key, object);
    this.#listener.changed(key);
  }

  #gone(object: T): void {
    if (this.#stopped) return;
    const key = keyOf(object);
    if (key !== undefined && this.#objects.delete(key)) this.#listener.changed(key);
  }

  /** An informer of client-node stops for good with an error that it does not know, such as a refused connection. */
  #failed(error: unknown): void {
    if (this.#stopped || this.#restart !== undefined) return;
    const pause = this.#pause;
    this.#pause = Math.min(pause * 2, LONGEST_PAUSE);
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      void this.start();
    }, pause);
    this.#listener.failed(error, pause);
  }
}
