/** The keys and the query language, one page of help. */
import { Code, Kbd, Modal, Table, Title } from '@mantine/core';

const KEYS: [keys: string[], what: string][] = [
  [['/'], 'search, or find in the trace'],
  [['?'], 'this help'],
  [['↑', '↓', 'w', 's'], 'the span above or below'],
  [['b', 'f'], 'a page up or down'],
  [['→', '←'], 'open or close what is below a span; ← goes to its parent'],
  [['Enter'], 'show or hide the span’s details'],
  [['n', 'N'], 'next or previous match'],
  [['+', '-', '0'], 'zoom in, out, whole trace'],
  [['a', 'd'], 'pan left, right'],
  [['[', ']'], 'expand or collapse everything'],
  [['o', 'p'], 'expand or collapse one level'],
  [['Esc'], 'close details, then clear the selection'],
];

const QUERIES: [query: string, what: string][] = [
  ['mug', 'the text in a service, operation, tag or log'],
  ['service=shop error=true', 'both, on the same span'],
  ['operation="GET *" OR kind=client', 'either; * stands for any text'],
  ['NOT http.response.status_code>=500', 'no such status'],
  ['duration>100ms', 'a span’s own duration; trace.duration for the whole trace'],
  ['db.query.text~orders', 'a tag that contains the text'],
];

export function HelpDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Keys and queries"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Title order={3} size="h5">
        Keys
      </Title>
      <Table verticalSpacing={4}>
        <Table.Tbody>
          {KEYS.map(([keys, what]) => (
            <Table.Tr key={what}>
              <Table.Td>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Title order={3} size="h5" mt="md">
        Queries
      </Title>
      <Table verticalSpacing={4}>
        <Table.Tbody>
          {QUERIES.map(([query, what]) => (
            <Table.Tr key={query}>
              <Table.Td>
                <Code>{query}</Code>
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
