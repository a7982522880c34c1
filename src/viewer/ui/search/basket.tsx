/** The traces picked for a comparison. */
import { Button, Group, Text } from '@mantine/core';
import { navigate } from '../routing';

export function Basket({ ids, onClear }: { ids: string[]; onClear: () => void }) {
  if (ids.length === 0) return null;
  const [a, b] = ids;
  return (
    <Group className="basket" gap="sm" role="status">
      <Text size="sm">
        {ids.length === 1 ? 'One trace picked; pick another to compare.' : 'Two traces picked.'}
      </Text>
      <Button size="xs" disabled={b === undefined} onClick={() => navigate(`trace/${a}...${b}`)}>
        Compare
      </Button>
      <Button size="xs" variant="default" onClick={onClear}>
        Clear
      </Button>
    </Group>
  );
}
