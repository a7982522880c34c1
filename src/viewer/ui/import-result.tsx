/** What became of the files that were taken in: links to their traces, what was left out, or why nothing was read. */
import { Button } from '@mantine/core';
import { Notice } from './notice';
import { Link } from './routing';
import type { Import, ImportedFile } from './use-files';

/** Reasons beyond are only counted. */
const MOST = 5;

export function ImportResult({ files, dragging, putAway }: Import) {
  return (
    <>
      {dragging && (
        <div className="drop-here">Drop a file of traces: Jaeger’s JSON, OTLP JSON, or lines of either</div>
      )}
      {files !== undefined && (
        <section aria-label="Imported files" className="imported">
          {files.map((file) => (
            <FileResult key={file.name} {...file} />
          ))}
          <Button size="compact-xs" variant="default" onClick={putAway}>
            Close
          </Button>
        </section>
      )}
    </>
  );
}

function FileResult({ name, answer, error }: ImportedFile) {
  if (answer === undefined) {
    return (
      <Notice failed title={`Nothing was read from ${name}`}>
        {error}
      </Notice>
    );
  }
  const { traces, spans, traceIDs, skipped } = answer;
  const title = `${counted(traces, 'trace')} with ${counted(spans, 'span')} from ${name}`;
  return (
    <Notice title={title}>
      <ul className="imported-traces">
        {traceIDs.map((id) => (
          <li key={id}>
            <Link to={`trace/${id}`} className="mono">
              {id}
            </Link>
          </li>
        ))}
        {traces > traceIDs.length && <li>and {traces - traceIDs.length} more, which a search finds</li>}
        {skipped.slice(0, MOST).map(({ index, why }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what was left out never moves
          <li key={i} className="mark-warning">
            Left out of trace {index + 1}: {why}
          </li>
        ))}
        {skipped.length > MOST && <li className="mark-warning">and {skipped.length - MOST} more left out</li>}
      </ul>
    </Notice>
  );
}

function counted(count: number, name: string): string {
  return `${count.toLocaleString('en')} ${name}${count === 1 ? '' : 's'}`;
}
