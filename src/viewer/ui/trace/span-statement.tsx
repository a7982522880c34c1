/** The span's SQL or Redis statement, coloured. */

import { type Span, tagOf } from '../model/span';
import { redisPieces, sqlPieces } from '../model/statement';

export function SpanStatement({ span }: { span: Span }) {
  const text = tagOf(span, 'db.query.text', 'db.statement');
  if (text === undefined) return null;
  const system = tagOf(span, 'db.system.name', 'db.system', 'db.type') ?? '';
  const pieces = /redis|valkey|memcached/i.test(system) ? redisPieces(text) : sqlPieces(text);
  return (
    <pre className="statement">
      {pieces.map(({ text: piece, kind }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, which never move
        <span key={i} data-kind={kind}>
          {piece}
        </span>
      ))}
    </pre>
  );
}
