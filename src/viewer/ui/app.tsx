/** The page: its head, and below it the part that the address names. */
import { useState } from 'react';
import { AgentsPage } from './agents/agents-page';
import { ComparePage } from './compare/compare-page';
import { SetsPage } from './compare/sets-page';
import { HelpDialog } from './help-dialog';
import { ImportResult } from './import-result';
import { MapPage } from './map/map-page';
import { MonitorPage } from './monitor/monitor-page';
import { PageHead } from './page-head';
import { useAddress } from './routing';
import { SearchPage } from './search/search-page';
import { TracePage } from './trace/trace-page';
import { useImport } from './use-files';
import { useKeys } from './use-keys';

export function App() {
  const { path, search } = useAddress();
  const [help, setHelp] = useState(false);
  const files = useImport();
  // As Jaeger UI's: for a page that shows this one in a frame.
  const embedded = new URLSearchParams(search).get('uiEmbed') === 'v0';
  useKeys({
    '?': () => setHelp(true),
    '/': () => document.querySelector<HTMLInputElement>('[data-find]')?.focus(),
  });
  return (
    <>
      {!embedded && (
        <PageHead path={path} busy={files.busy} onHelp={() => setHelp(true)} onImport={files.take} />
      )}
      <main className="part" id="part">
        <ImportResult {...files} />
        <Part path={path} search={search} />
      </main>
      <HelpDialog opened={help} onClose={() => setHelp(false)} />
    </>
  );
}

function Part({ path, search }: { path: string; search: string }) {
  const [first, second = ''] = path.split('/');
  const [a = '', b] = second.split('...');
  if (first === 'trace' && b !== undefined) return <ComparePage a={a} b={b} />;
  if (first === 'trace' && a !== '') return <TracePage key={a} id={a} search={search} />;
  if (first === 'compare' && /(^|&)set[AB]=/.test(search)) return <SetsPage search={search} />;
  if (first === 'compare') return <ComparePage a="" b="" />;
  if (first === 'dependencies' || first === 'map') return <MapPage search={search} />;
  if (first === 'monitor') return <MonitorPage search={search} />;
  if (first === 'agents') return <AgentsPage />;
  return <SearchPage search={search} />;
}
