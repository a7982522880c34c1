/** The trace as Jaeger's API answers it. */
import { Button, Group, Text } from '@mantine/core';
import { useMemo } from 'react';
import { apiUrl } from '../api';
import { CopyText } from '../copy-text';
import type { ApiTrace } from '../model/jaeger-trace';

/** Characters; a browser lays out more only slowly. */
const MOST = 300_000;

export function JsonView({ data }: { data: ApiTrace }) {
  const text = useMemo(() => JSON.stringify({ data: [data] }, null, 2), [data]);
  const url = apiUrl(`traces/${data.traceID}`);
  return (
    <>
      <Group my="xs" gap="xs">
        <CopyText label="Copy JSON" text={text} />
        <CopyText label="Copy as curl" text={`curl '${url}'`} />
        <Button component="a" size="xs" variant="default" href={`${url}?prettyPrint=true`} target="_blank">
          Open
        </Button>
        {text.length > MOST && <Text size="sm">The beginning; the copy holds all.</Text>}
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre className="json" tabIndex={0}>
        {text.slice(0, MOST)}
      </pre>
    </>
  );
}
