// Builds the viewer's page: one html, one js and one css file in dist/viewer-ui/. Used by scripts/viewer-ui.mjs.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  // The page answers at paths like /trace/1, from which a relative one would miss its files.
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../../../dist/viewer-ui',
    emptyOutDir: true,
    assetsDir: '',
    cssCodeSplit: false,
    target: 'es2022',
    reportCompressedSize: false,
    modulePreload: false,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      // A slow machine is no fault of the page.
      checks: { pluginTimings: false },
      output: {
        codeSplitting: false,
        entryFileNames: 'viewer-[hash].js',
        assetFileNames: 'viewer-[hash][extname]',
      },
    },
  },
});
