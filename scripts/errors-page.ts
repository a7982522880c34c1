/**
 * The text of docs/errors.md: all that the agent can say, from the table of codes. Used by docs.ts.
 */
import { type Code, codes, type Level } from '../src/diagnostics/codes';

const LEVELS: Record<Level, string> = {
  error: 'A part of the agent does not work.',
  warn: 'Spans are lost, or something is not as it was set. These and errors are said unless `TRACING_AGENT_LOG_LEVEL` is lower.',
  info: 'Said with `TRACING_AGENT_LOG_LEVEL=info`.',
  debug: 'Said with `TRACING_AGENT_LOG_LEVEL=debug`.',
};

const EXAMPLE = codes().TA_AGENT_REFUSED;

const INTRODUCTION = `<!-- Made from src/diagnostics/codes.ts by scripts/docs.ts. Change it there. -->
# What the agent says

On stderr, one line for each thing, at most once a minute for the same: what is the case, its code, and what can be done
about it.

\`\`\`text
tracing-agent: ${EXAMPLE.text.replace('{address}', 'localhost:6831').replace('{error}', 'ECONNREFUSED')} (TA_AGENT_REFUSED; ${EXAMPLE.next})
\`\`\`

A code keeps its meaning: one that is retired is never given to another. Texts may change. Words in braces stand for
what is filled in. None of these stops or changes the application; what is lost on the way is also counted in
\`health()\`.
`;

export function renderErrors(): string {
  const sections = (Object.keys(LEVELS) as Level[]).map((level) => {
    const rows = Object.entries<Code>(codes()).filter(([, code]) => code.level === level);
    return `## ${level}\n\n${LEVELS[level]}\n\n${rows.map(entry).join('\n')}`;
  });
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

function entry([name, { text, next }]: [string, Code]): string {
  // Angle brackets and asterisks would be taken as markup.
  const plain = (line: string) => line.replace(/[<>*]/g, (sign) => `\\${sign}`);
  return `### ${name}\n\n${plain(text)}\n\n→ ${plain(next)}\n`;
}
