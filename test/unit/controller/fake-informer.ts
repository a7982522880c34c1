/** An informer without a cluster: the test says what happens. */
import type { InformerLike } from '../../../src/controller';

export interface Pod {
  metadata: { name: string; namespace?: string; resourceVersion?: string };
}

export const pod = (name: string, namespace = 'default'): Pod => ({ metadata: { name, namespace } });

export class FakeInformer implements InformerLike<Pod> {
  readonly #callbacks = new Map<string, ((value: never) => void)[]>();
  starts = 0;
  stops = 0;
  onStart: () => void = () => {};

  on(verb: string, callback: (value: never) => void): void {
    this.#callbacks.set(verb, [...(this.#callbacks.get(verb) ?? []), callback]);
  }

  emit(verb: 'add' | 'update' | 'delete' | 'error', value: unknown): void {
    for (const callback of this.#callbacks.get(verb) ?? []) callback(value as never);
  }

  async start(): Promise<void> {
    this.starts++;
    this.onStart();
  }

  async stop(): Promise<void> {
    this.stops++;
  }
}
