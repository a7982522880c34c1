/**
 * Whether a value is what one term of a query asks for, the same for the server's search and for the page's own.
 * After a span's way: the last step of a search. The terms come from `query-language.ts`.
 */
import type { Operator, Term } from './query-language';

/** A text that is no number is neither above nor below one. */
export function fits({ operator, value, pattern, number }: Term, text: string): boolean {
  if (operator === '~') return text.toLowerCase().includes(value.toLowerCase());
  if (operator === '=') return pattern === undefined ? text === value : pattern.test(text);
  return text.trim() !== '' && ordered(Number(text), operator, number ?? Number.NaN);
}

export function ordered(value: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    default:
      return value === limit;
  }
}
