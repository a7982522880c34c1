/** A button that copies a text and says that it did. */
import { Button, CopyButton } from '@mantine/core';

interface CopyTextProps {
  label: string;
  text: string | (() => string);
  compact?: boolean;
}

export function CopyText({ label, text, compact = false }: CopyTextProps) {
  return (
    <CopyButton value={typeof text === 'string' ? text : text()} timeout={1500}>
      {({ copied, copy }) => (
        <Button size={compact ? 'compact-xs' : 'xs'} variant="default" onClick={copy}>
          {copied ? 'Copied' : label}
        </Button>
      )}
    </CopyButton>
  );
}
