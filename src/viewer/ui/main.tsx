/** Starts the viewer's page. */
import '@mantine/core/styles.css';
import 'uplot/dist/uPlot.min.css';
import './page.css';
import './search/search.css';
import './graphs.css';
import './timeline.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import { App } from './app';

const theme = createTheme({
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
});

createRoot(document.getElementById('page')!).render(
  <MantineProvider theme={theme} defaultColorScheme="auto">
    <App />
  </MantineProvider>,
);
