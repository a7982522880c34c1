/** Tags as a table that opens and closes; links are links, JSON is laid out. */
import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ApiTag } from '../model/jaeger-trace';
import type { PatternLink } from '../model/link-pattern';

export function TagTable({
  title,
  tags,
  closed = false,
  linksOf = () => [],
}: {
  title: string;
  tags: ApiTag[];
  closed?: boolean;
  linksOf?: (tag: ApiTag) => PatternLink[];
}) {
  if (tags.length === 0) return null;
  const keys = tags.map((tag) => tag.key);
  return (
    <details className="tags" open={!closed}>
      <summary>
        {title} <span className="quiet">({tags.length})</span>
      </summary>
      <table>
        <thead className="unseen">
          <tr>
            <th>Key</th>
            <th>Value</th>
          </tr>
        </thead>
        <tbody>
          {tags.map((tag, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a key may stand there twice
            <tr key={i}>
              <th scope="row">
                {tag.key}
                {keys.indexOf(tag.key) !== i && <span className="mark-warning"> (again)</span>}
              </th>
              <td>
                <TagValue value={tag.value} />
                <PatternLinks links={linksOf(tag)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

export function PatternLinks({ links }: { links: PatternLink[] }): ReactNode {
  return links.map(({ url, text }) => (
    <Anchor key={url} size="sm" className="tag-link" href={url} target="_blank" rel="noreferrer noopener">
      {text} <span aria-hidden="true">↗</span>
    </Anchor>
  ));
}

function TagValue({ value }: { value: unknown }) {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (/^https?:\/\/[^\s]+$/.test(text))
    return (
      <Anchor size="sm" href={text} target="_blank" rel="noreferrer noopener">
        {text}
      </Anchor>
    );
  if (/^[[{]/.test(text)) {
    try {
      return <pre className="tag-json">{JSON.stringify(JSON.parse(text), null, 2)}</pre>;
    } catch {
      // It only looked like JSON.
    }
  }
  return text;
}
