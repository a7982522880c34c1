/** An answer of the API as state of a component: the last good answer stays while the next is asked for. */
import { useCallback, useEffect, useRef, useState } from 'react';

interface Answer<T> {
  value: T | undefined;
  error: Error | undefined;
  loading: boolean;
  /** Asks again. */
  again: () => void;
  /** Puts another value in its place. */
  put: (change: (value: T) => T) => void;
}

/** @param key what the question depends on; `read` is called when it changes */
export function useAnswer<T>(key: string, read: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [state, setState] = useState<{ value?: T; error?: Error; loading: boolean }>({ loading: true });
  const [turn, setTurn] = useState(0);
  const reader = useRef(read);
  reader.current = read;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key and the turn stand for the question
  useEffect(() => {
    const abort = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    reader.current(abort.signal).then(
      (value) => !abort.signal.aborted && setState({ value, loading: false }),
      (error: Error) => !abort.signal.aborted && setState((before) => ({ ...before, error, loading: false })),
    );
    return () => abort.abort();
  }, [key, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  const put = useCallback(
    (change: (value: T) => T) =>
      setState((before) =>
        before.value === undefined ? before : { ...before, value: change(before.value) },
      ),
    [],
  );
  return { value: state.value, error: state.error, loading: state.loading, again, put };
}
