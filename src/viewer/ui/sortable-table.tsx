/** A table whose columns sort it by a click on their heads. */
import { Table } from '@mantine/core';
import { type ReactNode, useState } from 'react';

export interface Column<T> {
  name: string;
  /** What it sorts by: text from A on, numbers from the most. */
  value: (item: T) => string | number;
  show?: (item: T) => ReactNode;
}

interface SortableTableProps<T> {
  label: string;
  items: T[];
  keyOf: (item: T) => string;
  columns: Column<T>[];
  /** The name of the column that sorts it at first. */
  sortedBy: string;
  /** Rows beyond are not drawn. */
  most?: number;
}

export function SortableTable<T>({
  label,
  items,
  keyOf,
  columns,
  sortedBy,
  most = 500,
}: SortableTableProps<T>) {
  const [order, setOrder] = useState({ name: sortedBy, turned: false });
  const { value } = columns.find((each) => each.name === order.name) ?? columns[0]!;
  const sorted = [...items].sort((a, b) => compare(value(a), value(b)) * (order.turned ? -1 : 1));
  return (
    <section className="table-scroll" aria-label={label}>
      <Table striped highlightOnHover verticalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ name }) => (
              <Table.Th
                key={name}
                aria-sort={name !== order.name ? undefined : ascending(items, value, order.turned)}
              >
                <button
                  type="button"
                  className="sort"
                  onClick={() => setOrder({ name, turned: name === order.name && !order.turned })}
                >
                  {name}
                  <span aria-hidden="true">{name !== order.name ? '' : order.turned ? ' ▴' : ' ▾'}</span>
                </button>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.slice(0, most).map((item) => (
            <Table.Tr key={keyOf(item)}>
              {columns.map((column) => (
                <Table.Td key={column.name}>{column.show ? column.show(item) : column.value(item)}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {sorted.length > most && (
        <p className="quiet">
          The first {most} of {sorted.length}.
        </p>
      )}
    </section>
  );
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? b - a : String(a).localeCompare(String(b));
}

function ascending<T>(items: T[], value: (item: T) => string | number, turned: boolean) {
  const numbers = items[0] !== undefined && typeof value(items[0]) === 'number';
  return numbers === turned ? 'ascending' : 'descending';
}
