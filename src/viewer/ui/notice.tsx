/** An error or a hint in place of what could not be shown. */
import { Alert, Button } from '@mantine/core';
import type { ReactNode } from 'react';

interface NoticeProps {
  title: string;
  children?: ReactNode;
  failed?: boolean;
  onAgain?: () => void;
}

export function Notice({ title, children, failed = false, onAgain }: NoticeProps) {
  return (
    <Alert
      className="notice"
      title={title}
      color={failed ? 'red' : 'blue'}
      variant="outline"
      role={failed ? 'alert' : 'status'}
    >
      {children}
      {onAgain && (
        <Button mt="xs" size="xs" variant="default" onClick={onAgain}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
