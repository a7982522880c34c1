/** Takes files of traces into the viewer, chosen or dropped on the page, and holds what became of them. */
import { useCallback, useEffect, useState } from 'react';
import type { ImportAnswer } from '../api/answers';
import { ApiError, apiUrl, ask } from './api';

export interface ImportedFile {
  name: string;
  answer?: ImportAnswer;
  /** Why nothing of it was taken in. */
  error?: string;
}

export interface Import {
  /** The last files; undefined before any, and once they are put away. */
  files: ImportedFile[] | undefined;
  /** A file is held over the page. */
  dragging: boolean;
  busy: boolean;
  take: (files: File[]) => void;
  putAway: () => void;
}

export function useImport(): Import {
  const [files, setFiles] = useState<ImportedFile[]>();
  const [busy, setBusy] = useState(false);
  const [dragging, setDragging] = useState(false);
  const take = useCallback((given: File[]) => {
    if (given.length === 0) return;
    setBusy(true);
    void Promise.all(given.map(importFile)).then((done) => {
      setFiles(done);
      setBusy(false);
    });
  }, []);
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      // Else the browser would leave the page to show the file.
      event.preventDefault();
      setDragging(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setDragging(false);
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setDragging(false);
      take([...(event.dataTransfer?.files ?? [])]);
    };
    const listeners = [
      ['dragover', over],
      ['dragleave', leave],
      ['drop', drop],
    ] as const;
    for (const [name, listener] of listeners) window.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) window.removeEventListener(name, listener);
    };
  }, [take]);
  return { files, dragging, busy, take, putAway: useCallback(() => setFiles(undefined), []) };
}

/** Never rejects: a file that can't be read is said beside its name. */
async function importFile(file: File): Promise<ImportedFile> {
  try {
    const { data } = await ask<{ data: ImportAnswer }>(apiUrl('import'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: await file.text(),
    });
    return { name: file.name, answer: data };
  } catch (error) {
    if (!(error instanceof ApiError)) return { name: file.name, error: 'The file could not be read.' };
    const absent = error.status === 404 || error.status === 405;
    return { name: file.name, error: absent ? 'This server takes no files.' : error.message };
  }
}
